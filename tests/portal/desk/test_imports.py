"""Each file that somebody tries to bring in leaves a note, by page, API and command alike; also a refused one."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from assessments.imports.models import ImportAttempt
from assessments.sources.importing import import_sources
from records.obstacles import Blocked
from reviews.comments.importing import import_own, import_sheet
from reviews.models import Comment
from tests.portal.api.caller import Caller
from tests.reviews import held
from tests.world import NOW, build_world

GOOD = b"Chapter,From Page,From Line,To Page,To Line,Comment\n1,0,0,0,0,What is a task?\n"
BAD = GOOD + b"9,0,0,0,0,No such chapter\n8,0,0,0,0,Nor this\n"
BIBLIOGRAPHY = (
    b"@article{lee2026, title={Agents}, author={Lee, Ann}, year={2026}, journal={J}}\n@article{x, year={}}"
)


@pytest.fixture
def review_round(world):
    return held.open_round(world.un)


def notes() -> list[tuple]:
    return [(n.kind, n.place, n.outcome, n.refused) for n in ImportAttempt.objects.order_by("pk")]


def test_a_sheet_that_is_entered_and_one_that_is_refused_are_noted(world, review_round):
    who = {"by": world.un.secretariat, "now": NOW}
    import_sheet(review_round, GOOD, "good.csv", **who)
    with pytest.raises(Blocked):
        import_sheet(review_round, BAD, "bad.csv", **who)
    assert notes() == [("comments", "fod-experts", "taken", 0), ("comments", "fod-experts", "refused", 2)]
    refused = ImportAttempt.objects.get(file="bad.csv")
    assert ["'9'" in refused.reasons[0], "'8'" in refused.reasons[1]] == [True, True]
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.databases
def test_the_note_of_a_refused_import_outlives_the_rollback():
    world = build_world()
    review_round, who = held.open_round(world.un), {"by": world.un.secretariat, "now": NOW}
    with pytest.raises(Blocked):
        import_sheet(review_round, BAD, "bad.csv", **who)
    import_sheet(review_round, GOOD, "good.csv", **who)
    assert notes() == [("comments", "fod-experts", "refused", 2), ("comments", "fod-experts", "taken", 0)]


@pytest.mark.django_db(transaction=True)
def test_a_chapter_made_for_a_refused_text_goes_and_its_note_stays(tmp_path):
    world = build_world()
    (tmp_path / "empty.md").write_text("   ")
    with pytest.raises(CommandError):
        call_command("import_chapter", "un-test", "7", str(tmp_path / "empty.md"))
    assert not world.un.cycle.chapters.filter(number="7").exists()
    assert notes() == [("chapter", "7", "refused", 1)]


def test_the_page_notes_a_sheet_that_its_check_refuses_and_nothing_of_one_not_entered_yet(
    world, review_round, sign_in
):
    client = sign_in(world.un.secretariat)
    address = "/c/un-test/rounds/fod-experts/import/"
    assert client.post(address, {"file": SimpleUploadedFile("good.csv", GOOD)}).status_code == 200
    assert notes() == []
    assert client.post(address, {"file": SimpleUploadedFile("bad.csv", BAD)}).status_code == 200
    assert notes() == [("comments", "fod-experts", "refused", 2)]
    page = client.get("/desk/imports/?outcome=refused").content.decode()
    assert "bad.csv" in page and "2 reasons" in page and address in page
    assert "bad.csv" not in sign_in(world.adv.secretariat).get("/desk/imports/").content.decode()


def test_a_reviewers_own_drafts_are_nobodys_to_note(world, review_round):
    held.register(review_round, world.un.reviewer)
    with pytest.raises(Blocked):
        import_own(review_round, BAD, "own.csv", by=world.un.reviewer, now=NOW)
    assert notes() == []


def test_the_command_notes_what_it_refuses_and_a_dry_run_nothing(world, review_round, tmp_path, capsys):
    (tmp_path / "bad.csv").write_bytes(BAD)
    for more in (["--dry-run"], []):
        with pytest.raises(CommandError):
            call_command("import_comments", "un-test/fod-experts", str(tmp_path / "bad.csv"), *more)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["refused"] == 2
    assert notes() == [("comments", "fod-experts", "refused", 2)]


def test_sources_of_which_some_are_refused_name_those(world):
    report = import_sources(world.un.cycle, BIBLIOGRAPHY, "refs.bib", by=world.un.la, now=NOW)
    assert (len(report.added), len(report.rejected)) == (1, 1)
    assert notes() == [("sources", "", "partly", 1)]
    assert "x" in ImportAttempt.objects.get().reasons[0]


def test_the_api_notes_a_text_it_cannot_read_and_who_may_not_leaves_no_note(world):
    where = "cycles/un-test/chapters/1/file/"
    assert Caller(world.un.la).upload(where, "text.md", b"\xff\xfe", base_version=1)[0] == 409
    assert Caller(world.un.other_la).upload(where, "text.md", b"# x", base_version=1)[0] == 403
    assert Caller(world.un.la).upload(where, "text.md", b"# Another", base_version=1)[0] == 200
    assert notes() == [("chapter", "1", "refused", 1), ("chapter", "1", "taken", 0)]


def test_of_many_reasons_the_first_two_hundred_are_kept(world, review_round):
    many = GOOD + b"".join(b"9,0,0,0,0,Row %d\n" % n for n in range(250))
    with pytest.raises(Blocked):
        import_sheet(review_round, many, "many.csv", by=world.un.secretariat, now=NOW)
    note = ImportAttempt.objects.get()
    assert (note.refused, len(note.reasons)) == (250, 200)
