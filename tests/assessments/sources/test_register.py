"""The register of sources: who vets, what is flagged wherever it is cited, what nobody sees who may not."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.drafting import actions as drafting
from assessments.drafting.rendered import render_chapter
from assessments.publishing.guards import advice_on_publishing, obstacles_to_publishing
from assessments.sources import keeping, register
from assessments.sources.importing import import_sources
from assessments.sources.vetting import keep_copy, vet
from records.obstacles import Blocked
from records.registry import gates
from tests.world import NOW, build_world

ENTRIES = [
    {"id": "post", "type": "webpage", "title": "A post about tasks", "author": [{"family": "Vale", "given": "Dora"}]},
    {"id": "peer", "type": "article-journal", "title": "Long tasks", "DOI": "10.1234/x",
     "issued": {"date-parts": [[2026, 3]]}},
    {"id": "lent", "type": "report", "title": "What the elders say",
     "custom": {"kind": "indigenous-and-local-knowledge"}},
    {"id": "state", "type": "dataset", "title": "Survey", "custom": {"kind": "government-data"}},
    {"id": "card", "type": "report", "title": "A system card", "publisher": "Anthropic"},
    {"id": "zh", "type": "article-journal", "title": "人工智能的任务", "author": [{"literal": "王明"}],
     "language": "zh"},
    {"id": "ar", "type": "article-journal", "title": "مهامّ الذكاء الاصطناعي", "language": "Arabic"},
]  # fmt: skip


@pytest.fixture
def world(db):
    world = build_world(texts=False)
    for side in (world.un, world.adv):
        data = json.dumps(ENTRIES).encode()
        import_sources(side.cycle, data, "s.json", by=side.secretariat, now=NOW)
        for name, user in side.people.items():
            user.person.affiliation = f"Institute {name}"
            user.person.save()
    return world


def source(side, key):
    return side.cycle.sources.select_related("cycle").get(key=key)


def cite(side, *keys, who=None):
    chapter = side.chapter("1")
    text = "# T\n\n" + "\n\n".join(f"Said [@{key}]." for key in keys) + "\n"
    return drafting.save(chapter, chapter.current, text, by=who or side.secretariat, now=NOW)


def judged(side, key, by, outcome="admit", **more):
    row = source(side, key)
    keep_copy(row, b"the page", "page.html", by=by, now=NOW)
    return vet(row, outcome, "Read, and compared.", by=by, now=NOW, **more)


def codes(side, condition):
    return [o.code for o in gates.obstacles(condition, side.cycle, None)]


def refusal(act, *args, **kwargs):
    with pytest.raises(Blocked) as refused:
        act(*args, **kwargs)
    return [o.code for o in refused.value.obstacles]


# ---- Vetting


def test_a_cited_source_waits_until_two_people_have_vetted_it(world):
    assert codes(world.adv, "sources-vetted") == []  # nobody cites it
    cite(world.adv, "post")
    assert codes(world.adv, "sources-vetted") == ["sources-unvetted"]
    judged(world.adv, "post", world.adv.lead)
    assert codes(world.adv, "sources-vetted") == ["sources-unvetted"]
    judged(world.adv, "post", world.adv.writer, "limited", limitation="For the date alone.")
    assert codes(world.adv, "sources-vetted") == []
    row = source(world.adv, "post")
    assert (row.outcome, row.vetting) == ("limited", "Read, and compared.\nRead, and compared.")
    entries = world.adv.cycle.stream.entries.filter(verb="source.vetted")
    assert {e.visibility for e in entries} == {"public"}


def test_of_different_outcomes_the_hardest_holds_and_is_flagged(world):
    cite(world.adv, "post")
    judged(world.adv, "post", world.adv.lead)
    judged(world.adv, "post", world.adv.writer, "refused")
    assert codes(world.adv, "sources-sound") == ["source-vetted-refused"]
    judged(world.adv, "post", world.adv.writer)  # the latest of each person counts
    assert codes(world.adv, "sources-sound") == []


def test_one_person_judging_twice_is_one_vetter(world):
    judged(world.adv, "post", world.adv.lead)
    judged(world.adv, "post", world.adv.lead)
    assert source(world.adv, "post").vetted_at is None


def test_vetters_are_independent_of_authors_and_of_each_other(world):
    row = source(world.adv, "post")
    assert refusal(vet, row, "admit", "Read.", by=world.adv.lead, now=NOW) == ["no-copy"]
    judged(world.adv, "post", world.adv.lead)
    person = world.adv.writer.person
    for affiliation, name, code in (
        ("", "Writer", "affiliation-not-known"),
        ("INSTITUTE  Lead", "Writer", "affiliation-of-vetters"),
        ("Department of Tasks, Institute lead", "Writer", "affiliation-of-vetters"),
        ("Elsewhere", "Dora Vale", "own-work"),
    ):
        person.affiliation, person.name = affiliation, name
        person.save()
        assert refusal(vet, row, "admit", "Read.", by=world.adv.writer, now=NOW) == [code]
    person.affiliation = "Anthropic"
    person.save()
    card = source(world.adv, "card")
    keep_copy(card, b"x", "x.pdf", by=world.adv.lead, now=NOW)
    assert refusal(vet, card, "admit", "Read.", by=world.adv.writer, now=NOW) == ["affiliation-of-authors"]


def test_only_those_who_may_vet_and_only_what_is_to_be_vetted_and_with_words(world):
    with pytest.raises(PermissionDenied):
        vet(source(world.adv, "post"), "admit", "Read.", by=world.adv.reviewer, now=NOW)
    by = {"by": world.adv.lead, "now": NOW}
    assert refusal(vet, source(world.adv, "peer"), "admit", "Read.", **by) == ["not-to-be-vetted"]
    keep_copy(source(world.adv, "post"), b"x", "x.pdf", **by)
    assert refusal(vet, source(world.adv, "post"), "admit", " ", **by) == ["no-words"]
    assert refusal(vet, source(world.adv, "post"), "limited", "Read.", **by) == ["no-limitation"]
    assert refusal(vet, source(world.adv, "post"), "good", "Read.", **by) == ["unknown-outcome"]
    assert refusal(keep_copy, source(world.adv, "post"), b"", "x.pdf", **by) == ["bad-copy"]


def test_a_source_that_is_changed_is_vetted_anew(world):
    judged(world.adv, "post", world.adv.lead)
    judged(world.adv, "post", world.adv.writer)
    assert source(world.adv, "post").outcome == "admit"
    changed = json.dumps([{**ENTRIES[0], "title": "Another post about other tasks"}]).encode()
    import_sources(world.adv.cycle, changed, "s.json", by=world.adv.secretariat, now=NOW)
    row = source(world.adv, "post")
    assert (row.outcome, row.vetted_at, row.vettings.count()) == ("", None, 2)


def test_who_publishes_is_told_what_awaits_vetting_and_is_not_stopped_by_it(world):
    cite(world.adv, "post")
    cycle = world.adv.at("sign-off")
    assert "sources-unvetted" in [o.code for o in advice_on_publishing(cycle, "edition.publish")]
    assert "sources-unvetted" not in [o.code for o in obstacles_to_publishing(cycle, "edition.publish")]


# ---- What speaks against a source


def flagged(side, *keys):
    """The codes of the problems that an author sees in a chapter that cites these."""
    cite(side, *keys)
    chapter = side.chapter("1")
    return [p.code for p in render_chapter(chapter, chapter.current.markdown).problems]


def test_a_retraction_is_flagged_wherever_the_source_is_cited(world, client):
    data = (
        b"OriginalPaperDOI,RetractionNature,RetractionDate,RetractionDOI,Reason\n"
        b"10.1234/X,Retraction,3/5/2024 0:00,10.1234/y,+Error;\n10.1234/z,Correction,,,\nnonsense,Retraction,,,\n"
    )
    assert flagged(world.un, "peer") == []
    report = keeping.import_retractions(world.un.cycle, data, "rw.csv", by=world.un.secretariat, now=NOW)
    assert (report.added, report.passed, report.concerned) == (1, 1, ["peer"])
    assert report.refused == [(4, "nonsense is no DOI; expected 10.NNNN/…")]
    chapter = world.un.chapter("1")
    rendered = render_chapter(chapter, chapter.current.markdown)
    assert [p.code for p in rendered.problems] == ["retracted"]
    assert "[retracted]" in rendered.bibliography
    assert codes(world.un, "sources-sound") == ["source-retracted"]
    assert "source-retracted" in [
        o.code for o in obstacles_to_publishing(world.un.at("final-edition"), "edition.publish")
    ]
    client.force_login(world.un.la)
    assert "was retracted" in client.get("/c/un-test/sources/?retracted=1").content.decode()
    assert "was retracted" in client.get("/c/un-test/sources/peer/").content.decode()
    again = keeping.import_retractions(world.un.cycle, data, "rw.csv", by=world.un.secretariat, now=NOW)
    assert (again.added, world.un.cycle.stream.entries.filter(verb="sources.retractions").count()) == (0, 1)


def test_only_the_keepers_take_in_retractions_and_only_lists_of_them(world):
    with pytest.raises(PermissionDenied):
        keeping.import_retractions(world.un.cycle, b"DOI\n10.1234/x\n", "r.csv", by=world.un.la, now=NOW)
    for data in (b"Title,Author\nA,B\n", b"\0\0", b""):
        by = {"by": world.un.secretariat, "now": NOW}
        assert refusal(keeping.import_retractions, world.un.cycle, data, "r.csv", **by) == [
            "unreadable-retractions"
        ]


@pytest.mark.parametrize(
    ("until", "found"),
    [
        (date(2026, 2, 28), ["after-cut-off"]),
        (date(2026, 3, 15), ["maybe-after-cut-off"]),
        (date(2026, 3, 31), []),
    ],
)
def test_what_came_out_after_the_cut_off_is_named(world, until, found):
    keeping.set_cut_off(world.un.cycle, until, by=world.un.secretariat, now=NOW)
    assert flagged(world.un, "peer") == found


def test_submitted_papers_count_until_the_draft_that_asks_for_accepted_ones(world):
    paper = {"id": "new", "type": "article-journal", "title": "New", "status": "submitted"}
    import_sources(world.un.cycle, json.dumps([paper]).encode(), "n.json", by=world.un.la, now=NOW)
    assert flagged(world.un, "new") == []
    world.un.at("final-draft")
    assert flagged(world.un, "new") == ["submitted"]


def test_a_states_data_waits_for_its_contact_and_a_new_version_waits_again(world):
    from panels.models import State

    row, kenya = source(world.un, "state"), State.objects.get(iso3="KEN")
    assert flagged(world.un, "state") == ["not-signed-off"]
    by = {"by": world.un.secretariat, "now": NOW}
    keeping.sign_off(row, kenya, "National contact", "v1", date(2026, 1, 2), **by)
    assert flagged(world.un, "state") == []
    assert refusal(keeping.sign_off, source(world.un, "peer"), kenya, "C", "v1", date(2026, 1, 2), **by) == [
        "no-sign-off"
    ]
    changed = json.dumps([{**ENTRIES[3], "title": "Survey, second version"}]).encode()
    import_sources(world.un.cycle, changed, "s.json", **by)
    assert flagged(world.un, "state") == ["not-signed-off"]


# ---- What was lent


def lend(world, access="named", readers=()):
    row = source(world.un, "lent")
    words = ("The council agreed on 3 May.", "Council of the Elders", access)
    return keeping.set_terms(row, *words, by=world.un.secretariat, now=NOW, readers=readers)


def test_lent_knowledge_needs_consent_and_shows_nobody_but_the_named(world, client):
    assert flagged(world.un, "lent") == ["no-consent"]
    lend(world, readers=[world.un.la])
    assert flagged(world.un, "lent") == []
    for who, sees in ((world.un.la, True), (world.un.cla, False), (world.un.secretariat, True)):
        client.force_login(who)
        assert client.get("/c/un-test/sources/lent/").status_code == (200 if sees else 404)
        assert ("elders say" in client.get("/c/un-test/sources/").content.decode().lower()) is sees
        assert (len(client.get("/c/un-test/cite/?q=elders").json()["results"]) == 1) is sees
        assert (client.get("/api/v1/cycles/un-test/sources/lent/").status_code == 200) is sees
    listed = render_chapter(world.un.chapter("1"), world.un.chapter("1").current.markdown).bibliography
    assert ("Council of the Elders" in listed, "elders say" in listed) == (True, False)


def test_withdrawn_consent_is_flagged_and_the_entry_is_shown_no_more(world):
    lend(world, "writers")
    keeping.withdraw(source(world.un, "lent"), "They asked.", by=world.un.secretariat, now=NOW)
    assert flagged(world.un, "lent") == ["withdrawn"]
    listed = render_chapter(world.un.chapter("1"), world.un.chapter("1").current.markdown).bibliography
    assert ("elders say" in listed, "[consent withdrawn]" in listed) == (False, True)
    assert refusal(keeping.withdraw, source(world.un, "lent"), "", by=world.un.secretariat, now=NOW) == [
        "no-consent"
    ]
    with pytest.raises(Blocked):
        lend(world)
    with pytest.raises(PermissionDenied):
        keeping.withdraw(source(world.un, "lent"), "", by=world.un.la, now=NOW)


def test_what_was_taken_back_stands_on_no_page_in_no_search_and_in_no_answer_of_the_api(world, client):
    copy = keep_copy(source(world.un, "lent"), b"told", "t.html", by=world.un.secretariat, now=NOW)
    lend(world, "writers")
    client.force_login(world.un.la)
    pages = ["/c/un-test/sources/lent/", "/c/un-test/sources/?q=elders", "/c/un-test/cite/?q=elders"]
    api = ["/api/v1/cycles/un-test/sources/lent/", "/api/v1/cycles/un-test/sources/"]
    for address in pages + api:
        assert "elders say" in client.get(address).content.decode().lower(), address
    held = f"/c/un-test/sources/lent/copies/{copy.pk}/"
    b"".join(client.get(held).streaming_content)
    keeping.withdraw(source(world.un, "lent"), "They asked.", by=world.un.secretariat, now=NOW)
    for address in [*pages, *api, "/c/un-test/sources/?q=lent", "/c/un-test/cite/?q=lent"]:
        answer = client.get(address)
        assert answer.status_code == 200 and "elders say" not in answer.content.decode().lower(), address
    assert client.get("/c/un-test/cite/?q=elders").json()["results"] == []
    assert [hit["key"] for hit in client.get("/c/un-test/cite/?q=lent").json()["results"]] == ["lent"]
    assert client.get(held).status_code == 404
    assert client.get("/api/v1/cycles/un-test/sources/lent/copies/").json()["results"] == []


# ---- Finding


@pytest.mark.parametrize(
    ("typed", "keys"),
    [("pee", ["peer"]), ("long ta", ["peer"]), ("任务", ["zh"]), ("王", ["zh"]), ("الذكاء", ["ar"]), ("vale", ["post"]),
     ("nothing at all", []), ("10.1234/x", ["peer"]), ("%", None)],
)  # fmt: skip
def test_typing_a_citation_finds_by_beginnings_in_any_script(world, typed, keys):
    found = [hit["key"] for hit in register.find(world.un.cycle, world.un.la, typed)]
    assert found == keys if keys is not None else len(found) == len(ENTRIES)


def test_what_typing_finds_is_ready_to_show_and_at_most_twenty(world, client):
    many = [{"id": f"k{n}", "type": "book", "title": f"Volume {n}"} for n in range(30)]
    import_sources(world.un.cycle, json.dumps(many).encode(), "m.json", by=world.un.la, now=NOW)
    client.force_login(world.un.la)
    assert len(client.get("/c/un-test/cite/?q=volume").json()["results"]) == 20
    hit = client.get("/c/un-test/cite/?q=post").json()["results"][0]
    assert (hit["key"], hit["label"]) == ("post", "Vale, n.d.")
    client.force_login(world.outsider)
    assert client.get("/c/un-test/cite/?q=post").status_code == 404


def test_filters_stay_in_the_address_and_counts_agree(world, client):
    cite(world.un, "peer", "card")
    client.force_login(world.un.la)
    for query, keys in {
        "cited=1": {"peer", "card"},
        "uncited=1&language=zh": {"zh"},
        "industry=1": {"card"},
        "kind=peer-reviewed&q=long": {"peer"},
        "standing=awaiting&cited=1": {"card"},
        "standing=admitted&language=ar": {"ar"},
    }.items():
        page = client.get(f"/c/un-test/sources/?{query}")
        assert {one["source"].key for one in page.context["listed"]} == keys, query
    counts = register.counts(world.un.cycle, world.un.la)
    assert (counts["total"], counts["cited"], counts["industry_cited"], counts["awaiting"]) == (7, 2, 1, 1)


def test_the_page_of_a_source_asks_as_much_of_the_database_for_few_as_for_many(
    world, client, django_assert_max_num_queries
):
    client.force_login(world.un.la)
    many = [{"id": f"k{n}", "type": "webpage", "title": f"Volume number {n}"} for n in range(40)]
    import_sources(world.un.cycle, json.dumps(many).encode(), "m.json", by=world.un.la, now=NOW)
    with django_assert_max_num_queries(40):
        assert client.get("/c/un-test/sources/").status_code == 200
    with django_assert_max_num_queries(45):
        assert client.get("/c/un-test/sources/post/").status_code == 200


def test_acts_on_the_page_do_what_they_say(world, client):
    client.force_login(world.adv.lead)
    at = "/c/adv-test/sources/post/"
    copy = SimpleUploadedFile("page.html", b"<script>x</script>")
    assert client.post(f"{at}act/copy/", {"file": copy}).status_code == 302
    assert client.post(f"{at}act/vet/", {"outcome": "admit", "words": " "}).status_code == 400
    assert client.post(f"{at}act/vet/", {"outcome": "admit", "words": "Read by me."}).status_code == 302
    said = {"kind": "self-report", "language": "fr", "translated_title": "A note"}
    assert client.post(f"{at}act/describe/", said).status_code == 302
    assert client.post(f"{at}act/read/").status_code == 302
    row = source(world.adv, "post")
    assert (row.kind, row.language, row.translated_title) == ("self-report", "fr", "A note")
    assert client.get("/c/adv-test/cite/?q=note").json()["results"][0]["reference"].count("[A note]") == 1
    page = client.get(at).content.decode()
    assert all(words in page for words in ("Read by me.", "In French.", "Read in its own language by:"))
    file = client.get(f"{at}copies/{row.copies.get().pk}/")
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert file["Content-Disposition"].startswith("attachment")
    assert b"".join(file.streaming_content) == b"<script>x</script>"
    client.force_login(world.adv.reviewer)
    assert client.post(f"{at}act/read/").status_code == 404


def test_two_linked_works_are_parted_with_a_reason(world, client):
    twin = json.dumps([{**ENTRIES[1], "id": "twin"}]).encode()
    assert import_sources(world.un.cycle, twin, "t.json", by=world.un.la, now=NOW).twice == [("twin", "peer")]
    link = source(world.un, "twin").repeats.get()
    assert refusal(keeping.part, link, " ", by=world.un.la, now=NOW) == ["no-reason"]
    keeping.part(link, "A second edition.", by=world.un.la, now=NOW)
    assert refusal(keeping.part, link, "Again.", by=world.un.la, now=NOW) == ["parted"]
    client.force_login(world.un.la)
    assert client.get("/c/un-test/sources/?double=1").context["page"].paginator.count == 0
