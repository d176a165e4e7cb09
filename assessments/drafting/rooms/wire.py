"""The bytes that editors and rooms exchange: numbers and texts of lib0, messages of y-protocols.

Pure: no Django, no pycrdt. What cannot be read raises Malformed, whatever the bytes are.
"""

from __future__ import annotations

SYNC, STEP1, STEP2, UPDATE = 0, 0, 1, 2
# What a browser counts exactly; no honest number of an update comes near it.
MOST = 2**53 - 1
NOTHING = b"\x00\x00"  # an update without structs and without deletions


class Malformed(Exception):
    """Bytes that are no message, or no update, of the protocol; the text is for the log."""


class Reader:
    """Reads on through ``data``; every read past its end raises Malformed."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.end = data, 0, len(data)

    def byte(self) -> int:
        if self.at >= self.end:
            raise Malformed("the bytes end too early")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        value, shift = 0, 0
        while True:
            part = self.byte()
            value |= (part & 0x7F) << shift
            if part < 0x80:
                break
            shift += 7
            if shift > 49:
                raise Malformed("a number is too long")
        if value > MOST:
            raise Malformed("a number is too large")
        return value

    def bytes(self) -> bytes:
        length = self.number()
        if length > self.end - self.at:
            raise Malformed("a text is longer than what was sent")
        self.at += length
        return self.data[self.at - length : self.at]

    def text(self) -> str:
        try:
            # Strict: half a surrogate pair has no form in UTF-8 and is refused here.
            return self.bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("a text is not UTF-8") from None

    def finish(self) -> None:
        if self.at != self.end:
            raise Malformed("bytes are left over")


def number(value: int) -> bytes:
    """``value`` as lib0 writes it: seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(0x80 | (value & 0x7F))
        value >>= 7
    out.append(value)
    return bytes(out)


def message(step: int, data: bytes) -> bytes:
    """A message of the sync protocol: a state vector (STEP1) or an update (STEP2, UPDATE)."""
    return bytes((SYNC, step)) + number(len(data)) + data


def read_message(data: bytes) -> tuple[int, bytes]:
    """(step, content) of a message. Raises Malformed for anything that is not of the sync protocol."""
    reader = Reader(data)
    if reader.number() != SYNC:
        raise Malformed("not a message of the sync protocol")
    step = reader.number()
    if step not in (STEP1, STEP2, UPDATE):
        raise Malformed("an unknown step")
    content = reader.bytes()
    reader.finish()
    return step, content


def read_vector(data: bytes) -> dict[int, int]:
    """A state vector: for each client the number of characters that are known of it."""
    reader = Reader(data)
    found = {}
    for _ in range(reader.number()):
        client = reader.number()
        found[client] = reader.number()
    reader.finish()
    return found


def changes(data: bytes) -> bool:
    """Whether a message may change something: no question for what its sender lacks, nor the answer “nothing”."""
    return data[:2] != bytes((SYNC, STEP1)) and data != message(STEP2, NOTHING)
