"""Sheets in and out: whole or not at all, known again, places only where they are true."""

import io
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from assessments.management.base import Refused
from records.obstacles import Blocked
from reviews.comments import importing
from reviews.comments.exporting import workbook
from reviews.comments.models import Comment, Reviewer
from reviews.comments.sheets import read_sheet
from tests.reviews.comments.test_comments import sent
from tests.reviews.held import anchor_on, open_round, register
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db

HEAD = "Comment No,Chapter,From Page,From Line,To Page,To Line,Comment,Reviewer\n"
SHEET = (
    HEAD
    + "E-1,1,1-1,2,,,Say which software tasks are meant here.,A. Reviewer\n"
    + 'E-2,1,,,,,"The words ""The measure is simple to state and hard to make"" need a source.",B. Reviewer\n'
    + "E-3,2,0,0,0,0,A fine chapter on the whole.,A. Reviewer\n"
).encode()


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def held(world):
    return open_round(world.un)


def enter(held, world, data=SHEET, **more):
    return importing.import_sheet(held, data, "comments.csv", by=world.un.secretariat, now=NOW, **more)


def test_a_sheet_is_one_entry_with_a_root_and_its_reviewers_get_no_rights(world, held):
    made = enter(held, world)
    assert made.counts(imported=True) == {
        "rows": 3, "imported": 3, "unchanged": 0, "anchored": 2, "unresolved": 1, "refused": 0
    }  # fmt: skip
    assert [(c.label, c.file_id) for c in Comment.objects.all()] == [
        ("1-1", "E-1"),
        ("1-2", "E-2"),
        ("2-1", "E-3"),
    ]
    assert set(Reviewer.objects.values_list("name", "person")) == {
        ("A. Reviewer", None),
        ("B. Reviewer", None),
    }
    assert held.cycle.stream.entries.filter(verb="comments.imported").count() == 1


def test_a_second_import_changes_nothing(world, held):
    enter(held, world)
    before = list(Comment.objects.values_list("pk", "number", "text"))
    made = enter(held, world)
    assert (made.unchanged, made.new) == (3, [])
    assert list(Comment.objects.values_list("pk", "number", "text")) == before
    assert held.cycle.stream.entries.filter(verb="comments.imported").count() == 1


def test_rows_without_numbers_are_known_by_their_words_and_twins_stay_two(world, held):
    twins = (HEAD + ",1,,,,,The same words twice.,A\n" * 2).encode()
    assert len(enter(held, world, twins).new) == 2
    assert enter(held, world, twins).unchanged == 2
    assert Comment.objects.count() == 2


def test_page_and_line_count_only_where_they_are_this_drafts(world, held):
    enter(held, world)
    first = Comment.objects.get(file_id="E-1")
    assert (first.anchor["method"], first.anchor["block"]) == ("none", None)
    assert first.as_written["position"] == "1-1 | 2"
    quoted = Comment.objects.get(file_id="E-2")
    assert quoted.anchor["quote"] == "The measure is simple to state and hard to make"


def test_with_the_print_named_pages_and_lines_count(world, held):
    enter(held, world, print_label="FOD")
    first = Comment.objects.get(file_id="E-1")
    assert (first.anchor["method"], first.anchor["page_label"], first.anchor["line_from"]) == (
        "page-line",
        "1-1",
        2,
    )
    with pytest.raises(Blocked):
        enter(held, world, print_label="SOD")


def test_one_refused_row_keeps_the_whole_sheet_out_and_is_named(world, held):
    bad = SHEET + b"E-4,17,,,,,No such chapter.,A\nE-5,1,,,,,,A\n"
    plan = importing.plan(held, bad, "comments.csv")
    assert [(r.row, r.column, r.value) for r in plan.refused] == [(5, "Chapter", "17")]
    with pytest.raises(Blocked) as refused:
        enter(held, world, bad)
    assert "expected one of the chapters SPM, 1, 2" in str(refused.value)
    assert not Comment.objects.exists()
    with pytest.raises(Blocked) as refused:
        enter(held, world, HEAD.encode() + b"E-1,1,999,1,,,Where is this?,A\n", print_label="FOD")
    assert "There is no page 999 in “1 " in str(refused.value)


