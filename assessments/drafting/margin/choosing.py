"""From words that a person has chosen to characters of the text: exactly those, or a sentence why not."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.text.tokens import units
from records.obstacles import refuse


@dataclass(frozen=True)
class Chosen:
    """Words as they stand in the Markdown, and what stands before and after them where the page knows it."""

    quote: str
    before: str = ""
    after: str = ""


def find(text: str, chosen: Chosen) -> tuple[int, int]:
    """Start and end of the chosen words in ``text``. Raises Blocked where they stand nowhere, or in several places."""
    around = chosen.before + chosen.quote + chosen.after
    if not around.strip():
        refuse("no-quote", _("Choose the words that you speak of."), rule="4.12")
    if text.count(around) == 1:
        start = text.index(around) + len(chosen.before)
        return start, start + len(chosen.quote)
    places = text.count(chosen.quote) if chosen.quote.strip() else 0
    if places == 1:
        start = text.index(chosen.quote)
        return start, start + len(chosen.quote)
    if places or text.count(around) > 1:
        refuse("several-places", _("These words stand in several places. Choose more of what is around them."),
               rule="4.11")  # fmt: skip
    refuse("not-there", _("These words do not stand in the text just now. Choose them again."), rule="4.11")


def trimmed(start: int, quote: str, text: str) -> tuple[int, int, str]:
    """The edit without the words that stay at its ends, so that it meets as few other edits as it can."""
    old, new = units(quote), units(text)
    head = _same(old, new)
    tail = min(_same(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    first, last = len("".join(old[:head])), len("".join(old[len(old) - tail :])) if tail else 0
    middle = "".join(new[head : len(new) - tail])
    return start + first, start + len(quote) - last, middle


def _same(one: list[str], other: list[str]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
