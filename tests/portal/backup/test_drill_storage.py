"""The drill with the files in an object storage, and with that storage away."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from records import files
from records.files.bucket import Bucket
from records.files.place import place_from
from tests import stores
from tests.portal.backup.drilling import PDF, manage, manifest_of, sign_in_and_download

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases, pytest.mark.slow]


@pytest.fixture
def stored(source, storage_at, settings):
    """The same portal with its files in a bucket, and the environment of an empty one."""
    settings.FILES = stores.place(storage_at, f"before-{secrets.token_hex(4)}")
    call_command("storage")
    shutil.rmtree(settings.MEDIA_ROOT)
    return stores.environment(storage_at, f"after-{secrets.token_hex(4)}")


def test_the_drill_with_files_in_a_storage(source, stored, elsewhere, tmp_path):
    elsewhere |= stored
    file = tmp_path / "concord.tar.gz"
    call_command("backup", str(file))
    assert "files/published/1/chapter-1.pdf" in manifest_of(file)["files"]
    assert manage(elsewhere, "storage").returncode == 0
    done = manage(elsewhere, "restore", file)
    assert done.returncode == 0, done.stderr
    after = Bucket(place_from(*stored.values()))
    assert [kept.name for kept in after.names()] == [kept.name for kept in files.names()]
    with after.open("published/1/chapter-1.pdf") as pdf:
        assert pdf.read() == PDF
    folder = Path(elsewhere["DATA_DIR"])
    assert not (folder / "files").exists()
    sign_in_and_download(folder, elsewhere, source.un.la.email)

    again = manage(elsewhere, "restore", file)
    assert "There is data already (a database, files, a record key). Nothing was changed." in again.stderr
    after.put("published/1/chapter-1.pdf", b"damaged")
    after.put("assets/of-later.png", b"kept")
    replaced = manage(elsewhere, "restore", file, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    with after.open("published/1/chapter-1.pdf") as pdf:
        assert pdf.read() == PDF
    assert after.holds("assets/of-later.png")


def test_while_the_storage_is_away_nothing_is_backed_up_or_restored(
    stored, made_in_folder, elsewhere, tmp_path, settings
):
    gone = {**stored, "FILES_URL": "s3://nowhere?endpoint=http://127.0.0.1:9&timeout=1"}
    refused = manage(elsewhere | gone, "restore", made_in_folder)
    assert (refused.returncode, "does not answer" in refused.stderr) == (1, True)
    assert "was not changed" in refused.stderr or "Nothing was changed" in refused.stderr
    assert not (Path(elsewhere["DATA_DIR"]) / "concord.sqlite3").exists()
    settings.FILES = place_from(*gone.values())
    with pytest.raises(CommandError, match="does not answer"):
        call_command("backup", str(tmp_path / "x.tar.gz"))
    assert not (tmp_path / "x.tar.gz").exists()


@pytest.fixture
def made_in_folder(stored, tmp_path):
    file = tmp_path / "concord.tar.gz"
    call_command("backup", str(file))
    return file
