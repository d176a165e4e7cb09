"""Verify an exported record: ``python -m records.verify FILE [--head SEQ:HASH] [--key FILE]``.

docs/record-format.md says what the answers mean. This file runs without Django, also as a copy beside
``chain.py``; it needs the standard library, and ``cryptography`` only where ``--key`` is given.
Exit codes: 0 intact, 10 entry altered, 11 tail missing, 12 intact but not anchored, 13 rewritten
against the head, 2 unreadable file or wrong usage.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if __package__:
    from . import chain
else:
    import chain

INTACT, UNREADABLE, ALTERED, TAIL_MISSING, NOT_ANCHORED, REWRITTEN = 0, 2, 10, 11, 12, 13


class Unreadable(ValueError):
    """The file is no exported record at all; its text says why."""


@dataclass(frozen=True)
class Verdict:
    """The answer: exit ``code``, one ``sentence``, and what was counted up to the end or the fault."""

    code: int
    sentence: str
    entries: int
    shown: int
    withheld: int
    erased: int
    partly: int  # of the withheld and erased: contents of which some fields are shown
    altered: int | None = None  # the entry named in the sentence
    notes: tuple[str, ...] = ()  # what else the reader has to know, one sentence each


class _Stop(Exception):
    """Reading ends here: the entry ``seq`` is altered, or (``cut``) the file breaks off within it."""

    def __init__(self, seq: int, reason: str, *, cut: bool = False):
        super().__init__(reason)
        self.seq, self.reason, self.cut = seq, reason, cut


@dataclass
class _Reading:
    """What has been read of one file so far."""

    stream: str = ""
    hashes: list[str] = field(default_factory=list)  # of the entries that verified, by seq from 1
    contents: dict[str, int] = field(default_factory=lambda: dict.fromkeys(chain.STATES, 0))
    partly: int = 0
    heads: Any = None
    heads_seen: bool = False
    notes: list[str] = field(default_factory=list)

    def verdict(self, code: int, sentence: str, altered: int | None = None) -> Verdict:
        entries = len(self.hashes)
        return Verdict(
            code,
            sentence,
            entries,
            **self.contents,
            partly=self.partly,
            altered=altered,
            notes=tuple(self.notes),
        )


def verify(lines: Iterable[bytes], *, head: str | None = None, public_key: Any = None) -> Verdict:
    """Verify the lines of an export file and say which of the five answers holds.

    ``head`` is "SEQ:HASH" from a source the reader trusts (printed minutes); ``public_key`` is what
    ``chain.check_signature`` takes and makes a signed head in the file count.
    Raises Unreadable where the first line is no header, ValueError for a malformed ``head``.
    """
    given = [("the head given", *chain.parse_head(head))] if head is not None else []
    reading, stop = _Reading(), None
    numbered = ((n, line) for n, line in enumerate(lines, 1) if line.strip())
    _read_header(reading, numbered)
    try:
        for number, line in numbered:
            _read_line(reading, number, line, numbered)
    except _Stop as reason:
        stop = reason
    if stop and not stop.cut:
        return reading.verdict(ALTERED, f"Entry {stop.seq} altered: {stop.reason}.", stop.seq)
    return _compare(reading, given + _signed_head(reading, public_key), stop)


def _read_header(reading: _Reading, numbered: Iterator[tuple[int, bytes]]) -> None:
    number, line = next(numbered, (1, b""))
    try:
        header = chain.loads(chain.strip_mark(line))
    except ValueError as error:
        raise Unreadable(f"line {number} is not the header of an exported record: {error}") from None
    if fault := chain.header_fault(header):
        raise Unreadable(f"line {number} is not the header of an exported record: {fault}")
    reading.stream = header["stream"]


def _read_line(reading: _Reading, number: int, line: bytes, rest: Iterator[tuple[int, bytes]]) -> None:
    seq = len(reading.hashes) + 1
    if reading.heads_seen:
        raise _Stop(seq, f"line {number} stands after the line of heads, where nothing may follow")
    is_heads = line.lstrip().startswith(b'{"heads"')
    try:
        row = chain.loads(line)
    except ValueError as error:
        if is_heads:
            reading.heads_seen = True
            reading.notes.append(f"The line of heads (line {number}) is damaged and was not used.")
            return
        if _breaks_off(line):
            raise _Stop(seq, f"the file breaks off within line {number}", cut=True) from None
        raise _Stop(seq, f"line {number} is not one JSON object of the format ({error})") from None
    if isinstance(row, dict) and row.keys() == {"heads"}:
        reading.heads_seen, reading.heads = True, row["heads"]
        return
    if not isinstance(row, dict) or row.keys() != {"entry", "content"}:
        raise _Stop(seq, f"line {number} does not hold exactly an entry and its content")
    _check_entry(reading, seq, row["entry"], rest)
    if fault := chain.content_fault(row["content"], row["entry"]["commitment"]):
        raise _Stop(seq, fault)
    _count(reading, row["content"])
    reading.hashes.append(row["entry"]["hash"])


def _breaks_off(line: bytes) -> bool:
    """Whether a line that is no JSON is merely too short: the last one, cut before its end."""
    if line.endswith(b"\n"):
        return False
    try:
        json.JSONDecoder().raw_decode(line.decode("utf-8", errors="ignore").lstrip())
    except (ValueError, RecursionError):
        return True
    return False  # a whole object with something behind it was not cut


def _check_entry(reading: _Reading, seq: int, entry: Any, rest: Iterator[tuple[int, bytes]]) -> None:
    if fault := chain.entry_fault(entry):
        raise _Stop(seq, fault)
    before = reading.hashes[-1] if reading.hashes else chain.NO_HASH
    own = chain.entry_hash(entry)
    whole = own == entry["hash"]
    if entry["stream"] != reading.stream:
        raise _Stop(
            seq, f"it belongs to stream {_quoted(entry['stream'])}, the file to {_quoted(reading.stream)}"
        )
    if entry["seq"] != seq:
        raise _Stop(seq, _misplaced(entry["seq"], seq, whole=whole))
    if not whole:
        raise _Stop(seq, _what_differs(entry, own, before, rest))
    if entry["prev"] != before:
        if seq == 1:
            raise _Stop(1, "its prev is not 64 zeros, so something stood before it or it was made anew")
        # Both entries fit themselves. Who rewrites one and cannot reach the next leaves this mark on it.
        why = f"its hash is not the prev that entry {seq} names; it was changed and hashed anew"
        raise _Stop(seq - 1, f"{why}, it or one before it")


def _misplaced(found: int, expected: int, *, whole: bool) -> str:
    if not whole:
        return f"its seq is {found} where {expected} is due, and its hash does not fit"
    if found < expected:
        return f"entry {found} stands again in its place (doubled or out of order)"
    return f"in its place stands entry {found} (entries are missing or out of order)"


def _what_differs(entry: dict, own: str, before: str, rest: Iterator[tuple[int, bytes]]) -> str:
    if entry["prev"] != before:
        return "its prev is not the hash of the entry before it, and its hash does not fit"
    if _next_prev(rest) == own:
        return "its written hash is not the hash of its members (the next entry names the right one)"
    return "one of its members was changed: their hash is not the hash written"


def _next_prev(rest: Iterator[tuple[int, bytes]]) -> str | None:
    try:
        return chain.loads(next(rest, (0, b"null"))[1])["entry"]["prev"]
    except (ValueError, TypeError, KeyError, IndexError):
        return None  # the next line is damaged too, and so no witness


def _count(reading: _Reading, content: dict | None) -> None:
    # A content that is not given at all is withheld, names of its fields included.
    state = content["state"] if content else "withheld"
    reading.contents[state] += 1
    if content and state != "shown" and content["fields"]:
        reading.partly += 1


def _signed_head(reading: _Reading, public_key: Any) -> list[tuple[str, int, str]]:
    """The head of this stream in the file's signed heads, if it may be relied on; else a note why not."""
    if not reading.heads_seen:
        if public_key is not None:
            reading.notes.append("A key was given, but the file holds no line of heads to check by it.")
        return []
    if reading.heads is None:
        return []
    if public_key is None:
        reading.notes.append("The file holds a line of heads; without --key its signature was not checked.")
        if _contradicted(reading):
            reading.notes.append(
                "That line does not fit the entries of this file: ask for the key and check."
            )
        return []
    if fault := chain.heads_fault(reading.heads):
        reading.notes.append(f"The line of heads is malformed and was not used: {fault}.")
        return []
    if not chain.check_signature(reading.heads, public_key):
        reading.notes.append(
            "Bad signature: the key given did not sign the line of heads, so it was not used."
        )
        return []
    signed = reading.heads["heads"].get(reading.stream)
    if signed is None:
        reading.notes.append("The signature is good, but the signed heads do not name this stream.")
        return []
    label = f"the head signed on {reading.heads['date']} (key {_quoted(reading.heads['key_id'])})"
    reading.notes.append(f"The signature of {label} is good.")
    return [(label, *chain.parse_head(signed))]


