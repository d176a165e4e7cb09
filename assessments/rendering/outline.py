"""The headings of a part, where they stand, and the links that leave it: what joining parts needs to know.

Part of the program that draws. A link to another chapter gets an address in a domain that no server can have;
``joining`` makes it a link within the joined file, and ``stamping`` takes it away where the chapter stays alone.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from .requests import Request

ELSEWHERE = "https://elsewhere.invalid/"
LEVELS = ("h1", "h2", "h3")
# Pages of other parts are known as text when the contents are laid out.
RULES = (
    "#contents a[data-page]::after { content: leader(' . ') attr(data-page) } "
    "#contents a[data-page] { color: inherit }"
)


def prepare(root: Element, request: Request) -> None:
    """Give every heading an id and every reference to another chapter an address; fill the contents, if it has any."""
    for section in root.iter("section"):
        for number, heading in enumerate(element for element in section.iter() if element.tag in LEVELS):
            if not heading.get("id"):
                heading.set("id", f"heading-{number}")
    for link in root.iter("a"):
        if link.get("data-at") and not link.get("href"):
            link.set("href", ELSEWHERE + link.get("data-at"))
    contents = next((element for element in root.iter("nav") if element.get("id") == "contents"), None)
    if contents is not None:
        _fill(contents, request.contents)


def _fill(contents: Element, rows: tuple[dict, ...]) -> None:
    for row in rows:
        line = SubElement(contents, "p", {"class": f"contents-h{row['level']}"})
        link = SubElement(line, "a", {"href": ELSEWHERE + row["at"], "data-page": row["page"]})
        if row["number"]:
            link.set("data-number", row["number"])
        link.text = row["text"]


def read(root: Element, laid, pages) -> list[dict]:
    """The headings in order: level, number, text, id, and the page of the part from 0."""
    first: dict = {}
    for at, page in enumerate(pages):
        for runs in page.boxes:
            for run in runs:
                first.setdefault(laid.owner.get(run.element), at)
    found = []
    for section in root.iter("section"):
        for heading in (element for element in section.iter() if element.tag in LEVELS):
            key = laid.owner.get(heading)
            if key in first and key is not None:
                found.append(
                    {
                        "level": int(heading.tag[1]),
                        "number": heading.get("data-number") or "",
                        "text": _text(heading),
                        "id": heading.get("id"),
                        "page": first[key],
                    }
                )
    return list({row["id"]: row for row in found}.values())


def _text(element: Element) -> str:
    """A heading's words without its notes, a formula by its source."""
    text = element.get("data-tex") or element.text or ""
    for child in element:
        if child.get("class") not in ("fn", "fnref"):
            text += _text(child)
        text += child.tail or ""
    return re.sub(r"\s+", " ", text).strip() if element.tag in LEVELS else text
