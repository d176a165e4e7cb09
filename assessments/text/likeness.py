"""How alike two sentences are, and whether they say different things in nearly the same words.

"Fell by 12 per cent" and "fell by 21 per cent" share almost every word and are two statements. So likeness
alone never settles: numbers, negations, units and opposites that differ make a pair doubtful.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Indel, LCSseq

from .tokens import HAN

_WORDS = re.compile(rf"\d+(?:[.,\u066b\u066c]\d+)*|[{HAN}]|[^\W\d_{HAN}]+(?:['’][^\W\d_{HAN}]+)*|[%‰°]")
_PLAIN = str.maketrans({"’": "'", "ʼ": "'", "\u0640": None})
# The marks of Arabic vowels are written or left out at will.
_VOWELS = re.compile("[\u064b-\u0652\u0670]")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEGATIONS = _set(
    "not no never none without cannot nor neither nothing nobody hardly "
    "ne pas jamais aucun aucune sans ni non nunca sin ningún ninguna jamás nadie "
    "не нет ни никогда без нельзя "
    "لا لم لن ليس ليست غير دون بدون عدم 不 没 未 无 非 否 勿"
)
_NUMBER_WORDS = _set(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred half third "
    "quarter twice double first second "
    "deux trois quatre cinq sept huit neuf dix cent moitié dos tres cuatro cinco seis siete ocho nueve diez "
    "mitad два три четыре пять шесть семь восемь девять десять сто половина "
    "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة مئة نصف 一 二 三 四 五 六 七 八 九 十 百 千 两 半"
)
_UNITS = _set(
    "thousand million billion trillion millions billions mille milliard milliards millones millón тысяч миллион "
    "миллионов миллиард миллиардов ألف مليون مليار 万 亿 % ‰ percent second seconds minute minutes hour hours day "
    "days week weeks month months year years decade decades century centuries mm cm m km kg t mt gt w kw mw gw "
    "kwh mwh gwh twh usd eur dollars euros"
)
_OPPOSITES = """
    increase/decrease increased/decreased increases/decreases increasing/decreasing rise/fall rises/falls
    rose/fell rising/falling increased/declined increases/declines increasing/declining increase/decline
    more/less more/fewer most/least higher/lower highest/lowest high/low above/below before/after north/south
    northern/southern east/west eastern/western warm/cold warmer/colder warming/cooling positive/negative
    strong/weak stronger/weaker strongly/weakly likely/unlikely possible/impossible majority/minority
    always/never all/none many/few large/small larger/smaller long/short longer/shorter gain/loss gains/losses
    maximum/minimum upper/lower early/late earlier/later better/worse best/worst faster/slower up/down
    top/bottom left/right with/without plus/moins hausse/baisse más/menos mayor/menor больше/меньше выше/ниже
    أكثر/أقل أعلى/أدنى
"""
_OPPOSITE: dict[str, set[str]] = {}
for _one, _other in (pair.split("/") for pair in _OPPOSITES.split()):
    _OPPOSITE.setdefault(_one, set()).add(_other)
    _OPPOSITE.setdefault(_other, set()).add(_one)


def words(text: str) -> tuple[str, ...]:
    """Words in small letters, numbers whole with Latin digits, Han and kana one by one; no punctuation."""
    plain = _VOWELS.sub("", text.translate(_PLAIN)).casefold()
    return tuple(_digits(word) for word in _WORDS.findall(plain))


def _digits(word: str) -> str:
    if not word[0].isdigit():
        return word
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else "." if c == "\u066b" else c for c in word)


def share(one: Sequence[str], other: Sequence[str]) -> float:
    """0 to 1: what two lists of words have in common, in order."""
    return Indel.normalized_similarity(one, other)


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words were taken out and put in between two lists; 2 is one word in another's place."""
    return Indel.distance(one, other)


def held(part: Sequence[str], whole: Sequence[str]) -> float:
    """0 to 1: how much of ``part`` stands in ``whole``, in order."""
    return LCSseq.similarity(part, whole) / len(part) if part else 0.0


class Weights:
    """How much a word says in these texts: what stands everywhere says little."""

    def __init__(self, texts: Iterable[Sequence[str]]):
        self._seen: Counter[str] = Counter()
        self._total = 1
        for text in texts:
            self._seen.update(set(text))
            self._total += 1

    def of(self, word: str) -> float:
        return math.log(1 + self._total / (1 + self._seen[word]))

    def likeness(self, one: Sequence[str], other: Sequence[str]) -> float:
        """0 to 1: a third by the order of all words, two by the words that say much.

        Sentences made after one pattern share their order and differ in the words that count.
        """
        if one == other:
            return 1.0
        mine, theirs = Counter(one), Counter(other)
        common = sum(self.of(word) * count for word, count in (mine & theirs).items())
        total = sum(self.of(word) * count for text in (mine, theirs) for word, count in text.items())
        return (share(one, other) + 2 * (2 * common / total if total else 0.0)) / 3


def doubts(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """Why two sentences may be two statements: numbers, units, negation, opposite; () if nothing says so.

    A number that only came or went is reported as "number", one in another's place as "numbers".
    """
    mine, theirs = Counter(one), Counter(other)
    lost, won = mine - theirs, theirs - mine
    found = []
    gone = [w for w in lost if _is_number(w)], [w for w in won if _is_number(w)]
    if all(gone):
        found.append("numbers")
    elif any(gone):
        found.append("number")
    if any(w in _UNITS for w in lost) and any(w in _UNITS for w in won):
        found.append("units")
    if any(_negates(w) for w in (*lost, *won)):
        found.append("negation")
    if any(_OPPOSITE.get(word, set()) & won.keys() for word in lost):
        found.append("opposite")
    return tuple(found)


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word in _NUMBER_WORDS


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't") or word.startswith("n'")
