"""The record: its key, its signed heads, its triggers, and the newest entry of each stream."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from portal.doctor.findings import ERROR, WARNING, Finding
from portal.doctor.store import private
from records import chain, heads, reading, triggers
from records.looking import once
from records.models import Entry, LastTime, SignedHeads, Stream

SIGNED_WITHIN = timedelta(hours=26)


def key(now):
    path = Path(settings.RECORD_KEY_FILE)
    newest = SignedHeads.objects.order_by("-at", "-pk").first()
    if not path.exists():
        if newest:
            yield Finding(
                ERROR, "record-key-missing",
                _("Heads of the record are signed, and the key %(path)s is gone.") % {"path": path},
                _("Lay it back from a backup: ./concord restore keeps it."),
            )  # fmt: skip
        return
    yield from private(path, "record-key")
    try:
        fits = (
            chain.check_signature(newest.document, heads.public_pem()) if newest else bool(heads.public_pem())
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        fits = False
    if not fits:
        yield Finding(
            ERROR, "record-key-wrong",
            _("The key %(path)s is not the one that signed the newest head of the record.") % {"path": path},
            _("Lay the right one back from a backup; heads that were signed stay valid under the old key."),
        )  # fmt: skip


def signed(now):
    last = LastTime.objects.known().get("heads")
    if any(stream.last_seq for stream in _streams()) and (last is None or last.at < now - SIGNED_WITHIN):
        when = f"{last.at:%Y-%m-%d %H:%M} UTC" if last else _("never")
        yield Finding(
            WARNING, "heads-not-signed",
            _("The heads of the record were last signed: %(when)s.") % {"when": when},
            "manage.py sign_heads",
        )  # fmt: skip


def append_only(now):
    missing = sorted(triggers.missing(connection))
    if missing:
        yield Finding(
            ERROR, "record-unguarded",
            _("The record could be altered: the database lacks %(names)s.") % {"names": ", ".join(missing)},
            'manage.py shell -c "from django.db import connection; from records import triggers; '
            'triggers.drop(connection); triggers.create(connection)"',
        )  # fmt: skip


def ends(now):
    """The newest entry of every stream fits its hash, its content and its stream; none before it is missing."""
    newest = {
        e.stream_id: e
        for e in Entry.objects.filter(stream__last_seq__gt=0).select_related("stream", "content").extra(
            where=["records_entry.seq = records_stream.last_seq"]
        )
    }  # fmt: skip
    for stream in _streams():
        fault = _fault(stream, newest.get(stream.pk), stream.counted)
        if fault:
            yield Finding(
                ERROR, "record-broken",
                _("The stream %(key)s of the record does not verify: %(fault)s") % {"key": stream.key, "fault": fault},
                _("Stop the portal, keep the database as it is, restore the last backup elsewhere, and compare."),
            )  # fmt: skip


def _streams() -> list[Stream]:
    """All streams by key, each with how many entries it has."""
    found = Stream.objects.annotate(counted=Count("entries")).order_by("key")
    return once(("streams",), lambda: list(found))


def _fault(stream: Stream, entry: Entry | None, count: int) -> str | None:
    if count != stream.last_seq:
        return _("it has %(count)s entries and should have %(last)s.") % {
            "count": count,
            "last": stream.last_seq,
        }
    if not stream.last_seq:
        return None
    if entry is None:
        return _("its last entry is missing.")
    written = reading.as_chain(entry)
    if chain.entry_hash(written) != entry.hash or entry.hash != stream.last_hash:
        return _("entry %(seq)s was altered.") % {"seq": entry.seq}
    content = entry.content
    told = chain.content_of(
        content.leaves, content.fields, content.salts, erased=content.erased_at is not None
    )
    return chain.content_fault(told, entry.commitment)


CHECKS = [key, signed, append_only, ends]