def _contradicted(reading: _Reading) -> bool:
    if chain.heads_fault(reading.heads) or reading.stream not in reading.heads["heads"]:
        return False
    seq, expected = chain.parse_head(reading.heads["heads"][reading.stream])
    return seq > 0 and [expected] != reading.hashes[seq - 1 : seq]


def _compare(reading: _Reading, heads: list[tuple[str, int, str]], cut: _Stop | None) -> Verdict:
    """Weigh a chain that verifies by itself against the heads in reach; the gravest answer wins."""
    last = len(reading.hashes)
    for label, seq, expected in heads:
        if 0 < seq <= last and reading.hashes[seq - 1] != expected:
            text = f"Rewritten against the head: {label} has {expected} for entry {seq}, the file has"
            return reading.verdict(REWRITTEN, f"{text} {reading.hashes[seq - 1]}.")
    label, seq, _ = max(heads, key=lambda one: one[1], default=("", 0, ""))
    if seq > last:
        text = f"Tail missing: {label} reaches entry {seq}, the file ends with entry {last}."
        return reading.verdict(TAIL_MISSING, text)
    if cut:
        text = f"Tail missing: {cut.reason}, in entry {cut.seq}; whole are {last}."
        return reading.verdict(TAIL_MISSING, text)
    # The head of an empty stream says nothing of entries that came later.
    if not heads or (seq == 0 and last > 0):
        text = "Intact but not anchored: the entries fit together, but no head that can be relied on"
        return reading.verdict(
            NOT_ANCHORED, f"{text} shows that this is the whole record and the first one made."
        )
    if seq < last:
        reading.notes.append(
            f"Entries {seq + 1} to {last} came after that head; it does not show that they are all."
        )
    return reading.verdict(INTACT, f"Intact: {last} entries, anchored at entry {seq} by {label}.")


