"""Each gate of publication: all else satisfied, one condition alone shuts it (procedure 8.1 to 8.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assessments.cycles import actions as cycles
from assessments.drafting import actions as drafting
from assessments.findings import actions as findings
from assessments.findings import syncing
from assessments.findings.models import Note
from assessments.publishing import actions
from assessments.publishing.models import Publication
from assessments.sources import keeping
from assessments.sources.importing import import_sources
from panels.models import Body, Disclosure
from records.obstacles import Blocked
from reviews.approval import decisions, sessions
from reviews.comments import answers
from reviews.comments import national as submissions
from reviews.rounds import actions as rounds
from tests.reviews import held
from tests.reviews.comments.test_comments import draft, sent
from tests.world import NOW, build_world, seat

pytestmark = pytest.mark.django_db

# Round: its stage, its draft and who comments in it.
ROUNDS = {
    "fod-experts": ("fod-review", "FOD", "reviewer"),
    "sod-experts": ("sod-review", "SOD", "reviewer"),
    "sod-governments": ("sod-review", "SOD", "focal_a"),
}


@pytest.fixture
def un():
    return build_world().un


# ---- Each thing a gate may ask for, done by the acts themselves, or left undone --------------------


def hold_rounds(un, unanswered: str = "") -> None:
    """Every round with a comment, closed; each comment answered but for those of ``unanswered``."""
    for key, (stage, label, who) in ROUNDS.items():
        reviewer = getattr(un, who)
        opened = held.open_round(un, key, stage=stage, label=label)
        held.register(opened, reviewer)
        if who == "focal_a":
            made = draft(opened, reviewer)
            submissions.file_submission(opened, by=reviewer, now=NOW)
            made.refresh_from_db()
        else:
            made = sent(opened, reviewer)
        if key != unanswered:
            answers.answer([made], "noted", "We say so in 1.2.", by=un.la, now=NOW)
        rounds.close_round(opened, by=un.secretariat, now=opened.closes_at + timedelta(hours=2))


def approve_summary(un, *, leave_open: bool = False) -> None:
    """A session that approves every line, by the gavel, and closes; ``leave_open``: but for the last line."""
    held.freeze(un.at("final-draft"), "FGD")
    frozen = un.cycle.snapshots.get(label="FGD").chapters.get(chapter__kind="summary")
    session = sessions.create_session(un.cycle, frozen, by=un.secretariat, now=NOW)
    un.at("approval")
    session = sessions.open_sitting(session, by=un.chair, now=NOW)
    lines = list(session.lines.order_by("place"))
    now = NOW
    for line in lines[: -1 if leave_open else None]:
        now += timedelta(minutes=1)
        sessions.call_line(line, by=un.chair, now=now)
        decisions.read_aloud(line, line.text_hash, by=un.chair, now=now)
        decisions.call_for_objections(line, line.text_hash, by=un.chair, now=now)
        decisions.gavel(line, line.text_hash, by=un.chair, now=now + timedelta(seconds=30))
    if not leave_open:
        sessions.close_session(session, by=un.chair, now=now)


def accept_chapters(un) -> None:
    un.at("approval")
    cycles.decide(un.cycle, "chapters-accepted", "The plenary accepts them.", by=un.chair, now=NOW)


def file_reports(un, *chapters: str) -> None:
    """The report of each chapter's review editor; chapter 2 is given an editor first."""
    editors = {"1": un.editor, "2": seat(un, "second_editor", "review-editor", "editors:2")}
    un.at("final-edition")
    for number in chapters:
        actions.file_editor_report(
            un.chapter(number), "report.pdf", b"%PDF-1.7 x", by=editors[number], now=NOW
        )


def trickle_back(un, *, closed: bool):
    """An edit that the summary asks for: listed, and with ``closed`` made, but in no frozen draft."""
    un.at("release")
    listed = {"line_label": "B.1", "old": "roughly seven", "new": "about seven", "reason": "So it stands."}
    made = actions.open_trickle_back(un.chapter("1"), **listed, by=un.secretariat, now=NOW)
    if closed:
        chapter = un.chapter("1")
        text = chapter.current.markdown.replace("roughly seven", "about seven")
        drafting.save(chapter, chapter.current, text, by=un.cla, now=NOW)
        actions.close_trickle_back(made, by=un.cla, now=NOW)


def support(un) -> None:
    """Findings are read from the texts, and what guards noted of their evidence is answered."""
    syncing.read_cycle(un.cycle, NOW)
    for note in Note.objects.filter(chapter__cycle=un.cycle, status=Note.Status.OPEN):
        findings.answer(note, "The paragraph before says so.", by=un.secretariat, now=NOW)


def cite_a_retracted_source(un) -> None:
    entry = b'[{"id": "peer", "type": "article-journal", "title": "Long tasks", "DOI": "10.1234/x"}]'
    import_sources(un.cycle, entry, "s.json", by=un.secretariat, now=NOW)
    keeping.import_retractions(un.cycle, b"DOI\n10.1234/x\n", "r.csv", by=un.secretariat, now=NOW)
    chapter = un.chapter("1")
    drafting.save(
        chapter, chapter.current, chapter.current.markdown + "\nSaid [@peer].\n", by=un.cla, now=NOW
    )
    support(un)


def no_session(un) -> None:
    held.freeze(un.at("final-draft"), "FGD")


