"""Formulae in TeX's notation: whether one can be set, and the same as MathML (docs/markdown.md).

A formula's text is what the author typed, marks of dollar and all: anchors, coverage and exports count that. What is
drawn or shown in its place is made from it, here for screens and for other programs, in ``rendering.formulae`` for
the printed page. Pure; latex2mathml is imported when the first formula is met.
"""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as etree
from functools import lru_cache
from html import escape, unescape

MAX_CHARACTERS = 1_000
MAX_ALL = 60_000
MAX_DEPTH = 12
MAX_COMMANDS = 300
MAX_CELLS = 200

MATHML = "http://www.w3.org/1998/Math/MathML"
# Of presentation alone: nothing that leads elsewhere, runs, or holds foreign content.
ELEMENTS = frozenset(
    {
        *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup"),
        *(
            "msubsup",
            "munder",
            "mover",
            "munderover",
            "mmultiscripts",
            "mprescripts",
            "none",
            "mtable",
            "mtr",
        ),
        *("mtd", "mstyle", "mpadded", "mphantom", "menclose", "mfenced", "ms", "merror", "mlabeledtr"),
    }
)
ATTRIBUTES = frozenset(
    {
        *(
            "display",
            "displaystyle",
            "scriptlevel",
            "mathvariant",
            "stretchy",
            "fence",
            "separator",
            "accent",
        ),
        *("accentunder", "form", "lspace", "rspace", "linethickness", "columnalign", "rowspacing"),
        *("columnspacing", "columnlines", "rowlines", "width", "height", "depth", "notation", "symmetric"),
        *("largeop", "movablelimits", "minsize", "maxsize", "open", "close", "separators", "voffset"),
    }
)
ENVIRONMENTS = frozenset(
    {
        *("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "cases", "array"),
        *("align", "align*", "aligned", "split", "gather", "gathered", "equation", "equation*"),
    }
)
# What reaches outside a formula in TeX, or grows without bound.
REFUSED = frozenset(
    {
        *("def", "edef", "gdef", "let", "newcommand", "renewcommand", "require", "input", "include", "href"),
        *("url", "class", "style", "cssId", "htmlClass", "includegraphics", "loop", "repeat", "csname"),
    }
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{([^{}]*)\}")
_CODE = re.compile(r'<code class="math( display)?">([^<]*)</code>')
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_SHOWN = re.compile(
    r'<span class="formula( display)?"><code class="formula__source" aria-hidden="true">([^<]*)</code>'
    r"<math data-apart .*?</math></span>",
    re.DOTALL,
)
_NOTE = re.compile(r'<annotation encoding="application/x-tex">([^<]*)</annotation>')
# As ``inline`` finds formulae in Markdown, here in the text of a block.
FORMULA = re.compile(r"\$\$[^$]+?\$\$|(?<!\$)\$(?![\s$])[^$]+(?<!\s)\$(?![\d$])")


class CannotBeSet(ValueError):
    """The formula is not one that can be set; the message says why, in words for its author."""


def inside(source: str) -> tuple[str, bool]:
    """The formula without its dollars, and whether it stands alone (``$$…$$``)."""
    display = len(source) > 4 and source.startswith("$$") and source.endswith("$$")
    marks = 2 if display else 1
    return source[marks:-marks].strip(), display


def check(source: str) -> None:
    """Raise CannotBeSet for a formula that is too large, unbalanced, or asks for what there is not.

    Takes time in proportion to its length, up to the limits above.
    """
    _set(source)


def mathml(source: str) -> str | None:
    """The formula as a ``<math>`` element with its source as annotation, or None where it cannot be set."""
    try:
        return _set(source)
    except CannotBeSet:
        return None


@lru_cache(maxsize=4096)
def _set(source: str) -> str:
    formula, display = inside(source)
    _bound(formula)
    root = _converted(formula, display)
    wrong = next((e.text for e in root.iter() if (e.text or "").strip().startswith("\\")), None)
    if wrong:
        raise CannotBeSet(f"{wrong.strip()} is no command that is known here")
    _only_known(root)
    return _annotated(root, formula, display)


def _bound(formula: str) -> None:
    if not formula:
        raise CannotBeSet("there is nothing between the dollars")
    if len(formula) > MAX_CHARACTERS:
        raise CannotBeSet(f"it has {len(formula):,} characters; at most {MAX_CHARACTERS:,} are set")
    depth = deepest = 0
    plain = re.sub(r"\\\\|\\[{}]", "", formula)
    for character in plain:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
        if depth < 0:
            raise CannotBeSet("a brace } closes what none opened")
    if depth:
        raise CannotBeSet("a brace { is not closed")
    commands = _COMMAND.findall(formula)
    nested = max(deepest, commands.count("left"), commands.count("begin"))
    if nested > MAX_DEPTH:
        raise CannotBeSet(f"it is nested {nested} deep; at most {MAX_DEPTH} are set")
    if len(commands) > MAX_COMMANDS or formula.count("&") + formula.count("\\\\") > MAX_CELLS:
        raise CannotBeSet("it is too intricate; divide it")
    refused = next((name for name in commands if name in REFUSED), None)
    if refused:
        raise CannotBeSet(f"\\{refused} has no place in a formula")
    unknown = next((name for name in _ENVIRONMENT.findall(formula) if name not in ENVIRONMENTS), None)
    if unknown is not None:
        raise CannotBeSet(f"\\begin{{{unknown[:40]}}} is no environment that is known here")


def _converted(formula: str, display: bool) -> etree.Element:
    from latex2mathml.converter import convert

    try:
        written = convert(formula, display="block" if display else "inline")
        return etree.fromstring(written)
    except RecursionError as error:
        raise CannotBeSet("it is nested too deep") from error
    except Exception as error:  # the library raises what its code stumbles over, of many kinds
        raise CannotBeSet(_in_words(type(error).__name__)) from error


def _in_words(name: str) -> str:
    return WRONG.get(name, "it cannot be read")


# The library's own errors, in words for authors.
WRONG = {
    "DoubleSubscriptsError": "one sign has two lower indices",
    "DoubleSuperscriptsError": "one sign has two upper indices",
    "ExtraLeftOrMissingRightError": "a \\left has no \\right, or the other way round",
    "MissingSuperScriptOrSubscriptError": "an index is missing",
    "MissingEndError": "a \\begin has no \\end",
    "NoAvailableTokensError": "something is missing after a command",
    "NumeratorNotFoundError": "a fraction has nothing above",
    "DenominatorNotFoundError": "a fraction has nothing below",
    "InvalidWidthError": "a width cannot be read",
    "InvalidAlignmentError": "the columns of an array cannot be read",
    "InvalidStyleForGenfracError": "a fraction's style cannot be read",
    "LimitsMustFollowMathOperatorError": "\\limits follows no operator",
}


def _only_known(root: etree.Element) -> None:
    """Leave of the library's answer what is known to be harmless; its text is the author's."""
    for element in root.iter():
        name = element.tag.removeprefix(f"{{{MATHML}}}")
        if name not in ELEMENTS:
            raise CannotBeSet(f"<{name}> cannot be shown")
        if name in ("mfrac", "msub", "msup", "munder", "mover", "mroot") and len(element) != 2:
            raise CannotBeSet("a part of a fraction, root or index is missing")
        if name in ("msubsup", "munderover") and len(element) != 3:
            raise CannotBeSet("a part of an index is missing")
        for attribute in list(element.attrib):
            if attribute not in ATTRIBUTES:
                del element.attrib[attribute]


def _annotated(root: etree.Element, formula: str, display: bool) -> str:
    etree.register_namespace("", MATHML)
    row = etree.Element(f"{{{MATHML}}}semantics")
    row.extend(list(root))
    note = etree.SubElement(row, f"{{{MATHML}}}annotation", {"encoding": "application/x-tex"})
    note.text = formula
    for child in list(root):
        root.remove(child)
    root.append(row)
    root.set("display", "block" if display else "inline")
    root.set("alttext", formula)
    return etree.tostring(root, encoding="unicode")


def shown(html: str) -> str:
    """A chapter's HTML for a screen: beside the source of each formula the formula itself.

    The source stays, for what counts characters, and is hidden from sight and from readers aloud; the ``math``
    element bears ``data-apart``, as everything does that is no text of a block.
    """

    return _CODE.sub(lambda match: beside(unescape(match[2])), html)


def beside(source: str) -> str:
    """One formula as ``shown`` puts it; only its source, as code, where it cannot be set."""
    made = mathml(source)
    text = escape(source, quote=False)
    if made is None:
        return f'<code class="math">{text}</code>'
    name = "formula display" if inside(source)[1] else "formula"
    apart = made.replace("<math ", "<math data-apart ", 1)
    return (
        f'<span class="{name}"><code class="formula__source" aria-hidden="true">{text}</code>{apart}</span>'
    )


def sources(html: str) -> str:
    """The way back from ``shown``, whatever set the formula then."""
    return _SHOWN.sub(r'<code class="math\1">\2</code>', html)


def alone(html: str) -> str:
    """A chapter's HTML for other programs: each formula as MathML in the place of its source."""
    return _CODE.sub(lambda match: mathml(unescape(match[2])) or match[0], html)


def typed(html: str) -> str:
    """The way back from ``alone``: the source of each formula in the place of its MathML.

    A ``math`` element that is not, sign for sign, what its annotation gives leaves nothing.
    """

    def source(match: re.Match) -> str:
        note = _NOTE.search(match[0])
        marks = "$$" if ' display="block"' in match[0].partition(">")[0] else "$"
        found = f"{marks}{unescape(note[1])}{marks}" if note else ""
        return escape(found, quote=False) if mathml(found) == match[0] else ""

    return _MATH.sub(source, html)


def signs(source: str) -> str:
    """Letters and digits that a formula shows, sorted: what it has in common with itself in another notation."""
    made = mathml(source)
    if made is None:
        return ""
    words = re.sub(r"<annotation\b.*?</annotation>|<[^>]*>", "", made, flags=re.DOTALL)
    return letters(unescape(words))


def letters(text: str) -> str:
    """The letters and digits of a text, sorted; those of special shape (ℝ) as the plain ones."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sorted(c for c in plain if unicodedata.category(c)[0] in "LN"))
