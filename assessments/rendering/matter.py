"""What stands around the chapters of a report: cover, imprint, texts, people; lists, glossary, indexes.

Made from plain values (``requests.Request.front`` and ``.matter``) as HTML, and filled from the chapters once
these are parsed. Nothing here belongs to a block, so nothing here is numbered as a line or commented on.
"""

from __future__ import annotations

import hashlib
import re
from html import escape
from xml.etree.ElementTree import Element

from .requests import Chapter, Request
from .statements import by_term, find
from .wording import wording

FRONT_TEXTS = ("foreword", "preface")
# An entry of the index shows so many characters of its statement at most.
SHOWN = 260


def front(request: Request) -> str:
    """Cover, imprint, foreword and preface, people, and the places of contents and lists."""
    parts = [_cover(request)] if request.front else []
    matter, words = request.matter, wording(request.language)
    if matter.get("imprint") or matter.get("notes"):
        parts.append(_imprint(request))
    for text in matter.get("texts") or ():
        signed = "".join(f"<p>{escape(line)}</p>" for line in text.get("signed") or ())
        parts.append(
            _part(
                text["key"],
                text["title"],
                text["html"] + (f'<div class="signed">{signed}</div>' * bool(signed)),
            )
        )
    parts += [
        _part(f"people-{place}", group["title"], _people(group["groups"]))
        for place, group in enumerate(matter.get("people") or ())
    ]
    if request.toc:
        parts.append(f'<nav id="contents"><h1 class="contents-title">{words["contents"]}</h1></nav>')
    return "".join(parts)


def back(request: Request) -> str:
    """Glossary, acronyms and the places of the lists and of the index of statements."""
    matter, words = request.matter, wording(request.language)
    parts = []
    for key in ("glossary", "acronyms"):
        if matter.get(key):
            parts.append(_part(key, words[key], terms(matter[key], request.language), where="back"))
    if matter.get("index"):
        parts.append(_part("statements", words["statements"], "", where="back"))
    return f'<div id="back">{"".join(parts)}</div>' if parts else ""


def lists(request: Request) -> str:
    """The places of the lists of figures, tables and boxes; those without an entry are taken out when filled."""
    words = wording(request.language)
    if not request.matter.get("index"):
        return ""
    rows = "".join(
        f'<section class="list" id="list-{key}"><h2>{words[key]}</h2></section>'
        for key in ("figures", "tables", "boxes")
    )
    return f'<section class="matter lists" id="lists">{rows}</section>'


def terms(rows: list[dict], language: str) -> str:
    """A glossary or list of acronyms: [{term, definition, chapters}] as a list of definitions."""
    used = wording(language)["used_in"]
    found = []
    for row in rows:
        where = f' <span class="used">{used} {escape(row["chapters"])}</span>' if row.get("chapters") else ""
        found.append(f"<dt>{escape(row['term'])}</dt><dd>{escape(row['definition'])}{where}</dd>")
    return f'<dl class="terms">{"".join(found)}</dl>'


def _part(key: str, title: str, inside: str, *, where: str = "front") -> str:
    kind = "back" if where == "back" else "preliminary"
    return (
        f'<section class="matter {kind}" id="{escape(key)}"><h1 class="matter-title">{escape(title)}</h1>'
        f"{inside}</section>"
    )


def _cover(request: Request) -> str:
    rows = [
        f'<p class="front-{key}">{escape(request.front[key])}</p>'
        for key in ("edition", "title", "subtitle", "volume", "date", "notice", "body")
        if request.front.get(key)
    ]
    return f'<section id="front">{_cover_lines(request)}{"".join(rows)}</section>'


def _cover_lines(request: Request) -> str:
    """The cover's picture: lines of a text, drawn from the report's name, so that each report has its own."""
    seed = hashlib.sha256((request.title or request.front.get("title", "")).encode()).digest()
    line, lit = ("#e9e6de", "#bccedf") if request.kind == "draft" else ("#254a6c", "#dba945")
    found = []
    for row in range(COVER_ROWS):
        at, number = COVER_EDGE, seed[row]
        while at < COVER_END:
            length = min(12 + (number * 7 + row * 13 + at * 3) % 46, COVER_END - at)
            colour = lit if (number + row * 5 + at) % 11 == 0 else line
            top = 24 + row * 6.4
            found.append(
                f'<div class="cover-line" style="left: {at}mm; top: {top:.1f}mm; width: {length}mm; '
                f'background: {colour}"></div>'
            )
            at += length + 3
            number = seed[(row * 3 + at) % 32]
            if number % 4 == 0:  # a paragraph ends here
                break
    return "".join(found)


