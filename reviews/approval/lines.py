"""The lines of a frozen summary: one for each sentence, headline and footnote (procedure 5.5, 7.3).

Cells, code and pictures are no lines: a table or figure is approved as a unit, with its caption.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reviews.approval.wording import normal

_POINTERS = re.compile(r"\{([^{}]*)\}")
_LEADING = re.compile(r"\s*((?:\{[^{}]*\}\s*)+)")
_SECTION = re.compile(r"([A-Z])(?:[.:]\s|\s*$)")
_TAGS = re.compile(r"<[^>]+>")
_CHAPTERS = re.compile(r"(?<![\d.])(\d{1,3})(?=\.\d|\b)")
UNITS = {"caption": "caption", "footnote": "note"}
SENTENCES = {"paragraph", "item", "box", "quote"}


@dataclass(frozen=True)
class Draft:
    """One line to be. ``start`` and ``end`` are characters of the block's text, without the line of sight."""

    label: str
    kind: str
    headline: bool
    block: str
    start: int
    end: int
    text: str
    sight: str


def lines_of(blocks: list[dict], html: str = "", unit: str = "line") -> list[Draft]:
    """The lines of a summary in order.

    ``blocks``: [{id, kind, text, sentences: [[start, end], …]}]. A paragraph that is bold throughout in
    ``html`` is a headline. Labels: the letter of the section's heading, headline, sentence: B.2.3.
    With ``unit`` "paragraph" a paragraph is one line.
    """
    bold = _bold_blocks(html)
    lettered = any(b["kind"] == "heading" and _SECTION.match(b["text"]) for b in blocks)
    section = "A"
    # Counted for each letter, so that a letter that comes twice goes on and no label comes twice.
    headlines: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    units: Counter[str] = Counter()
    found: list[Draft] = []
    for block in blocks:
        kind = block["kind"]
        if kind == "heading":
            section = _section_after(section, block["text"], lettered, found)
        elif kind in UNITS:
            units[kind] += 1
            found += _whole(block, f"{UNITS[kind]} {units[kind]}", kind, False)
        elif kind == "paragraph" and block["id"] in bold:
            headlines[section] += 1
            sentences[section] = 0
            found += _whole(block, f"{section}.{headlines[section]}", "sentence", True)
        elif kind in SENTENCES:
            for start, end, sight in _sentences(block, unit):
                sentences[section] += 1
                text = normal(_POINTERS.sub("", block["text"][start:end]))
                label = f"{section}.{headlines[section]}.{sentences[section]}"
                found.append(Draft(label, "sentence", False, block["id"], start, end, text, sight))
    return found


def _section_after(section: str, heading: str, lettered: bool, found: list[Draft]) -> str:
    """The section's letter after a heading: its own, or the next where headings carry none."""
    letter = _SECTION.match(heading)
    if letter:
        return letter[1]
    if lettered or not found or not found[-1].label.startswith(f"{section}."):
        return section
    return chr(min(ord(section) + 1, ord("Z")))


def chapters_in(sight: str) -> set[str]:
    """The numbers of the chapters to which a line of sight points: "3.2, Figure 5.1" gives 3 and 5."""
    return {match[1] for part in sight.split(",") if (match := _CHAPTERS.search(part))}


def _bold_blocks(html: str) -> set[str]:
    found = set()
    for match in re.finditer(r'<p\b[^>]*\bdata-b="([^"]+)"[^>]*>(.*?)</p>', html, re.DOTALL):
        inside = match[2].strip()
        if not inside.startswith("<strong>") or "</strong>" not in inside:
            continue
        before, _, rest = inside.rpartition("</strong>")
        words = _TAGS.sub("", _POINTERS.sub("", re.sub(r"<sup\b.*?</sup>", "", rest))).strip()
        if not words and before.count("<strong>") == 1:
            found.add(match[1])
    return found


def _whole(block: dict, label: str, kind: str, headline: bool) -> list[Draft]:
    """The block as one line, its lines of sight taken out at the end."""
    words = list(_sentences(block, "paragraph"))
    if not words:
        return []
    start, end, sight = words[0][0], words[-1][1], ", ".join(s for _, _, s in words if s)
    text = normal(_POINTERS.sub("", block["text"][start:end]))
    return [Draft(label, kind, headline, block["id"], start, end, text, sight)]


def _sentences(block: dict, unit: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, sight) of each sentence; a pointer in front of one belongs to the sentence before it."""
    text = block["text"]
    spans = [tuple(span) for span in block.get("sentences") or [(0, len(text))]]
    if unit == "paragraph":
        spans = [(spans[0][0], spans[-1][1])]
    held: list[list] = []
    for start, end in spans:
        leading = _LEADING.match(text, start, end)
        if leading and held:
            held[-1][2] += _POINTERS.findall(leading[1])
            start = leading.end()
        words = _POINTERS.sub(lambda m: " " * len(m[0]), text[start:end])
        if words.strip():
            begins = start + len(words) - len(words.lstrip())
            pointers = _POINTERS.findall(text[start:end])
            held.append([begins, start + len(words.rstrip()), pointers])
    for start, end, pointers in held:
        yield start, end, ", ".join(normal(p) for p in pointers if p.strip())
