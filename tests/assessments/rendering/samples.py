"""Chapters as the text part writes them, of any length, the same for the same seed."""

from __future__ import annotations

import random

WORDS = {
    "en": """
        agents complete software tasks of a working day with success rates measured by tests developers
        report that frameworks for the management of risk differ between countries and evidence remains
        limited although confidence is medium uncertainty about deployment monitoring incidents safeguards
        coordination research
    """,
    "ar": """
        الأنظمة العامة للذكاء الاصطناعي تتقدم بسرعة في العديد من المجالات وتثير مخاطر جديدة تحتاج إلى إدارة
        دولية منسقة بين الحكومات والباحثين والمجتمع المدني
    """,
    "ru": """
        системы выполняют задачи рабочего дня с измеренной долей успеха однако свидетельства остаются
        ограниченными несмотря на среднюю степень уверенности исследователей
    """,
    "fr": """
        les systèmes achèvent des tâches d’une journée de travail avec un taux de réussite mesuré « par des
        essais » mais les éléments de preuve demeurent limités malgré une confiance moyenne
    """,
}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="160" viewBox="0 0 480 160">'
    '<path d="M40 10V140H470" fill="none" stroke="#1b2430"/>'
    '<path d="M40 135C200 130 320 100 470 20" fill="none" stroke="#1f4e79" stroke-width="2"/></svg>'
)


class Writer:
    """Writes one chapter; ``ids`` lists the blocks that hold text, in the order of writing."""

    def __init__(self, seed: int, language: str = "en", label: str = "3"):
        self.random, self.words, self.label = random.Random(seed), WORDS[language].split(), label
        self.seed, self.ids, self.notes = seed, [], []

    def block(self) -> str:
        self.ids.append(f"s{self.seed}b{len(self.ids)}")
        return f'data-b="{self.ids[-1]}"'

    def sentence(self, low: int = 8, high: int = 26) -> str:
        text = " ".join(self.random.choice(self.words) for _ in range(self.random.randint(low, high)))
        return text[0].upper() + text[1:] + "."

    def paragraph(self, note_share: float) -> str:
        sentences = [self.sentence() for _ in range(self.random.randint(3, 6))]
        if self.random.random() < 0.3:
            sentences[1] += ' (<em>medium confidence</em>) <a class="cite" href="#ref-a">(Okafor, 2026)</a>'
        if self.random.random() < note_share:
            self.notes.append(self.sentence(10, 50))
            number = len(self.notes)
            sentences[0] += f'<sup class="fnref"><a href="#fn-{number}" data-number="{number}"></a></sup>'
        if self.random.random() < 0.2:
            sentences[-1] += ' <span class="sight">{3.2.1, Figure 3.1}</span>'
        return f"<p {self.block()}>{' '.join(sentences)}</p>"

    def table(self, number: str, rows: int) -> str:
        head = "".join(f"<th {self.block()} scope='col'>{self.sentence(1, 2)}</th>" for _ in range(3))
        body = "".join(
            f"<tr><td {self.block()}>{self.sentence(3, 9)}</td>"
            + "".join(
                f'<td class="right" {self.block()}>{self.random.randint(1, 999)}</td>' for _ in range(2)
            )
            + "</tr>"
            for _ in range(rows)
        )
        caption = f'<caption {self.block()} data-label="Table {number}">{self.sentence()}</caption>'
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def chapter(self, sections: int, paragraphs: int = 9, note_share: float = 0.4, rows: int = 8) -> str:
        parts = [f'<h1 {self.block()} data-number="{self.label}">{self.sentence(4, 8)[:-1]}</h1>']
        for section in range(1, sections + 1):
            number = f"{self.label}.{section}"
            parts.append(
                f'<h2 {self.block()} id="s-{section}" data-number="{number}">{self.sentence(4, 6)}</h2>'
            )
            for at in range(paragraphs):
                parts.append(self.paragraph(note_share))
                if at == 2:
                    items = "".join(f"<li {self.block()}>{self.sentence()}</li>" for _ in range(3))
                    parts.append(f"<ul>{items}</ul>")
                elif at == 4:
                    parts.append(self.table(number, rows))
                elif at == 6:
                    title = f'<p class="box-title" {self.block()} data-label="Box {number}">'
                    inside = f"{title}{self.sentence(3, 5)}</p>{self.paragraph(0)}"
                    parts.append(f'<aside class="box">{inside}</aside>')
                elif at == 7:
                    caption = f'<figcaption {self.block()} data-label="Figure {number}">{self.sentence()}'
                    picture = '<img src="asset:plot" alt="A rising curve">'
                    parts.append(f"<figure>{picture}{caption}</figcaption></figure>")
        if self.notes:
            items = "".join(
                f'<li class="footnote" id="fn-{n}" data-number="{n}"><p {self.block()}>{text}</p></li>'
                for n, text in enumerate(self.notes, start=1)
            )
            parts.append(f'<section class="footnotes"><ol>{items}</ol></section>')
        return "".join(parts)
