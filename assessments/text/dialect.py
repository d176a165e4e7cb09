"""Concord's dialect of Markdown, described for authors in ``docs/markdown.md`` (design 3.4).

``parse`` reads a chapter once; every edition is made from its HTML. Numbers that a layout makes (of
headings, captions and notes) are attributes, ``data-number`` and ``data-label``, never text: so a block
keeps its words, and every anchor into them, when something is inserted before it.
"""

from __future__ import annotations

import html as escaping
import re
import unicodedata
import xml.etree.ElementTree as etree
from collections.abc import Callable, Sequence

import nh3

from .blocks import Leaf, Structure, Target
from .grammar import WRITTEN_NUMBER
from .inline import Cite, Inline
from .model import MAX_TEXT_BYTES, Block, Document, Figure, Place, Problem, TextTooComplex

__all__ = [
    *("Block", "Document", "Figure", "Place", "Problem", "TextTooComplex"),
    *("anatomy", "cleaned", "parse", "places", "with_ids"),
]

LABELS = {"sec": "Section {}", "fig": "Figure {}", "tbl": "Table {}", "box": "Box {}", "ch": "Chapter {}"}

VOID = {"br", "hr", "img"}
BREAKING = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
    *("caption", "figure", "figcaption", "pre", "blockquote", "aside", "section", "div", "hr", "br"),
}
TAGS = BREAKING | {"a", "em", "strong", "code", "sup", "span", "img"}
COMMON = {"id", "class", "data-b", "data-number", "data-label"}
ATTRIBUTES = {
    **dict.fromkeys(TAGS, COMMON),
    "a": COMMON | {"href", "title", "aria-label", "data-keys", "data-at"},
    "img": {"src", "alt"},
    "ol": COMMON | {"start"},
    "li": COMMON | {"value"},
    "th": COMMON | {"scope"},
}
# White space in the sense of HTML and of Python alike; controls and the byte-order mark are no text.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{HAN}]|[^\W{HAN}]+(?:[’'.,\-‑][^\W{HAN}]+)*")


def parse(
    markdown: str,
    *,
    cite: Cite | None = None,
    figure: Callable[[str], str | None] | None = None,
    number: str | None = None,
    labels: dict[str, str] | None = None,
    elsewhere: Callable[[str], Sequence[Place]] | None = None,
) -> Document:
    """Read a chapter.

    ``cite`` receives the (key, place) pairs of one citation and answers its text; it raises KeyError(key)
    or answers None for an unknown source. Without it citations show their keys, marked ``unresolved``.
    ``figure`` answers the name of the file behind a key, or None. ``number`` is the chapter's ("3") and
    leads the numbers of sections, figures, tables and boxes. ``labels`` replaces the words of LABELS.
    ``elsewhere`` answers for the keys that this text does not have: their places in the other chapters (see
    ``places``); a reference there carries ``data-at="CHAPTER#ID"``. Without it chapters go unchecked.
    Raises TextTooComplex (with a line and what to do) for text that would take too long; everything else
    that is wrong becomes a Problem, and its text is shown.
    """
    return _parsed(markdown, cite, figure, number, labels, elsewhere)[0]


def anatomy(markdown: str) -> tuple[Document, Structure, list[Leaf]]:
    """The chapter read alone, with its structure and the leaf behind each block, for those who map words to the source.

    Raises TextTooComplex.
    """
    return _parsed(markdown, None, None, None, None, None)


def cleaned(markdown: str) -> str:
    """The text as it is read: controls that are no text left out, form C."""
    return _clean(markdown)[0]


def _parsed(markdown, cite, figure, number, labels, elsewhere) -> tuple[Document, Structure, list[Leaf]]:
    size = len(markdown.encode("utf-8", "surrogatepass"))
    if size > MAX_TEXT_BYTES:
        raise TextTooComplex(
            1, f"the text has {size:,} bytes; at most {MAX_TEXT_BYTES:,} can be read. Divide it."
        )
    text, problems = _clean(markdown)
    words = {**LABELS, **(labels or {})}
    structure = Structure()
    structure.read(text)
    known, figures = _number(structure, number, words)
    _place_figures(structure, figure)

    def look_up(key: str) -> Sequence[Place]:
        if key in known:
            return [known[key]]
        if elsewhere is not None:
            return elsewhere(key)
        return [Place(words["ch"].format(key[3:]), _id(key))] if key.startswith("ch:") else []

    inline = Inline(cite, figure, look_up, set(structure.notes))
    for leaf in structure.leaves:
        inline.apply(leaf)
    leaves = structure.leaves + _place_notes(structure, inline)
    blocks, html = _finish(structure.root, leaves)
    outline = [
        (leaf.level, block.text, block.order, leaf.element.get("id", ""))
        for leaf, block in blocks
        if block.kind == "heading"
    ]
    problems += structure.problems + inline.problems + _heading_jumps(blocks)
    document = Document(
        html=html,
        blocks=[block for _, block in blocks],
        problems=sorted(problems, key=lambda problem: problem.line),
        outline=outline,
        words=sum(len(WORD.findall(block.text)) for _, block in blocks),
        cited=list(inline.cited),
        figures=figures,
    )
    return document, structure, [leaf for leaf, _ in blocks]


