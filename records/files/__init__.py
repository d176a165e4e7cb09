"""Kept files: images, frozen drafts, published files, reports, uploaded sheets.

A kept file never changes and its name is never used twice, so a copy of it is as good as the file itself. They lie
in a folder (the default) or in a bucket of an S3 storage (``FILES_URL``); nothing else opens them. What the row that
names a file says of its SHA-256 is compared at each reading. Names are relative paths with slashes, as in the rows.

Raised everywhere: FileNotFoundError where there is no such file, ``StoreAway`` where the storage does not answer,
``Altered`` where the bytes are not those that were kept.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.conf import settings

from records.files.bucket import Bucket
from records.files.copies import Copies
from records.files.folder import Folder
from records.files.place import Kept, Place
from records.storage import Altered

CHUNK = 1024 * 1024


def store() -> Folder | Bucket:
    """Where the files lie, as the settings say."""
    return Folder(Path(settings.MEDIA_ROOT)) if settings.FILES is None else _bucket(settings.FILES)


@lru_cache(maxsize=8)
def _bucket(place: Place) -> Bucket:
    return Bucket(place)


def copies() -> Copies:
    """The local copies of what lies in a bucket; the folder may be emptied at any time."""
    return Copies(Path(settings.DATA_DIR, "cache", "files"), settings.FILES_CACHE_BYTES)


def new_name(folder: str, ending: str) -> str:
    """A name that nothing has had: ``FOLDER/random.ENDING``."""
    return f"{folder}/{secrets.token_hex(16)}.{ending}"


def keep(name: str, data: bytes) -> None:
    """Keep a file, whole or not at all. Raises StoreAway, or OSError where the disk cannot be written to."""
    store().put(_plain(name), data)


def keep_file(name: str, path: Path) -> None:
    """Keep what lies at ``path``, as ``keep`` does; the file at ``path`` stays."""
    keep(name, path.read_bytes())


def opened(name: str, sha256: str = "") -> BinaryIO:
    """The file, open for reading at its beginning; the caller closes it. Compared with ``sha256`` where given."""
    held = store()
    if isinstance(held, Folder):
        return _compared(held.open(_plain(name)), name, sha256)
    kept = copies()
    try:
        return _compared(kept.open(held, _plain(name)), name, sha256)
    except Altered:
        kept.drop(name)  # perhaps the copy alone was damaged
        return _compared(kept.open(held, name), name, sha256)


def _compared(file: BinaryIO, name: str, sha256: str) -> BinaryIO:
    if sha256:
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        if digest.hexdigest() != sha256:
            file.close()
            raise Altered(f"The kept file {name} is not what was kept: its SHA-256 is {digest.hexdigest()}.")
        file.seek(0)
    return file


def read(name: str, sha256: str = "") -> bytes:
    """The file's bytes, compared with ``sha256`` where given."""
    with opened(name, sha256) as file:
        return file.read()


def local(name: str, sha256: str, into: Path) -> Path:
    """A path of this machine at which the file can be read: its own, or a copy laid into the folder ``into``.

    Who wants the path for longer than a moment gives a folder of their own: nobody else empties that.
    """
    held = store()
    with opened(name, sha256) as file:
        if isinstance(held, Folder):
            return held.path(name)
        into.mkdir(parents=True, exist_ok=True)
        copy = into / PurePosixPath(name).name
        with copy.open("wb") as out:
            shutil.copyfileobj(file, out, CHUNK)
    return copy


def holds(name: str) -> bool:
    return store().holds(_plain(name))


def remove(name: str) -> None:
    """Let go of a file, if it is there."""
    store().remove(_plain(name))
    if settings.FILES is not None:
        copies().drop(name)


def names(beginning: str = "") -> Iterator[Kept]:
    """Every kept file whose name begins so, in the order of the names."""
    return store().names(beginning)


def _plain(name: str) -> str:
    """The name itself; ValueError where it would lead out of the place of the files."""
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise ValueError(f"{name!r} is no name of a kept file.")
    return name
