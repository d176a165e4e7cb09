"""How each construct of the dialect looks, line by line. Every pattern takes time in proportion."""

from __future__ import annotations

import re

Line = tuple[int, str]

FENCE = re.compile(r"^ *(`{3,}|~{3,})([^`]*)$")
BOX_OPEN = re.compile(r"^ *:::+ *box\b *(.*)$")
BOX_OTHER = re.compile(r"^ *:::+ *\S")
BOX_CLOSE = re.compile(r"^ *:::+ *$")
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(\S.*)$")
RULE = re.compile(r"^ *(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$")
NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,60})\]:\s*(.*)$")
FIGURE_END = re.compile(r'(?P<target>[^\s()]+)(?:\s+"(?P<caption>.*)")?\s*\)')
DIVIDER = re.compile(r"^ *\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$")
CAPTION = re.compile(r"^ *Table: +(\S.*)$")
QUOTE = re.compile(r"^ *> ?(.*)$")
ITEM = re.compile(r"^( *)([-+*]|(\d{1,9})[.)])( +\S.*|\s*)$")
KEY = re.compile(r"\{#([\w:.\-]+)\}")
WRITTEN_NUMBER = re.compile(r"^(\d+(?:\.\d+)+|\d+(?=\.\s))\.?\s")


def expand(line: str) -> str:
    """The line with the tabs of its indentation as spaces, four to a tab."""
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].expandtabs(4) + body


def item_style(match: re.Match) -> str:
    return match[2][-1]


def item_lines(lines, at, match) -> tuple[list[Line], int]:
    """The lines of one item, without its marker and indentation, and the index after it."""
    indent = len(match[1])
    width = indent + len(match[2]) + 1
    inside, end, blank = [(lines[at][0], match[4].lstrip())], at + 1, False
    while end < len(lines):
        number, text = lines[end]
        lead = len(text) - len(text.lstrip(" "))
        if not text.strip():
            blank = True
            inside.append((number, ""))
        elif lead >= indent + 2:
            blank = False
            inside.append((number, text[min(lead, width) :]))
        elif blank or ITEM.match(text) or interrupts(lines, end):
            break
        else:
            inside.append((number, text.lstrip(" ")))
        end += 1
    while inside and not inside[-1][1].strip() and len(inside) > 1:
        inside.pop()
    return inside, end


def interrupts(lines, at) -> bool:
    """Whether the line ends a paragraph that stands before it."""
    line = lines[at][1]
    start = line.lstrip()[:1]
    if start.isalpha():
        return bool(CAPTION.match(line)) or ("|" in line and is_table(lines, at))
    item = ITEM.match(line)
    return bool(
        FENCE.match(line)
        or BOX_OPEN.match(line)
        or BOX_OTHER.match(line)
        or BOX_CLOSE.match(line)
        or HEADING.match(line)
        or RULE.match(line)
        or NOTE.match(line)
        or figure_parts(line)
        or QUOTE.match(line)
        or (item and item[4].strip() and item[3] in (None, "1"))
        or is_table(lines, at)
    )


def is_table(lines, at) -> bool:
    if "|" not in lines[at][1] or at + 1 >= len(lines):
        return False
    divider = lines[at + 1][1]
    return "-" in divider and "|" in divider and bool(DIVIDER.match(divider))


def split_cells(line: str) -> list[str]:
    """The cells of a row; a bar in code, in math or after a backslash divides nothing."""
    line = line.strip()
    line = line[1:] if line.startswith("|") else line
    parts = re.findall(r"\\.|`[^`]*`|\$(?!\s)[^$|]*\|[^$]*(?<!\s)\$(?!\d)|\||[^\\`$|]+|[\\`$]", line)
    cells, cell = [], []
    for part in parts:
        if part == "|":
            cells.append("".join(cell).strip())
            cell = []
        else:
            cell.append(part)
    last = "".join(cell).strip()
    if last or not cells:
        cells.append(last)
    return cells


def alignment(cell: str) -> str:
    if cell.endswith(":"):
        return "align-center" if cell.startswith(":") else "align-end"
    return ""


def take_key(raw: str) -> tuple[str, str | None]:
    raw = raw.rstrip()
    match = KEY.fullmatch(raw, raw.rfind("{")) if raw.endswith("}") else None
    return (raw[: match.start()].rstrip(), match[1]) if match else (raw, None)


def figure_parts(line: str) -> tuple[str, str, str | None, str] | None:
    """(description, target, caption, attributes) of a figure's line, or None.

    Description and caption may hold brackets themselves, so every ``](`` is tried, the last one first.
    """
    line, attributes = line.strip(), ""
    if not line.startswith("!["):
        return None
    if line.endswith("}"):
        line, _, attributes = line[:-1].rpartition("{")
        line = line.rstrip()
    at = len(line)
    for _ in range(50):
        at = line.rfind("](", 0, at)
        if at < 0:
            return None
        match = FIGURE_END.fullmatch(line, at + 2)
        if match:
            return line[2:at].strip(), match["target"], match["caption"], attributes
    return None
