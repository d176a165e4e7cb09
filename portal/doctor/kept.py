"""Kept files: the storage where there is one, and whether every file that a row names is there."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from assessments.drafting.models import Asset
from assessments.publishing.models import EditorReport, PublicationFile
from assessments.snapshots.models import SnapshotChapter
from assessments.sources.models import SourceCopy
from portal.doctor.findings import ERROR, Finding
from records import files
from records.storage import StoreAway


def storage(now):
    """The bucket answers, and takes and gives back a file."""
    if settings.FILES is None:
        return  # a folder: store.folder looks at it
    bucket = files.store()
    try:
        bucket.check()
    except (StoreAway, FileNotFoundError) as error:
        yield Finding(
            ERROR, "storage-away", _("The storage of files cannot be reached: %(error)s") % {"error": error},
            _("Start it, or correct FILES_URL, FILES_KEY_ID and FILES_SECRET. Without a bucket: manage.py storage"),
        )  # fmt: skip
        return
    try:
        bucket.probe()
    except (StoreAway, FileNotFoundError) as error:
        yield Finding(
            ERROR, "storage-read-only",
            _("The storage of files cannot be written to: %(error)s") % {"error": error},
            _("Give the key of FILES_KEY_ID the right to write, read and delete, or make room in the storage."),
        )  # fmt: skip


def named_files() -> set[str]:
    """The name of every file that a row names."""
    columns = (
        (Asset, "file"),
        (Asset, "data"),
        (SourceCopy, "file"),
        (SnapshotChapter, "pdf"),
        (PublicationFile, "path"),
        (EditorReport, "file"),
    )
    first, *others = (model.objects.order_by().values_list(column, flat=True) for model, column in columns)
    return set(filter(None, first.union(*others)))


def complete(now):
    try:
        missing = sorted(named_files() - {kept.name for kept in files.names()})
    except StoreAway:
        return  # said by storage already
    if missing:
        yield Finding(
            ERROR, "files-missing",
            _("%(n)s files are missing that the database names, first %(first)s.")
            % {"n": len(missing), "first": missing[0]},
            _("Bring them back from a backup, or correct FILES_URL if files lie elsewhere."),
        )  # fmt: skip


CHECKS = [storage]
WITH_DATABASE = [complete]
