"""The commands: the pages' actions for the shell; exit codes 0, 1, 2, and JSON as the last line."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.core.management import load_command_class
from django.db import connections

from assessments.cycles.models import Cycle
from assessments.rendering import bundle
from assessments.rendering import run as rendering
from records.verify import main as verify
from tests import support
from tests.world import build_world


@pytest.fixture
def world(db):
    return build_world()


@pytest.fixture
def run(capsys, monkeypatch):
    """A command as from the shell: (exit code, the JSON of its last line or None, stderr)."""
    monkeypatch.setattr(connections, "close_all", lambda: None)

    def call(name: str, *arguments: str, app: str = "assessments"):
        command = load_command_class(app, name)
        try:
            command.run_from_argv(["manage.py", name, *map(str, arguments)])
            code = 0
        except SystemExit as ended:
            code = ended.code
        said, complained = capsys.readouterr()
        lines = said.splitlines()
        return code, json.loads(lines[-1]) if lines else None, complained

    return call


@pytest.fixture
def without_pdf(monkeypatch):
    monkeypatch.setattr(rendering, "available", lambda: (False, "this machine has no Pango"))


def test_a_cycle_is_begun_once(run, db):
    begin = ("create_cycle", "un-2027", "--procedure", "ipcc", "--chapters", "2")
    assert run(*begin)[:2] == (0, {"cycle": "un-2027", "stage": "scoping"})
    code, result, complained = run(*begin)
    assert (code, result) == (1, None)
    assert "A cycle named un-2027 exists already." in complained
    assert Cycle.objects.get().chapters.count() == 2


def test_a_cycle_that_began_elsewhere_says_why(run, db):
    begin = ("create_cycle", "adv", "--procedure", "independent", "--at", "drafting")
    assert run(*begin)[0] == 1
    assert run(*begin, "--why", "It began under another host.")[1] == {"cycle": "adv", "stage": "drafting"}


@pytest.mark.parametrize(
    "wrong",
    [
        ("create_cycle", "un-2027"),
        ("create_cycle", "not a slug", "--procedure", "ipcc"),
        ("create_cycle", "un-2027", "--procedure", "nobody-knows"),
        ("create_cycle", "un-2027", "--procedure", "ipcc", "--chapters", "-1"),
        ("create_cycle", "un-2027", "--procedure", "ipcc", "--by", "nobody@example.org"),
        ("advance", "no-such-cycle"),
        ("freeze", "no-such-cycle", "FOD"),
        ("render", "no-such-cycle", "-o", "out.pdf"),
        ("export_record", "cycle/none", "-o", "out.jsonl"),
    ],
)
def test_a_call_without_sense_ends_with_2_and_does_nothing(run, db, wrong, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, result, complained = run(*wrong)
    assert (code, result) == (2, None)
    assert complained
    assert not Cycle.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_who_may_not_is_refused_and_who_may_advances(run, world, without_pdf):
    assert run("freeze", "un-test", "FOD")[0] == 0
    assert run("advance", "un-test", "--by", world.un.la.email)[0] == 1
    code, _result, complained = run("advance", "un-test", "--to", "published")
    assert (code, "not-the-next-stage" in complained) == (1, True)
    assert run("advance", "un-test", "--by", world.un.secretariat.email)[:2] == (
        0,
        {"cycle": "un-test", "stage": "fod-review"},
    )


def test_freezing_works_with_no_worker_running(run, world, without_pdf):
    code, result, _complained = run("freeze", "un-test", "FOD")
    blocks = sum(len(chapter.blocks) for chapter in world.un.cycle.snapshots.get().chapters.all())
    seconds = result.pop("seconds")
    assert (code, seconds >= 0) == (0, True)
    assert result == {
        "snapshot": "un-test/FOD", "chapters": 3, "blocks": blocks, "pages": 0, "lines": 0, "lost": 0
    }  # fmt: skip
    assert run("freeze", "un-test", "FOD")[0] == 1
    assert run("freeze", "un-test", "SOD", "--chapter", "9")[0] == 2


@pytest.mark.slow
def test_a_frozen_draft_has_pages_and_loses_nothing(run, world):
    support.need("pango")
    result = run("freeze", "un-test", "FOD", "--chapter", "1")[1]
    assert (result["chapters"], result["pages"] > 0, result["lines"] > 5, result["lost"]) == (
        1,
        True,
        True,
        0,
    )


@pytest.mark.parametrize("ending", ["html", "docx", "epub", "xml"])
def test_a_draft_becomes_one_document_that_loses_no_words(run, world, without_pdf, tmp_path, ending):
    run("freeze", "un-test", "FOD")
    out = tmp_path / f"draft.{ending}"
    code, result, _complained = run("render", "un-test", "--snapshot", "FOD", "-o", out)
    assert (code, result["file"], result["lost"]) == (0, str(out), 0)
    assert out.stat().st_size > 1000
    assert [file.name for file in tmp_path.iterdir()] == [out.name]


def test_a_bundle_of_markdown_is_read_back_and_what_it_lacks_is_counted(
    run, world, tmp_path, without_pdf, monkeypatch
):
    run("freeze", "un-test", "FOD")
    out = tmp_path / "draft.zip"
    assert run("render", "un-test", "--snapshot", "FOD", "-o", out)[1]["lost"] == 0
    own = bundle.write

    def shortened(request):
        first, *others = request.chapters
        own(replace(request, chapters=(replace(first, markdown="Nothing.\n"), *others)))

    monkeypatch.setattr(bundle, "write", shortened)
    assert run("render", "un-test", "--snapshot", "FOD", "-o", out)[1]["lost"] > 3


def test_the_texts_as_they_stand_become_one_pdf(run, world, tmp_path):
    support.need("pango")
    out = tmp_path / "now.pdf"
    code, result, _complained = run("render", "un-test", "--lines", "-o", out)
    assert (code, result["lost"], result["pages"] >= 4) == (0, 0, True)
    assert out.read_bytes().startswith(b"%PDF-")


def test_a_draft_is_rendered_only_for_those_who_read_it(run, world, tmp_path):
    out = tmp_path / "draft.html"
    assert run("render", "un-test", "-o", out, "--by", world.un.reviewer.email)[0] == 1
    assert run("render", "un-test", "-o", out, "--lines")[0] == 2
    assert run("render", "un-test", "-o", tmp_path / "draft.odt")[0] == 2
    assert run("render", "un-test", "--snapshot", "FOD", "-o", out)[0] == 2
    assert list(tmp_path.iterdir()) == []
    assert run("render", "un-test", "-o", out, "--by", world.un.la.email)[0] == 0


def test_an_exported_stream_verifies_against_its_head(run, world, tmp_path, capsys):
    out = tmp_path / "record.jsonl"
    code, result, _complained = run("export_record", "cycle/un-test", "-o", out)
    assert (code, result["entries"]) == (0, world.un.cycle.stream.last_seq)
    assert verify([str(out), "--head", result["head"]]) == 0
    capsys.readouterr()
    hidden = run("export_record", "cycle/un-test", "-o", tmp_path / "no.jsonl", "--by", world.outsider.email)
    assert hidden[0] == 2
