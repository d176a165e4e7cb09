"""What a document's styles and lists mean: by their built-in names, which Word keeps in every language. No Django."""

from __future__ import annotations

import re

from .package import W

KINDS = {
    "title": ("heading", 1),
    "caption": ("caption", 0),
    "quote": ("quote", 0),
    "intense quote": ("quote", 0),
    "block text": ("quote", 0),
    "source code": ("code", 0),
    "html preformatted": ("code", 0),
    "plain text": ("paragraph", 0),
    "box title": ("box", 0),
    "rule": ("rule", 0),
    "bibliography": ("dropped", 0),
}
BOLD, ITALIC, CODE = {"strong"}, {"emphasis"}, {"verbatim char", "html code"}


class Styles:
    """The styles of one document; a style says what the one that it is based on says."""

    def __init__(self, root):
        self.found = {s.get(f"{W}styleId", ""): s for s in root.iter(f"{W}style")} if root is not None else {}

    def _chain(self, style: str):
        seen = set()
        while style and style in self.found and style not in seen:
            seen.add(style)
            yield self.found[style]
            based = self.found[style].find(f"{W}basedOn")
            style = based.get(f"{W}val", "") if based is not None else ""

    def kind(self, style: str, outline=None) -> tuple[str, int]:
        """(kind, level) of a paragraph in that style; ``outline`` is the level set on the paragraph itself."""
        if outline is not None:
            level = outline.get(f"{W}val", "9")
            if level.isdecimal() and int(level) < 6:
                return "heading", int(level) + 1
        for element in self._chain(style):
            name = _name(element)
            heading = re.fullmatch(r"heading ([1-9])", name)
            if heading:
                return "heading", min(int(heading[1]), 6)
            if name in KINDS:
                return KINDS[name]
            if re.match(r"toc (heading|\d)", name) or name == "table of figures":
                return "dropped", 0
            level = element.find(f"{W}pPr/{W}outlineLvl")
            if level is not None and level.get(f"{W}val", "9") in "012345":
                return "heading", int(level.get(f"{W}val")) + 1
        return "paragraph", 0

    def numbering(self, style: str):
        """The ``numPr`` that the style gives, or None."""
        for element in self._chain(style):
            found = element.find(f"{W}pPr/{W}numPr")
            if found is not None:
                return found
        return None

    def run(self, style: str) -> tuple[bool, bool, bool]:
        """(bold, italic, code) of a style of characters."""
        bold = italic = code = None
        for element in self._chain(style):
            name = _name(element)
            code = code or name in CODE
            for tag, names in (("b", BOLD), ("i", ITALIC)):
                found = element.find(f"{W}rPr/{W}{tag}")
                said = name in names or None
                if found is not None:
                    said = found.get(f"{W}val", "true") not in ("0", "false", "off")
                if tag == "b" and bold is None:
                    bold = said
                elif tag == "i" and italic is None:
                    italic = said
        return bool(bold), bool(italic), bool(code)


class Numbering:
    """The lists of one document."""

    def __init__(self, root):
        self.levels: dict[str, dict[str, str]] = {}
        if root is None:
            return
        kinds = {}
        for abstract in root.iter(f"{W}abstractNum"):
            kinds[abstract.get(f"{W}abstractNumId")] = {
                level.get(f"{W}ilvl", "0"): _format(level) for level in abstract.iter(f"{W}lvl")
            }
        for number in root.iter(f"{W}num"):
            abstract = number.find(f"{W}abstractNumId")
            if abstract is not None:
                self.levels[number.get(f"{W}numId", "")] = kinds.get(abstract.get(f"{W}val"), {})

    def item(self, number: str, level: str) -> tuple[int, bool] | None:
        """(depth from 1, whether it is numbered) of an item of that list; None for no list."""
        if number in ("", "0"):
            return None
        level = level if level.isdecimal() and len(level) == 1 else "0"
        form = self.levels.get(number, {}).get(level, "bullet")
        return int(level) + 1, form not in ("bullet", "none")


def _format(level) -> str:
    found = level.find(f"{W}numFmt")
    return found.get(f"{W}val", "decimal") if found is not None else "decimal"


def _name(element) -> str:
    found = element.find(f"{W}name")
    return found.get(f"{W}val", "").lower() if found is not None else ""
