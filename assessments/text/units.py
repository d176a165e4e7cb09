"""Sentences as they are aligned, and what became of each; pure, no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import likeness
from .anchors import _normal


@dataclass(frozen=True, slots=True)
class Text:
    """A block of one version: ``spans`` are the (start, end) of its sentences."""

    id: str
    kind: str
    text: str
    spans: Sequence[tuple[int, int]]


@dataclass(slots=True)
class Unit:
    """A sentence: the index of its block, its characters there, its text made alike, its words."""

    block: int
    start: int
    end: int
    key: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """A sentence of the later text that may be meant: its number there, its likeness, what differs."""

    unit: int
    score: float
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a sentence. ``units`` are its numbers in the later text, none where it has no certain place.

    ``outcome``: same, moved, edited, split, merged, deleted or ambiguous. ``rivals``: the likest, best first.
    """

    outcome: str
    units: tuple[int, ...] = ()
    score: float = 0.0
    runner_up: float = 0.0
    method: str = ""
    rivals: tuple[Rival, ...] = ()


def units_of(texts: Sequence[Text]) -> list[Unit]:
    """The sentences of the blocks, in order; cells of tables are none."""
    found = []
    for index, text in enumerate(texts):
        if text.kind == "cell":
            continue
        for start, end in text.spans:
            part = text.text[start:end]
            found.append(Unit(index, start, end, " ".join(_normal(part)[0].split()), likeness.words(part)))
    return found
