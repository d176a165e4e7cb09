"""Making a backup while the portal runs: the database first, in one consistent copy, then the files.

Files are written before the row that names them and never changed, so every file that the copy names is there;
one that came later is there too and harms nothing.
"""

from __future__ import annotations

import platform
import tempfile
import tomllib
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

from portal.backup import archive, database
from portal.backup.archive import Refused
from records import files
from records.models import LastTime
from records.storage import StoreAway


def version() -> str:
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def make(target: Path, now: datetime) -> dict:
    """Write the archive to ``target``, which only its owner may read; returns the manifest. Raises Refused."""
    if not target.parent.is_dir():
        raise Refused(f"{target.parent} is no folder.")
    if database.is_empty():
        raise Refused(f"There is no database of Concord in {settings.DATA_DIR} or where DATABASE_URL says.")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".concord-backup-") as folder:
            made = Path(folder, "archive")
            manifest = _write(made, Path(folder), now)
            made.chmod(0o600)
            made.replace(target)
    except StoreAway as error:
        raise Refused(f"{error} No backup was made.") from error
    except OSError as error:
        raise Refused(f"The backup could not be written: {error.strerror} ({error.filename}).") from error
    LastTime.objects.note("backup", now, files=len(manifest["files"]), bytes=target.stat().st_size)
    return manifest


def _write(made: Path, folder: Path, now: datetime) -> dict:
    writer = archive.Writer(made)
    copy = folder / "database"
    found = database.copy(copy)
    writer.add(archive.DATABASE[connection.vendor], copy)
    for name, path in (
        (archive.RECORD_KEY, Path(settings.RECORD_KEY_FILE)),
        (archive.SECRET_KEY, settings.DATA_DIR / archive.SECRET_KEY),
    ):
        if path.exists():
            writer.add(name, path)
    store = files.store()
    # Listed before any is read: one that is being written now comes after the copy of the database.
    for kept in list(store.names()):
        # What a failed publication had made may be cleared away meanwhile.
        with suppress(FileNotFoundError), store.open(kept.name) as file:
            writer.add_file(f"{archive.FILES}/{kept.name}", file)
    return writer.close(
        made_at=now.isoformat(),
        concord=version(),
        python=platform.python_version(),
        django=django.__version__,
        database=connection.vendor,
        **found,
    )