COVER_ROWS, COVER_EDGE, COVER_END = 14, 24, 210


def _imprint(request: Request) -> str:
    matter = request.matter
    rows = "".join(
        f"<dt>{escape(label)}</dt><dd>{_linked(value)}</dd>" for label, value in matter.get("imprint") or ()
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in matter.get("notes") or ())
    title = escape(request.title or request.front.get("title", "") if request.front else request.title)
    name = f'<p class="imprint-title">{title}</p>'
    return f'<section class="matter imprint" id="imprint">{name}{notes}<dl>{rows}</dl></section>'


def _linked(value: str) -> str:
    text = escape(value)
    return re.sub(r"https://[^\s<]*[^\s<.,;)]", lambda m: f'<a href="{m[0]}">{m[0]}</a>', text)


def _people(groups: list[dict]) -> str:
    parts = []
    for group in groups:
        rows = "".join(_person(row) for row in group["rows"])
        parts.append(f'<div class="group"><h2>{escape(group["title"])}</h2><ul>{rows}</ul></div>')
    return "".join(parts)


def _person(row: dict) -> str:
    role = f'<span class="role">{escape(row["role"])}</span>' if row.get("role") else ""
    rest = [escape(row[key]) for key in ("affiliation", "state") if row.get(key)]
    more = f'<span class="from">{", ".join(rest)}</span>' if rest else ""
    return f'<li><span class="name">{escape(row["name"])}</span> {" ".join(filter(None, (role, more)))}</li>'


# ------------------------------------------------------------------------------ filled from the chapters


def fill(root: Element, chapters: list[Element], request: Request) -> None:
    """Fill contents, lists and index from the prepared chapters, in place."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    if "contents" in by_id:
        _fill_contents(by_id, chapters, request)
    if "lists" in by_id:
        _fill_lists(root, by_id, chapters, request)
    if "statements" in by_id:
        _fill_statements(root, by_id["statements"], chapters, request)


def say_who(section: Element, chapter: Chapter, language: str) -> None:
    """Below a chapter's title: who wrote and reviewed it, and how it is cited."""
    title = section.find(".//h1")
    rows = list(chapter.by)
    if chapter.cite:
        rows.append((wording(language)["cite_chapter"], chapter.cite))
    if title is None or not rows:
        return
    box = Element("div", {"class": "chapter-by"})
    for label, names in rows:
        row = Element("p")
        name = Element("b")
        name.text, name.tail = label, f" {names}"
        row.append(name)
        box.append(row)
    for parent in section.iter():
        if title in list(parent):
            parent.insert(list(parent).index(title) + 1, box)
            return


def _fill_contents(by_id: dict[str, Element], chapters: list[Element], request: Request) -> None:
    nav = by_id["contents"]
    for text in request.matter.get("texts") or ():
        nav.append(_row("contents-front", text["key"], text["title"], roman=True))
    for place, group in enumerate(request.matter.get("people") or ()):
        nav.append(_row("contents-front", f"people-{place}", group["title"], roman=True))
    for index, (section, chapter) in enumerate(zip(chapters, request.chapters, strict=True)):
        for number, heading in enumerate(headings(section)):
            if not heading.get("id"):
                heading.set("id", f"c{index}-heading-{number}")
            row = _row(f"contents-{heading.tag}", heading.get("id"), without_notes(heading), lead(chapter))
            if heading.get("data-number"):
                row[0].set("data-number", heading.get("data-number"))
            nav.append(row)
    for key in ("glossary", "acronyms", "statements"):
        if key in by_id and (key != "statements" or _any(chapters, request.language)):
            nav.append(_row("contents-h1", key, wording(request.language)[key], BACK))


BACK = "A-"


def _any(chapters: list[Element], language: str) -> bool:
    return any(find(chapter, language) for chapter in chapters)


