"""Importing bibliographies: good entries are taken, the rest named, the same file again changes nothing."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from assessments.drafting import actions as drafting
from assessments.drafting import kinds
from assessments.drafting.sources import import_sources
from assessments.drafting.vetting import vet
from assessments.publishing.guards import advice_on_publishing, obstacles_to_publishing
from records.models import Entry
from records.obstacles import Blocked
from records.registry import gates
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


def cite(world, key):
    chapter = world.adv.chapter("1")
    return drafting.save(chapter, chapter.current, f"# T\n\nSaid [@{key}].\n", by=world.adv.writer, now=NOW)


def waits(world) -> list[str]:
    return [o.text for o in gates.obstacles("sources-vetted", world.adv.cycle, None)]


def test_a_cited_source_of_a_kind_to_be_vetted_waits_until_somebody_says_how(world, client):
    cycle = world.adv.cycle
    import_sources(cycle, BIBTEX, "s.bib", by=world.adv.writer, now=NOW)
    assert waits(world) == []  # nobody cites it
    cite(world, "vale2025")
    assert waits(world) == ["1 cited source awaits vetting."]
    client.force_login(world.adv.writer)
    page = client.get("/c/adv-test/sources/?awaiting=1").content.decode()
    assert "awaits vetting" in page
    assert "okoro2024" not in page
    assert client.post("/c/adv-test/sources/", {"vet": "vale2025", "words": " "}).status_code == 409
    assert (
        client.post("/c/adv-test/sources/", {"vet": "vale2025", "words": "Two of us read it."}).status_code
        == 302
    )
    assert waits(world) == []
    assert "Two of us read it." in client.get("/c/adv-test/sources/").content.decode()
    entry = cycle.stream.entries.get(verb="source.vetted")
    assert (entry.visibility, entry.content.fields["words"]) == ("team", "Two of us read it.")


def test_a_source_that_is_changed_is_vetted_anew(world):
    cycle = world.adv.cycle
    import_sources(cycle, BIBTEX, "s.bib", by=world.adv.writer, now=NOW)
    cite(world, "vale2025")
    vet(cycle.sources.get(key="vale2025"), "Read.", by=world.adv.lead, now=NOW)
    changed = BIBTEX.replace(b"A post", b"Another post")
    import_sources(cycle, changed, "s.bib", by=world.adv.writer, now=NOW)
    assert waits(world) == ["1 cited source awaits vetting."]


def test_only_those_who_take_in_sources_vet_and_only_what_is_to_be_vetted(world):
    cycle = world.adv.cycle
    import_sources(cycle, BIBTEX, "s.bib", by=world.adv.writer, now=NOW)
    source = cycle.sources.get(key="vale2025")
    with pytest.raises(PermissionDenied):
        vet(source, "Read.", by=world.adv.reviewer, now=NOW)
    with pytest.raises(Blocked) as refused:
        vet(cycle.sources.get(key="okoro2024"), "Read.", by=world.adv.writer, now=NOW)
    assert [o.code for o in refused.value.obstacles] == ["not-to-be-vetted"]


def test_who_publishes_is_told_what_awaits_vetting_and_is_not_stopped_by_it(world):
    import_sources(world.adv.cycle, BIBTEX, "s.bib", by=world.adv.writer, now=NOW)
    cite(world, "vale2025")
    cycle = world.adv.at("sign-off")
    assert "sources-unvetted" in [o.code for o in advice_on_publishing(cycle, "edition.publish")]
    assert "sources-unvetted" not in [o.code for o in obstacles_to_publishing(cycle, "edition.publish")]
