"""Local copies of files that lie in a bucket, in a folder of bounded size that may be emptied at any time."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from records.files.bucket import Bucket
from records.files.folder import PART

ABANDONED_S = 3600.0  # after which an unfinished copy belongs to a process that has died


@dataclass(frozen=True)
class Copies:
    """``most``: bytes that the copies may hold together; those not asked for the longest go first."""

    folder: Path
    most: int

    def _path(self, name: str) -> Path:
        digest = hashlib.sha256(name.encode()).hexdigest()
        return self.folder / digest[:2] / digest

    def open(self, bucket: Bucket, name: str) -> BinaryIO:
        """The file open for reading: the copy, or a new one. What is open stays readable whoever removes the copy."""
        path = self._path(name)
        try:
            file = path.open("rb")
        except OSError:
            return self._fetched(bucket, name, path)
        with suppress(OSError):
            os.utime(path)  # the mark by which the oldest are found
        return file

    def _fetched(self, bucket: Bucket, name: str, path: Path) -> BinaryIO:
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = part.open("x+b")
        except OSError:  # no copy can be kept here: a reading must not fail for that
            return bucket.open(name)
        try:
            bucket.fetch(name, file)
            file.flush()
            file.seek(0)
        except BaseException as error:
            file.close()
            with suppress(OSError):
                part.unlink(missing_ok=True)
            if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
                return bucket.open(name)  # the disk of the copies is full
            raise
        with suppress(OSError):  # the folder may be gone meanwhile
            part.replace(path)
            self.trim()
        return file

    def drop(self, name: str) -> None:
        with suppress(OSError):
            self._path(name).unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes that the copies hold now."""
        return sum(size for _at, size, _path in self._all())

    def _all(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        return found

    def trim(self) -> None:
        """Remove what was not asked for the longest until the rest is within the bound, with room to spare."""
        found = sorted(self._all())
        held, now = sum(size for _at, size, _path in found), time.time()
        over = held > self.most
        for at, size, path in found:
            unfinished = path.suffix == PART
            if (unfinished and now - at > ABANDONED_S) or (
                over and not unfinished and held > self.most * 0.8
            ):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
                held -= size
