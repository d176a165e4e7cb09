"""A long report to be rendered: chapters in Markdown with all that chapters have, the same for the same seed."""

from __future__ import annotations

import random

WORDS = {
    "en": """agents complete software tasks of a working day with success rates that are measured by tests of many
        kinds developers report frameworks for the management of risks differ between countries evidence remains
        limited although confidence is medium and uncertainty about deployment monitoring incidents safeguards
        coordination research compute energy access inequality labour markets language models evaluation methods
        benchmarks governance institutions transparency reporting oversight accountability capability elicitation""",
    "fr": """les systèmes achèvent des tâches d’une journée de travail avec un taux de réussite mesuré par des essais
        mais les éléments de preuve demeurent limités malgré une confiance moyenne des experts consultés""",
    "es": """los sistemas completan tareas de una jornada laboral con una tasa de éxito medida aunque las pruebas
        siguen siendo limitadas pese a la confianza media de quienes investigan sus efectos""",
    "ru": """системы выполняют задачи рабочего дня с измеренной долей успеха однако свидетельства остаются
        ограниченными несмотря на среднюю степень уверенности исследователей""",
    "ar": """الأنظمة العامة للذكاء الاصطناعي تتقدم بسرعة في العديد من المجالات وتثير مخاطر جديدة تحتاج إلى إدارة
        دولية منسقة بين الحكومات والباحثين والمجتمع المدني""",
    "zh": "人工智能系统能力进展迅速但证据仍然有限各国政府与研究人员需要协调管理新的风险并评估其影响",
}
FORMULAE = (
    r"$E = mc^2$",
    r"$p < 0.05$",
    r"$\mathcal{L}(\theta) = -\log p_\theta(y \mid x)$",
    r"$\frac{a}{b}$",
    r"$x_i^2$",
    r"$O(n \log n)$",
    r"$\hat{\beta} \pm 1.96\,\sigma$",
    r"$C \propto N^{0.73}$",
)
DISPLAYED = (
    r"$$P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}$$",
    r"$$\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}$$",
    r"$$\bar{x} = \frac{1}{n} \sum_{i=1}^{n} x_i$$",
)
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="160" viewBox="0 0 480 160">'
    '<path d="M40 10V140H470" fill="none" stroke="#1b2430"/>'
    '<path d="M40 135C200 130 320 100 470 20" fill="none" stroke="#1f4e79" stroke-width="2"/></svg>'
)
SOURCES = 400


def sources() -> list[dict]:
    """The sources that the chapters cite, as CSL-JSON."""
    names = ("Okafor", "Lindqvist", "Haddad", "Moreau", "Tanaka", "Ivanova", "Mensah", "Silva")
    return [
        {
            "id": f"s{n}",
            "type": "article-journal",
            "title": f"What was measured in study {n} of the capabilities of agents",
            "author": [
                {"family": names[n % 8], "given": "A."},
                {"family": names[(n * 3 + 1) % 8], "given": "B."},
            ],
            "container-title": "Journal of Assessments",
            "volume": str(n % 40 + 1),
            "page": f"{n}-{n + 12}",
            "issued": {"date-parts": [[2015 + n % 11]]},
            "DOI": f"10.99999/example.{n}",
        }
        for n in range(SOURCES)
    ]


class Author:
    """Writes one chapter; ``words`` is about how long it becomes."""

    def __init__(self, seed: int, number: int):
        self.chance, self.number = random.Random(seed), number
        self.notes = self.tables = self.figures = self.boxes = 0
        self.below: list[str] = []

    def sentence(self, language: str = "en", low: int = 9, high: int = 26) -> str:
        if language == "zh":
            text = "".join(self.chance.choice(WORDS["zh"]) for _ in range(self.chance.randint(low, high)))
            return f"{text}。"
        words = WORDS[language].split()
        text = " ".join(self.chance.choice(words) for _ in range(self.chance.randint(low, high)))
        return f"{text[0].upper()}{text[1:]}."

    def paragraph(self, language: str = "en") -> str:
        sentences = [self.sentence(language) for _ in range(self.chance.randint(3, 7))]
        if language == "en":
            self._annotate(sentences)
        return " ".join(sentences)

    def _annotate(self, sentences: list[str]) -> None:
        if self.chance.random() < 0.6:
            keys = self.chance.sample(range(SOURCES), self.chance.randint(1, 3))
            cited = "; ".join(f"@s{key}" for key in keys)
            sentences[1] = f"{sentences[1][:-1]} (*medium confidence*) [{cited}]."
        if self.chance.random() < 0.3:
            sentences[0] += self.note()
        if self.chance.random() < 0.15:
            sentences[-1] = f"{sentences[-1][:-1]}, as {self.chance.choice(FORMULAE)} says."
        if self.chance.random() < 0.2 and self.figures:
            sentences[2] = f"{sentences[2][:-1]} ([#fig:f{self.figures}])."

    def note(self) -> str:
        self.notes += 1
        more = f"\n\n    {self.sentence()}" if self.chance.random() < 0.1 else ""
        self.below.append(f"[^n{self.notes}]: {self.sentence(low=10, high=50)}{more}")
        return f"[^n{self.notes}]"

    def table(self) -> str:
        self.tables += 1
        rows = self.chance.randint(5, 22)
        body = [
            f"| {self.sentence(low=3, high=10)[:-1]} | {self.chance.randint(1, 999)} | {self.sentence(low=2, high=6)} |"
            for _ in range(rows)
        ]
        head = ["| Measure | Count | What was seen |", "|---|--:|---|"]
        return "\n".join(
            [*head, *body, "", f"Table: {self.sentence(low=5, high=12)} {{#tbl:t{self.tables}}}"]
        )

    def figure(self) -> str:
        self.figures += 1
        return f'![A curve that rises](figure:plot "{self.sentence(low=8, high=20)}"){{#fig:f{self.figures}}}'

    def box(self) -> str:
        self.boxes += 1
        inside = [
            self.paragraph(),
            f"- {self.sentence()}\n- {self.sentence()}{self.note()}",
            self.paragraph(),
        ]
        return "\n".join([f"::: box {self.sentence(low=3, high=6)[:-1]}", "\n\n".join(inside), ":::"])

    def section(self, depth: int) -> list[str]:
        parts = [f"{'#' * depth} {self.sentence(low=3, high=7)[:-1]}"]
        parts += [self.paragraph() for _ in range(self.chance.randint(3, 6))]
        extra = self.chance.random()
        if extra < 0.25:
            parts.append(self.table())
        elif extra < 0.45:
            parts.append(self.figure())
        elif extra < 0.55:
            parts.append(self.box())
        elif extra < 0.65:
            parts.append("\n".join(f"- {self.sentence()}" for _ in range(self.chance.randint(2, 5))))
        elif extra < 0.75:
            parts.append(self.chance.choice(DISPLAYED))
        elif extra < 0.85:
            parts.append(f"> {self.paragraph(self.chance.choice(('fr', 'es', 'ru', 'ar', 'zh')))}")
        return parts

    def chapter(self, words: int) -> str:
        """The chapter in Markdown, of at least so many words (counted by spaces)."""
        parts, written = [f"# Chapter {self.number}: {self.sentence(low=3, high=5)[:-1]}"], 0
        while written < words:
            more = self.section(2 if self.chance.random() < 0.4 or written == 0 else 3)
            written += sum(part.count(" ") for part in more)
            parts += more
        return "\n\n".join([*parts, *self.below]) + "\n"
