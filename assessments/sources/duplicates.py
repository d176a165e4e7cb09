"""Which entries are the same work: found, and never merged (procedure 11.4).

Two entries are the same where DOI or title say so and nothing else speaks against it: years, first authors, pages.
Each is compared only with those that share its DOI, its title, the beginning of its title, or its first author and
year, so time grows with the entries. Pure: no Django.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from rapidfuzz import fuzz

from assessments.sources.clean import strip_marks
from assessments.sources.folding import doi_of, folded

# A title shorter than this ("Introduction") says nothing by itself.
TELLING = 16
ALIKE = 96.0
# So many entries that share a beginning or an author and year are compared; more share it by chance.
MOST_NEIGHBOURS = 60


class Pair(NamedTuple):
    """``key`` is the same work as ``first``, which came before it; ``how``: doi, title, likeness or address."""

    key: str
    first: str
    how: str


@dataclass(frozen=True, slots=True)
class Print:
    """What of an entry is compared."""

    key: str
    doi: str
    title: str
    year: int
    author: str
    pages: str
    address: str
    where: str


def print_of(key: str, csl: Mapping[str, Any]) -> Print:
    """What of a cleaned entry is compared with others."""
    issued = ((csl.get("issued") or {}).get("date-parts") or [[0]])[0]
    people = csl.get("author") or csl.get("editor") or [{}]
    title = csl.get("title") or csl.get("note") or ""
    return Print(
        key,
        doi_of(csl),
        folded(strip_marks(str(title))).replace(" ", ""),
        int(issued[0]) if issued and str(issued[0]).lstrip("-").isdigit() else 0,
        folded(people[0].get("family") or people[0].get("literal") or ""),
        re.sub(r"\D+", "-", str(csl.get("page", ""))).strip("-"),
        re.sub(r"^https?://(?:www\.)?|/+$", "", str(csl.get("URL", "")).lower()),
        folded(csl.get("container-title") or csl.get("publisher") or ""),
    )


def same(one: Print, other: Print) -> str:
    """How the two are told to be the same work; "" where they are not."""
    alike = fuzz.ratio(one.title, other.title) if one.title and other.title else 0.0
    if one.doi and one.doi == other.doi:
        # Chapters of a book may carry the book's DOI: their titles tell them apart.
        return "doi" if alike >= 60 or not (one.title and other.title) else ""
    if not one.title and not other.title:
        return "address" if one.address and one.address == other.address else ""
    if one.title == other.title and len(one.title) >= 40 and one.year == other.year:
        return "title"  # bodies as authors are written in too many ways to object
    if not _agree(one, other):
        return ""
    if one.title == other.title:
        telling = len(one.title) >= TELLING or (
            one.author and one.author == other.author and one.year == other.year
        )
        return "title" if telling else ""
    if (
        min(len(one.title), len(other.title)) >= TELLING
        and alike >= ALIKE
        and not _numbered_apart(one, other)
    ):
        return "likeness" if one.author and one.author == other.author else ""
    return ""


def _agree(one: Print, other: Print) -> bool:
    """Whether nothing beside the title speaks against it; what one of the two does not say is no objection."""
    if one.year and other.year and abs(one.year - other.year) > 1:
        return False
    if one.author and other.author and one.author != other.author:
        return fuzz.ratio(one.author, other.author) >= 85
    if one.pages and other.pages and one.pages != other.pages and one.where == other.where:
        return one.pages.split("-")[0] == other.pages.split("-")[0]
    return True


def _numbered_apart(one: Print, other: Print) -> bool:
    """ "Part 1" and "Part 2", "in 2019" and "in 2020": titles alike but for their numbers are two works."""
    return re.findall(r"\d+", one.title) != re.findall(r"\d+", other.title)


class Register:
    """Entries seen so far; ``add`` tells of which earlier one a further entry is the same work.

    Links lead to the first of its kind, never in chains: a wrong link costs one pair.
    """

    def __init__(self) -> None:
        self._near: dict[tuple, list[Print]] = defaultdict(list)
        self._first: dict[str, str] = {}

    def add(self, key: str, csl: Mapping[str, Any]) -> Pair | None:
        """The pair it makes with an earlier entry, or None; it is known from now on."""
        new = print_of(key, csl)
        found = next(filter(None, (self._against(old, new) for old in self._neighbours(new))), None)
        self._first[key] = found.first if found else key
        self._keep(new)
        return found

    def know(self, key: str, csl: Mapping[str, Any]) -> None:
        """Take an entry whose links are settled: further ones are compared with it, it with none."""
        self._first.setdefault(key, key)
        self._keep(print_of(key, csl))

    def _keep(self, new: Print) -> None:
        for place in _places(new):
            if len(self._near[place]) < MOST_NEIGHBOURS:
                self._near[place].append(new)

    def link(self, key: str, first: str) -> None:
        """Take a link that is known already."""
        self._first[key] = self._first.get(first, first)

    def _against(self, old: Print, new: Print) -> Pair | None:
        how = same(old, new) if old.key != new.key else ""
        return Pair(new.key, self._first.get(old.key, old.key), how) if how else None

    def _neighbours(self, new: Print) -> Iterable[Print]:
        seen: set[str] = set()
        for place in _places(new):
            for old in self._near.get(place, ()):
                if old.key not in seen:
                    seen.add(old.key)
                    yield old


def _places(of: Print) -> list[tuple]:
    found: list[tuple] = []
    if of.doi:
        found.append(("doi", of.doi))
    if of.title:
        found += [("title", of.title), ("begins", of.title[:14])]
        if of.author:
            found += [("by", of.author, of.year + step) for step in (0, 1, -1)]
    elif of.address:
        found.append(("at", of.address))
    return found


def find(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Pair]:
    """Every pair among [(key, cleaned entry), …], each entry paired with the first of its kind."""
    register = Register()
    return [pair for key, csl in entries if (pair := register.add(key, csl))]
