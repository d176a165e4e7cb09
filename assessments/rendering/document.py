"""The page that is laid out: title page, contents and chapters, made from a Request.

The shell is written as text; the chapters are then rewritten in the parsed tree, where ids can be told
apart and notes moved to their marks. Numbers (of sections, figures, notes) stay attributes that the
style sheet prints, so a block's text in the PDF is a block's text in the record.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element

from . import matter
from .requests import Chapter, Request
from .wording import wording

INLINE = {
    *("a", "abbr", "b", "br", "cite", "code", "em", "i", "img", "q", "s", "small", "span", "strong"),
    *("sub", "sup"),
}
LINKS = ("http://", "https://", "mailto:", "#")
# No character of a chapter's text is left unowned: text outside all blocks gets an owner of this mark.
UNNAMED = "~"


@dataclass
class Laid:
    """What the layout is made from, and what it is checked against.

    ``owner``: element → (chapter index, block id). ``source``: the same key → the block's own text
    without white space, in reading order. ``remedies`` are things that were set right on the way.
    """

    owner: dict[Element, tuple[int, str]] = field(default_factory=dict)
    source: dict[tuple[int, str], str] = field(default_factory=dict)
    remedies: list[dict] = field(default_factory=list)


def shell(request: Request) -> str:
    """The document as HTML, chapters untouched."""
    language = request.language
    direction = "rtl" if request.right_to_left else "ltr"
    about = "".join(
        f'<meta name="{name}" content="{escape(text)}">'
        for name in ("author", "description", "keywords")
        for text in [request.metadata.get(name)]
        if text
    )
    parts = [
        f'<!doctype html><html lang="{escape(language)}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{escape(_name(request))}</title>{about}</head><body>",
        matter.front(request),
        matter.lists(request) if request.toc else "",
    ]
    for index, chapter in enumerate(request.chapters):
        parts.append(f'<section class="chapter" id="chapter-{index}">{chapter.html}</section>')
    return "".join([*parts, matter.back(request), "</body></html>"])


def _name(request: Request) -> str:
    return request.title or request.chapters[0].title or request.chapters[0].label or "Chapter"


def prepare(root: Element, request: Request, *, endnotes: set[int], kept: set[tuple[int, str]]) -> Laid:
    """Rewrite the parsed shell in place.

    The chapters in ``endnotes`` keep their notes at the end. Around the notes in ``kept`` the paragraph
    (item, cell) that holds their mark is not broken between pages.
    """
    laid = Laid()
    sections = {element.get("id"): element for element in root.iter("section")}
    chapters = [sections[f"chapter-{index}"] for index in range(len(request.chapters))]
    tell_ids_apart(chapters, request)
    for index, (section, chapter) in enumerate(zip(chapters, request.chapters, strict=True)):
        give_title(section, chapter)
        _mark_missing(section, request, laid)
        if index in endnotes:
            _keep_notes(section, request)
        else:
            _move_notes(section)
        _own(section, index, laid)
        _keep_whole(section, laid, kept)
    matter.fill(root, chapters, request)
    for section, chapter in zip(chapters, request.chapters, strict=True):
        matter.say_who(section, chapter, request.language)
    return laid


def tell_ids_apart(chapters: list[Element], request: Request) -> None:
    """Two chapters may both have a note ``fn-1``. A link means its own chapter's target if there is one."""
    several = len(chapters) > 1
    home: dict[str, str] = {}
    own: list[dict[str, str]] = []
    for index, section in enumerate(chapters):
        names = {}
        for element in section.iter():
            name = element.get("id")
            if element is not section and name:
                names[name] = f"c{index}-{name}" if several else name
                home.setdefault(name, names[name])
                element.set("id", names[name])
        own.append(names)
    # The layout knows no page of a table as such, but of its caption.
    captions = {
        table.get("id"): table.find("caption")
        for section in chapters
        for table in section.iter("table")
        if table.get("id")
    }
    labels = {chapter.label: names for chapter, names in zip(request.chapters, own, strict=True)}
    for names, section in zip(own, chapters, strict=True):
        for element in section.iter("a"):
            if _lead_across(element, labels, captions):
                continue
            target = element.get("href", "")
            if target.startswith("#"):
                found = names.get(target[1:]) or home.get(target[1:])
                if found:
                    element.set("href", f"#{found}")
                else:
                    # Sources listed elsewhere: words without a target stay words.
                    del element.attrib["href"]
            elif target and not target.lower().startswith(LINKS):
                del element.attrib["href"]


def _lead_across(
    link: Element, labels: dict[str, dict[str, str]], captions: dict[str, Element | None]
) -> bool:
    """A reference to another chapter of this document leads there, and the style sheet adds its page."""
    chapter, mark, name = link.get("data-at", "").partition("#")
    index = list(labels).index(chapter) if mark and chapter in labels else None
    if index is None:
        return False
    target = labels[chapter].get(name) if name else f"chapter-{index}"
    if target:
        caption = captions.get(target)
        if caption is not None:
            caption.set("id", f"{target}-caption")
            target = caption.get("id")
        link.set("href", f"#{target}")
        link.set("data-lead", f"{chapter}-")
    return bool(target)


