"""Finding a quoted passage again (design 3.4). A wrong place is worse than none: None waits for a person.

A quote that stands once is found; one that stands several times is told apart by its context, then by
the block where it is expected. Likeness comes last, and only far above everything else.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from .sentences import split

FLOOR = 0.9
MARGIN = 0.1
SHORTEST_LIKE = 20
SHORTEST_COMPACT = 12
MOST_PLACES = 200

_ONE_FOR_ONE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys(
            "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f", " "
        ),
        **dict.fromkeys("\t\n\r\u3000", " "),
    }
)
_DROPPED = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SLOW = re.compile(f"[{_DROPPED}…ﬀ-ﬄ]|  ")
_WIDER = {"…": "...", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}


@dataclass(frozen=True, slots=True)
class Found:
    """Characters ``start`` to ``end`` of a block. ``method``: exact, compact (without spaces and
    hyphens), context, near or like. ``runner_up`` is the score of the next best place, 0 if none."""

    block: str
    start: int
    end: int
    method: str
    score: float
    runner_up: float


@dataclass(frozen=True, slots=True)
class Orphan:
    """No place. ``reason``: empty (no quote), ambiguous (several places), absent (none like it)."""

    reason: str
    places: int = 0


class Finder:
    """The blocks of one version, prepared for many quotes."""

    def __init__(self, blocks: Sequence[tuple[str, str]]):
        self._ids = [key for key, _ in blocks]
        self._lengths = [len(text) for _, text in blocks]
        plain = [_normal(text) for _, text in blocks]
        self._texts = [text for text, _ in plain]
        self._maps = [places for _, places in plain]
        self._all, self._starts = _joined(self._texts)
        self._compact: tuple[str, list[int]] | None = None
        self._words: dict[str, set[int]] | None = None

    def locate(
        self, quote: str, prefix: str = "", suffix: str = "", near: str | None = None, *, like: bool = True
    ) -> Found | Orphan:
        """The place of ``quote``. ``prefix`` and ``suffix`` stood before and after it in its block;
        ``near`` is the id of the block where it is expected. Answers an Orphan rather than a guess; without
        ``like`` only its very words count."""
        wanted = _normal(unicodedata.normalize("NFC", quote))[0].strip()
        if not wanted:
            return Orphan("empty")
        for text, method in self._ways(wanted):
            places = self._places(text, method)
            if places:
                return self._choose(places, method, _context(prefix), _context(suffix), near)
        return self._like(wanted) if like else Orphan("absent")

    def _ways(self, wanted: str):
        yield wanted, "exact"
        bare = wanted.strip("\"' .")
        if len(bare) >= SHORTEST_COMPACT and bare != wanted:
            yield bare, "exact"
        compact = _squeezed(wanted)
        if len(compact) >= SHORTEST_COMPACT:
            yield compact, "compact"

    def _places(self, text: str, method: str) -> list[tuple[int, int, int]]:
        """(block, start, end) in normal text, at most MOST_PLACES + 1."""
        whole, starts = self._all, self._starts
        if method == "compact":
            if self._compact is None:
                self._compact = _joined([_squeezed(text) for text in self._texts])
            whole, starts = self._compact
        places, at = [], whole.find(text)
        while at >= 0 and len(places) <= MOST_PLACES:
            block = bisect_right(starts, at) - 1
            start, end = at - starts[block], at - starts[block] + len(text)
            if method == "compact":
                start, end = _unsqueeze(self._texts[block], start, end)
            places.append((block, start, end))
            at = whole.find(text, at + 1)
        return places

    def _choose(self, places, method, prefix: str, suffix: str, near) -> Found | Orphan:
        if len(places) == 1:
            return self._found(places[0], method, 1.0, 0.0)
        if len(places) > MOST_PLACES:
            return Orphan("ambiguous", len(places))
        if prefix or suffix:
            scored = sorted(((self._fit(place, prefix, suffix), place) for place in places), reverse=True)
            best, second = scored[0][0], scored[1][0]
            if best >= 0.5 and best - second >= MARGIN:
                return self._found(scored[0][1], "context", best, second)
            places = [place for fit, place in scored if best - fit < MARGIN]
        here = [place for place in places if self._ids[place[0]] == near]
        if len(here) == 1:
            return self._found(here[0], "near", 1.0, 1.0)
        return Orphan("ambiguous", len(places))

    def _fit(self, place, prefix: str, suffix: str) -> float:
        """The share of the context that stands around a place, counted outwards from the quote."""
        block, start, end = place
        text = self._texts[block]
        before, after = text[:start].rstrip(), text[end:].lstrip()
        left = _common(reversed(prefix.rstrip()), reversed(before))
        right = _common(suffix.lstrip(), after)
        return (left + right) / max(len(prefix.rstrip()) + len(suffix.lstrip()), 1)

    def _like(self, wanted: str) -> Found | Orphan:
        if len(wanted) < SHORTEST_LIKE:
            return Orphan("absent")
        scored = []
        for block in self._candidates(wanted):
            text = self._texts[block]
            hit = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=60)
            if hit is None or len(text) < len(wanted) * 0.7:
                continue
            start, end = hit.dest_start, hit.dest_end
            scored.append((fuzz.ratio(wanted, text[start:end]) / 100, block, start, end))
            # Another place in the same block may be as like.
            for rest in (text[:start], text[end:]):
                if len(rest) >= len(wanted) * 0.7:
                    scored.append((fuzz.partial_ratio(wanted, rest) / 100, block, -1, -1))
        scored.sort(reverse=True)
        if not scored:
            return Orphan("absent")
        score, block, start, end = scored[0]
        runner_up = scored[1][0] if len(scored) > 1 else 0.0
        if score < FLOOR or start < 0:
            return Orphan("absent")
        if score - runner_up < MARGIN:
            return Orphan("ambiguous", 2)
        start, end = _best_bounds(self._texts[block], wanted, start, end)
        # A sentence with other numbers is another sentence, or one that a person should look at.
        if _numbers(wanted) != _numbers(self._texts[block][start:end]):
            return Orphan("absent")
        return self._found((block, start, end), "like", score, runner_up)

    def _candidates(self, wanted: str) -> list[int]:
        """The blocks that share most of the quote's rarer words."""
        if self._words is None:
            self._words = defaultdict(set)
            for block, text in enumerate(self._texts):
                for word in _tokens(text):
                    self._words[word].add(block)
        count: Counter[int] = Counter()
        words = sorted(_tokens(wanted), key=lambda word: (len(self._words.get(word, ())), word))
        for word in words[:12]:
            count.update(self._words.get(word, ()))
        return [block for block, _ in count.most_common(40)]

    def _found(self, place, method, score, runner_up) -> Found:
        block, start, end = place
        places = self._maps[block]
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        return Found(self._ids[block], start, end, method, round(score, 4), round(runner_up, 4))


