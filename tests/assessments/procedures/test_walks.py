"""Each procedure walked from its first stage to its last by the acts themselves, and refused where it should be."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from assessments.cycles import actions as cycles
from assessments.cycles import groups
from assessments.drafting import actions as drafting
from assessments.publishing import actions as publishing
from assessments.publishing.guards import obstacles_to_publishing
from panels import actions as panels
from records.obstacles import Blocked
from reviews.approval import sessions
from reviews.comments import answers
from reviews.rounds import actions as rounds
from tests.assessments.procedures.walking import SUMMARY, TEXT, Walk, blocked, codes, member, state

pytestmark = pytest.mark.django_db


# ---- Approval by line ------------------------------------------------------------------------------


def by_lines(walk: Walk, selection, rounds_held, unit: str = "") -> int:
    """The way of IPCC and IPBES, which differ in selection, rounds and unit; how many lines were decided."""
    walk.appoint("chair")
    walk.refused("scope-approved")
    walk.decide("scope-approved", walk.chair)
    assert walk.forward() == "nominations"

    walk.refused("no-chapters", "nominations-selected")
    drafting.add_chapter(walk.cycle, "1", "Chapter 1", by=walk.secretariat, now=walk.now)
    drafting.add_chapter(walk.cycle, "SPM", "Summary", by=walk.secretariat, now=walk.now, kind="summary")
    walk.refused("nominations-selected", "team-empty")
    walk.decide("nominations-selected", selection(walk))
    walk.appoint("cla")
    spm = walk.cycle.chapters.get(number="SPM").team
    cycles.appoint(walk.cycle, walk.cla.person, "cla", spm, by=walk.secretariat, now=walk.now)
    waiting = walk.candidate("ca", "waiting")
    cycles.ask_disclosure(
        walk.cycle, waiting.person, "la", walk.body("la"), by=walk.secretariat, now=walk.now
    )
    panels.file_disclosure(waiting.person, walk.body("cla"), "Shares.", by=waiting, now=walk.now)
    assert blocked(
        cycles.appoint, walk.cycle, waiting.person, "la", walk.body("la"), by=walk.secretariat, now=walk.now
    ) == ["disclosure-not-cleared"]
    walk.refused("disclosure-waits")
    filed = waiting.person.disclosures.get()
    panels.decide_disclosure(
        filed, "refused", "A share in a maker.", by=walk.people[walk.decider], now=walk.now,
        authority=walk.cycle, stream=walk.cycle.stream,
    )  # fmt: skip
    assert walk.forward() == "drafting"

    walk.refused("chapter-empty", "snapshot-missing")
    with pytest.raises(PermissionDenied):
        drafting.save(walk.cycle.chapters.get(number="1"), None, TEXT, by=walk.chair, now=walk.now)
    walk.write("1", TEXT, walk.cla)
    walk.write("SPM", SUMMARY, walk.cla)
    walk.freeze("FOD")
    walk.forward()
    editor = walk.appoint("review-editor")
    for label, held in rounds_held.items():
        walk.refused("round-not-held", "snapshot-missing")
        for key, role in held.items():
            reviewer = walk.people.get(role) or walk.appoint(role)
            walk.hold(key, reviewer, answer_by=walk.cla, filed=role == "focal-point")
        walk.refused("snapshot-missing")
        walk.freeze(label)
        walk.forward()

    assert walk.cycle.stage == "final-draft"
    walk.refused("round-not-held", "summary-not-circulated")
    walk.hold("fgd-governments", walk.people.get("focal-point") or walk.appoint("focal-point"), filed=True)
    walk.prepare(unit=unit)
    assert walk.forward() == "approval"

    walk.refused("chapters-accepted", "summary-not-approved")
    with pytest.raises(PermissionDenied):
        sessions.open_sitting(walk.cycle.sessions.get(), by=walk.cla, now=walk.now)
    lines = walk.approve()
    walk.refused("chapters-accepted")
    walk.decide("chapters-accepted", walk.chair)
    assert walk.forward() == "release"

    walk.refused("not-published")
    edit = publishing.open_trickle_back(
        walk.cycle.chapters.get(number="1"), line_label="A.0.1", old="longer", new="far longer",
        reason="The summary says so.", by=walk.cla, now=walk.now,
    )  # fmt: skip
    walk.publish("summary.release", walk.secretariat)  # it does not wait for the edit
    walk.publish("chapters.post", walk.secretariat)
    assert walk.forward() == "final-edition"

    walk.support()
    assert codes(obstacles_to_publishing(walk.cycle, "edition.publish")) == [
        "report-missing",
        "trickle-back-open",
    ]
    walk.write("1", TEXT.replace("longer", "far longer"), walk.cla)
    publishing.close_trickle_back(edit, by=walk.cla, now=walk.now)
    walk.freeze("FINAL")
    walk.support()  # other words, other notes
    chapter = walk.cycle.chapters.get(number="1")
    publishing.file_editor_report(chapter, "report.pdf", b"%PDF-1.7", by=editor, now=walk.now)
    with pytest.raises(PermissionDenied):
        publishing.publish(walk.cycle, "edition.publish", by=walk.cla, now=walk.now)
    walk.publish("edition.publish", walk.secretariat)
    assert walk.forward() == "published"
    walk.refused("last-stage")
    return lines


def test_ipcc_from_scoping_to_the_final_edition(no_pango):
    held = {
        "SOD": {"fod-experts": "expert-reviewer"},
        "FGD": {"sod-experts": "expert-reviewer", "sod-governments": "focal-point"},
    }
    walk = Walk("ipcc")
    assert by_lines(walk, lambda walk: walk.secretariat, held) == 2
    assert blocked(publishing.publish, walk.cycle, "edition.publish", by=walk.secretariat, now=walk.now) == [
        "published",
        "wrong-stage",
    ]
    with pytest.raises(PermissionDenied):
        groups.form_group(walk.cycle, "Huddle", "Talk.", by=walk.chair, now=walk.now)


def test_ipbes_from_scoping_to_the_final_edition_the_lighter_way(no_pango):
    held = {"SOD": {"fod-review": "ilk-member"}, "FGD": {"sod-review": "expert-reviewer"}}
    walk = Walk("ipbes")
    rules = walk.cycle.procedure
    assert {"grey", "indigenous-and-local-knowledge"} <= set(rules.sources.admitted)
    lines = by_lines(walk, lambda walk: walk.appoint("mep-member"), held, unit="paragraph")
    assert lines == 1  # two sentences, one paragraph
    prepared = walk.cycle.sessions.get().stream.entries.get(verb="session.prepared")
    assert prepared.content.fields["unit"] == "paragraph"


def test_ipcc_knows_no_lighter_way_and_ipbes_decides_by_line_unless_told(no_pango):
    for key, units in (("ipcc", ("line",)), ("ipbes", ("line", "paragraph"))):
        walk = Walk(key)
        assert walk.cycle.procedure.summary.units == units
        walk.appoint("co-chair")
        walk.side.at("drafting")
        walk.appoint("chair")
        drafting.add_chapter(walk.cycle, "SPM", "Summary", by=walk.secretariat, now=walk.now, kind="summary")
        walk.write("SPM", SUMMARY, walk.secretariat)
        walk.side.at("final-draft")
        walk.freeze("FGD")
        if key == "ipcc":
            with pytest.raises(Blocked) as refused:
                walk.prepare(unit="paragraph")
            assert codes(refused.value.obstacles) == ["unknown-unit"]
        assert walk.prepare().lines.count() == 2


# ---- No approval by lines --------------------------------------------------------------------------


def test_the_independent_report_from_planning_to_publication(no_pango):
    walk = Walk("independent")
    walk.appoint("chair")
    assert walk.missing() == []  # nothing but the chair's word shuts a gate
    assert walk.forward() == "scope-endorsement"
    assert walk.forward(walk.chair) == "drafting"
    drafting.add_chapter(walk.cycle, "1", "Chapter 1", by=walk.chair, now=walk.now)
    walk.appoint("writer")
    adviser = walk.appoint("panel-member")
    with pytest.raises(PermissionDenied):
        drafting.save(walk.cycle.chapters.get(number="1"), None, TEXT, by=adviser, now=walk.now)
    walk.write("1", TEXT, walk.writer)
    walk.freeze("DRAFT")
    assert walk.forward() == "external-review"
    walk.hold("external-experts", walk.appoint("external-reviewer"), answer_by=walk.writer)
    walk.freeze("CONSOLIDATED")
    with pytest.raises(PermissionDenied):
        cycles.advance(walk.cycle, by=adviser, now=walk.now)
    assert walk.forward() == "consolidated-review"
    walk.hold("advisory-panel", adviser)  # without an answer: it is published, and holds nothing up
    walk.freeze("FINAL")
    assert walk.forward() == "sign-off"
    walk.refused("chair-signed-off", "not-published")
    with pytest.raises(PermissionDenied):
        publishing.publish(walk.cycle, "edition.publish", by=walk.secretariat, now=walk.now)
    assert blocked(publishing.publish, walk.cycle, "edition.publish", by=walk.chair, now=walk.now) == [
        "chair-signed-off"
    ]
    walk.decide("sign-off", walk.chair)
    assert walk.publish("edition.publish", walk.chair).counts == {"unanswered": 1}
    assert walk.forward() == "published"


def test_unscear_from_its_programme_to_the_assembly(no_pango, client):
    walk = Walk("unscear")
    walk.appoint("chair")
    walk.refused("scope-approved")
    walk.decide("scope-approved", walk.chair)
    drafting.add_chapter(walk.cycle, "A", "Annex A", by=walk.secretariat, now=walk.now)
    assert walk.forward() == "survey"

    # The survey goes to national contact persons alone, on the questionnaire as frozen.
    walk.refused("round-not-held")
    walk.write("A", "# Survey\n\nNumber of examinations, by year?\n", walk.secretariat)
    walk.freeze("SURVEY")
    contact = walk.appoint("national-contact")
    representative = walk.appoint("representative")
    walk.appoint("lead-author", body=walk.cycle.chapters.get(number="A").team)
    walk.hold("survey", contact, answer_by=walk.lead_author, filed=True)
    held = walk.cycle.rounds.get()
    assert [s.delegation for s in held.submissions.all()] == [walk.body("national-contact")]
    with pytest.raises(PermissionDenied):
        rounds.register_reviewer(
            held, expertise="x", undertaking=True, consent=True, by=representative, now=walk.now
        )
    assert walk.forward() == "drafting"

    walk.refused("snapshot-missing")
    walk.write("A", TEXT, walk.lead_author)
    walk.freeze("DRAFT")
    assert walk.forward() == "review"
    walk.hold("review", representative)
    walk.freeze("ANNEX")
    walk.refused("comments-unanswered")
    comment = walk.cycle.rounds.get(rule_key="review").comments.get()
    answers.answer([comment], "accepted", "", by=walk.lead_author, now=walk.now)
    assert walk.forward() == "session"
    assert blocked(cycles.decide, walk.cycle, "acknowledgement", "Took note.",
                   by=walk.chair, now=walk.now) == ["decision-in-other-stage"]  # fmt: skip
    walk.refused("chapters-accepted")
    walk.decide("chapters-accepted", walk.chair)
    assert walk.forward() == "publication"
    walk.refused("not-published")
    made = walk.publish("edition.publish", walk.secretariat)
    files = sorted(made.files.values_list("sha256", flat=True))
    assert walk.forward() == "reported"

    # Nobody approved a line; the Assembly takes note afterwards, which shows and alters nothing.
    cycles.decide(walk.cycle, "acknowledgement", "Resolution 82/1 takes note.", by=walk.chair, now=walk.now)
    page = client.get(f"/c/{walk.cycle.slug}/publications/").content.decode()
    assert "Resolution 82/1 takes note." in page
    assert [d.text for d in made.decisions] == ["Resolution 82/1 takes note."]
    made.refresh_from_db()
    assert sorted(made.files.values_list("sha256", flat=True)) == files
    walk.refused("last-stage")


def test_an_acknowledgement_waits_for_the_publication_that_it_follows(no_pango):
    walk = Walk("unscear")
    walk.appoint("chair")
    walk.side.at("reported")
    assert blocked(cycles.decide, walk.cycle, "acknowledgement", "Noted.", by=walk.chair, now=walk.now) == [
        "not-published"
    ]


def test_the_panel_from_appointment_to_its_report_and_two_briefs():
    walk = Walk("un_panel")
    walk.refused("nominations-selected")
    member(walk, "ada")
    undisclosed = walk.candidate("observer", "undisclosed", nationality=state("BRA"), affiliation="x")
    assert blocked(
        cycles.appoint, walk.cycle, undisclosed.person, "member", walk.body("member"),
        by=walk.secretariat, now=walk.now,
    ) == ["disclosure-not-cleared"]  # fmt: skip
    walk.appoint("co-chair", nationality=state("KEN"))
    walk.decide("nominations-selected", walk.secretariat)
    assert walk.forward() == "scoping"
    walk.refused("scope-approved")
    with pytest.raises(Blocked):
        walk.decide("scope-approved", walk.secretariat)
    walk.decide("scope-approved", walk.co_chair)
    assert walk.forward() == "drafting"

    group = groups.form_group(walk.cycle, "Labour", "Write chapter 1.", by=walk.co_chair, now=walk.now)
    cycles.appoint(walk.cycle, walk.ada.person, "group-chair", group, by=walk.secretariat, now=walk.now)
    walk.refused("no-chapters", "snapshot-missing")
    drafting.add_chapter(walk.cycle, "1", "Labour", by=walk.secretariat, now=walk.now)
    walk.refused("chapter-empty", "snapshot-missing")
    with pytest.raises(PermissionDenied):
        drafting.save(walk.cycle.chapters.get(number="1"), None, TEXT, by=undisclosed, now=walk.now)
    walk.write("1", TEXT, walk.ada)
    groups.dissolve_group(walk.cycle, group, reason="The chapter is written.", by=walk.co_chair, now=walk.now)
    assert walk.cycle.chapters.get(number="1").versions.get().by == walk.ada  # the text keeps its author
    walk.freeze("DRAFT")
    assert walk.forward() == "review"
    walk.hold("experts", walk.appoint("expert-reviewer"), answer_by=walk.ada)
    walk.freeze("FINAL")
    assert walk.forward() == "adoption"
    walk.refused("chair-signed-off")
    walk.decide("sign-off", walk.co_chair)
    assert walk.forward() == "publication"

    # A brief on an incident goes out before the annual report, and again after it.
    brief = {"by": walk.co_chair, "now": walk.now}
    walk.write("B1", "# Brief one\n\nAn agent acted alone.\n", walk.ada)
    walk.freeze("BRIEF-1", ("B1",))
    first = walk.publish("brief.publish", walk.co_chair)
    assert (first.slug, first.snapshot.label) == ("brief-publish", "BRIEF-1")
    assert blocked(publishing.publish, walk.cycle, "brief.publish", **brief) == ["nothing-new-frozen"]
    report = walk.publish("edition.publish", walk.co_chair)
    assert report.snapshot.label == "FINAL"  # not the brief, which was frozen later
    assert walk.forward() == "published"
    walk.write("B2", "# Brief two\n\nAnother one did.\n", walk.ada)
    walk.freeze("BRIEF-2", ("B2",))
    second = walk.publish("brief.publish", walk.co_chair)
    assert (second.slug, second.number) == ("brief-publish-2", 2)
    with pytest.raises(PermissionDenied):
        publishing.publish(walk.cycle, "brief.publish", by=walk.ada, now=walk.now)
    with pytest.raises(Blocked) as refused:
        publishing.publish(walk.cycle, "edition.publish", **brief)
    assert "published" in codes(refused.value.obstacles)


def test_each_brief_is_read_at_its_own_address(no_pango, client):
    walk = Walk("un_panel")
    walk.appoint("co-chair", nationality=state("KEN"))
    walk.side.at("published")
    for number in ("1", "2"):
        walk.write(f"B{number}", f"# Brief\n\nWords of brief {number}.\n", walk.secretariat)
        walk.freeze(f"BRIEF-{number}", (f"B{number}",))
        walk.publish("brief.publish", walk.co_chair)
    there = f"/c/{walk.cycle.slug}/publications"
    assert "Words of brief 1." in client.get(f"{there}/brief-publish/read/chapter-B1.html").content.decode()
    assert "Words of brief 2." in client.get(f"{there}/brief-publish-2/read/chapter-B2.html").content.decode()
    assert client.get(f"{there}/brief-publish-2/read/chapter-B1.html").status_code == 404
    assert client.get(f"{there}/brief-publish-3/read/chapter-B2.html").status_code == 404
    page = client.get(f"{there}/").content.decode()
    assert "brief-publish/read/" in page
    assert "brief-publish-2/read/" in page
    listed = client.get(f"/api/v1/cycles/{walk.cycle.slug}/publications/").json()["results"]
    assert [(p["act"], p["number"]) for p in listed] == [("brief.publish", 1), ("brief.publish", 2)]


def test_a_brief_is_frozen_alone_on_the_page_of_drafts(no_pango, client):
    walk = Walk("un_panel")
    walk.side.at("published")
    for number in ("1", "B1"):
        walk.write(number, TEXT, walk.secretariat)
    client.force_login(walk.secretariat)
    brief = walk.cycle.chapters.get(number="B1")
    chosen = {"label": "BRIEF-1", "chapters": [brief.pk]}
    assert client.post(reverse("snapshots", args=[walk.cycle.slug]), chosen).status_code == 302
    job = walk.cycle.snapshots.get().job
    assert job.args["versions"] == {str(brief.pk): brief.current_id}
    assert client.post(reverse("snapshots", args=[walk.cycle.slug]), {"label": "FINAL"}).status_code == 302
    assert len(walk.cycle.snapshots.get(label="FINAL").job.args["versions"]) == 2
