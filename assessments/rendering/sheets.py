"""The style of one document: the shipped sheets, and the few rules that depend on the request."""

from __future__ import annotations

from .matter import BACK
from .requests import Request
from .wording import wording

# Scripts without an italic; a slanted upright would stand for one.
UPRIGHT = ("ar", "fa", "he", "ur", "zh", "ja", "ko")


def page_name(index: int) -> str:
    """The name of the page type of chapter ``index``, by which its pages are known after the layout."""
    return f"ch{index}"


def first_page(request: Request, index: int) -> int:
    """The number on a chapter's first page; only a chapter that stands alone may begin later than 1."""
    return request.first_page if len(request.chapters) == 1 and index == 0 else 1


def page_labels(request: Request, names: list[str]) -> list[str]:
    """What each page is called, from the names of the pages: i, ii … in front, "3-1", "3-2" …, "A-1" behind."""
    chapters = {page_name(index): index for index in range(len(request.chapters))}
    counts: dict[str, int] = {}
    labels = []
    place = "front"
    for name in names:
        place = name if name in chapters or name == "back" else place
        counts[place] = counts.get(place, 0) + 1
        if place == "front":
            labels.append(roman(counts[place]))
            continue
        if place == "back":
            labels.append(f"{BACK}{counts[place]}")
            continue
        chapter = request.chapters[chapters[place]]
        number = first_page(request, chapters[place]) + counts[place] - 1
        labels.append(f"{chapter.label}-{number}" if chapter.label else str(number))
    return labels


ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def roman(number: int) -> str:
    """A number from 1 in small Roman numerals."""
    written = ""
    for value, sign in ROMAN:
        written += sign * (number // value)
        number %= value
    return written


def css_string(text: str) -> str:
    """Any text as a CSS string: every character that could mean something is written as its number."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'


def headed(text: str) -> str:
    """A title for the head of a page, where one line is all the room there is."""
    return text if len(text) <= HEAD else text[:HEAD].rsplit(" ", 1)[0] + " …"


HEAD = 62


def isolated(text: str) -> str:
    """The text between marks that keep its own direction within a line of the other direction."""
    return f"\u2068{text}\u2069"


def own_rules(request: Request) -> str:
    """Page heads and feet, page numbers by chapter, and the marks that every page of this document bears."""
    rules = []
    page = css_string(", " + wording(request.language)["page"] + "\u00a0")
    rules.append(
        f"a.xref[data-lead]::after {{ content: {page} attr(data-lead) target-counter(attr(href), page) }}"
    )
    if request.kind == "draft":
        # A draft's cover is white: it is printed often, and looks like no publication.
        rules.append("@page front { background: #fff } #front p { color: #1b2430 }")
        rules.append("#front .front-edition { color: #1f4e79 } #front .front-notice { color: #a1232b }")
    feet = [text for text in (request.watermark, request.banner) if text]
    if feet:
        content = ' "\\A " '.join(css_string(isolated(text)) for text in feet)
        rules.append(f"@page {{ @bottom-center {{ content: {content} }} }}")
    draft = request.running.get("draft")
    for index, chapter in enumerate(request.chapters):
        name = page_name(index)
        several = request.kind == "publication" and len(request.chapters) > 1
        heads = {
            "left": [request.running.get("title") or chapter.title, *([draft] if draft else [])],
            # Of a whole report the right page names the chapter, the left page the report.
            "right": [chapter.title if several else request.running.get("title") or chapter.title]
            + ([draft] if draft else []),
        }
        label = (css_string(f"{chapter.label}-") if chapter.label else '""') + " counter(page)"
        rules.append(f"#chapter-{index} {{ page: {name} }}")
        for side, outer, inner in (("right", "right", "left"), ("left", "left", "right")):
            title = css_string(" \u00b7 ".join(isolated(headed(part)) for part in heads[side]))
            rules.append(
                f"@page {name}:{side} {{ @top-{inner} {{ content: {title} }} "
                f"@top-{outer} {{ content: {label}; {_OUTER} }} }}"
            )
        start = first_page(request, index)
        rules.append(f"@page {name}:nth(1 of {name}) {{ counter-reset: page {start} }}")
        if request.kind == "publication":
            # The first page of a chapter shows its title in full size.
            rules.append(
                f"@page {name}:nth(1 of {name}) {{ @top-left {{ {_BARE} }} @top-right {{ {_BARE} }} }}"
            )
    if request.language.split("-")[0] in UPRIGHT:
        heads = " ".join(f"@top-{place} {{ font-style: normal }}" for place in ("left", "right"))
        rules.append(f"@page {{ {heads} }}")
    title = css_string(isolated(headed(request.running.get("title") or request.title)))
    for name, number in (("matter", "counter(page, lower-roman)"), ("back", f'"{BACK}" counter(page)')):
        for side, outer, inner in (("right", "right", "left"), ("left", "left", "right")):
            rules.append(
                f"@page {name}:{side} {{ @top-{inner} {{ content: {title} }} "
                f"@top-{outer} {{ content: {number}; {_OUTER} }} }}"
            )
    rules.append("@page back:nth(1 of back) { counter-reset: page 1 }")
    return "\n".join(rules)


_OUTER = (
    "font-style: normal; font-weight: 600; "
    "font-family: 'Concord Sans', 'Concord Sans Arabic', 'Concord Sans SC'"
)
_BARE = "border-bottom-color: #fff"
