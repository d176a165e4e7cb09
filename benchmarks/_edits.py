"""Chapters with a label on every sentence and cell, and edits that keep the labels true.

It knows nothing of how texts are aligned: it writes Markdown, edits a structure of its own, and remembers
where each sentence went. Some edits are made to mislead: look-alikes beside an edited or a deleted sentence,
families of sentences that differ in one number, rows that differ in one cell, sentences that stand twice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from benchmarks import _edited_tables
from benchmarks._vocabulary import VOCABULARY
from benchmarks._written import markdown, places

__all__ = ["Block", "Chapter", "Sentence", "markdown", "places"]

STOP = {"zh": "。", "ar": "."}
NOT = {"en": "not", "fr": "jamais", "es": "nunca", "ru": "не", "ar": "لا", "zh": "不"}
LANGUAGES = ("en", "en", "en", "fr", "es", "ru", "ar", "zh")
KINDS = ("paragraph", "paragraph", "paragraph", "paragraph", "item", "quote", "footnote", "table")


@dataclass(eq=False)
class Sentence:
    """``key`` is the label it had before, None for what was inserted."""

    key: int | None
    words: list[str]
    language: str = "en"
    touched: str = ""

    @property
    def text(self) -> str:
        if self.language == "zh":
            return "".join(self.words) + "。"
        return " ".join(self.words)[:1].upper() + " ".join(self.words)[1:] + "."

    def copy(self) -> Sentence:
        return Sentence(None, list(self.words), self.language)


@dataclass(eq=False)
class Block:
    """``sentences`` of a text; of a table ``rows`` of cells, each a Sentence without a full stop."""

    kind: str
    language: str
    sentences: list[Sentence] = field(default_factory=list)
    rows: list[list[Sentence]] = field(default_factory=list)
    touched: bool = False


class Chapter:
    """An invented chapter, and what was done to it."""

    def __init__(self, chance: random.Random, blocks: int):
        self.chance = chance
        self.next_key = 0
        self.blocks = [self._block() for _n in range(blocks)]
        self._families()
        self._refrains()
        self.fate: dict[int, str] = {}
        self.parts: dict[int, list[Sentence]] = {}
        self.touched_share = 0.0
        self._now: dict[int, Sentence] | None = None

    # Writing.

    def _key(self) -> int:
        self.next_key += 1
        return self.next_key - 1

    def _words(self, language: str, least: int = 6, most: int = 22) -> list[str]:
        chance, vocabulary = self.chance, VOCABULARY[language]
        words = []
        for _n in range(chance.randint(least, most)):
            words.append(vocabulary[int(len(vocabulary) * chance.random() ** 1.4)])
        if len(words) > 5 and chance.random() < 0.35:
            words.insert(chance.randrange(1, len(words)), self._number())
        if len(words) > 5 and language != "zh" and chance.random() < 0.1:
            words.insert(chance.randrange(2, len(words)), "(Smith et al. 2021)")
        return words

    def _number(self) -> str:
        return self.chance.choice(("{:d}", "{:d}.5", "20{:02d}", "{:d},000")).format(
            self.chance.randint(2, 97)
        )

    def sentence(self, language: str, keyed: bool = True, **more) -> Sentence:
        return Sentence(self._key() if keyed else None, self._words(language, **more), language)

    def _block(self) -> Block:
        chance = self.chance
        kind, language = chance.choice(KINDS), chance.choice(LANGUAGES)
        if kind == "table":
            columns = chance.randint(3, 5)
            heads = [self.cell(language, "head") for _c in range(columns)]
            rows = [
                [self.cell(language, "name" if c == 0 else "value") for c in range(columns)]
                for _r in range(chance.randint(3, 8))
            ]
            return Block(kind, language, rows=[heads, *rows])
        count = 1 if kind in ("item", "quote", "footnote") and chance.random() < 0.6 else chance.randint(2, 7)
        return Block(kind, language, [self.sentence(language) for _n in range(count)])

    def cell(self, language: str, what: str, keyed: bool = True) -> Sentence:
        if what == "value" and self.chance.random() < 0.7:
            words = [self._number()]
        else:
            words = self._words(language, 1, 3 if what == "value" else 4)[:4]
            words = [w for w in words if not w.startswith("(")]
        return Sentence(self._key() if keyed else None, words, language)

    def _families(self) -> None:
        """One sentence in twenty stands again elsewhere with one word or number changed, before any edit."""
        texts = [b for b in self.blocks if b.sentences]
        for block in self.chance.sample(texts, len(texts) // 12):
            source = self.chance.choice(self.chance.choice(texts).sentences)
            made = self.look_alike(source)
            made.key, made.language = self._key(), source.language
            if source.language == block.language:
                block.sentences.insert(self.chance.randint(0, len(block.sentences)), made)

    def _refrains(self) -> None:
        """What stands several times to the letter: short remarks behind a sentence, and whole sentences."""
        texts, chance = [b for b in self.blocks if b.sentences], self.chance
        for block in chance.sample(texts, len(texts) // 6):
            words = VOCABULARY[block.language][: chance.choice((1, 2, 3))]
            for _n in range(chance.choice((1, 1, 2))):
                made = Sentence(self._key(), list(words), block.language)
                block.sentences.insert(chance.randint(1, len(block.sentences)), made)
        for block in chance.sample(texts, len(texts) // 15):
            source = chance.choice(chance.choice(texts).sentences)
            if source.language == block.language:
                made = Sentence(self._key(), list(source.words), source.language)
                block.sentences.insert(chance.randint(0, len(block.sentences)), made)

    # Editing.

    def look_alike(self, source: Sentence) -> Sentence:
        made = source.copy()
        way = self.chance.choice(("number", "number", "negation", "word"))
        numbers = [i for i, word in enumerate(made.words) if word[0].isdigit()]
        if way == "number" and numbers:
            at = self.chance.choice(numbers)
            made.words[at] = self._other(made.words[at])
        elif way == "word":
            at = self.chance.randrange(len(made.words))
            made.words[at] = self.chance.choice(VOCABULARY[made.language][20:]) + (
                "" if made.language == "zh" else "s"
            )
        else:
            made.words.insert(self.chance.randrange(1, max(2, len(made.words))), NOT[made.language])
        return made

    def _other(self, number: str) -> str:
        while (made := self._number()) == number:
            pass
        return made

    def reword(self, sentence: Sentence, most: float = 0.35) -> None:
        words, chance = sentence.words, self.chance
        for _n in range(max(1, int(len(words) * chance.uniform(0.05, most)))):
            at = chance.randrange(len(words))
            if words[at][0].isdigit() and chance.random() < 0.8:
                continue
            way = chance.random()
            if way < 0.6:
                words[at] = chance.choice(VOCABULARY[sentence.language])
            elif way < 0.8:
                words.insert(at, chance.choice(VOCABULARY[sentence.language]))
            elif len(words) > 5:
                del words[at]
        sentence.touched = sentence.touched or "edited"

    def sentences(self):
        """Every sentence and cell, in order."""
        for block in self.blocks:
            yield from block.sentences
            for row in block.rows:
                yield from row

    def now(self) -> dict[int, Sentence]:
        """What still stands of what had a label, by label."""
        if self._now is None:
            self._now = {s.key: s for s in self.sentences() if s.key is not None}
        return self._now

    def edit(self, share: float = 0.35) -> None:
        """Touch at least ``share`` of the blocks."""
        chosen = self.chance.sample(self.blocks, int(len(self.blocks) * share) + 1)
        self.touched_share = len(chosen) / len(self.blocks)
        for block in chosen:
            if block in self.blocks:
                block.touched = True
                if block.rows:
                    _edited_tables.edit(self, block)
                else:
                    self._edit_text(block)

    def gone(self, *sentences: Sentence) -> None:
        for sentence in sentences:
            if sentence.key is not None:
                self.fate[sentence.key] = "deleted"

    def mark(self, block: Block, what: str) -> None:
        for sentence in [*block.sentences, *(c for row in block.rows for c in row)]:
            sentence.touched = sentence.touched or what

    def _edit_text(self, block: Block) -> None:
        ways = (
            self._reword, self._reword, self._reword, self._reword, self._number_changed, self._delete,
            self._delete_block, self._insert, self._near, self._near_edited, self._far, self._far_deleted,
            self._near_deleted, self._split, self._merge, self._move_sentence, self._move_sentence,
            self._move_block, self._move_edited, self._swap, self._cut_sentence, self._join_sentences,
            self._rewrite_around,
        )  # fmt: skip
        for way in self.chance.sample(ways, self.chance.choice((1, 1, 2))):
            if block in self.blocks and block.sentences:
                way(block)

    def _any(self, block: Block) -> Sentence:
        return self.chance.choice(block.sentences)

    def _place(self, block: Block) -> Block:
        """Another block of that language which holds sentences, or a new one beside some other."""
        others = [b for b in self.blocks if b is not block and b.sentences and b.language == block.language]
        return self.chance.choice(others) if others else block

    def _reword(self, block):
        for sentence in self.chance.sample(block.sentences, self.chance.randint(1, len(block.sentences))):
            self.reword(sentence)

    def _number_changed(self, block):
        found = [(s, i) for s in block.sentences for i, w in enumerate(s.words) if w[0].isdigit()]
        if found:
            sentence, at = self.chance.choice(found)
            sentence.words[at] = self._other(sentence.words[at])
            sentence.touched = "edited"

    def _delete(self, block):
        sentence = self._any(block)
        block.sentences.remove(sentence)
        self.gone(sentence)
        if not block.sentences:
            self.blocks.remove(block)

    def _delete_block(self, block):
        self.gone(*block.sentences)
        self.blocks.remove(block)

    def _insert(self, block):
        block.sentences.insert(
            self.chance.randint(0, len(block.sentences)), self.sentence(block.language, False)
        )

    def _near(self, block):
        sentence = self._any(block)
        at = block.sentences.index(sentence) + self.chance.randint(0, 1)
        block.sentences.insert(at, self.look_alike(sentence))

    def _near_edited(self, block):
        sentence = self._any(block)
        made = self.look_alike(sentence)
        self.reword(sentence, 0.2)
        block.sentences.insert(block.sentences.index(sentence) + self.chance.randint(0, 1), made)

    def _far(self, block):
        other = self._place(block)
        other.sentences.insert(
            self.chance.randint(0, len(other.sentences)), self.look_alike(self._any(block))
        )
        other.touched = True

    def _far_deleted(self, block):
        sentence = self._any(block)
        other = self._place(block)
        if other is block:
            return
        other.sentences.insert(self.chance.randint(0, len(other.sentences)), self.look_alike(sentence))
        block.sentences.remove(sentence)
        self.gone(sentence)
        if not block.sentences:
            self.blocks.remove(block)

    def _near_deleted(self, block):
        """A look-alike two sentences away, and the sentence itself taken out."""
        if len(block.sentences) < 4:
            return
        at = self.chance.randrange(len(block.sentences))
        sentence = block.sentences.pop(at)
        self.gone(sentence)
        block.sentences.insert(
            at + 2 if at + 2 <= len(block.sentences) else at - 2, self.look_alike(sentence)
        )

    def _split(self, block):
        if len(block.sentences) < 2 or block.kind != "paragraph":
            return
        at = self.chance.randrange(1, len(block.sentences))
        rest = Block("paragraph", block.language, block.sentences[at:], touched=True)
        del block.sentences[at:]
        self.blocks.insert(self.blocks.index(block) + 1, rest)
        self.mark(block, "split")
        self.mark(rest, "split")

    def _merge(self, block):
        at = self.blocks.index(block)
        if at + 1 < len(self.blocks):
            other = self.blocks[at + 1]
            if block.kind == other.kind == "paragraph" and other.language == block.language:
                block.sentences += other.sentences
                del self.blocks[at + 1]
                self.mark(block, "merged")

    def _move_sentence(self, block):
        other = self._place(block)
        if other is block or len(block.sentences) < 2:
            return
        sentence = self._any(block)
        block.sentences.remove(sentence)
        other.sentences.insert(self.chance.randint(0, len(other.sentences)), sentence)
        sentence.touched = "moved"
        other.touched = True

    def _move_block(self, block):
        self.blocks.remove(block)
        self.blocks.insert(self.chance.randint(0, len(self.blocks)), block)
        self.mark(block, "moved")

    def _move_edited(self, block):
        self._move_block(block)
        if len(block.sentences) > 2:
            self.reword(self._any(block), 0.25)

    def _swap(self, block):
        if len(block.sentences) > 1:
            at = self.chance.randrange(len(block.sentences) - 1)
            pair = block.sentences[at : at + 2]
            block.sentences[at : at + 2] = pair[::-1]
            pair[self.chance.randint(0, 1)].touched = "moved"

    def _cut_sentence(self, block):
        sentence = self._any(block)
        if sentence.key is None or len(sentence.words) < 14 or sentence.key in self.parts:
            return
        at = len(sentence.words) // 2
        if any(word.startswith("(") for word in sentence.words[at - 1 : at + 1]):
            return
        rest = Sentence(None, sentence.words[at:], sentence.language)
        del sentence.words[at:]
        block.sentences.insert(block.sentences.index(sentence) + 1, rest)
        sentence.touched = "split"
        self.parts[sentence.key] = [sentence, rest]

    def _join_sentences(self, block):
        if len(block.sentences) < 2:
            return
        at = self.chance.randrange(len(block.sentences) - 1)
        one, other = block.sentences[at : at + 2]
        if one.key is None or other.key is None or {one.key, other.key} & self.parts.keys():
            return
        one.words += [VOCABULARY[one.language][2], *other.words]
        self.parts[other.key] = [one]
        one.touched = "merged"
        self.fate[other.key] = "merged"
        del block.sentences[at + 1]

    def _rewrite_around(self, block):
        """All but one sentence replaced by others."""
        if len(block.sentences) < 3:
            return
        kept = self._any(block)
        for at, sentence in enumerate(block.sentences):
            if sentence is not kept:
                self.gone(sentence)
                block.sentences[at] = self.sentence(block.language, False)
