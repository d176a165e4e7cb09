"""The report as parsed elements, from which every edition but the PDF is written. No Django.

What a layout prints from attributes (numbers of sections, figures, notes) is written out here, because a reading
program or a word processor has no style sheet of ours. It stands in elements of class ``made``, so that a block's
own words can still be told from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from xml.etree.ElementTree import Element

from . import document, matter
from .requests import Chapter, Request
from .wording import wording

MADE = "made"


@dataclass
class Part:
    """One part of the report: ``key`` (its file's name), title, its element; ``chapter`` where it is one."""

    key: str
    title: str
    element: Element
    chapter: Chapter | None = None


def parts(request: Request) -> list[Part]:
    """Front matter, chapters and back matter in order, ids told apart, references led to their targets."""
    import tinyhtml5

    asked = replace(request, toc=False, front=None)
    shell = document.shell(asked)
    root = tinyhtml5.parse(shell, namespace_html_elements=False)
    body = root.find("body")
    sections = {element.get("id"): element for element in root.iter("section")}
    chapters = [sections[f"chapter-{index}"] for index in range(len(request.chapters))]
    document.tell_ids_apart(chapters, request)
    for section, chapter in zip(chapters, request.chapters, strict=True):
        document.give_title(section, chapter)
        _pictures(section, request)
    matter.fill(root, chapters, asked)
    for section, chapter in zip(chapters, request.chapters, strict=True):
        matter.say_who(section, chapter, request.language)
    found = []
    for element in _sections(body):
        index = chapters.index(element) if element in chapters else None
        chapter = request.chapters[index] if index is not None else None
        heading = element.find(".//h1")
        if heading is not None:
            title = matter.without_notes(heading)
        else:
            title = wording(request.language).get(element.get("id"), request.title)
        key = element.get("id") if chapter is None else f"chapter-{_safe(chapter.label) or index + 1}"
        if chapter is not None and heading is not None and heading.get("data-number"):
            title = f"{heading.get('data-number')} {title}"
        found.append(Part(key, title, element, chapter))
    for part in found:
        _write_out(part.element)
    return found


def _safe(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", label).strip("-")


def _sections(body: Element) -> list[Element]:
    found = []
    for child in body:
        found += list(child) if child.get("id") == "back" else [child]
    return [child for child in found if child.tag == "section"]


def _pictures(section: Element, request: Request) -> None:
    """A picture whose file is missing leaves its description."""
    for parent in list(section.iter()):
        for at, child in enumerate(list(parent)):
            if child.tag != "img":
                continue
            path = request.assets.get(child.get("src", "").removeprefix("asset:"))
            if path is None or not path.is_file():
                words = Element("em")
                words.text, words.tail = child.get("alt", ""), child.tail
                parent[at] = words


def _write_out(section: Element) -> None:
    for element in list(section.iter()):
        label = element.get("data-label") or (element.get("data-number") if element.tag[:1] == "h" else "")
        if label:
            made = Element("span", {"class": MADE})
            made.text, made.tail = f"{label}\u2002", element.text
            element.text = None
            element.insert(0, made)
        if element.tag == "sup" and element.get("class") == "fnref":
            link = element.find("a")
            if link is not None and not (link.text or "").strip():
                link.text = link.get("data-number", "")


def body_html(found: list[Part], request: Request) -> str:
    """The parts as one HTML text, pictures still ``asset:KEY``."""
    return "\n".join(serialise(part.element) for part in found)


def serialise(element: Element, *, xml: bool = False) -> str:
    """An element with its children as HTML, or as well-formed XML."""
    from xml.etree.ElementTree import tostring

    tail, element.tail = element.tail, None
    try:
        return tostring(element, encoding="unicode", method="xml" if xml else "html")
    finally:
        element.tail = tail


def head(request: Request) -> str:
    """The beginning of an HTML document in the report's language, up to ``<head>``'s title."""
    direction = "rtl" if request.right_to_left else "ltr"
    title = escape(request.title or request.chapters[0].title or request.chapters[0].label)
    return (
        f'<!doctype html>\n<html lang="{escape(request.language)}" dir="{direction}">\n<head>\n'
        f'<meta charset="utf-8">\n<title>{title}</title>\n'
    )