def give_title(section: Element, chapter: Chapter) -> None:
    first = section.find(".//h1")
    if first is None and chapter.title:
        first = Element("h1", {"id": f"{section.get('id')}-title"})
        first.text = chapter.title
        section.insert(0, first)
    if first is not None:
        first.set("class", f"{first.get('class', '')} chapter-title".strip())
        # The heading may carry its number already, as an attribute or in the words of an import.
        written = "".join(first.itertext()).strip().startswith(chapter.label)
        if chapter.label.isdigit() and not first.get("data-number") and not written:
            first.set("data-number", chapter.label)


def _mark_missing(section: Element, request: Request, laid: Laid) -> None:
    for parent in list(section.iter()):
        for at, child in enumerate(list(parent)):
            key = child.get("src", "").removeprefix("asset:")
            if child.tag != "img" or key in request.assets:
                continue
            mark = Element("span", {"class": "missing", "data-b": f"{UNNAMED}missing"})
            mark.text, mark.tail = wording(request.language)["missing"] + f": {key}", child.tail
            parent[at] = mark
            laid.remedies.append({"block": "", "remedy": f"picture {key} is missing; its place is marked"})


def _move_notes(section: Element) -> None:
    """Put each note at its first mark, where the style sheet floats it to the foot of the page.

    Later marks of the same note, and marks within notes, stay links. A note that is marked nowhere
    stays at the end of the chapter.
    """
    area = next((e for e in section.iter("section") if e.get("class") == "footnotes"), None)
    if area is None:
        return
    holders = {item: holder for holder in area.iter("ol") for item in holder}
    notes = {item.get("id"): item for item in holders if item.get("id")}
    inside = set(area.iter())
    for parent in [element for element in section.iter() if element not in inside]:
        for at, mark in enumerate(list(parent)):
            link = mark.find("a") if mark.get("class") == "fnref" else None
            note = notes.pop(link.get("href", "#")[1:], None) if link is not None else None
            if note is None:
                continue
            number = link.get("data-number") or (link.text or "").strip() or note.get("data-number") or ""
            parent[at] = _footnote(note, number, mark.tail)
            holders[note].remove(note)
    if not any(len(holder) for holder in area.iter("ol")):
        for parent in section.iter():
            if area in list(parent):
                _remove(parent, area)
                break


def _keep_whole(section: Element, laid: Laid, kept: set[tuple[int, str]]) -> None:
    for holder in section.iter():
        notes = [element for element in holder.iter("span") if element.get("class") == "fn"]
        if (
            holder.get("data-b")
            and holder.tag != "span"
            and any(laid.owner[element] in kept for note in notes for element in note.iter())
        ):
            holder.set("class", f"{holder.get('class', '')} kept-whole".strip())


def _footnote(note: Element, number: str, tail: str | None) -> Element:
    moved = copy.deepcopy(note)
    moved.tag, moved.tail = "span", tail
    moved.set("class", "fn")
    moved.set("data-number", number)
    for parent in list(moved.iter()):
        for child in list(parent):
            if "fnback" in child.get("class", "") or child.get("role") == "doc-backlink":
                _remove(parent, child)
    for element in moved.iter("p"):
        # A paragraph within the mark's paragraph: a block by style, a span by name.
        element.tag = "span"
        element.set("class", "fn-paragraph")
    return moved


def _keep_notes(section: Element, request: Request) -> None:
    for area in section.iter("section"):
        if area.get("class") == "footnotes":
            heading = Element("p", {"class": "notes-title"})
            heading.text = wording(request.language)["notes"]
            area.insert(0, heading)


def _remove(parent: Element, child: Element) -> None:
    at = list(parent).index(child)
    if child.tail and child.tail.strip():
        if at:
            parent[at - 1].tail = (parent[at - 1].tail or "") + child.tail
        else:
            parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _own(section: Element, index: int, laid: Laid) -> None:
    """Say for each element whose text it holds, and collect what every block must show."""
    unnamed = 0
    texts: dict[tuple[int, str], list[str]] = {}

    def add(key: tuple[int, str], text: str | None) -> None:
        texts.setdefault(key, []).append(re.sub(r"\s+", "", text or ""))

    def walk(element: Element, key: tuple[int, str]) -> None:
        nonlocal unnamed
        name = element.get("data-b")
        if name:
            key = (index, name)
        elif key[1].startswith(UNNAMED) and element.tag not in INLINE:
            unnamed += 1
            key = (index, f"{UNNAMED}{unnamed}")
        laid.owner[element] = key
        add(key, element.text)
        for child in element:
            walk(child, key)
            add(key, child.tail)

    walk(section, (index, UNNAMED))
    for key, pieces in texts.items():
        laid.source[key] = laid.source.get(key, "") + "".join(pieces)