def find(
    blocks: Sequence[tuple[str, str]],
    quote: str,
    prefix: str = "",
    suffix: str = "",
    near: str | None = None,
) -> Found | None:
    """The place of one quote in (id, text) blocks, or None. ``Finder`` is quicker for many, and its
    ``locate`` says why there is none."""
    found = Finder(blocks).locate(quote, prefix, suffix, near)
    return found if isinstance(found, Found) else None


def nonspace_to_char(text: str, n: int, *, end: bool = False) -> int:
    """The character offset of an offset that counts non-space characters.

    As a start it stands before the next non-space character, as an ``end`` after the one before.
    Raises ValueError if the text has fewer than ``n``.
    """
    seen = 0
    if end and n == 0:
        return 0
    for index, letter in enumerate(text):
        if letter.isspace():
            continue
        if seen == n and not end:
            return index
        seen += 1
        if end and seen == n:
            return index + 1
    if seen == n:
        return len(text)
    raise ValueError(f"The text has {seen} characters without white space; {n} was asked for.")


def char_to_nonspace(text: str, index: int) -> int:
    """How many non-space characters stand before character ``index``. Raises ValueError outside."""
    if not 0 <= index <= len(text):
        raise ValueError(f"The text has {len(text)} characters; {index} was asked for.")
    return sum(not letter.isspace() for letter in text[:index])


def _normal(text: str) -> tuple[str, list[int] | None]:
    """Quotes, dashes and spaces made alike; and where each character stood (None: where it stands)."""
    text = text.translate(_ONE_FOR_ONE)
    if not _SLOW.search(text):
        return text, None
    letters: list[str] = []
    places: list[int] = []
    for index, letter in enumerate(text):
        if letter in _DROPPED or (letter == " " and letters and letters[-1] == " "):
            continue
        for made in _WIDER.get(letter, letter):
            letters.append(made)
            places.append(index)
    return "".join(letters), places


def _context(text: str) -> str:
    return _normal(unicodedata.normalize("NFC", text))[0]


def _joined(texts: list[str]) -> tuple[str, list[int]]:
    """All texts with a line feed between, which no normal quote holds, and where each begins."""
    starts, at = [], 0
    for text in texts:
        starts.append(at)
        at += len(text) + 1
    return "\n".join(texts), starts


def _squeezed(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def _unsqueeze(text: str, start: int, end: int) -> tuple[int, int]:
    kept = [index for index, letter in enumerate(text) if letter not in " -"]
    return kept[start], kept[end - 1] + 1


def _common(one, other) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _tokens(text: str) -> set[str]:
    return set(re.findall(r"[\u3040-\u30ff\u3400-\u9fff]{2}|[^\W\u3040-\u30ff\u3400-\u9fff]+", text.lower()))


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)


def _best_bounds(text: str, wanted: str, start: int, end: int) -> tuple[int, int]:
    """The stretch by whole words, or by whole sentences where that is more like what is wanted."""
    near = [span for span in split(text) if span[0] < end + 40 and span[1] > start - 40]
    ways = [_whole_words(text, start, end)]
    ways += [(one[0], other[1]) for index, one in enumerate(near[:12]) for other in near[index:12]]
    return max(ways, key=lambda way: fuzz.ratio(wanted, text[way[0] : way[1]]))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch with the words that it cuts through."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end
