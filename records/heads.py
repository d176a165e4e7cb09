"""Signing the heads of all streams once a day, so that a rewritten record can be told from the true one."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery

from records import chain
from records.models import LastTime, SignedHeads, Stream


def private_key() -> Ed25519PrivateKey:
    """The portal's signing key, made on first use and readable by its own user alone; keep it with the backups."""
    path = Path(settings.RECORD_KEY_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pem)
    return serialization.load_pem_private_key(path.read_bytes(), password=None)


def public_pem() -> bytes:
    """The public half, as published beside the record."""
    return (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


@transaction.atomic
def sign(now: datetime) -> int:
    """Sign the head of every stream that moved since it was last signed (procedure 1.4); returns how many."""
    key = private_key()
    made = []
    last = SignedHeads.objects.filter(stream=OuterRef("pk")).order_by("-at", "-pk").values("document")[:1]
    moved = Stream.objects.filter(last_seq__gt=0).annotate(signed_last=Subquery(last)).order_by("key")
    for stream in moved:
        if stream.signed_last is None or stream.signed_last["heads"] != {stream.key: stream.head}:
            document = chain.sign_heads(
                key, now.date().isoformat(), {stream.key: stream.head}, key_id="portal"
            )
            made.append(SignedHeads(stream=stream, at=now, document=document))
    SignedHeads.objects.bulk_create(made)
    LastTime.objects.note("heads", now, streams=len(made))
    return len(made)


def sign_if_due(now: datetime) -> int:
    """Sign unless heads were signed on this day (UTC) already."""
    return 0 if SignedHeads.objects.filter(at__date=now.date()).exists() else sign(now)
