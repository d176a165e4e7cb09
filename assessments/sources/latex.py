"""Decodes the LaTeX that BibTeX files carry in their fields.

Pure: no Django.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "r": "\u030a", "c": "\u0327",
    "k": "\u0328", "d": "\u0323", "b": "\u0331", "t": "\u0361",
}  # fmt: skip
_LETTERS = {
    "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "l": "ł",
    "L": "Ł", "ss": "ß", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ",
    "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "euro": "€",
    "dots": "…", "ldots": "…", "textendash": "–", "textemdash": "—", "textquoteright": "’",
    "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”", "textbackslash": "\\",
    "textasciitilde": "~", "textasciicircum": "^", "textdegree": "°", "degree": "°", "textregistered": "®",
    "texttrademark": "™", "times": "×", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "approx": "≈", "sim": "~", "rightarrow": "→", "to": "→", "infty": "∞", "cdot": "·", "circ": "°",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_COMMANDS = {
    "textit": "i", "emph": "i", "textsl": "i", "mathit": "i", "textbf": "b", "mathbf": "b",
    "em": "i", "it": "i", "sl": "i", "bf": "b", "textsubscript": "sub", "textsuperscript": "sup",
}  # fmt: skip
_ACCENTED = re.compile(
    r"""\\(?:([`'^~"=.])\s*|([uvHrckdbt])(?=[\s{\\])\s*)
        (?:\{\s*(\\[ij](?![A-Za-z])|[^\W\d_]|)\s*\}|(\\[ij](?![A-Za-z])|[^\W\d_]))""",
    re.VERBOSE,
)
_NAMED = re.compile(r"\\([A-Za-z]+)(?:\{\}|(?![A-Za-z])[ \t]*)")
_GROUP = re.compile(r"(?:\\([A-Za-z]+)\s*)?\{([^{}]*)\}")
_SWITCH = re.compile(r"\{\s*\\(em|it|sl|bf|sc|rm)(?![A-Za-z])\s*")
_SCRIPT = re.compile(r"([_^])(?:\{([^{}]*)\}|([A-Za-z0-9+\-*]))")
_MATH = re.compile(r"(?<!\\)\$([^$]{1,300}?)(?<!\\)\$")


def decode_latex(text: str) -> str:
    r"""BibTeX's LaTeX as Unicode text with CSL marks: accents, letters, ``\textit``, ``$_2$``, braces.

    A command that is not known loses its backslash and keeps its argument, so no word is lost; a bare
    ``%`` stays a per cent sign.
    """
    if not re.search(r"[\\{}$~]|--|``|''", text):
        return text
    # An escaped sign is set aside first: "\{" is no brace, "\$" opens no formula, "\\" ends a line.
    text = text.replace("\\\\", " ")
    text = re.sub(r"\\([%&$#_{}])", lambda match: chr(0xE000 + ord(match[1])), text)
    text = _ACCENTED.sub(_accented, text)
    text = _MATH.sub(lambda match: _NAMED.sub(_named, _SCRIPT.sub(_script, match[1])), text)
    text = _SWITCH.sub(lambda match: f"\\{match[1]}{{", text)
    text = _NAMED.sub(_named, text)
    for _ in range(6):
        before = text
        text = _GROUP.sub(_group, text)
        if text == before:
            break
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    text = re.sub(r"[{}]", "", text.replace("~", "\u00a0"))
    text = re.sub(r"\\(?=[A-Za-z,;:! /@-])", "", text)
    return re.sub("[\ue000-\ue0ff]", lambda match: chr(ord(match[0]) - 0xE000), text)


def _accented(match: re.Match[str]) -> str:
    base = (match[3] if match[3] is not None else match[4]).replace("\\", "")
    return unicodedata.normalize("NFC", base + _ACCENTS[match[1] or match[2]]) if base else ""


def _named(match: re.Match[str]) -> str:
    return _LETTERS.get(match[1], match[0])


def _script(match: re.Match[str]) -> str:
    mark = "sub" if match[1] == "_" else "sup"
    return f"<{mark}>{match[2] if match[2] is not None else match[3]}</{mark}>"


def _group(match: re.Match[str]) -> str:
    mark = _COMMANDS.get(match[1] or "")
    return f"<{mark}>{match[2]}</{mark}>" if mark else match[2]