def places(markdown: str, number: str, labels: dict[str, str] | None = None) -> dict[str, Place]:
    """The keys of a chapter's headings, figures, tables and boxes, for references from other chapters.

    Reads the structure alone, a small part of the time of ``parse``. Raises TextTooComplex.
    """
    structure = Structure()
    structure.read(_clean(markdown)[0])
    known, _figures = _number(structure, number, {**LABELS, **(labels or {})})
    return {key: Place(place.label, place.id, number) for key, place in known.items()}


def with_ids(html: str, ids: list[str]) -> str:
    """The HTML of a Document with ``ids[n]`` in the place of ``@n``. Raises ValueError if one is short."""

    def put(match: re.Match) -> str:
        order = int(match[2])
        if order >= len(ids):
            raise ValueError(f"Block {order} has no id: {len(ids)} ids were given.")
        return f'{match[1]}data-b="{escaping.escape(ids[order])}"'

    # In the sanitised text "<" opens tags only, and data-b is always the first attribute.
    return re.sub(r'(<[a-z][a-z0-9]* )data-b="@(\d+)"', put, html)


def _clean(markdown: str) -> tuple[str, list[Problem]]:
    text = markdown.replace("\r\n", "\n").replace("\r", "\n")
    problems = []
    first = CONTROL.search(text[1:] if text.startswith("\ufeff") else text)
    if first:
        line = text.count("\n", 0, first.start()) + 1
        problems.append(Problem(line, "control-characters", "characters that cannot be shown were left out."))
    return unicodedata.normalize("NFC", CONTROL.sub("", text)), problems


def _id(key: str) -> str:
    """The id in the page of a key such as ``fig:map``: no colon, since style sheets stumble over it."""
    return re.sub(r"[^\w\-]+", "-", key)


def _number(structure: Structure, number: str | None, labels) -> tuple[dict, list[Figure]]:
    """Give every target its number, label and id; answer key → place, and the figures."""
    headings = [target for target in structure.targets if target.kind == "sec"]
    top = min((target.level for target in headings), default=1)
    title = [target for target in headings if target.level == top]
    # One heading above all others is the chapter's title, not its first section.
    base = top + 1 if len(title) == 1 and headings[0] is title[0] else top
    lead = [number] if number else []
    counters, count = [0] * 7, {"fig": 0, "tbl": 0, "box": 0}
    known: dict[str, Place] = {}
    ids: dict[str, int] = {}
    figures = []
    for target in structure.targets:
        if target.kind == "sec":
            counters[target.level] += 1
            counters[target.level + 1 :] = [0] * (6 - target.level)
            own = [str(n) for n in counters[base : target.level + 1]]
            value = ".".join(lead + own)
            written = WRITTEN_NUMBER.match(target.leaf.raw)
            if written:
                value = written[1]
            elif value:
                target.element.set("data-number", value)
        elif target.kind == "tbl" and target.leaf is None:
            continue
        else:
            count[target.kind] += 1
            value = ".".join([*lead, str(count[target.kind])])
        label = labels[target.kind].format(value) if value else labels["ch"].format("").strip()
        if target.kind != "sec" and target.leaf is not None:
            target.leaf.element.set("data-label", label)
        name = _give_id(structure, target, value, ids)
        if target.key and target.key not in known:
            known[target.key] = Place(label, name)
        if target.kind == "fig":
            figures.append(Figure(target.figure, name, label, target.alt))
    return known, figures


def _give_id(structure: Structure, target: Target, value: str, ids: dict[str, int]) -> str:
    if target.key:
        name = _id(target.key)
        if name in ids:
            structure.problem(target.line, "duplicate-key", f"the key {target.key} is used more than once.")
    elif target.kind == "sec":
        name = "-".join(["sec", *re.findall(r"\w+", target.leaf.raw.lower())[:8]])[:80]
    else:
        name = f"{target.kind}-{value.replace('.', '-')}"
    unique = name
    while unique in ids:
        ids[name] += 1
        unique = f"{name}-{ids[name]}"
    ids[unique] = 1
    target.element.set("id", unique)
    return unique