def _quoted(text: str) -> str:
    # In ASCII: names come from the file and must not steer the reader's terminal.
    return json.dumps(text)


def report(verdict: Verdict) -> str:
    """Return what is printed: the answer first, then the count of contents, then the notes."""
    partly = f" ({verdict.partly} of them in part)" if verdict.partly else ""
    counts = f"{verdict.shown} shown, {verdict.withheld} withheld, {verdict.erased} erased{partly}"
    until = f", up to entry {verdict.entries}" if verdict.code in (ALTERED, TAIL_MISSING) else ""
    return "\n".join([verdict.sentence, f"Contents{until}: {counts}.", *verdict.notes])


def _public_key(path: str) -> Any:
    try:
        return chain.load_public_key(Path(path).read_bytes())
    except ImportError:
        raise Unreadable("--key needs the Python package cryptography") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"the key {path} cannot be used: {error}") from None


def main(arguments: list[str] | None = None) -> int:
    """Run the command; print the report and return the exit code."""
    parser = argparse.ArgumentParser(prog="records.verify", description="Verify an exported record.")
    parser.add_argument("file", metavar="FILE", help="the exported record (JSON lines)")
    parser.add_argument("--head", metavar="SEQ:HASH", help="a head from a source you trust, such as minutes")
    parser.add_argument(
        "--key", metavar="FILE", help="Ed25519 public key: PEM, 32 raw bytes or 64 hex digits"
    )
    options = parser.parse_args(arguments)
    try:
        public_key = _public_key(options.key) if options.key else None
        with open(options.file, "rb") as lines:
            verdict = verify(lines, head=options.head, public_key=public_key)
    except (OSError, ValueError) as error:
        print(f"Not verified: {ascii(str(error))[1:-1]}", file=sys.stderr)
        return UNREADABLE
    print(report(verdict))
    return verdict.code


if __name__ == "__main__":
    sys.exit(main())
