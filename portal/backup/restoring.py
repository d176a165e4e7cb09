"""Restoring a backup: everything is unpacked and checked beside the data before anything is moved.

What was there before goes aside and stays: the folder ``before-restore-…`` in the data folder, and on a server
the schema of the same name.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from portal.backup import archive, database
from portal.backup.archive import Refused
from records import files, reading, verify
from records.files.bucket import Bucket
from records.files.folder import Folder
from records.files.place import Kept
from records.models import Stream
from records.storage import StoreAway


@dataclass(frozen=True)
class Restored:
    """What came back: the manifest, where the old data lies (None where there was none), what does not verify."""

    manifest: dict
    aside: str | None
    faults: list[str]


class _All:
    """Every visibility: the record is verified whole."""

    def __contains__(self, _visibility) -> bool:
        return True


def restore(path: Path, *, replace: bool) -> Restored:
    """Put the archive in the place of the data. Raises Refused, with nothing changed."""
    if not path.is_file():
        raise Refused(f"{path}: there is no such file.")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with _nobody_else(), tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restoring-") as folder:
        staged = Path(folder)
        manifest = archive.unpack(path, staged)
        _require_fitting(path, manifest)
        aside = None
        if held := _held():
            if not replace:
                raise Refused(
                    f"There is data already ({', '.join(held)}). Nothing was changed. "
                    "Restore into an empty folder, or say --replace: the old data is then kept aside."
                )
            aside = f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        if settings.FILES is not None:
            _put_into_storage(staged / archive.FILES)
        _put(staged, aside)
    call_command("migrate", interactive=False, verbosity=0)
    return Restored(manifest, aside, faults_of_record(manifest["heads"]))


@contextmanager
def _nobody_else() -> Iterator[None]:
    """Refuse while the portal runs on this data."""
    with open(settings.DATA_DIR / "serve.lock", "a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused("Concord runs on this data. End it first; nothing was changed.") from None
        if connection.vendor == "postgresql" and (others := database.others_connected()):
            raise Refused(
                f"{others} other connections use this database. Stop the portal first "
                "(docker compose stop web live worker worker-reserved beat); nothing was changed."
            )
        yield


def _require_fitting(path: Path, manifest: dict) -> None:
    if manifest["database"] != connection.vendor:
        raise Refused(
            f"{path} holds a {manifest['database']} database, and this portal runs on {connection.vendor}. "
            "Nothing was changed."
        )
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    newer = [
        f"{app}.{name}"
        for app, name in manifest["migrations"]
        if app in _own_apps() and (app, name) not in known
    ]
    if newer:
        raise Refused(
            f"{path} was made by a newer Concord ({manifest['concord']}): this one does not know {newer[0]}. "
            "Nothing was changed."
        )


def _own_apps() -> set[str]:
    from django.apps import apps

    return {app.label for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR}


def _places() -> dict[str, Path]:
    """Where each part of the archive belongs; of SQLite also the files beside it, which would spoil the new one."""
    places = {
        archive.RECORD_KEY: Path(settings.RECORD_KEY_FILE),
        archive.SECRET_KEY: settings.DATA_DIR / archive.SECRET_KEY,
    }
    if settings.FILES is None:
        places[archive.FILES] = Path(settings.MEDIA_ROOT)
    if connection.vendor == "sqlite":
        for ending in database.SQLITE_BESIDE:
            name = database.sqlite_file()
            places[archive.DATABASE["sqlite"] + ending] = name.with_name(name.name + ending)
    return places


def _held() -> list[str]:
    """What is there already. The signing key of pages does not count: asking the settings makes one."""
    found = [] if database.is_empty() else ["a database"]
    if next(iter(_stored()), None):
        found.append("files")
    if Path(settings.RECORD_KEY_FILE).exists():
        found.append("a record key")
    return found


def _stored() -> Iterator[Kept]:
    try:
        yield from files.names()
    except StoreAway as error:
        raise Refused(f"{error} Nothing was changed.") from error


def _put_into_storage(folder: Path) -> None:
    """Put the files into the bucket before anything else moves.

    A name is never used twice, so this changes nothing that the data of before names: a file that is there stays
    unless it is damaged, and files that only the data of before names stay beside them.
    """
    bucket, restored = files.store(), Folder(folder)
    try:
        there = {kept.name for kept in bucket.names()}
        for kept in restored.names():
            data = restored.path(kept.name).read_bytes()
            if kept.name not in there or not _is(bucket, kept.name, data):
                files.remove(kept.name)  # with its local copy
                bucket.put(kept.name, data)
    except (StoreAway, OSError) as error:
        raise Refused(f"{error} The database was not changed.") from error


def _is(bucket: Bucket, name: str, data: bytes) -> bool:
    with bucket.open(name) as file:
        return file.read() == data


def _put(staged: Path, aside: str | None) -> None:
    """Move the old aside and the new into place; whatever fails, everything goes back."""
    undo: list[Callable[[], object]] = []
    connection.close()
    try:
        for name, place in _places().items():
            if place.exists():
                kept = (settings.DATA_DIR / aside if aside else staged / "old") / place.name
                kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _move(place, kept, undo)
            if (staged / name).exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                _move(staged / name, place, undo)
        if connection.vendor == "postgresql":
            database.restore_dump(staged / archive.DATABASE["postgresql"], aside)
    except BaseException as error:
        for step in reversed(undo):
            step()
        if isinstance(error, OSError):
            raise Refused(f"The data could not be put in place ({error}). Nothing was changed.") from error
        raise


def _move(source: Path, target: Path, undo: list) -> None:
    shutil.move(source, target)
    undo.append(lambda: shutil.move(target, source))


def faults_of_record(heads: dict[str, str]) -> list[str]:
    """What does not verify: every stream whole, against its head; empty when all is well."""
    faults = []
    streams = {stream.key: stream for stream in Stream.objects.order_by("key")}
    for key in sorted(heads.keys() | streams.keys()):
        if key not in streams or key not in heads:
            faults.append(f"{key}: the stream is {'missing' if key in heads else 'in no manifest'}.")
        elif heads[key].startswith("0:"):
            if streams[key].last_seq:
                faults.append(f"{key}: it was empty when the backup was made.")
        else:
            verdict = verify.verify(reading.export(streams[key], _All(), timezone.now()), head=heads[key])
            if verdict.code != verify.INTACT:
                faults.append(f"{key}: {verdict.sentence}")
    return faults
