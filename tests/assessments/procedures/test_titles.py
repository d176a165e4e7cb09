"""Titles of procedures are listed for translators, and reach every reader in their own language."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from assessments.cycles import actions as cycles
from assessments.cycles import guards
from assessments.procedures import loader, titles
from assessments.procedures.titles_listed import TITLES
from assessments.publishing.guards import obstacles_to_publishing
from records.models import Job
from records.notices.post import send_waiting
from records.notices.send import send_for_entry
from records.reading import entries
from reviews.rounds.guards import obstacles_to_opening
from tests.reviews.held import open_round
from tests.world import NOW, build_world


def signed_in(user, language: str) -> Client:
    user.language = language
    user.save()
    client = Client()
    client.force_login(user)
    return client


def arabic(title: str) -> str:
    """What stands for the translation of a title here: no English letter, and a different one for each."""
    return "«" + "".join(chr(0x0621 + ord(letter) % 26) for letter in title) + "»"


@pytest.fixture
def translated():
    """All titles of the shipped procedures have a translation into Arabic."""
    catalogue = trans_real.translation("ar")._catalog
    catalogue._catalogs.insert(0, {title: arabic(title) for title in TITLES})
    yield
    catalogue._catalogs.pop(0)


@pytest.fixture
def world():
    return build_world()


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += [" ".join(data.split())] if data.strip() else []


def texts(page: str) -> list[str]:
    """What a page says, text by text, without the names of its attributes."""
    parser = _Texts()
    parser.feed(page)
    return parser.found


def english_in(page: str, procedure) -> list[str]:
    """The titles of the procedure that the page shows untranslated; a title of one word stands for itself alone."""
    said = texts(page)
    whole = "\n".join(said)
    return sorted(
        title
        for title in titles.titles_of(procedure)
        if title in said or f"“{title}”" in whole or (" " in title and title in whole)
    )


# ---- The list for translators ----------------------------------------------------------------------


def test_every_title_is_listed_for_the_translators():
    assert titles.LISTED.read_text(encoding="utf-8") == titles.as_module(loader.load_all().values()), (
        f"a title is missing or stale; write the list again: {titles.COMMAND}"
    )


def test_a_title_that_is_new_or_gone_would_be_found():
    ipcc = loader.load("ipcc")
    other = loader.parse(ipcc.text.replace('"Final edition"', '"Last \\"edition\\""'), "ipcc.toml")
    listed = titles.as_module([other])
    assert 'gettext_noop("Last \\"edition\\""),' in listed
    assert '"Final edition"' not in listed


# ---- Pages, letters, answers, sentences ------------------------------------------------------------


@pytest.mark.django_db
def test_an_arabic_page_shows_no_english_title(world, translated):
    side = world.un
    held = open_round(side)
    client = signed_in(side.secretariat, "ar")
    cycle = f"/c/{side.cycle.slug}/"
    pages = (
        "/",
        cycle,
        f"{cycle}people/",
        f"{cycle}rounds/",
        held.get_absolute_url(),
        f"{cycle}publications/",
        f"/record/cycle/{side.cycle.slug}/",
        "/cycles/new/",
    )
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert (address, english_in(page, side.cycle.procedure)) == (address, [])
        assert re.search("«[\u0600-\u06ff]+", page), f"{address} shows no title at all"


@pytest.mark.django_db
def test_the_same_pages_show_the_titles_as_the_file_has_them_in_english(world):
    client = signed_in(world.un.secretariat, "en")
    page = client.get(f"/c/{world.un.cycle.slug}/").content.decode()
    procedure = world.un.cycle.procedure
    assert {stage.short for stage in procedure.stages} <= set(texts(page))
    assert procedure.stage("drafting").title in english_in(page, procedure)


@pytest.mark.django_db
def test_the_programming_interface_answers_in_the_callers_language(world, translated):
    answer = signed_in(world.un.secretariat, "ar").get(f"/api/v1/cycles/{world.un.cycle.slug}/").json()
    assert answer["stage_title"] == arabic("Drafting")
    assert [s["title"] for s in answer["stages"]] == [
        arabic(s.title) for s in world.un.cycle.procedure.stages
    ]


@pytest.mark.django_db
def test_sentences_of_obstacles_are_said_in_the_readers_language(world, translated):
    cycle = world.un.cycle
    rule = cycle.procedure.round("fod-experts")
    with translation.override("ar"):
        found = [
            *guards.stage_obstacles(cycle, "round.open"),
            *guards.decision_obstacles(cycle, "chapters-accepted"),
            *guards.obstacles_to_advancing(world.un.at("release")),
            *obstacles_to_opening(cycle, rule),
            *obstacles_to_publishing(cycle, "edition.publish"),
            *guards.obstacles_of(cycle, cycle.procedure.stage("fod-review").leave),
            *guards.obstacles_to_advancing(world.un.at("published")),
        ]
    said = " ".join(f"{obstacle.text} {obstacle.remedy}" for obstacle in found)
    assert english_in(said, cycle.procedure) == []
    assert arabic("Published") in said
    assert arabic(rule.title) in said


@pytest.mark.django_db
def test_a_letter_names_the_round_in_its_readers_language(world, translated, mailoutbox):
    reviewer = world.un.reviewer
    reviewer.language = "ar"
    reviewer.save()
    held = open_round(world.un)
    for job in Job.objects.filter(kind="notices.send"):
        send_for_entry(job, lambda *progress: None)
    send_waiting(None, lambda *progress: None)
    (letter,) = [mail for mail in mailoutbox if mail.to == [reviewer.email]]
    assert arabic(held.rule.title) in letter.subject
    assert arabic(held.rule.title) in letter.body
    assert held.rule.title not in letter.subject + letter.body


@pytest.mark.django_db
def test_the_record_keeps_the_files_words_whoever_acts_and_shows_the_readers(world, translated):
    cycle = world.un.at("release")
    cycle.publications.create(act="summary.release", by=world.system, at=NOW, done_at=NOW)
    cycle.publications.create(act="chapters.post", by=world.system, at=NOW, done_at=NOW)
    with translation.override("ar"):
        cycle = cycles.advance(cycle, by=world.un.secretariat, now=NOW)
        shown = entries(cycle.stream, frozenset({"public"}))[-1]
        assert arabic(cycle.procedure.stage("final-edition").title) in shown.sentence
        opened = open_round(world.un)
    kept = {
        "from": "Release of the summary, posting of the chapters",
        "to": "Trickle-backs and final edition",
    }
    assert kept.items() <= shown.fields.items()
    (entry,) = cycle.stream.entries.filter(verb="round.opened")
    assert entry.content.fields["title"] == opened.rule.title
