"""Puts marks into a text's HTML at characters of its blocks: links to statements, remarks of a review. No Django.

Characters are counted without white space, as everywhere where a place in HTML and one in a block's text are to be
the same: the text has its spaces collapsed, the HTML may have lines of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape

_TOKEN = re.compile(r"<[^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);|[^<&]|[<&]")
_NAME = re.compile(r'\sdata-b="([^"]*)"')
_TAG = re.compile(r"</?([a-zA-Z][\w-]*)")
VOID = {"area", "br", "col", "hr", "img", "wbr"}


def insert(html: str, marks: Mapping[str, Sequence[tuple[int, str]]]) -> str:
    """The HTML with ``marks`` {block: [(characters before it without white space, HTML)]} put in.

    A mark that would fall into a link, a formula, or words that our layout made, stands before these. One beyond the
    block's end stands at its last character. Nothing else changes.
    """
    waiting = {name: sorted(rows, key=lambda row: row[0]) for name, rows in marks.items() if rows}
    if not waiting:
        return html
    out: list[str] = []
    counts: dict[str, int] = {}
    open_: list[
        tuple[str, str, bool]
    ] = []  # tag, block whose text stands in it, text that counts for nothing
    # Where what is not to be divided begins in ``out``, and how many elements were open before it.
    block, silent, linked, outside = "", False, None, 0

    def flush(name: str, upto: int | None, at: int | None) -> None:
        rows = waiting.get(name, [])
        while rows and (upto is None or rows[0][0] <= upto):
            made = rows.pop(0)[1]
            out.append(made) if at is None else out.insert(at, made)

    for token in _TOKEN.finditer(html):
        text = token[0]
        tag = _TAG.match(text) if text[0] == "<" else None
        if tag is None:
            plain = unescape(text)
            if block and not silent and not plain.isspace():
                flush(block, counts.get(block, 0), linked)
                counts[block] = counts.get(block, 0) + len(re.sub(r"\s", "", plain))
            out.append(text)
            continue
        name = tag[1].lower()
        if text.startswith("</"):
            while open_:
                closed = open_.pop()
                if closed[1] != (open_[-1][1] if open_ else ""):
                    flush(closed[1], None, linked)
                block, silent = (open_[-1][1], open_[-1][2]) if open_ else ("", False)
                if len(open_) == outside:
                    linked = None
                if closed[0] == name:
                    break
            out.append(text)
            continue
        if linked is None and (name == "a" or text.startswith('<code class="math')):
            linked, outside = len(out), len(open_)
        if name not in VOID and not text.endswith("/>"):
            own = _NAME.search(text)
            block = own[1] if own else block
            silent = silent or 'class="made"' in text or 'class="fnref"' in text
            open_.append((name, block, silent))
        out.append(text)
    return "".join(out)


def before(text: str, at: int) -> int:
    """How many characters that are no white space stand before character ``at`` of a block's text."""
    return len(re.sub(r"\s", "", text[:at]))
