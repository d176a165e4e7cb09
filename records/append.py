"""The one writer of the record."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from records import chain
from records.models import Entry, EntryContent, Reference, Stream
from records.registry import notices, streams

_listeners: list[Callable[[], None]] = []


def on_append(listener: Callable[[], None]) -> None:
    """Call ``listener`` after each commit that appended in this process: a wake-up, never the news itself."""
    _listeners.append(listener)


def stream(key: str, kind: str, note: str = "") -> Stream:
    """The stream with this key, made if there is none yet."""
    return Stream.objects.get_or_create(key=key, defaults={"kind": kind, "note": note})[0]


def lock(*found: Stream) -> list[Stream]:
    """Lock streams in order of their key, so that two acts can never wait for each other."""
    keys = sorted(s.key for s in found)
    return list(Stream.objects.select_for_update().filter(key__in=keys).order_by("key"))


def subject_of(subject) -> str:
    """Under which subject the references of a user, body or other object are kept (None: the portal)."""
    return "system" if subject is None else f"{subject._meta.label_lower}:{subject.pk}"


def reference(stream_: Stream, subject) -> str:
    """The random reference of a user, body or other object in this stream, made on first use."""
    row, _made = Reference.objects.get_or_create(
        stream=stream_, subject=subject_of(subject), defaults={"ref": secrets.token_hex(8)}
    )
    return row.ref


def _references(held: Stream, *subjects) -> list[str]:
    """The same for several subjects of a locked stream; while the lock is held, everybody else in the room waits."""
    names = [subject_of(subject) for subject in subjects]

    def known() -> dict[str, str]:
        return dict(held.references.filter(subject__in=names).values_list("subject", "ref"))

    found = known()
    missing = [name for name in names if name not in found]
    if missing:
        made = [
            Reference(stream=held, subject=name, ref=secrets.token_hex(8)) for name in dict.fromkeys(missing)
        ]
        # An act that names a person before it has locked the stream may make the same one: the first one counts.
        Reference.objects.bulk_create(made, ignore_conflicts=True)
        found = known()
    return [found[name] for name in names]


def append(
    stream_: Stream,
    verb: str,
    payload: dict,
    *,
    by,
    at: datetime,
    for_=None,
    visibility: str = "participants",
) -> Entry:
    """Append one act to a stream, inside the caller's transaction (procedure 1.1).

    ``payload`` is a flat dict of JSON values without floats; ``by`` the user who acted (None: the portal itself),
    ``for_`` the body or person for whom they acted, ``at`` aware. Returns the entry.
    Raises ValueError for a payload that the canonical form cannot hold, LookupError for an unregistered verb or
    kind, RuntimeError outside a transaction: an act and its entry stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("records.append must run in the transaction of its act.")
    if not streams.knows(verb):
        raise LookupError(f"verb {verb!r} is not registered")
    held = Stream.objects.select_for_update().get(pk=stream_.pk)
    fields = {**payload, "@actor": "Concord" if by is None else str(by)}
    if for_ is not None:
        fields["@for"] = str(for_)
    fields = chain.normal(fields)
    salts = chain.new_salts(fields)
    actor, *on_behalf = _references(held, by, *([] if for_ is None else [for_]))
    made = chain.make_entry(
        stream=held.key,
        seq=held.last_seq + 1,
        at=chain.timestamp(at),
        verb=verb,
        actor=actor,
        for_=on_behalf[0] if on_behalf else None,
        visibility=visibility,
        commitment=chain.commitment(fields, salts),
        prev=held.last_hash,
    )
    entry = Entry.objects.create(
        stream=held,
        seq=made["seq"],
        at=at,
        verb=verb,
        actor=made["actor"],
        on_behalf=made["for"] or "",
        visibility=visibility,
        commitment=made["commitment"],
        prev=made["prev"],
        hash=made["hash"],
    )
    EntryContent.objects.create(
        entry=entry, fields=fields, salts=salts, leaves=chain.leaves_of(fields, salts)
    )
    held.last_seq, held.last_hash = made["seq"], made["hash"]
    held.save(update_fields=["last_seq", "last_hash"])
    stream_.last_seq, stream_.last_hash = held.last_seq, held.last_hash
    if notices.of(verb):
        from records.jobs.queue import enqueue

        enqueue(
            "notices.send",
            {"entry": entry.pk},
            scope=held.key.split("/")[1] if "/" in held.key else "",
            at=at,
        )
    from records.webhooks import sending

    sending.call_for(entry, held)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("NOTIFY records")
    transaction.on_commit(_wake)
    return entry


def _wake() -> None:
    for listener in _listeners:
        listener()