def _place_figures(structure: Structure, figure) -> None:
    """Ask for the file behind each figure; one that is missing stays named, and is reported."""
    if figure is None:
        return
    for target in structure.targets:
        if target.kind != "fig":
            continue
        source = figure(target.figure)
        if source:
            target.element.find("img").set("src", f"asset:{source.removeprefix('asset:')}")
        else:
            structure.problem(
                target.line, "unknown-figure", f"the chapter has no figure file {target.figure}."
            )


def _place_notes(structure: Structure, inline: Inline) -> list[Leaf]:
    """Put the notes at the end, in the order of their marks; a note may hold marks of others."""
    if not structure.notes:
        return []
    section = etree.SubElement(structure.root, "section", {"class": "footnotes"})
    ordered = etree.SubElement(section, "ol")
    leaves: list[Leaf] = []
    unmarked = iter(structure.notes)
    at = 0
    while True:
        if at == len(inline.noted_keys):
            key = next((key for key in unmarked if key not in inline.noted), None)
            if key is None:
                break
            inline.note_number(key)
            structure.problem(
                structure.notes[key].line, "footnote-unused", f"footnote [^{key}] is marked nowhere."
            )
        key = inline.noted_keys[at]
        at += 1
        note = structure.notes[key]
        note.element.set("id", f"fn-{inline.noted[key]}")
        note.element.set("data-number", str(inline.noted[key]))
        ordered.append(note.element)
        for leaf in note.leaves:
            inline.apply(leaf)
        leaves += note.leaves
    return leaves


def _heading_jumps(blocks: list[tuple[Leaf, Block]]) -> list[Problem]:
    problems, before = [], None
    for _, block in blocks:
        if block.kind != "heading":
            continue
        if before is not None and block.level > before + 1:
            problems.append(
                Problem(
                    block.line_start,
                    "heading-jump",
                    f"this heading has level {block.level}, the one before it {before}: a level is missing.",
                )
            )
        before = block.level
    return problems


def _finish(root: etree.Element, leaves: list[Leaf]) -> tuple[list[tuple[Leaf, Block]], str]:
    """Number the blocks in the order of the page, take their texts, and write the HTML."""
    by_element = {id(leaf.element): leaf for leaf in leaves}
    blocks: list[tuple[Leaf, Block]] = []
    for element in root.iter():
        leaf = by_element.get(id(element))
        if leaf is None:
            continue
        text, inside = _own(element)
        text = unicodedata.normalize("NFC", " ".join(text.split()))
        if not text and leaf.kind != "figure":
            continue
        order = len(blocks)
        # First of all attributes: with_ids relies on it.
        rest = dict(element.attrib)
        element.attrib.clear()
        element.attrib.update({"data-b": f"@{order}", **rest})
        block = Block(order, leaf.kind, text, leaf.level, leaf.line_start, leaf.line_end, _sanitise(inside))
        blocks.append((leaf, block))
    parts: list[str] = []
    _write_inside(root, parts)
    return blocks, _sanitise("".join(parts)).strip()


def _own(element: etree.Element) -> tuple[str, str]:
    """The text of a block without the blocks nested in it, and the same as HTML."""
    texts, parts = [element.text or ""], [_text(element.text)]
    for child in element:
        if child.tag in BREAKING and child.tag != "br":
            texts.append(" ")
        else:
            texts.append("\n" if child.tag == "br" else "".join(_itertext(child)))
            _write(child, parts)
        texts.append(child.tail or "")
        parts.append(_text(child.tail))
    return "".join(texts), "".join(parts)


def _itertext(element: etree.Element):
    if element.tag == "br":
        yield "\n"
    yield element.text or ""
    for child in element:
        yield from _itertext(child)
        yield child.tail or ""


def _write(element: etree.Element, parts: list[str]) -> None:
    attributes = "".join(f' {name}="{escaping.escape(value)}"' for name, value in element.attrib.items())
    parts.append(f"<{element.tag}{attributes}>")
    # HTML drops the first line feed of a pre element; one of ours is dropped in place of the author's.
    if element.tag == "pre":
        parts.append("\n")
    if element.tag not in VOID:
        _write_inside(element, parts)
        parts.append(f"</{element.tag}>")
    if element.tag in BREAKING:
        parts.append("\n")


def _write_inside(element: etree.Element, parts: list[str]) -> None:
    parts.append(_text(element.text))
    for child in element:
        if child.tag in BREAKING and parts and not parts[-1].endswith("\n"):
            parts.append("\n")
        _write(child, parts)
        parts.append(_text(child.tail))


def _text(text: str | None) -> str:
    return escaping.escape(text, quote=False) if text else ""


def _sanitise(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "asset"},
        link_rel=None,
    )
