"""The archive: a compressed tar whose last members are a manifest with every file's hash, and the manifest's own.

A file that ends too early therefore has no manifest, and one that was altered has a wrong one. No Django.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import time
import zlib
from pathlib import Path, PurePosixPath

FORMAT = "concord-backup/1"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
RECORD_KEY, SECRET_KEY, FILES = "record-key.pem", "secret-key", "files"
CHUNK = 1024 * 1024


class Refused(Exception):
    """Why a backup or a restore was not done, in a sentence; nothing was changed."""


class _Hashing:
    """A file as tarfile reads it, hashed on the way: what is kept is what the manifest says, whoever writes."""

    def __init__(self, file):
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


class Writer:
    """Writes the members one by one and keeps their hashes; ``close`` adds the manifest."""

    def __init__(self, path: Path):
        self._tar = tarfile.open(path, "w:gz", compresslevel=3)  # noqa: SIM115  close() closes it
        self._files: dict[str, dict] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file, as long as it is now. Raises FileNotFoundError, and OSError when it grows shorter."""
        with open(path, "rb") as file:
            self.add_file(name, file)

    def add_file(self, name: str, file) -> None:
        """Add what is open for reading, from its beginning. Raises OSError when it grows shorter."""
        size, hashing = os.fstat(file.fileno()).st_size, _Hashing(file)
        self._tar.addfile(_member(name, size), hashing)
        self._files[name] = {"sha256": hashing.digest.hexdigest(), "size": size}

    def close(self, **manifest) -> dict:
        whole = {"format": FORMAT, **manifest, "files": self._files}
        text = json.dumps(whole, indent=1, sort_keys=True).encode()
        for name, data in ((MANIFEST, text), (SEAL, hashlib.sha256(text).hexdigest().encode())):
            self._tar.addfile(_member(name, len(data)), io.BytesIO(data))
        self._tar.close()
        return whole


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(time.time())
    return member


def unpack(path: Path, folder: Path) -> dict:
    """Lay the archive's files into an empty folder; returns the manifest.

    Raises Refused when it is no such archive, ends too early, or a file is not what the manifest says.
    """
    found: dict[str, dict] = {}
    small: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                _require_plain(member)
                source = tar.extractfile(member)
                if member.name in (MANIFEST, SEAL):
                    small[member.name] = source.read()
                else:
                    found[member.name] = _lay(source, folder / member.name)
    except (tarfile.TarError, EOFError, zlib.error, ValueError) as error:
        raise Refused(
            f"{path} cannot be read to its end: it is cut off, altered or no backup ({error})."
        ) from error
    except OSError as error:
        if error.errno is None:  # gzip's own: a checksum that does not fit
            raise Refused(f"{path} is altered ({error}).") from error
        raise Refused(f"{path} cannot be unpacked: {error.strerror} ({error.filename or folder}).") from error
    return _agreed(path, found, small)


def _require_plain(member: tarfile.TarInfo) -> None:
    parts = PurePosixPath(member.name).parts
    known = (MANIFEST, SEAL, RECORD_KEY, SECRET_KEY, *DATABASE.values())
    inside = len(parts) > 1 and parts[0] == FILES and ".." not in parts
    if not member.isfile() or not (member.name in known or inside):
        raise Refused(f"The archive holds {member.name!r}, which no backup of Concord does.")


def _lay(source, target: Path) -> dict:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with open(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += file.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size}


def _agreed(path: Path, found: dict, small: dict[str, bytes]) -> dict:
    if small.keys() != {MANIFEST, SEAL}:
        raise Refused(f"{path} has no manifest: it is cut off or no backup of Concord.")
    if hashlib.sha256(small[MANIFEST]).hexdigest().encode() != small[SEAL]:
        raise Refused(f"{path} is altered: its manifest is not the one that was written.")
    manifest = json.loads(small[MANIFEST])
    if manifest.get("format") != FORMAT:
        raise Refused(f"{path} has the form {manifest.get('format')!r}; this program reads {FORMAT}.")
    wrong = sorted(
        name
        for name in found.keys() | manifest["files"].keys()
        if found.get(name) != manifest["files"].get(name)
    )
    if wrong:
        raise Refused(
            f"{path} is altered: {len(wrong)} files are not what the manifest says, first {wrong[0]}."
        )
    return manifest
