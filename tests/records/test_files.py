"""Kept files behave alike in a folder and in a bucket of an S3 storage: whole or not at all, and as they were kept."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from records import files
from records.files.bucket import Bucket
from records.files.place import place_from
from records.storage import Altered, StoreAway, files_are_away
from tests.support import ROOT

DATA = os.urandom(300_000)
SHA = hashlib.sha256(DATA).hexdigest()


def test_what_is_kept_is_read_back_and_listed_and_let_go(kept_in):
    name = files.new_name("assets", "png")
    assert not files.holds(name)
    files.keep(name, DATA)
    assert (files.holds(name), files.read(name, SHA)) == (True, DATA)
    with files.opened(name, SHA) as file:
        assert file.read(5) == DATA[:5]
    [listed] = files.names()
    assert (listed.name, listed.size) == (name, len(DATA))
    assert abs(listed.at.timestamp() - time.time()) < 60
    assert list(files.names("assets/")) == [listed]
    assert list(files.names("sheets/")) == []
    files.remove(name)
    files.remove(name)  # twice is once
    assert (files.holds(name), list(files.names())) == (False, [])


def test_a_file_that_is_not_there_says_so(kept_in):
    for read in (files.read, files.opened):
        with pytest.raises(FileNotFoundError):
            read("assets/none.png")
    with pytest.raises(FileNotFoundError):
        files.local("assets/none.png", "", Path("unused"))


def test_a_file_that_was_altered_is_never_handed_out(kept_in, tmp_path):
    files.keep("reports/a.pdf", DATA)
    assert files.read("reports/a.pdf", SHA) == DATA
    files.store().put("reports/a.pdf", DATA[:-1] + b"x")
    if kept_in == "bucket":
        files.copies().drop("reports/a.pdf")
    for read in (files.read, files.opened, lambda name, sha: files.local(name, sha, tmp_path / "here")):
        with pytest.raises(Altered, match=r"reports/a\.pdf is not what was kept"):
            read("reports/a.pdf", SHA)
    assert not (tmp_path / "here" / "a.pdf").exists()
    # Who has no hash to compare with reads what is there.
    assert files.read("reports/a.pdf") == DATA[:-1] + b"x"


def test_a_path_of_this_machine_is_given_to_programs_that_need_one(kept_in, tmp_path):
    files.keep("assets/a.png", DATA)
    path = files.local("assets/a.png", SHA, tmp_path / "images")
    assert (path.read_bytes(), path.suffix) == (DATA, ".png")
    shutil.rmtree(files.copies().folder, ignore_errors=True)
    assert path.read_bytes() == DATA
    assert path.is_relative_to(tmp_path / "images") == (kept_in == "bucket")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "assets/../../x", ""])
def test_no_name_leads_out_of_the_place_of_the_files(kept_in, name):
    for act in (files.holds, files.read, files.remove, lambda n: files.keep(n, b"")):
        with pytest.raises(ValueError, match="no name of a kept file"):
            act(name)


@how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=3000), part=st.text("abcXYZ019-_ äø+&=?#%", min_size=1, max_size=20))
def test_any_bytes_under_any_plain_name_come_back_as_they_are(kept_in, data, part):
    if not part.strip(" ."):
        return
    name = f"published/1-{part}/x"
    files.keep(name, data)
    assert files.read(name, hashlib.sha256(data).hexdigest()) == data
    assert name in {kept.name for kept in files.names("published/")}
    files.remove(name)


def test_many_threads_keep_and_read_at_once(kept_in):
    wrong: list = []

    def work(n: int) -> None:
        for k in range(5):
            name, data = files.new_name("assets", "bin"), os.urandom(20_000)
            files.keep(name, data)
            if files.read(name, hashlib.sha256(data).hexdigest()) != data:
                wrong.append((n, k))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, len(list(files.names("assets/")))) == ([], 30)


# ---- The folder -----------------------------------------------------------------------------------


def test_a_part_of_a_file_is_no_file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.png.0011.part").write_bytes(b"ha")
    assert list(files.names()) == []


# ---- The bucket and its local copies --------------------------------------------------------------


def test_a_storage_that_is_away_is_told_and_nothing_is_half_done(bucket):
    files.keep("assets/a", DATA)
    bucket.off()
    for act in (
        lambda: files.keep("assets/b", DATA), lambda: files.read("assets/a", SHA), lambda: files.holds("assets/a"),
        lambda: files.remove("assets/a"), lambda: list(files.names()), files.store().check, files.store().probe,
    ):  # fmt: skip
        with pytest.raises(StoreAway, match="does not answer") as told:
            act()
        assert files_are_away(told.value)
    bucket.on()
    assert [kept.name for kept in files.names()] == ["assets/a"]
    assert files.read("assets/a", SHA) == DATA


def test_a_storage_that_takes_the_call_and_never_answers_is_not_waited_for_long(bucket, settings):
    settings.FILES = dataclasses.replace(settings.FILES, timeout_s=1.0)
    files.keep("assets/a", DATA)
    bucket.stuck()
    began = time.monotonic()
    with pytest.raises(StoreAway):
        files.read("assets/a", SHA)
    with pytest.raises(StoreAway):
        files.store().check()
    assert time.monotonic() - began < 15
    bucket.on()
    settings.FILES = dataclasses.replace(settings.FILES, timeout_s=30.0)
    assert files.read("assets/a", SHA) == DATA


def test_a_copy_serves_while_the_storage_is_away(bucket):
    files.keep("assets/a", DATA)
    assert files.read("assets/a", SHA) == DATA
    bucket.off()
    assert files.read("assets/a", SHA) == DATA


def test_the_copies_may_be_deleted_at_any_time_even_while_one_is_read(bucket):
    files.keep("assets/a", DATA)
    with files.opened("assets/a", SHA) as file:
        first = file.read(10)
        shutil.rmtree(files.copies().folder)
        assert first + file.read() == DATA
    assert files.read("assets/a", SHA) == DATA
    assert files.copies().size() == len(DATA)


def test_a_damaged_copy_is_fetched_anew(bucket):
    files.keep("assets/a", DATA)
    assert files.read("assets/a", SHA) == DATA
    [copy] = [p for p in files.copies().folder.rglob("*") if p.is_file()]
    copy.write_bytes(b"damaged")
    assert files.read("assets/a", SHA) == DATA
    assert copy.read_bytes() == DATA


def test_the_copies_stay_within_their_bound_and_the_oldest_go_first(bucket, settings):
    settings.FILES_CACHE_BYTES = 1_000_000
    for n in range(6):
        files.keep(f"assets/{n}", DATA)
        assert files.read(f"assets/{n}", SHA) == DATA
        assert files.copies().size() <= 1_000_000
        time.sleep(0.02)
    asked = {n: files.copies()._path(f"assets/{n}").exists() for n in range(6)}
    assert asked[5]
    assert not asked[0]


def test_what_a_dead_process_left_unfinished_is_cleared_away(bucket):
    files.keep("assets/a", DATA)
    path = files.copies()._path("assets/old")
    path.parent.mkdir(parents=True)
    part = path.with_name(f"{path.name}.00.part")
    part.write_bytes(b"ha")
    os.utime(part, (0, 0))
    assert files.read("assets/a", SHA) == DATA
    assert not part.exists()


def test_where_no_copy_can_be_kept_the_file_is_read_all_the_same(bucket, settings, tmp_path):
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "cache").write_text("no folder")
    files.keep("assets/a", DATA)
    assert files.read("assets/a", SHA) == DATA


def test_a_bucket_that_is_not_there_is_a_fault_of_the_storage_and_no_missing_file(storage_at, settings):
    from tests import stores

    settings.FILES = stores.place(storage_at, "no-such-bucket")
    for act in (lambda: files.read("a"), lambda: files.keep("a", b"x"), lambda: list(files.names())):
        with pytest.raises(StoreAway):
            act()
    with pytest.raises((StoreAway, FileNotFoundError)):
        files.store().check()


def test_a_bucket_is_made_once(storage_at):
    from tests import stores

    found = Bucket(stores.place(storage_at, "made-once"))
    assert (found.lay(), found.lay()) == (True, False)


# ---- What the environment may say -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("s3://b-1?endpoint=http://h:1", "", "s"), "FILES_KEY_ID is not"),
        (("s3://b-1?endpoint=http://h:1", "k", ""), "FILES_SECRET is not"),
        (("", "k", "s"), "FILES_URL is not"),
        (("", "", "s"), "FILES_URL is not"),
        (("https://h/b", "k", "s"), "begins with 'https'"),
        (("bucket", "k", "s"), "must be s3://BUCKET"),
        (("s3://", "k", "s"), "names the bucket ''"),
        (("s3://B_1", "k", "s"), "names the bucket 'B_1'"),
        (("s3://b-1/inside", "k", "s"), "names the bucket 'b-1/inside'"),
        (("s3://b-1?endpoint=h:1", "k", "s"), "endpoint 'h:1'"),
        (("s3://b-1?endpoint=", "k", "s"), "endpoint ''"),
        (("s3://b-1?end=http://h", "k", "s"), "says end="),
        (("s3://b-1?timeout=0", "k", "s"), "timeout=0"),
        (("s3://b-1?timeout=soon", "k", "s"), "timeout=soon"),
    ],
)
def test_half_a_configuration_is_refused_in_a_sentence(said, words):
    with pytest.raises(ValueError, match=".") as refused:
        place_from(*said)
    assert words in str(refused.value)


def test_a_whole_configuration_names_the_bucket_and_shows_no_secret():
    place = place_from("s3://reports-1?endpoint=https://s3.example:9000&region=eu&timeout=5", "key", "hidden")
    assert (place.bucket, place.endpoint, place.region) == ("reports-1", "https://s3.example:9000", "eu")
    assert (place.key_id, place.secret, place.timeout_s) == ("key", "hidden", 5)
    assert "hidden" not in repr(place)
    assert place_from("", "", "") is None
    assert place_from("s3://reports-1", "key", "hidden").endpoint is None


def test_production_does_not_start_on_half_a_configuration(tmp_path):
    environment = {
        "PATH": os.environ["PATH"], "CONCORD_MODE": "production", "SITE_URL": "https://c.example",
        "SECRET_KEY": "x" * 60, "DATABASE_URL": "postgres://a:b@127.0.0.1:1/c", "DATA_DIR": str(tmp_path),
        "FILES_URL": "s3://reports?endpoint=http://storage:7070", "FILES_KEY_ID": "key",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "FILES_URL is set, and FILES_SECRET is not" in done.stderr
