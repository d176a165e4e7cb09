"""Importing bibliographies: good entries are taken, the rest named, the same file again changes nothing."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from assessments.drafting.citations import Citations
from assessments.sources import kinds
from assessments.sources.importing import import_sources
from assessments.sources.industry import company_of
from assessments.sources.models import DuplicateLink
from records.models import Entry
from records.obstacles import Blocked
from tests.support import shared
from tests.world import NOW, build_world

BIBTEX = b"""
@article{okoro2024, title={Long tasks}, author={Okoro, B. and Lin, C.}, year={2024}, journal={Letters}}
@article{okoro2024, title={Long tasks}, author={Okoro, B. and Lin, C.}, year={2024}, journal={Letters}}
@article{broken2020, title={No end, author={Nobody}
@misc{vale2025, title={A post}, author={Vale, D.}, year={2025}}
"""


@pytest.fixture
def world(db):
    return build_world(texts=False)


def took(world, data: bytes, name: str = "sources.bib", who: str = "la"):
    return import_sources(world.un.cycle, data, name, by=getattr(world.un, who), now=NOW)


def csl(**fields) -> bytes:
    entry = {"id": "a", "type": "book", "title": "T", "author": [{"family": "Okoro"}], **fields}
    return json.dumps([entry]).encode()


def verbs(world) -> list[str]:
    found = Entry.objects.filter(stream=world.un.cycle.stream, verb="sources.imported")
    return [f"{e.content.fields['added']}+{e.content.fields['changed']}" for e in found.order_by("seq")]


def test_good_entries_are_taken_and_a_broken_one_is_named_with_its_line(world):
    report = took(world, BIBTEX)
    assert sorted(report.added) == ["okoro2024", "vale2025"]
    assert [(r.where, r.key) for r in report.rejected] == [("line 4", "broken2020")]
    assert report.repeated == [("okoro2024", "line 2")]
    assert verbs(world) == ["2+0"]


def test_the_same_file_again_changes_nothing_and_leaves_no_second_entry(world):
    took(world, BIBTEX)
    again = took(world, BIBTEX)
    assert (again.added, again.changed, again.unchanged) == ([], [], 2)
    assert verbs(world) == ["2+0"]


def test_an_entry_with_a_known_key_and_other_words_replaces_it(world):
    took(world, csl(), "a.json")
    report = took(world, csl(title="T, second edition"), "a.json")
    assert (report.added, report.changed) == ([], ["a"])
    assert world.un.cycle.sources.get().csl["title"] == "T, second edition"
    assert verbs(world) == ["1+0", "0+1"]


def test_the_same_work_under_another_key_is_taken_and_named(world):
    took(world, csl(), "a.json")
    assert took(world, csl(id="b"), "b.json").twice == [("b", "a")]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"Dear colleagues,", "letter.txt"),
        (b"", "empty.bib"),
        (b"\xff\xfe@\x00", "wide.bib"),
        (b"{", "broken.json"),
    ],
)
def test_a_file_that_is_no_bibliography_is_refused_by_name_and_nothing_is_written(world, data, name):
    with pytest.raises(Blocked) as refusal:
        took(world, data, name)
    assert name in str(refusal.value)
    assert (world.un.cycle.sources.count(), verbs(world)) == (0, [])


def test_reviewers_import_no_sources_and_nobody_does_in_the_approval(world):
    with pytest.raises(PermissionDenied):
        took(world, BIBTEX, who="reviewer")
    world.un.at("approval")
    with pytest.raises(Blocked):
        took(world, BIBTEX)


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"type": "article-journal"}, "peer-reviewed"),
        ({"type": "post-weblog"}, "blog"),
        ({"type": "article-newspaper"}, "newspaper"),
        ({"type": "webpage"}, "grey"),
        ({"type": "article-journal", "container-title": "arXiv"}, "preprint"),
        ({"type": "report", "custom": {"industry": True}}, "industry-data"),
        ({"type": "report", "custom": {"industry": True, "kind": "peer-reviewed"}}, "peer-reviewed"),
    ],
)
def test_the_kind_of_a_source_is_told_from_its_entry(entry, kind):
    assert kinds.kind_of(entry) == kind


def test_the_command_prints_what_it_took(world, tmp_path, capsys):
    file = tmp_path / "sources.bib"
    file.write_bytes(BIBTEX)
    call_command("import_sources", "un-test", str(file))
    out, err = capsys.readouterr()
    said = json.loads(out.splitlines()[-1])
    assert said == {
        "file": "sources.bib",
        "entries": 4,
        "imported": 2,
        "unchanged": 0,
        "duplicates": 1,
        "rejected": 1,
    }
    assert "sources.bib, line 4, broken2020:" in err
    with pytest.raises(CommandError):
        call_command("import_sources", "un-test", str(tmp_path / "none.bib"))


def test_the_references_of_a_real_report_are_taken_whole(world):
    file = shared("international-ai-safety-report-2025/references/references.csl.json")
    report = took(world, file.read_bytes(), file.name)
    assert (len(report.added), report.rejected) == (1366, [])


def formats(world):
    """The same two works from three programs, under the same keys; one has fields that the others lack."""
    works = (
        b"@article{okoro2024, title={Long tasks and what they take}, author={Okoro, B.}, year={2024}, doi={10.1234/a}}",
        b"TY  - JOUR\nTI  - Long tasks and what they take\nAU  - Okoro, B.\nPY  - 2024\nVL  - 3\nDO  - 10.1234/A\n"
        b"ID  - okoro2024\nER  - \n",
        csl(id="okoro2024", title="Long tasks and what they take", DOI="https://doi.org/10.1234/a"),
    )
    return [took(world, data, name) for data, name in zip(works, ("a.bib", "a.ris", "a.json"), strict=True)]


def test_the_same_work_from_a_file_of_another_format_stays_as_it_is_and_is_named(world):
    first, second, third = formats(world)
    assert (first.added, second.same, third.same) == (["okoro2024"], ["okoro2024"], ["okoro2024"])
    assert (second.entries, second.changed, verbs(world)) == (1, [], ["1+0"])
    again = took(world, csl(id="okoro2024", title="Another work altogether, of another time"), "a.json")
    assert again.changed == ["okoro2024"]


def test_doubles_are_linked_to_the_first_and_both_stay(world):
    took(world, csl(title="Long tasks and what they take"), "a.json")
    for key in ("b", "c"):
        report = took(world, csl(id=key, title="Long Tasks and what they take."), f"{key}.json")
        assert report.twice == [(key, "a")]
    links = DuplicateLink.objects.order_by("pk")
    assert [(link.source.key, link.first.key, link.how) for link in links] == [
        ("b", "a", "title"),
        ("c", "a", "title"),
    ]
    assert world.un.cycle.sources.count() == 3


@pytest.mark.parametrize("name", ["references.bib", "references.ris", "references.csl.json"])
def test_every_entry_of_a_messy_bibliography_is_in_or_named(world, name):
    file = shared(f"bibliography-ipbes-ias-a/{name}")
    report = took(world, file.read_bytes(), file.name)
    assert report.entries == 2677
    assert (
        world.un.cycle.sources.count()
        == len(report.added)
        == 2677 - len(report.rejected) - len(report.repeated)
    )


def test_a_company_that_publishes_is_marked_and_its_entry_bears_the_star(world):
    took(
        world,
        csl(title="A system card", type="report", publisher="OpenAI", author=[{"family": "Vale"}]),
        "a.json",
    )
    row = world.un.cycle.sources.get()
    assert (row.industry, row.industry_why, row.kind) == (True, "OpenAI", "industry-data")
    assert Citations(world.un.cycle, "[@a]").bibliography(["a"])[0][1].endswith("*")


@pytest.mark.parametrize(
    ("counted", "company"), [("7/10", "7/10"), ("5/10", ""), ("1/1", "1/1"), ("0/0", ""), ("many", "")]
)
def test_over_half_of_the_authors_from_companies_makes_it_industrys(counted, company):
    assert company_of({"custom": {"industry-authors": counted}}) == company
