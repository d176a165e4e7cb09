"""The commands that take in texts, and a real report taken in whole."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from tests.support import shared
from tests.world import build_world


@pytest.fixture
def world(db):
    return build_world(texts=False)


def run(capsys, *args, **options) -> tuple[dict, str]:
    call_command("import_chapter", *map(str, args), **options)
    out, err = capsys.readouterr()
    return json.loads(out.splitlines()[-1]), err


def test_a_file_becomes_the_next_version_and_problems_are_named_with_their_lines(world, tmp_path, capsys):
    file = tmp_path / "one.md"
    file.write_text("# One\n\n| a | b |\n| c | d | e |\n", encoding="utf-8")
    said, err = run(capsys, "un-test", "1", file)
    assert (said["status"], said["version"], said["blocks"], said["warnings"]) == ("saved", 1, 2, 1)
    assert "one.md, line 3:" in err
    assert run(capsys, "un-test", "1", file)[0]["status"] == "unchanged"


def test_a_chapter_that_is_not_there_is_made_under_its_title_or_first_heading(world, tmp_path, capsys):
    file = tmp_path / "five.md"
    file.write_text("# What is not known {#sec:unknown}\n\nText.\n", encoding="utf-8")
    said, _err = run(capsys, "un-test", "5", file, "--title", "Five", "--for", world.un.la.email)
    assert (said["chapter"], world.un.chapter("5").title) == ("5", "Five")
    run(capsys, "un-test", "6", file)
    assert world.un.chapter("6").title == "What is not known"


def test_a_chapter_made_for_a_text_that_is_refused_goes_again(world, tmp_path):
    file = tmp_path / "seven.md"
    file.write_text("[" * 5000, encoding="utf-8")
    with pytest.raises(CommandError, match="line 1"):
        call_command("import_chapter", "un-test", "7", str(file))
    assert not world.un.cycle.chapters.filter(number="7").exists()


def test_somebody_without_the_role_is_refused_and_nothing_is_written(world, tmp_path):
    file = tmp_path / "one.md"
    file.write_text("Text.\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_chapter", "un-test", "1", str(file), "--by", world.un.reviewer.email)
    assert world.un.chapter("1").versions.count() == 0


def test_every_chapter_of_a_real_report_is_taken_in(world, capsys):
    folder = shared("international-ai-safety-report-2025/chapters")
    total = 0
    for file in sorted(folder.glob("*.md")):
        said, _err = run(capsys, "un-test", file.name[:2], file, "--title", file.stem)
        assert said["status"] == "saved"
        total += said["words"]
    assert total > 90_000
