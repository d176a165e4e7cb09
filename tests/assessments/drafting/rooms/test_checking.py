"""What is admitted into a document: all that an editor writes, and nothing that breaks the library or the text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from assessments.drafting.rooms import checking, document, wire
from assessments.drafting.rooms.checking import Ahead, Known, Refused
from assessments.drafting.rooms.wire import Malformed, number

LETTERS = st.text(st.sampled_from(["a", "\n", "é", "م", "中", "😀", "𝄞", "\u200d"]), max_size=6)
EDITS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(0, 4), LETTERS), max_size=25)


def changed(doc: Doc, at: int, remove: int, words: str) -> bytes:
    known, text = doc.get_state(), document.text_of(doc)
    before = str(text)
    at = min(at, len(before))
    start, end = len(before[:at].encode()), len(before[: at + remove].encode())
    with doc.transaction():
        if end > start:
            del text[start:end]
        if words:
            text.insert(start, words)
    return doc.get_update(known)


def typed(words: str, client: int = 7) -> bytes:
    """An update as Yjs writes it: ``words`` at the beginning of the text, by a client that has typed nothing yet."""
    content = words.encode("utf-8", "surrogatepass")
    return (
        number(1) + number(1) + number(client) + number(0) + bytes([checking.STRING])
        + number(1) + number(1) + b"t" + number(len(content)) + content + number(0)
    )  # fmt: skip


def behind(origin: tuple[int, int], words: str, client: int = 9, clock: int = 0) -> bytes:
    content = words.encode()
    return (
        number(1) + number(1) + number(client) + number(clock) + bytes([checking.STRING | checking.ORIGIN])
        + number(origin[0]) + number(origin[1]) + number(len(content)) + content + number(0)
    )  # fmt: skip


def deleting(client: int, clock: int, length: int) -> bytes:
    return number(0) + number(1) + number(client) + number(1) + number(clock) + number(length)


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_every_change_of_three_editors_is_admitted_and_all_read_the_same(edits):
    server, known = Doc(), Known()
    document.text_of(server)
    docs = [Doc() for _ in range(3)]
    for doc in docs:
        document.text_of(doc)
    for who, at, remove, words in edits:
        update = changed(docs[who], at, remove, words)
        known.admit(checking.read(update))
        server.apply_update(update)
        if (at + remove) % 3 == 0:  # the others hear of it at once, or later
            for doc in docs:
                doc.apply_update(server.get_update(doc.get_state()))
    for doc in docs:
        doc.apply_update(server.get_update(doc.get_state()))
    assert {str(document.text_of(doc)) for doc in docs} == {str(document.text_of(server))}
    assert known.clocks == wire.read_vector(server.get_state())


def test_a_document_of_many_authors_is_squashed_in_whatever_order_the_library_names_them():
    base = document.begin("words")
    doc = document.build(base, [])
    for client in range(1000, 21_000, 1000):
        author = Doc(client_id=client)
        author.apply_update(base)
        known = author.get_state()
        document.text_of(author).insert(0, "x")
        doc.apply_update(author.get_update(known))
    state = document.squash(doc)
    assert document.digest(document.build(state, [])) == document.digest(doc)


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_what_is_known_is_the_same_after_squashing_and_reading_again(edits):
    doc, known = Doc(), Known()
    document.text_of(doc)
    for _who, at, remove, words in edits:
        known.admit(checking.read(changed(doc, at, remove, words)))
    again = Known()
    again.trust(checking.read(document.squash(doc), trusted=True))
    assert again.clocks == known.clocks
    for client, found in again.halves.items():
        assert found <= known.halves[client]


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("aé中😀\n"), max_size=30), st.text(st.sampled_from("aé中😀\n"), max_size=30))
def test_the_smallest_edit_says_the_text_and_an_editor_who_heard_of_it_reads_it(before, after):
    doc = document.build(document.begin(before), [])
    editor = document.build(doc.get_update(), [])
    update = document.edit(doc, after)
    assert str(document.text_of(doc)) == after
    if update is None:
        assert before == after
    else:
        editor.apply_update(update)
        assert str(document.text_of(editor)) == after


@pytest.mark.parametrize("words", ["plain", "é", "😀", "a😀b", "👩‍🔬"])
def test_a_text_at_the_beginning_is_read_as_it_was_written(words):
    update = checking.read(typed(words))
    (struct,) = update.structs[7]
    assert (struct.text, struct.length) == (words, len(words.encode("utf-16-le")) // 2)
    assert update.inserted == len(words.encode())


def test_nobody_types_or_deletes_between_the_halves_of_a_character():
    known = Known()
    known.admit(checking.read(typed("a😀b")))  # clocks: a 0, 😀 1 and 2, b 3
    for update in (behind((7, 1), "x"), deleting(7, 1, 1), deleting(7, 2, 1), deleting(7, 0, 2)):
        with pytest.raises(Refused, match="in two"):
            known.admit(checking.read(update))
    known.admit(checking.read(behind((7, 2), "x")))
    known.admit(checking.read(deleting(7, 1, 2)))
    assert known.clocks == {7: 4, 9: 1}


def test_half_a_character_has_no_form():
    with pytest.raises(Malformed, match="UTF-8"):
        checking.read(typed("a\ud83d"))


@pytest.mark.parametrize(
    "update",
    [
        behind((7, 4), "x"),
        behind((8, 0), "x"),
        deleting(7, 3, 2),
        deleting(8, 0, 1),
        behind((7, 0), "x", clock=1),
    ],
)
def test_what_builds_on_the_unknown_has_to_begin_again_with_the_handshake(update):
    known = Known()
    known.admit(checking.read(typed("abcd")))
    with pytest.raises(Ahead):
        known.admit(checking.read(update))
    assert known.clocks == {7: 4}


def test_two_runs_that_each_stand_behind_the_other_are_refused():
    loop = number(2) + behind((2, 0), "x", 1)[1:-1] + behind((1, 0), "y", 2)[1:-1] + number(0)
    with pytest.raises(Ahead):
        Known().admit(checking.read(loop))


@pytest.mark.parametrize("kind", ["map", "array", "other text", "format", "embed"])
def test_what_our_editor_never_writes_is_refused(kind):
    doc = Doc()
    if kind == "map":
        doc.get("t", type=Map)["k"] = 1
    elif kind == "array":
        doc.get("t", type=Array).append(1)
    elif kind == "other text":
        text = doc.get("u", type=Text)
        text += "x"
    else:
        text = doc.get("t", type=Text)
        text += "words"
        if kind == "format":
            text.format(0, 2, {"bold": True})
        else:
            text.insert_embed(1, {"image": 1})
    with pytest.raises(Refused):
        checking.read(doc.get_update())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_garbage_is_refused_and_nothing_else_happens(data):
    known = Known()
    try:
        known.admit(checking.read(data))
    except (Malformed, Refused):
        assert known.clocks == {}


def test_fifty_thousand_hostile_updates_neither_break_the_library_nor_part_the_replicas():
    """What passes the check goes into the library; the process lives, and a fresh reader reads the same."""
    chance = random.Random(20261125)
    doc = document.build(document.begin("The 😀 quick 𝄞 brown fox. " * 4), [])
    known = Known()
    known.trust(checking.read(doc.get_update(), trusted=True))
    editor = document.build(doc.get_update(), [])
    samples = [
        changed(editor, chance.randrange(60), chance.randrange(4), "x😀ع"[: chance.randrange(4)])
        for _ in range(40)
    ]
    samples = [update for update in samples if update != wire.NOTHING] + [doc.get_update()]
    taken = 0
    for _ in range(50_000):
        update = bytearray(chance.choice(samples))
        for _damage in range(chance.randint(1, 3)):
            place = chance.randrange(len(update))
            what = chance.randrange(4)
            if what == 0:
                update[place] = chance.randrange(256)
            elif what == 1:
                del update[place:]
            elif what == 2:
                update[place:place] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 4)))
            else:
                update[place] ^= 1 << chance.randrange(8)
            if not update:
                update = bytearray(b"\x00")
        try:
            known.admit(checking.read(bytes(update)))
        except (Malformed, Refused):
            continue
        doc.apply_update(bytes(update))
        taken += 1
    assert taken > 100
    fresh = document.build(doc.get_update(), [])
    assert str(document.text_of(fresh)) == str(document.text_of(doc))
    assert "\ufffd" not in str(document.text_of(doc))
    assert known.clocks == wire.read_vector(doc.get_state())
