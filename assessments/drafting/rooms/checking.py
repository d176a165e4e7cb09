"""Whether an update may be given to the library: hostile ones have ended the process, and split letters differ.

The whole form of an update (Yjs, version 1) is read first, and of all it could hold only what our editor writes
is admitted: characters in the one text, and deletions. What it builds on must be known, in an order in which it can
be put in, so that nothing waits inside the library. Nobody may cut between the two halves of a character outside the
basic plane: Yjs and its port to Rust then disagree about the text for ever.

Pure: no Django, no pycrdt. A clock counts UTF-16 units, as JavaScript does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assessments.drafting.rooms.wire import Malformed, Reader

ROOT = "t"  # the name of the text in the document
ORIGIN, RIGHT, SUB, KIND = 0x80, 0x40, 0x20, 0x1F
GONE, DELETED, STRING, SKIP = 0, 1, 4, 10
MOST_CLOCK = 2**31


class Refused(Exception):
    """An update that is well-formed and not admitted; the text is for the log."""


class Ahead(Refused):
    """An update that builds on what is not known here: the editor has to begin again with the handshake."""


@dataclass(frozen=True, slots=True)
class Struct:
    """A run of characters, its first clock, and between which characters it was put."""

    client: int
    clock: int
    length: int
    text: str | None
    origin: tuple[int, int] | None = None
    right: tuple[int, int] | None = None

    @property
    def end(self) -> int:
        return self.clock + self.length


@dataclass(frozen=True)
class Update:
    """What an update says: runs by client, each in the order of its clocks, and deletions (client, from, to)."""

    structs: dict[int, list[Struct]]
    deletions: list[tuple[int, int, int]]

    @property
    def empty(self) -> bool:
        return not self.structs and not self.deletions

    @property
    def inserted(self) -> int:
        """Bytes of UTF-8 that the update holds."""
        return sum(len(s.text.encode()) for run in self.structs.values() for s in run if s.text)


def read(data: bytes, *, trusted: bool = False) -> Update:
    """Read an update; ``trusted``: one that this server has made, which may also hold what is gone.

    Raises Malformed, or Refused for what our editor never writes.
    """
    reader = Reader(data)
    structs: dict[int, list[Struct]] = {}
    for _ in range(reader.number()):
        count, client, clock = reader.number(), reader.number(), reader.number()
        if client in structs or count == 0:
            raise Malformed("a client stands twice, or with nothing")
        run = structs[client] = []
        for _ in range(count):
            struct = _struct(reader, client, clock, trusted)
            clock += struct.length
            if clock > MOST_CLOCK:
                raise Malformed("a clock is too large")
            run.append(struct)
    deletions = []
    for _ in range(reader.number()):
        client = reader.number()
        for _ in range(reader.number()):
            start, length = reader.number(), reader.number()
            if length == 0 or start + length > MOST_CLOCK:
                raise Malformed("a deletion of nothing, or beyond all bounds")
            deletions.append((client, start, start + length))
    reader.finish()
    return Update(structs, deletions)


def _struct(reader: Reader, client: int, clock: int, trusted: bool) -> Struct:
    info = reader.byte()
    kind = info & KIND
    if kind in (GONE, SKIP):
        if not trusted:
            raise Refused("what is gone is told by the server alone")
        return Struct(client, clock, _length(reader.number()), None)
    origin = (reader.number(), reader.number()) if info & ORIGIN else None
    right = (reader.number(), reader.number()) if info & RIGHT else None
    begins = origin is None and right is None
    if begins and (reader.number() != 1 or reader.text() != ROOT or info & SUB):
        raise Refused("not in the one text")
    if kind == DELETED:
        return Struct(client, clock, _length(reader.number()), None, origin, right)
    if kind != STRING:
        raise Refused(f"content of kind {kind}")
    text = reader.text()
    return Struct(client, clock, _length(units(text)), text, origin, right)


def _length(length: int) -> int:
    if not 0 < length < MOST_CLOCK:
        raise Malformed("a run of no length, or beyond all bounds")
    return length


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _second_halves(text: str) -> list[int]:
    """The offsets, in UTF-16 units, of the second halves of characters outside the basic plane."""
    if text.isascii():
        return []
    found, at = [], 0
    for sign in text:
        if ord(sign) > 0xFFFF:
            found.append(at + 1)
            at += 2
        else:
            at += 1
    return found


@dataclass
class Known:
    """What a document holds, as far as updates are checked by it: clocks, and where nobody may cut."""

    clocks: dict[int, int] = field(default_factory=dict)
    halves: dict[int, set[int]] = field(default_factory=dict)

    def admit(self, update: Update) -> None:
        """Take an update into what is known. Raises Refused or Ahead, and then has taken nothing."""
        clocks = self._in_order(update)
        fresh = self._halves_of(update)
        for client, start, end in update.deletions:
            if end > clocks.get(client, 0):
                raise Ahead("a deletion of what is not known")
            self._uncut(client, start, fresh)
            self._uncut(client, end, fresh)
        for run in update.structs.values():
            for struct in run:
                if struct.origin is not None:
                    self._uncut(struct.origin[0], struct.origin[1] + 1, fresh)
                if struct.right is not None:
                    self._uncut(*struct.right, fresh)
                if struct.clock < self.clocks.get(struct.client, 0) < struct.end:
                    self._uncut(struct.client, self.clocks[struct.client], fresh)
        self.clocks.update(clocks)
        for client, found in fresh.items():
            self.halves.setdefault(client, set()).update(found)

    def trust(self, update: Update) -> None:
        """Take in an update that this server has stored before."""
        for client, run in update.structs.items():
            self.clocks[client] = max(self.clocks.get(client, 0), run[-1].end)
        for client, found in self._halves_of(update).items():
            self.halves.setdefault(client, set()).update(found)

    def _in_order(self, update: Update) -> dict[int, int]:
        """The clocks after the update; Ahead unless each run can be put in, one after another, with none waiting."""
        clocks = dict(self.clocks)
        waiting = {client: list(reversed(run)) for client, run in update.structs.items()}
        moved = True
        while moved and waiting:
            moved = False
            for client in list(waiting):
                run = waiting[client]
                while run and _follows(run[-1], clocks):
                    struct = run.pop()
                    clocks[client] = max(clocks.get(client, 0), struct.end)
                    moved = True
                if not run:
                    del waiting[client]
        if waiting:
            raise Ahead("a change that builds on what is not known")
        return clocks

    @staticmethod
    def _halves_of(update: Update) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for client, run in update.structs.items():
            for struct in run:
                if struct.text:
                    for offset in _second_halves(struct.text):
                        found.setdefault(client, set()).add(struct.clock + offset)
        return found

    def _uncut(self, client: int, clock: int, fresh: dict[int, set[int]]) -> None:
        if clock in self.halves.get(client, ()) or clock in fresh.get(client, ()):
            raise Refused("it cuts a character in two")


def _follows(struct: Struct, clocks: dict[int, int]) -> bool:
    if struct.clock > clocks.get(struct.client, 0):
        return False
    return all(
        place is None or place[1] < clocks.get(place[0], 0)
        # A run may build on characters of its own update, but only on earlier ones.
        for place in (struct.origin, struct.right)
    )