def test_only_those_named_enter_sheets_for_others(world, held):
    for who in (world.un.la, world.un.reviewer, world.adv.secretariat):
        with pytest.raises(PermissionDenied):
            importing.import_sheet(held, SHEET, "comments.csv", by=who, now=NOW)


def test_our_workbook_comes_back_unchanged_and_new_rows_become_drafts(world, held):
    reviewer = world.un.reviewer
    register(held, reviewer)
    sent(held, reviewer, anchor=anchor_on(held, "roughly seven months"), text="Give the range.")
    data = workbook(held, reviewer)
    read = read_sheet(data, "own.xlsx")
    assert read.mark == importing.mark_of(held)
    assert [(r.number, r.text, r.quote) for r in read.rows] == [
        ("1-1", "Give the range.", "roughly seven months")
    ]
    made = importing.import_own(held, data, "own.xlsx", by=reviewer, now=NOW)
    assert (made.unchanged, made.new) == (1, [])


def test_the_workbook_holds_what_its_reader_may_see(world, held):
    enter(held, world)
    register(held, world.un.reviewer)
    assert len(read_sheet(workbook(held, world.un.secretariat), "all.xlsx").rows) == 3
    assert read_sheet(workbook(held, world.un.reviewer), "own.xlsx").rows == []


def test_the_page_checks_first_and_then_enters(client, world, held):
    client.force_login(world.un.secretariat)
    address = reverse("round_import", args=[held.cycle.slug, held.slug])
    page = client.post(address, {"file": SimpleUploadedFile("c.csv", SHEET), "pages": "on"})
    assert page.context["counts"]["anchored"] == 3
    assert not Comment.objects.exists()
    client.post(address, {"token": page.context["token"]})
    assert Comment.objects.count() == 3
    page = client.post(address, {"file": SimpleUploadedFile("c.csv", HEAD.encode() + b"E-9,17,,,,,X,A\n")})
    assert "Nothing is entered while a row is refused." in page.content.decode()


def test_the_commands_say_one_object_and_refuse_with_reasons(world, held, tmp_path):
    sheet = tmp_path / "c.csv"
    sheet.write_bytes(SHEET)
    run = lambda *args: json.loads(out(*args).splitlines()[-1])  # noqa: E731

    def out(*args):
        stream = io.StringIO()
        call_command(*args, stdout=stream)
        return stream.getvalue()

    assert run("import_comments", held.key, str(sheet), "--dry-run")["imported"] == 0
    assert run("import_comments", held.key, str(sheet), "--print", "FOD")["anchored"] == 3
    assert run("import_comments", held.key, str(sheet))["unchanged"] == 3
    assert run("export_comments", held.key, "-o", str(tmp_path / "o.xlsx"))["rows"] == 3
    sheet.write_bytes(SHEET + b"E-4,17,,,,,No such chapter.,A\n")
    with pytest.raises(Refused, match="17"):
        out("import_comments", held.key, str(sheet))


def test_a_published_review_is_entered_whole_and_known_again(world):
    from tests.support import shared

    data = shared("review-comments-glacier-erosion/comments.csv").read_bytes()
    world.un.cycle.chapters.exclude(number="1").update(current=None)
    held = open_round(world.un)
    first = importing.import_sheet(held, data, "comments.csv", by=world.un.secretariat, now=NOW)
    again = importing.import_sheet(held, data, "comments.csv", by=world.un.secretariat, now=NOW)
    assert (first.refused, first.rows, len(first.new)) == (
        [],
        len(read_sheet(data, "comments.csv").rows),
        first.rows,
    )
    assert (again.unchanged, again.new) == (first.rows, [])
    assert {c.anchor["method"] for c in Comment.objects.all()} <= {"none", "whole"}


def test_open_round_by_label_and_audience(world):
    from tests.reviews.held import freeze

    freeze(world.un.at("sod-review"), "SOD")
    stream = io.StringIO()
    call_command("open_round", "un-test", "SOD", "--audience", "governments", stdout=stream)
    assert json.loads(stream.getvalue())["round"] == "un-test/sod-governments"
    with pytest.raises(Refused, match="opened already"):
        call_command("open_round", "un-test", "SOD", "--audience", "governments")