def _row(name: str, target: str, text: str, leading: str = "", *, roman: bool = False) -> Element:
    row = Element("p", {"class": name})
    link = Element("a", {"href": f"#{target}", "data-lead": leading})
    if roman:
        link.set("class", "roman")
    link.text = text
    row.append(link)
    return row


def _fill_lists(root: Element, by_id: dict[str, Element], chapters: list[Element], request: Request) -> None:
    kinds = {"figcaption": "figures", "caption": "tables", "p": "boxes"}
    stated = request.matter.get("figures") or {}
    for index, (section, chapter) in enumerate(zip(chapters, request.chapters, strict=True)):
        shown = _shown_above(section)
        for number, element in enumerate(e for e in section.iter() if e.get("data-label")):
            if not element.get("id"):
                element.set("id", f"c{index}-label-{number}")
            kind = kinds.get(element.tag)
            if kind:
                row = _row("list-row", element.get("id"), without_notes(element), lead(chapter))
                row[0].set("data-label", element.get("data-label"))
                said = credit(stated.get(shown.get(element), {}))
                if said:
                    row.append(_text("span", said, "credit"))
                by_id[f"list-{kind}"].append(row)
    area = by_id["lists"]
    for part in list(area):
        if len(part) == 1:
            area.remove(part)
    if not len(area):
        _take_out(root, area)


def _shown_above(section: Element) -> dict[Element, str]:
    """Caption → the name of the picture that it belongs to."""
    return {
        caption: image.get("src", "").removeprefix("asset:")
        for figure in section.iter("figure")
        for image in figure.iter("img")
        for caption in figure.iter("figcaption")
    }


def credit(stated: dict) -> str:
    """Whose a figure is and under which licence, on one line."""
    parts = (stated.get(key, "") for key in ("origin", "licence", "code"))
    return ". ".join(part.rstrip(".") for part in parts if part)


def _fill_statements(root: Element, area: Element, chapters: list[Element], request: Request) -> None:
    words, language = wording(request.language), request.language
    places: dict[int, tuple[Element, Chapter]] = {}
    said = []
    for index, (section, chapter) in enumerate(zip(chapters, request.chapters, strict=True)):
        blocks = {e.get("data-b"): e for e in section.iter() if e.get("data-b")}
        for statement in find(section, language):
            said.append(statement)
            places[id(statement)] = (blocks[statement.block], chapter)
            if not blocks[statement.block].get("id"):
                blocks[statement.block].set("id", f"c{index}-s-{statement.block}")
    if not said:
        _take_out(root, area)
        if not any(len(element) for element in root.iter("div") if element.get("id") == "back"):
            _take_out(root, next(element for element in root.iter("div") if element.get("id") == "back"))
        return
    area.append(_text("p", words["statements_lead"], "lead"))
    for term, held in by_term(said, language):
        area.append(_text("h2", f"{term} ({len(held)})"))
        for statement in held:
            block, chapter = places[id(statement)]
            row = _row("statement", block.get("id"), shortened(statement.text), lead(chapter))
            where = Element("span", {"class": "where"})
            where.text = f"{words['section']} {statement.section}" if statement.section else chapter.title
            row[0].append(where)
            area.append(row)


def shortened(text: str) -> str:
    """A statement for the index: whole where it is short, else cut at a word."""
    return text if len(text) <= SHOWN else text[:SHOWN].rsplit(" ", 1)[0] + " …"


def _text(tag: str, text: str, name: str = "") -> Element:
    element = Element(tag, {"class": name} if name else {})
    element.text = text
    return element


def _take_out(root: Element, element: Element) -> None:
    for parent in root.iter():
        if element in list(parent):
            parent.remove(element)
            return


def headings(section: Element) -> list[Element]:
    """The headings that the contents name: the title and two levels below it."""
    return [element for element in section.iter() if element.tag in ("h1", "h2", "h3")]


def lead(chapter: Chapter) -> str:
    """What stands before a chapter's page numbers: "3-"."""
    return f"{chapter.label}-" if chapter.label else ""


def without_notes(element: Element) -> str:
    """The words of an element without the notes in it, white space collapsed."""
    text = element.text or ""
    for child in element:
        if child.get("class") not in ("fn", "fnref"):
            text += without_notes(child)
        text += child.tail or ""
    return re.sub(r"\s+", " ", text).strip()
