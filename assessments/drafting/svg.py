"""Makes a stranger's SVG anew: only what draws, from a list of what may be there. Pure: no Django.

A drawing can hold scripts, foreign pages, addresses that are fetched and animation; none of these is on the
list, so none gets through. Style sheets are left out, ``style`` attributes become attributes of the same
name.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections import Counter
from dataclasses import dataclass

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
MAX_BYTES = 8 * 1024 * 1024
MAX_ELEMENTS = 100_000
MAX_DEPTH = 60
DEFAULT_SIZE = (300.0, 150.0)

_DRAWING = (
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath "
    "marker linearGradient radialGradient stop clipPath mask pattern"
)
_SAYING = (
    "id class x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy d points width height viewBox preserveAspectRatio "
    "transform rotate offset pathLength version gradientUnits gradientTransform spreadMethod clipPathUnits "
    "maskUnits maskContentUnits patternUnits patternContentUnits patternTransform markerUnits markerWidth "
    "markerHeight refX refY orient startOffset method spacing textLength lengthAdjust role aria-label "
    "aria-hidden fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap "
    "stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color stop-color "
    "stop-opacity clip-path clip-rule mask marker-start marker-mid marker-end font-family font-size "
    "font-style font-weight font-variant font-stretch text-anchor dominant-baseline alignment-baseline "
    "baseline-shift letter-spacing word-spacing text-decoration direction unicode-bidi writing-mode display "
    "visibility overflow paint-order shape-rendering text-rendering vector-effect"
)
ELEMENTS = frozenset(_DRAWING.split())
ATTRIBUTES = frozenset(_SAYING.split())
_INSIDE = re.compile(r"#[A-Za-z_][\w.\-:]*")
_URL = re.compile(r"url\(\s*['\"]?\s*(#[A-Za-z_][\w.\-:]*)\s*['\"]?\s*\)", re.IGNORECASE)
_UNSAFE = re.compile(r"[<>\\]|url\s*\(|expression|script:|@import|&#", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\+?(\d*\.?\d+(?:e[+-]?\d+)?)\s*(px|pt|mm|cm|in|pc)?\s*", re.IGNORECASE)
_PIXELS = {"px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


class SvgError(ValueError):
    """The file is no drawing that can be kept; the text says why."""


@dataclass(frozen=True)
class Drawing:
    """A drawing made anew; ``width`` and ``height`` in pixels, ``left_out`` what was not kept, with its
    number."""

    data: bytes
    width: int
    height: int
    left_out: tuple[str, ...]


def remake(data: bytes) -> Drawing:
    """The drawing with nothing in it but what is on the list. Raises SvgError."""
    if len(data) > MAX_BYTES:
        raise SvgError(f"it has {len(data) / 1048576:.1f} MB; at most {MAX_BYTES // 1048576} MB are kept.")
    # Entities could blow a small file up, and a drawing needs none; utf-16 would hide them from this search.
    head = data.replace(b"\x00", b"")
    if re.search(rb"<!\s*ENTITY", head, re.IGNORECASE):
        raise SvgError("it defines entities, which drawings do not need. Export it again as plain SVG.")
    try:
        root = etree.fromstring(data)
    except (etree.ParseError, ValueError, LookupError) as error:
        raise SvgError(f"it is not well-formed XML ({error}).") from None
    if root.tag != f"{{{SVG}}}svg":
        raise SvgError("its outermost element is no svg element of the SVG namespace.")
    left_out: Counter[str] = Counter()
    made = _element(root, left_out, [0], 0)
    width, height = _size(root)
    rest = dict(made.attrib)
    made.attrib.clear()
    box = rest.pop("viewBox", f"0 0 {width:g} {height:g}")
    first = {"xmlns": SVG, "width": f"{width:g}", "height": f"{height:g}", "viewBox": box}
    made.attrib.update({**first, **{name: said for name, said in rest.items() if name not in first}})
    text = etree.tostring(made, encoding="unicode")
    named = tuple(f"{name} ({count})" for name, count in sorted(left_out.items()))
    return Drawing(text.encode(), max(1, round(width)), max(1, round(height)), named)


def _element(old: etree.Element, left_out: Counter, count: list[int], depth: int) -> etree.Element:
    count[0] += 1
    if count[0] > MAX_ELEMENTS or depth > MAX_DEPTH:
        raise SvgError(f"it has more than {MAX_ELEMENTS:,} elements or nests deeper than {MAX_DEPTH}.")
    new = etree.Element(_local(old.tag))
    for name, value in _attributes(old, left_out):
        new.set(name, value)
    new.text = old.text
    for child in old:
        if not isinstance(child.tag, str):
            continue
        if child.tag.startswith(f"{{{SVG}}}") and _local(child.tag) in ELEMENTS:
            made = _element(child, left_out, count, depth + 1)
            made.tail = child.tail
            new.append(made)
        elif child.tag.startswith(f"{{{SVG}}}"):
            left_out[_local(child.tag)] += 1
    return new


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _attributes(old: etree.Element, left_out: Counter):
    for name, value in old.attrib.items():
        if name in ("href", f"{{{XLINK}}}href"):
            if _INSIDE.fullmatch(value.strip()):
                yield "href", value.strip()
            else:
                left_out["href"] += 1
        elif name == "style":
            for declaration in value.split(";"):
                key, _colon, said = declaration.partition(":")
                key = key.strip().lower()
                if key in ATTRIBUTES and (safe := _value(said)) is not None:
                    yield key, safe
        elif name in ATTRIBUTES:
            if (safe := _value(value)) is not None:
                yield name, safe
            else:
                left_out[name] += 1
        elif name.startswith("on"):
            left_out[name] += 1


def _value(value: str) -> str | None:
    """The value if it can do nothing but draw; addresses only of parts of the same drawing."""
    inert = _URL.sub("", value)
    if _UNSAFE.search(inert):
        return None
    return _URL.sub(lambda match: f"url({match[1]})", value).strip()


def _size(root: etree.Element) -> tuple[float, float]:
    box = [float(n) for n in re.findall(r"-?\d*\.?\d+(?:e[+-]?\d+)?", root.get("viewBox", ""))]
    found = []
    for name, at in (("width", 2), ("height", 3)):
        match = _NUMBER.fullmatch(root.get(name, ""))
        if match:
            found.append(float(match[1]) * _PIXELS[(match[2] or "px").lower()])
        else:
            found.append(box[at] if len(box) == 4 else DEFAULT_SIZE[at - 2])
    if not all(0 < side <= 20_000 for side in found):
        raise SvgError("its width or height is nothing, or more than 20,000 pixels.")
    return found[0], found[1]
