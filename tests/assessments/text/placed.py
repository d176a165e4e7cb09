"""Two states of one text, prepared to be asked where each passage of the first went."""

from __future__ import annotations

import itertools
from collections import defaultdict

from assessments.text import dialect, tables
from assessments.text.align import Known, align
from assessments.text.placing import Placing
from assessments.text.sentences import split
from assessments.text.units import Text

A = "Agents complete software tasks of half an hour with some success in most of the trials."
B = "The cost of such a run fell by 12 per cent while demand for electricity rose everywhere."
C = "Several governments have asked for a common protocol and have published a first draft of it."
D = "Reliable evidence on the harm to patients remains scarce in hospitals outside large cities."
E = "A treaty would need a committee, a method of review, and people who can read the code."
NEW = "Nobody expected that the harbour would freeze before the end of that quiet October."


def parsed(markdown: str, before=()):
    document = dialect.parse(markdown)
    places = {int(name[1:]): place for name, place in tables.cells(document.html).items()}
    numbers = itertools.count(len(before) and 1 + max(int(k.id[1:]) for k in before))
    found = align(list(before), document.blocks, lambda: f"b{next(numbers)}", places)
    known = [
        Known(one.id, block.kind, block.text, places.get(index))
        for index, (one, block) in enumerate(zip(found, document.blocks, strict=True))
    ]
    return known, found


def texts(known):
    return [Text(k.id, k.kind, k.text, split(k.text)) for k in known]


def prepared(old: str, new: str):
    before, _none = parsed(old)
    after, found = parsed(new, before)
    heirs = defaultdict(list)
    for one in found:
        for source in one.sources:
            heirs[source].append(one.id)
    moved = {one.id for one in found if one.outcome == "moved"}
    return before, after, Placing(texts(before), texts(after), heirs, moved)


def went(old: str, new: str, *quotes: str):
    """(outcome, the words that stand at the place now) of each quotation of the old text."""
    before, after, placing = prepared(old, new)
    now = {k.id: k.text for k in after}
    answers = []
    for quote in quotes:
        block = next(k for k in before if quote in k.text)
        start = block.text.index(quote)
        placed = placing.place(block.id, start, start + len(quote))
        answers.append((placed.outcome, now[placed.block][placed.start : placed.end] if placed.block else ""))
    return answers


def chapter(*paragraphs: str) -> str:
    return "\n\n".join(["# Title", *paragraphs]) + "\n"
