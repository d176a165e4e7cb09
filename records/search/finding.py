"""Finding: what a person may see that answers a question, in the same order on every database."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from records.search import asking, tables, words
from records.search.models import Indexed
from records.search.registry import Document, kind, kinds, sights_of

PAGE = 20
MOST = 400  # candidates that are ranked: the newest that hold every word
MOST_TITLES = 100  # and the newest that hold them in the title, however old
COUNTED = 50  # facets count no further
SNIPPET = 240  # characters
_SCOPE = re.compile(r"[-a-zA-Z0-9_]{1,80}")


class Piece(NamedTuple):
    """A piece of a text; ``lit``: it was asked for."""

    text: str
    lit: bool


@dataclass(frozen=True)
class Hit:
    """One thing found, with the words around what was asked for."""

    kind: str
    kind_title: str
    key: str
    title: str
    href: str
    snippet: list[Piece]
    at: datetime
    scope: str
    language: str


@dataclass(frozen=True)
class Facet:
    """How many of a kind were found; ``more`` where they were not counted to the end."""

    kind: str
    title: str
    count: int
    more: bool


@dataclass(frozen=True)
class Found:
    """A page of hits; ``next`` is its ``after`` for the following page, "" at the end.

    ``bounded``: more things hold these words than are ranked, so the question should be narrowed.
    """

    hits: list[Hit] = field(default_factory=list)
    next: str = ""
    facets: list[Facet] = field(default_factory=list)
    bounded: bool = False


def search(
    user,
    text: str,
    *,
    only: str = "",
    scope: str = "",
    after: str = "",
    limit: int = PAGE,
    typing: bool = False,
    facets: bool = True,
) -> Found:
    """What answers ``text`` among what the person may see; ``only`` one kind, in one ``scope`` (a cycle).

    ``after`` goes on behind a page before. Raises ValueError when it is none of ours.
    """
    question = asking.read(text, typing=typing)
    start = _start(after)
    unknown = (only and only not in {k.name for k in kinds()}) or (scope and not _SCOPE.fullmatch(scope))
    if not question or unknown:
        return Found()
    sights = sights_of(user)
    base = [[(f"s:{sight}", False) for sight in sorted(sights)]]
    if scope:
        base.append([(f"c:{scope}", False)])
    asked = base + [[(f"k:{only}", False)]] if only else base
    ranked, bounded = _ranked(question, asked)
    counted = _facets(question, base, ranked, bounded or bool(only)) if facets else []
    rest = [one for one in ranked if start is None or _place(one) > start]
    hits, last, held = _shown(question, rest, sights, limit)
    return Found(hits, _cursor(last) if held and last else "", counted, bounded)


def _groups(question: asking.Question, mark: str = "") -> list[list[tuple[str, bool]]]:
    return [
        [(token, wanted.begins and place == 0) for place, token in enumerate(wanted.tokens(mark))]
        for wanted in question.wanted
    ]


def _ranked(question: asking.Question, base: list) -> tuple[list[tuple[int, Indexed]], bool]:
    """(score, row) of the candidates, best first, and whether there were more than are ranked."""
    ids = tables.candidates(base + _groups(question), MOST + 1)
    bounded = len(ids) > MOST
    if bounded:
        ids = {*ids[:MOST], *tables.candidates(base + _groups(question, asking.TITLE), MOST_TITLES)}
    found = []
    for row in Indexed.objects.filter(pk__in=ids):
        score = asking.score(question, row.terms)
        if score is not None:
            found.append((score + row.weight, row))
    return sorted(found, key=_place), bounded


def _place(one: tuple[int, Indexed]) -> tuple[int, float, int]:
    """Best first, then the newest; the number of the row decides where both are alike."""
    score, row = one
    return -score, -row.at.timestamp(), -row.pk


def _facets(question: asking.Question, base: list, ranked: list, ask: bool) -> list[Facet]:
    """How many of each kind: counted among the ranked where these are all, else asked kind by kind, to 50."""
    result = []
    for found in kinds():
        if ask:
            groups = [*base, [(f"k:{found.name}", False)], *_groups(question)]
            ids = tables.candidates(groups, COUNTED + 1)
            if question.phrases and ids:
                rows = Indexed.objects.filter(pk__in=ids).values_list("terms", flat=True)
                count = sum(asking.score(question, terms) is not None for terms in rows)
            else:
                count = len(ids)
        else:
            count = sum(row.kind == found.name for _score, row in ranked)
        if count:
            more = ask and len(ids) > COUNTED
            result.append(Facet(found.name, str(found.title), min(count, COUNTED), more or count > COUNTED))
    return result


def _shown(question, ranked: list, sights: frozenset[str], limit: int):
    """Hits made from the things as they are now, until the page is full: (hits, the last one, whether more follow).

    The index may be a moment behind; what the thing itself no longer shows this person is passed over.
    """
    hits: list[Hit] = []
    place = 0
    last = None
    while len(hits) < limit and place < len(ranked):
        batch = ranked[place : place + limit - len(hits)]
        place += len(batch)
        alive = _alive([row for _score, row in batch])
        for one in batch:
            row = one[1]
            last = one
            thing = alive.get((row.kind, row.key))
            if thing is None or thing[1].sights.isdisjoint(sights):
                continue
            hits.append(_hit(question, row, *thing))
    return hits, last, place < len(ranked)


def _alive(rows: list[Indexed]) -> dict[tuple[str, str], tuple[object, Document]]:
    """The things behind rows of the index, as they are now, kind by kind."""
    result = {}
    for name in sorted({row.kind for row in rows}):
        found = kind(name)
        for key, thing in found.rows([row.key for row in rows if row.kind == name]).items():
            document = found.document(thing)
            if document is not None:
                result[name, key] = (thing, document)
    return result


def _hit(question, row: Indexed, thing, document: Document) -> Hit:
    found = kind(row.kind)
    return Hit(
        kind=row.kind,
        kind_title=str(found.title),
        key=row.key,
        title=document.title,
        href=found.href(thing),
        snippet=snippet(question, document.shown or document.text),
        at=document.at,
        scope=document.scope,
        language=document.language,
    )


def snippet(question: asking.Question, text: str, length: int = SNIPPET) -> list[Piece]:
    """The stretch of a text where the question's words first stand, in pieces that say which were asked for."""
    text = " ".join(text.split())
    lit: list[tuple[int, int]] = []
    for start, end, tokens in words.spans(text):
        if lit and start > lit[0][0] + length:
            break
        if question.lights(tokens):
            lit.append((start, end))
    begin = 0
    if lit and lit[0][1] > length:
        begin = lit[0][0] - length // 4
        space = text.find(" ", begin, lit[0][0])
        begin = space + 1 if space >= 0 else begin
    end = begin + length
    if end < len(text):
        space = text.rfind(" ", max([begin, *(b for _a, b in lit if b <= end)]), end)
        end = space if space > 0 else end
    pieces, at = [Piece("…", False)] if begin else [], begin
    for start, stop in lit:
        if start < at or stop > end:
            continue
        if start > at:
            pieces.append(Piece(text[at:start], False))
        pieces.append(Piece(text[start:stop], True))
        at = stop
    pieces.append(Piece(text[at:end], False))
    if end < len(text):
        pieces.append(Piece(" …", False))
    return [piece for piece in pieces if piece.text]


def _cursor(last: tuple[int, Indexed]) -> str:
    return base64.urlsafe_b64encode(json.dumps(_place(last)).encode()).decode()


def _start(cursor: str) -> tuple | None:
    if not cursor:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if isinstance(found, list) and len(found) == 3 and all(isinstance(n, int | float) for n in found):
            return tuple(found)
    except ValueError:
        pass
    raise ValueError("not a place in a list of hits")
