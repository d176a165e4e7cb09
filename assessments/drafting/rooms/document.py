"""The live document itself: built from what is stored, edited by the smallest change, squashed and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from diff_match_patch import diff_match_patch
from pycrdt import Doc, Text

from assessments.drafting.rooms import wire
from assessments.drafting.rooms.checking import ROOT

# Beyond this many seconds two texts are compared coarsely; the result is as right, and larger.
COMPARE_FOR_S = 1.0


def text_of(doc: Doc) -> Text:
    return doc.get(ROOT, type=Text)


def build(state: bytes, updates: Iterable[bytes]) -> Doc:
    """The document of a squashed state and the updates after it, one by one.

    Merging many updates first takes seconds where this takes milliseconds.
    """
    doc = Doc()
    text_of(doc)
    if state:
        doc.apply_update(bytes(state))
    for update in updates:
        doc.apply_update(bytes(update))
    return doc


def begin(markdown: str) -> bytes:
    """The state of a new document that holds this text."""
    doc = Doc()
    text = text_of(doc)
    if markdown:
        text += markdown
    return doc.get_update()


def edit(doc: Doc, markdown: str) -> bytes | None:
    """Make the document say ``markdown`` by the smallest change, so that cursors and others' words stay.

    Returns the update, or None where it says so already.
    """
    text = text_of(doc)
    before = str(text)
    if before == markdown:
        return None
    known = doc.get_state()
    engine = diff_match_patch()
    engine.Diff_Timeout = COMPARE_FOR_S
    pieces = engine.diff_main(before, markdown)
    engine.diff_cleanupSemantic(pieces)
    at = 0  # in bytes of UTF-8, as the library counts
    with doc.transaction():
        for sign, words in pieces:
            size = len(words.encode())
            if sign < 0:
                del text[at : at + size]
            elif sign > 0:
                text.insert(at, words)
                at += size
            else:
                at += size
    return doc.get_update(known)


def squash(doc: Doc) -> bytes:
    """The state of the document, proved: a fresh document made of it says the same. Raises ValueError otherwise."""
    state = doc.get_update()
    again = build(state, [])
    # The library writes a state vector in any order of the clients.
    if digest(again) != digest(doc) or _clocks(again) != _clocks(doc):
        raise ValueError("the squashed state does not say what the updates say")
    return state


def _clocks(doc: Doc) -> dict[int, int]:
    return wire.read_vector(doc.get_state())


def digest(doc: Doc) -> str:
    """The hash of the text, as an editor makes it too."""
    return hashlib.sha256(str(text_of(doc)).encode()).hexdigest()
