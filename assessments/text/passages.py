"""Which sentence of a later text is which sentence of an earlier one (design 3.4); pure, no Django.

Equal sentences come first: those that stand once, then those that grow from neighbours. Then changed ones:
likeness, raised by agreement of the neighbours, accepted only far enough above every rival. What differs in
numbers, negation, units or by an opposite is never accepted, however like it is: a wrong place is worse than
none. Cells of tables are no sentences; they follow the lineage of their table (``tables.py``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from . import likeness
from .around import Around
from .units import Fate, Rival, Text, units_of

# Least likeness: between the same neighbours, near by, and anywhere.
SLOT, NEAR, FAR = 0.42, 0.55, 0.75
# Below this, the sentence that stands in its place now is another one.
UNLIKE = 0.3
MARGIN = 0.1
# The lead where the rival stands at the same place too: one of the two was put there to mislead, or to replace.
LEAD = 0.3
# Fewer words than this stand in a text by chance.
SHORT = 4
JOINED = 0.8
CANDIDATES = 8
MOST_PAIRS = 2_500
ROUNDS = 8


class Passages:
    """Two states of one chapter, aligned sentence by sentence; ``fates`` has one Fate for each old unit."""

    def __init__(
        self,
        before: Sequence[Text],
        after: Sequence[Text],
        descent: Mapping[str, Collection[str]] | None = None,
    ):
        """``descent``: which blocks hold the text of a block now, by the saved versions; else equal ids count."""
        self.before, self.after = before, after
        self.old, self.new = units_of(before), units_of(after)
        self._place = {text.id: index for index, text in enumerate(after)}
        self.heirs = [self.heirs_of(text.id, descent) for text in before]
        self._forebears = Counter(heir for heirs in self.heirs for heir in heirs)
        self.to: list[int | None] = [None] * len(self.old)
        self.came: list[int | None] = [None] * len(self.new)
        self.how: dict[int, str] = {}
        self.score: dict[int, float] = {}
        self.second: dict[int, float] = {}
        self.many: dict[int, tuple[str, tuple[int, ...]]] = {}
        self._equal()
        self._near_equal()
        self._likest()
        self._repeated()
        self.around = Around(self)
        self.fates = [self._fate(index) for index in range(len(self.old))]

    def heirs_of(self, name: str, descent) -> frozenset[int]:
        names = descent.get(name, ()) if descent is not None else (name,)
        return frozenset(self._place[n] for n in names if n in self._place)

    def _pair(self, old: int, new: int, how: str, score: float = 1.0, second: float = 0.0) -> None:
        self.to[old], self.came[new], self.how[old] = new, old, how
        self.score[old], self.second[old] = score, second

    # Equal sentences.

    def _equal(self) -> None:
        """Those that stand once on both sides, then those that grow from them."""
        was, now = Counter(u.key for u in self.old), {}
        for index, unit in enumerate(self.new):
            now.setdefault(unit.key, []).append(index)
        for index, unit in enumerate(self.old):
            there = now.get(unit.key, ())
            if was[unit.key] == 1 and len(there) == 1 and len(unit.words) >= SHORT:
                self._pair(index, there[0], "exact")
        self._grow()

    def _grow(self) -> None:
        for step in (1, -1):
            ends = (len(self.old), len(self.new))
            order = range(-1, ends[0]) if step > 0 else range(ends[0], -1, -1)
            for old in order:
                if 0 <= old < ends[0]:
                    new = self.to[old]
                else:
                    new = -1 if old < 0 else ends[1]
                if new is None:
                    continue
                o, n = old + step, new + step
                if not (0 <= o < ends[0] and 0 <= n < ends[1] and self._free(o, n)):
                    continue
                if self.old[o].key == self.new[n].key:
                    self._pair(o, n, "context")

    def _free(self, old: int, new: int) -> bool:
        return self.to[old] is None and self.came[new] is None

    def _repeated(self) -> None:
        """Equal sentences that stand several times: by the agreement of their neighbours and blocks."""
        waiting: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, units, taken in ((0, self.old, self.to), (1, self.new, self.came)):
            for index, unit in enumerate(units):
                if taken[index] is None:
                    waiting[unit.key][side].append(index)
        around = Around(self)
        for olds, news in waiting.values():
            if olds and news and len(olds) * len(news) <= MOST_PAIRS:
                self._by_neighbours(olds, news, around)

    def _by_neighbours(self, olds: list[int], news: list[int], around: Around) -> None:
        ranked = sorted(((around.agree(o, n), o, n) for o in olds for n in news), reverse=True)
        for agreed, old, new in ranked:
            if not self._free(old, new):
                continue
            rivals = [a for a, o, n in ranked if (o == old) != (n == new) and self._free(o, n)]
            if agreed - max(rivals, default=0.0) >= 0.05:
                self._pair(old, new, "context")

    def _near_equal(self) -> None:
        """The same words with other punctuation or capitals, once on each side."""
        was, now = defaultdict(list), defaultdict(list)
        for index, unit in enumerate(self.old):
            if self.to[index] is None and len(unit.words) >= SHORT:
                was[unit.words].append(index)
        for index, unit in enumerate(self.new):
            if self.came[index] is None and len(unit.words) >= SHORT:
                now[unit.words].append(index)
        for key, olds in was.items():
            if len(olds) == len(now.get(key, ())) == 1:
                self._pair(olds[0], now[key][0], "words", 0.99)

    # Changed sentences.

    def _likest(self) -> None:
        self.weights = likeness.Weights(u.words for u in (*self.old, *self.new))
        self.found: dict[int, dict[int, float]] = {
            o: {} for o, new in enumerate(self.to) if new is None and self.old[o].words
        }
        self._gather()
        for _round in range(ROUNDS):
            around = Around(self)
            self._joined(around)
            if not self._accept(around):
                break

    def _gather(self) -> None:
        """For each waiting sentence those at its place, in its block's heirs, and the likest anywhere."""
        free = [n for n, old in enumerate(self.came) if old is None and self.new[n].words]
        by_block, by_word = defaultdict(list), defaultdict(list)
        for n in free:
            by_block[self.new[n].block].append(n)
            for word in set(self.new[n].words):
                by_word[word].append(n)
        around = Around(self)
        for old, found in self.found.items():
            near = {n for heir in self.heirs[self.old[old].block] for n in by_block[heir]}
            near |= set(around.between(old, free))
            count: Counter[int] = Counter()
            for word in set(self.old[old].words):
                there = by_word.get(word, ())
                if len(there) <= 60:
                    weight = self.weights.of(word)
                    for n in there:
                        count[n] += weight
            near |= {n for n, _weight in count.most_common(CANDIDATES)}
            for n in near:
                score = self.weights.likeness(self.old[old].words, self.new[n].words)
                if score >= UNLIKE - 0.05 or _holds(self.old[old].words, self.new[n].words):
                    found[n] = score

    def _ranked(self, around: Around) -> tuple[list[tuple[float, int, int]], dict, dict]:
        """(total, old, new) of what is free, best first, and the same by old and by new."""
        all_, by_old, by_new = [], defaultdict(list), defaultdict(list)
        for old, found in self.found.items():
            if self.to[old] is not None or old in self.many:
                continue
            for new, score in found.items():
                if self.came[new] is None:
                    total = score + around.agree(old, new)
                    all_.append((total, old, new))
                    by_old[old].append((total, new))
                    by_new[new].append((total, old))
        all_.sort(reverse=True)
        return all_, by_old, by_new

    def _accept(self, around: Around) -> bool:
        """Pair what is like enough, undoubted, and far enough above every rival on both sides."""
        ranked, by_old, by_new = self._ranked(around)
        done = False
        for total, old, new in ranked:
            if not self._free(old, new):
                continue
            score = self.found[old][new]
            if not self._likely(old, new, score, around):
                continue
            second = max((t for t, n in by_old[old] if n != new and self.came[n] is None), default=0.0)
            other = max((t for t, o in by_new[new] if o != old and self.to[o] is None), default=0.0)
            if total - max(second, other) < MARGIN:
                continue
            if total - second < LEAD and self._rivalled(old, new, by_old[old], around):
                continue
            self._pair(old, new, "like", round(score, 4), round(min(second, 1.0), 4))
            done = True
        return done

    def _rivalled(self, old: int, new: int, rivals: list[tuple[float, int]], around: Around) -> bool:
        """Whether another free sentence at the same place is like it too, and no other sentence claims that one."""
        for _total, other in rivals:
            like = other != new and self.came[other] is None and self.found[old][other] >= NEAR
            if like and (around.slot(old, other) or around.beside(old, other)):
                return True
        return False

    def _likely(self, old: int, new: int, score: float, around: Around) -> bool:
        one, other = self.old[old], self.new[new]
        slot = around.slot(old, new)
        if not slot and not around.beside(old, new):
            return False  # Like, but its neighbours are others: a person looks.
        least = SLOT if slot else NEAR
        if min(len(one.words), len(other.words)) < SHORT and not slot:
            least = FAR
        return score >= least and not self._doubts(old, new, slot)

    def _doubts(self, old: int, new: int, slot: bool) -> tuple[str, ...]:
        found = likeness.doubts(self.old[old].words, self.new[new].words)
        # A number that came or went with other words is an edit, as long as the place is certain.
        return tuple(d for d in found if not (slot and d == "number"))

    def _joined(self, around: Around) -> None:
        """Sentences made into one, and one made into two: all their words in order, at the same place."""
        for old in list(self.found):
            if self.to[old] is not None or old in self.many:
                continue
            for new in list(self.found[old]):
                if self._try_merge(old, new) or self._try_split(old, new):
                    break

    def _try_merge(self, old: int, new: int) -> bool:
        for other in (old + 1, old - 1):
            if not 0 <= other < len(self.old) or other in self.many:
                continue
            if self.to[other] not in (None, new) or self.came[new] not in (None, other):
                continue
            first, second = sorted((old, other))
            both = self.old[first].words + self.old[second].words
            whole = self.new[new].words
            parts = self.old[old].words, self.old[other].words
            if not self._make_one(both, whole, parts):
                continue
            for one in (old, other):
                self._pair(one, new, "merged", round(likeness.held(self.old[one].words, whole), 4))
                self.many[one] = ("merged", (new,))
            return True
        return False

    def _try_split(self, old: int, new: int) -> bool:
        for other in (new + 1, new - 1):
            if not 0 <= other < len(self.new) or self.came[new] is not None or self.came[other] is not None:
                continue
            first, second = sorted((new, other))
            both = self.new[first].words + self.new[second].words
            whole = self.old[old].words
            parts = self.new[new].words, self.new[other].words
            if not self._make_one(both, whole, parts):
                continue
            self._pair(old, new, "split", round(likeness.share(both, whole), 4))
            self.came[other] = old
            self.many[old] = ("split", (first, second))
            return True
        return False

    def _make_one(self, both, whole, parts) -> bool:
        if min(map(len, parts)) < SHORT or likeness.share(both, whole) < JOINED:
            return False
        if likeness.doubts(both, whole):
            return False
        alone = max(likeness.share(part, whole) for part in parts)
        return likeness.share(both, whole) >= alone + MARGIN

    # The answer.

    def _fate(self, old: int) -> Fate:
        new = self.to[old]
        if new is None:
            return self._unplaced(old)
        score, second, how = self.score[old], self.second[old], self.how[old]
        if old in self.many:
            outcome, units = self.many[old]
            return Fate(outcome, units, score, second, how)
        changed = self.old[old].key != self.new[new].key
        return Fate(self._outcome(old, new, changed), (new,), score, second, how)

    def _outcome(self, old: int, new: int, changed: bool) -> str:
        heirs, block = self.heirs[self.old[old].block], self.new[new].block
        if block in heirs and len(heirs) > 1:
            return "split"
        if block in heirs and self._forebears[block] > 1:
            return "merged"
        if changed:
            return "edited"
        if block in heirs and (self.around.steady_new(new) or self.around.firm(old, new)):
            return "same"
        return "moved"

    def _unplaced(self, old: int) -> Fate:
        ranked = sorted(
            (
                (score + self.around.agree(old, new), score, new)
                for new, score in self.found.get(old, {}).items()
                if self.came[new] is None
            ),
            reverse=True,
        )[:3]
        rivals = tuple(
            Rival(new, round(score, 4), likeness.doubts(self.old[old].words, self.new[new].words))
            for _total, score, new in ranked
        )
        first, second = [*(rival.score for rival in rivals), 0.0, 0.0][:2]
        if any(self._plausible(old, score, new) for _total, score, new in ranked):
            return Fate("ambiguous", (), first, second, "like", rivals)
        return Fate("deleted", (), first, second, "none", rivals)

    def _plausible(self, old: int, score: float, new: int) -> bool:
        """Whether a person should look at this one before the sentence counts as gone."""
        if score == 1.0:
            return True
        if self.around.slot(old, new):
            return score >= SLOT
        one, other = self.old[old], self.new[new]
        if self.around.beside(old, new):
            return score >= (FAR if likeness.doubts(one.words, other.words) else NEAR)
        # Elsewhere, a statement that differs in one word only is another one: so look-alikes are written.
        if likeness.doubts(one.words, other.words) or likeness.distance(one.words, other.words) <= 2:
            return False
        return score >= (NEAR if other.block in self.heirs[one.block] else FAR) and len(one.words) >= SHORT


def _holds(one: Sequence[str], other: Sequence[str]) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORT and likeness.held(short, long) >= JOINED
