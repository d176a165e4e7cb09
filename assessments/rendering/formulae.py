"""Formulae on the printed page: each is drawn once, by ziamath, and stands in the line like a word.

Imported by the program that draws, under its limits. The formula's source stays the block's text: the element of the
drawing carries it in ``data-tex``, where the layout is read back, and as the alternative text for those who hear it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path
from xml.etree.ElementTree import Element

from assessments.text import mathematics

SIZE = 24.0
SCHEME = "formula:"
# The height of the letters of the formulae's face against those of the text's.
SCALE = 1.02
_VIEW = re.compile(r'viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"')


def put(root: Element, keep: Path | None) -> tuple[dict[str, bytes], list[str]]:
    """Draw the formulae of a document in place; answers the drawings by address, and the sources that failed.

    ``keep``: a folder in which drawings outlive this program; it may be emptied at any time.
    """
    drawings: dict[str, bytes] = {}
    failed = []
    for element in root.iter("code"):
        names = element.get("class", "").split()
        if "math" not in names or "unset" in names or len(element):
            continue
        source = element.text or ""
        drawn = _drawn(source, keep)
        if drawn is None:
            failed.append(source)
            continue
        address = SCHEME + hashlib.sha256(drawn).hexdigest()
        drawings[address] = drawn
        element.append(_picture(source, drawn, address))
        element.text = None
    return drawings, failed


def _picture(source: str, drawn: bytes, address: str) -> Element:
    """Width and baseline in ems of the text round it, so that a formula in a note is as small as its note."""
    _x, top, width, height = map(float, _VIEW.search(drawn.decode()).groups())
    below = (top + height) / SIZE * SCALE
    style = f"width:{width / SIZE * SCALE:.4f}em;height:{height / SIZE * SCALE:.4f}em;vertical-align:{-below:.4f}em"
    formula, _display = mathematics.inside(source)
    return Element(
        "img", {"src": address, "alt": formula, "class": "formula", "style": style, "data-tex": source}
    )


def _drawn(source: str, keep: Path | None) -> bytes | None:
    if mathematics.mathml(source) is None:
        return None
    kept = keep and keep / f"{hashlib.sha256(f'{_version()} {source}'.encode()).hexdigest()}.svg"
    if kept:
        with contextlib.suppress(OSError):
            found = kept.read_bytes()
            if _VIEW.search(found[:400].decode(errors="replace")):
                return found
    made = _draw(source)
    if kept and made:
        with contextlib.suppress(OSError):
            part = kept.with_suffix(f".{os.getpid()}")
            part.write_bytes(made)
            part.replace(kept)
    return made


def _version() -> str:
    from ziamath import __version__

    return f"{__version__} {SIZE}"


def _draw(source: str) -> bytes | None:
    import ziamath

    formula, display = mathematics.inside(source)
    try:
        drawn = ziamath.Latex(formula, size=SIZE, inline=not display).svg()
    except Exception:  # a formula that the drawing stumbles over is shown as typed, and reported
        return None
    return drawn.encode() if _VIEW.search(drawn) else None
