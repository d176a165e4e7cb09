"""Kept files in a folder of this machine, or of a file system that all machines share."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from records.files.place import Kept

PART = ".part"  # the ending of what is being written


@dataclass(frozen=True)
class Folder:
    root: Path

    def path(self, name: str) -> Path:
        return self.root / name

    def put(self, name: str, data: bytes) -> None:
        """On a disk that runs full no part stays; what was kept survives a power cut, as the row that names it."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}")
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        place = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)

    def open(self, name: str) -> BinaryIO:
        return self.path(name).open("rb")

    def holds(self, name: str) -> bool:
        return self.path(name).is_file()

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def names(self, beginning: str = "") -> Iterator[Kept]:
        # The folder of the beginning alone is walked.
        top = self.root / beginning.rpartition("/")[0]
        found = [p for p in top.rglob("*") if p.suffix != PART and p.is_file() and not p.is_symlink()]
        for path in sorted(found):
            name = path.relative_to(self.root).as_posix()
            if not name.startswith(beginning):
                continue
            try:
                stat = path.stat()
            except FileNotFoundError:  # let go of meanwhile
                continue
            yield Kept(name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))
