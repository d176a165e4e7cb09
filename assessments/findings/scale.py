"""Scales by which findings say how sure they are, as data: ``scales/*.toml`` (procedure 11.9). Pure: no Django.

A scale gives words and ranges. It never computes a level: cells of evidence and agreement have no fixed one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "scales"
# Languages in which a likelihood's words are also everyday words, so that their casual use can be told from type.
TYPED = frozenset({"en", "fr", "es"})


@dataclass(frozen=True)
class Term:
    """A term of a scale: ``part`` is confidence or likelihood; ``span`` the range in per cent, of likelihoods."""

    part: str
    key: str
    words: Mapping[str, tuple[str, ...]]
    span: tuple[int, int] | None = None

    def word(self, language: str) -> str:
        """The term as pages show it; in English where the language has none."""
        return (self.words.get(language) or self.words["en"])[0]


@dataclass(frozen=True, eq=False)
class Scale:
    key: str
    title: str
    evidence: tuple[str, ...]
    agreement: tuple[str, ...]
    terms: tuple[Term, ...]

    def levels(self, part: str) -> list[Term]:
        """The terms of a part, in the order of the scale."""
        return [term for term in self.terms if term.part == part]

    def term(self, part: str, key: str) -> Term | None:
        return next((term for term in self.terms if (term.part, term.key) == (part, key)), None)

    @cache  # noqa: B019  a scale is as lasting as the process
    def pattern(self, language: str) -> tuple[re.Pattern | None, Mapping[str, Term]]:
        """What finds any term of the scale in a text of that language, longest first, and whose words they are."""
        owners = {word.casefold(): term for term in self.terms for word in term.words.get(language, ())}
        if not owners:
            return None, owners
        words = "|".join(re.escape(word) for word in sorted(owners, key=len, reverse=True))
        edge = "" if language == "zh" else r"\b"
        return re.compile(f"{edge}(?:{words}){edge}", re.IGNORECASE), owners


@cache
def load(key: str) -> Scale:
    """The scale of that key; LookupError for one that is not there."""
    path = FOLDER / f"{key}.toml"
    if not path.is_file():
        raise LookupError(f"there is no scale {key!r}")
    data = tomllib.loads(path.read_text("utf-8"))
    terms = []
    for part in ("confidence", "likelihood"):
        for name, said in data[part].items():
            span = tuple(said["range"]) if "range" in said else None
            words = {lang: tuple(found) for lang, found in said.items() if lang != "range"}
            terms.append(Term(part, name, words, span))
    return Scale(key, data["title"], tuple(data["evidence"]), tuple(data["agreement"]), tuple(terms))