EDITION = "edition.publish"
ALL = {
    "rounds": hold_rounds,
    "summary": approve_summary,
    "acceptance": accept_chapters,
    "reports": lambda un: file_reports(un, "1", "2"),
    "trickle-backs": lambda un: None,
    "evidence": support,
}


def prepare(un, stage: str, only=None, **instead) -> None:
    """Everything that a gate may ask for, or ``only`` these; ``instead`` does one of them otherwise."""
    for name, do in ALL.items():
        if only is None or name in only or name in instead:
            instead.get(name, do)(un)
    un.at(stage)


def publish(un, act: str, by: str = "secretariat"):
    return actions.publish(un.cycle, act, by=getattr(un, by), now=NOW)


def codes_of_refusal(un, act: str, by: str = "secretariat") -> list[str]:
    with pytest.raises(Blocked) as refused:
        publish(un, act, by)
    assert not Publication.objects.exists()
    return [o.code for o in refused.value.obstacles]


# Condition of the procedure: what is done instead of satisfying it, and the one code of the refusal.
FINAL_EDITION = [
    ("summary-approved", {"summary": lambda un: approve_summary(un, leave_open=True)}, "summary-not-approved"),
    ("summary-approved", {"summary": no_session}, "summary-not-circulated"),
    ("chapters-accepted", {"acceptance": lambda un: None}, "chapters-accepted"),
    ("trickle-backs-closed", {"trickle-backs": lambda un: trickle_back(un, closed=False)}, "trickle-back-open"),
    (
        "trickle-backs-closed",
        {"trickle-backs": lambda un: trickle_back(un, closed=True)},
        "trickle-back-not-frozen",
    ),
    *(
        (f"comments-answered {key}", {"rounds": lambda un, key=key: hold_rounds(un, key)}, "comments-unanswered")
        for key in ROUNDS
    ),
    ("sources-sound", {"evidence": cite_a_retracted_source}, "source-retracted"),
    ("findings-supported", {"evidence": lambda un: None}, "findings-being-read"),
    (
        "findings-supported",
        {"evidence": lambda un: syncing.read_cycle(un.cycle, NOW)},
        "findings-unsupported",
    ),
    ("editor-reports-in", {"reports": lambda un: file_reports(un, "1")}, "report-missing"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "instead", "code"), FINAL_EDITION)
def test_the_final_edition_waits_for_each_condition_alone(un, condition, instead, code):
    prepare(un, "final-edition", **instead)
    assert codes_of_refusal(un, EDITION) == [code]


def test_with_every_condition_satisfied_the_final_edition_goes_through(un):
    prepare(un, "final-edition")
    assert publish(un, EDITION).job.kind == "publication.build"
    assert un.cycle.stream.entries.last().verb == "publication.ordered"


def test_the_table_speaks_of_every_condition_that_the_procedure_names(un):
    rule = un.cycle.procedure.publication[EDITION]
    named = {f"{c.key} {c.round}".strip() for c in rule.conditions}
    assert named == {condition for condition, _instead, _code in FINAL_EDITION}


def test_the_final_edition_has_no_place_in_an_earlier_stage(un):
    prepare(un, "release")
    assert codes_of_refusal(un, EDITION) == ["wrong-stage"]


# ---- The two earlier acts: they wait for less, and never for what comes later (8.1 to 8.3) ---------


@pytest.mark.parametrize(
    ("act", "instead", "code"),
    [
        (
            "summary.release",
            {"summary": lambda un: approve_summary(un, leave_open=True)},
            "summary-not-approved",
        ),
        ("summary.release", {"acceptance": lambda un: None}, "chapters-accepted"),
        ("chapters.post", {"acceptance": lambda un: None}, "chapters-accepted"),
    ],
)
def test_release_and_posting_wait_for_their_own_conditions(un, act, instead, code):
    prepare(un, "release", **instead)
    assert codes_of_refusal(un, act) == [code]


@pytest.mark.parametrize(
    ("act", "only"), [("summary.release", ["summary", "acceptance"]), ("chapters.post", ["acceptance"])]
)
def test_release_and_posting_wait_for_nothing_that_belongs_to_the_final_edition(un, act, only):
    """Comments are unanswered, reports missing and a trickle-back is open; for the posting even the session is."""
    unlike = {
        "rounds": lambda un: hold_rounds(un, "sod-experts"),
        "trickle-backs": lambda un: trickle_back(un, closed=False),
    }
    if "summary" not in only:
        unlike["summary"] = lambda un: approve_summary(un, leave_open=True)
    prepare(un, "release", only, **unlike)
    assert publish(un, act).act == act


# ---- The independent report: nothing but the chair's word (8.5) -------------------------------------


def test_in_the_independent_report_everything_may_be_undone_but_the_chairs_word():
    adv = build_world().adv
    held.freeze(adv.at("external-review"), "DRAFT")
    opened = rounds.open_round(adv.cycle, "external-experts", by=adv.secretariat, now=NOW)
    held.register(opened, adv.reviewer)
    sent(opened, adv.reviewer)
    Disclosure.objects.create(
        person=adv.writer.person, body=adv.chapter("1").team, text="Shares.", status="filed", filed_at=NOW
    )
    Body.objects.get(pk=adv.chapter("2").team_id).appointments.all().delete()
    adv.at("sign-off")
    assert codes_of_refusal(adv, EDITION, by="chair") == ["chair-signed-off"]
    cycles.decide(adv.cycle, "sign-off", "I sign this edition.", by=adv.chair, now=NOW)
    assert publish(adv, EDITION, by="chair").act == EDITION
