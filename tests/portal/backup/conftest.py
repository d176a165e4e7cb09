"""A portal that was used, and a place where it is restored."""

from __future__ import annotations

import hashlib
import os
import secrets
from urllib.parse import urlsplit

import pytest
from django.db import connection

from assessments.publishing.models import Publication, PublicationFile
from records import heads
from tests.e2e.portal import PASSWORD
from tests.portal.backup.drilling import PDF
from tests.world import NOW, build_world


@pytest.fixture
def source(settings, tmp_path):
    """A portal that was used: acts, a signed record, a published PDF, an account with a password."""
    settings.DATA_DIR = tmp_path / "source"
    settings.MEDIA_ROOT = settings.DATA_DIR / "files"
    settings.RECORD_KEY_FILE = settings.DATA_DIR / "record-key.pem"
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "secret-key").write_text(
        "the key of the portal that was backed up, which signs pages"
    )
    world = build_world()
    world.un.la.set_password(PASSWORD)
    world.un.la.save()
    publication = Publication.objects.create(
        cycle=world.adv.cycle, act="edition.publish", by=world.adv.chair, at=NOW, done_at=NOW
    )
    path = settings.MEDIA_ROOT / "published" / "1" / "chapter-1.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(PDF)
    PublicationFile.objects.create(
        publication=publication, kind="pdf", name="chapter-1.pdf", title="1", path="published/1/chapter-1.pdf",
        sha256=hashlib.sha256(PDF).hexdigest(), size=len(PDF),
    )  # fmt: skip
    heads.sign(NOW)
    return world


@pytest.fixture
def elsewhere(tmp_path):
    """The environment of another installation: an empty folder, and on a server an empty database."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CONCORD_TEST", "DJANGO"))}
    environment.pop("DATABASE_URL", None)
    environment.pop("SECRET_KEY", None)
    environment |= {"DATA_DIR": str(tmp_path / "elsewhere"), "CONCORD_MODE": "embedded"}
    if connection.vendor != "postgresql":
        yield environment
        return
    name = f"elsewhere_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    given = urlsplit(os.environ["CONCORD_TEST_PG"])
    yield environment | {"DATABASE_URL": given._replace(path=f"/{name}").geturl()}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
