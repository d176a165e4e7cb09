"""Sections of a chapter: planned by who leads it, marked by who writes, one of them lent to a guest (4.16, 4.17)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from assessments.cycles.models import Cycle
from assessments.drafting import actions as drafting
from assessments.drafting.sections import actions, reading
from assessments.drafting.sections.models import SectionPlan
from panels import actions as panels
from panels.models import Appointment, Person
from records.obstacles import Blocked
from tests.world import NOW, build_world, make_user

TEXT = (
    "# What agents can do\n\nAn introduction of six words.\n\n## Measures {#sec:measures}\n\nHow it is measured.\n\n"
    '### Trials\n\nOf trials.\n\n![](figure:none "A figure")\n\n## Costs\n\nWhat it costs.\n'
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def un():
    un = build_world().un
    chapter = un.chapter("1")
    drafting.save(chapter, chapter.current, TEXT, by=un.la, now=NOW)
    return un


def sections(un) -> dict:
    return {one.title: one for one in reading.sections_of(un.chapter("1").current)}


def code(act, *args, **more) -> list[str]:
    with pytest.raises(Blocked) as refused:
        act(*args, **more)
    return [one.code for one in refused.value.obstacles]


def test_the_sections_of_a_text_have_numbers_words_and_lines(un):
    found = sections(un)
    assert [(one.number, one.title, one.level) for one in found.values()] == [
        ("1.1", "Measures", 2),
        ("1.1.1", "Trials", 3),
        ("1.2", "Costs", 2),
    ]
    measures, trials = found["Measures"], found["Trials"]
    assert trials.blocks < measures.blocks and trials.words < measures.words
    assert reading.holding(list(found.values()), trials.first + 2) == [measures, trials]
    assert reading.lines_without_alt(TEXT) == [TEXT[: TEXT.index("![]")].count("\n") + 1]


def test_who_leads_plans_a_section_and_who_writes_says_how_far_it_is(un):
    costs = sections(un)["Costs"].id
    with pytest.raises(PermissionDenied):
        actions.plan_section(un.chapter("1"), costs, owner=None, words=900, by=un.la, now=NOW)
    plan = actions.plan_section(un.chapter("1"), costs, owner=un.la.person, words=900, by=un.cla, now=NOW)
    assert (plan.owner, plan.words, plan.state) == (un.la.person, 900, "planned")
    assert actions.mark_section(un.chapter("1"), costs, "drafted", by=un.la, now=NOW).state == "drafted"
    with pytest.raises(PermissionDenied):
        actions.mark_section(un.chapter("1"), costs, "ready", by=un.other_la, now=NOW)
    assert SectionPlan.objects.count() == 1
    stranger = un.other_la.person
    assert code(
        actions.plan_section, un.chapter("1"), costs, owner=stranger, words=9, by=un.cla, now=NOW
    ) == ["not-of-the-team"]
    assert code(
        actions.plan_section, un.chapter("1"), "nowhere", owner=None, words=9, by=un.cla, now=NOW
    ) == ["no-such-section"]
    assert code(actions.mark_section, un.chapter("1"), costs, "perfect", by=un.la, now=NOW) == ["bad-state"]


@pytest.fixture
def guest(un):
    """Somebody invited to the section on costs alone, for a week."""
    user = make_user("guest")
    actions.invite_to_section(
        un.chapter("1"),
        sections(un)["Costs"].id,
        "ca",
        name="",
        email=user.email,
        until=timezone.now() + timedelta(days=7),
        by=un.cla,
        now=timezone.now(),
    )
    return user


def test_a_guest_writes_in_one_section_and_nowhere_else(un, guest):
    chapter = un.chapter("1")
    assert guest.has_perm("chapter.read", chapter) and not guest.has_perm("chapter.draft", chapter)
    mine = TEXT.replace("What it costs.", "What it costs today.\n\n### By region\n\nMore here.")
    saved = drafting.save(chapter, chapter.current, mine, by=guest, now=NOW)
    assert saved.version.markdown == mine
    for wrong, why in (
        (mine.replace("How it is measured.", "How it was measured."), "outside-section"),
        (mine + "\n## Another section\n\nText.\n", "another-section"),
        (mine.replace("More here.", "::: box Left open\n\nMore here."), "swallows"),
    ):
        chapter = un.chapter("1")
        assert code(drafting.save, chapter, chapter.current, wrong, by=guest, now=NOW) == [why]
    assert un.chapter("1").current.markdown == mine


def test_an_invitation_ends_with_its_term_or_by_an_act(un, guest):
    now = timezone.now()
    given = Appointment.objects.get(person=guest.person)
    with pytest.raises(PermissionDenied):
        actions.end_contribution(given.contribution, "Done.", by=un.la, now=now)
    actions.end_contribution(given.contribution, "Done.", by=un.cla, now=now)
    chapter = un.chapter("1")
    assert not guest.has_perm("section.draft", chapter)
    with pytest.raises(PermissionDenied):
        drafting.save(chapter, chapter.current, TEXT.replace("costs.", "costs now."), by=guest, now=now)
    assert code(actions.end_contribution, given.contribution, "Again.", by=un.cla, now=now) == ["ended"]


def test_nobody_is_invited_to_what_is_not_there_or_twice_or_without_a_term(un, guest):
    costs, soon = sections(un)["Costs"].id, timezone.now() + timedelta(days=1)

    def invite(section=costs, role="ca", email="new@example.org", name="New", until=soon, by=un.cla):
        return code(
            actions.invite_to_section, un.chapter("1"), section, role, name=name, email=email, until=until, by=by,
            now=timezone.now(),
        )  # fmt: skip

    assert invite(section="nowhere") == ["no-such-section"]
    assert invite(role="chair") == ["no-such-seat"]
    assert invite(email=guest.email) == ["writes-here"]
    assert invite(email=un.la.email) == ["writes-here"]
    assert invite(until=timezone.now() - timedelta(days=1)) == ["no-term"]
    assert invite(name=" ") == ["no-name"]
    assert not Person.objects.filter(email="new@example.org").exists()


def test_nothing_is_planned_marked_or_lent_where_the_stage_has_no_place_for_it(un):
    costs, chapter, now = sections(un)["Costs"].id, un.chapter("1"), timezone.now()
    un.at("approval")
    invited = {"name": "New", "email": "new@example.org", "until": now + timedelta(days=1)}
    who = {"by": un.cla, "now": now}
    for act in (
        lambda: actions.plan_section(chapter, costs, owner=None, words=900, **who),
        lambda: actions.mark_section(chapter, costs, "ready", **who),
        lambda: actions.invite_to_section(chapter, costs, "ca", **invited, **who),
    ):
        assert code(act) == ["wrong-stage"]


@pytest.mark.parametrize("words", [0, -5, 1_000_001])
def test_a_plan_has_a_number_of_words_that_a_chapter_can_have(un, words):
    costs, who = sections(un)["Costs"].id, {"by": un.cla, "now": NOW}
    assert code(actions.plan_section, un.chapter("1"), costs, owner=None, words=words, **who) == [
        "bad-number"
    ]


def test_a_guest_says_how_far_their_own_section_is_and_no_other(un, guest):
    chapter, found = un.chapter("1"), sections(un)
    assert actions.mark_section(chapter, found["Costs"].id, "writing", by=guest, now=NOW).state == "writing"
    for other in (found["Measures"].id, ""):
        assert code(actions.mark_section, chapter, other, "ready", by=guest, now=NOW) == ["not-your-section"]


def test_a_section_is_lent_by_who_leads_and_to_nobody_s_self(un):
    costs, chapter = sections(un)["Costs"].id, un.chapter("1")
    invited = {"name": "", "email": "new@example.org", "until": NOW + timedelta(days=9), "now": NOW}
    with pytest.raises(PermissionDenied):
        actions.invite_to_section(chapter, costs, "ca", **{**invited, "name": "New"}, by=un.la)
    own = {**invited, "email": un.cla.email}
    assert code(actions.invite_to_section, chapter, costs, "ca", **own, by=un.cla) == ["own-case"]


def test_a_section_that_is_gone_from_the_text_is_written_by_no_guest(un, guest):
    chapter = un.chapter("1")
    drafting.save(chapter, chapter.current, TEXT.partition("## Costs")[0], by=un.la, now=NOW)
    chapter = un.chapter("1")
    text = chapter.current.markdown + "\n## Costs\n\nMine.\n"
    assert code(drafting.save, chapter, chapter.current, text, by=guest, now=NOW) == ["section-gone"]


def test_who_leads_invites_and_who_is_invited_may_take_the_role_and_finds_a_seat(un, guest):
    def invite(user, role="ca", by=un.cla):
        return actions.invite_to_section(
            un.chapter("1"), sections(un)["Measures"].id, role, name="", email=user.email,
            until=timezone.now() + timedelta(days=1), by=by, now=timezone.now(),
        )  # fmt: skip

    known = make_user("known")
    for by in (un.la, guest):
        with pytest.raises(PermissionDenied):
            invite(known, by=by)
    assert code(invite, known, "la") == ["disclosure-not-cleared"]
    assert invite(un.other_la, "la").appointment.role == "la"
    text = un.cycle.procedure_text.replace('role = "ca"', 'role = "ca"\nseats = 1')
    Cycle.objects.filter(pk=un.cycle.pk).update(procedure_text=text)
    assert code(invite, known) == ["seats-taken"]
    assert invite(guest).appointment.person == guest.person


def test_whom_a_disclosure_is_owed_by_is_asked_for_it_and_invited_once_it_is_cleared(un):
    chapter, costs = un.chapter("1"), sections(un)["Costs"].id
    new = {"name": "Noor New", "email": "noor@example.org", "now": timezone.now()}
    until = timezone.now() + timedelta(days=9)
    assert code(actions.invite_to_section, chapter, costs, "la", **new, until=until, by=un.cla) == [
        "disclosure-not-cleared"
    ]
    assert not Person.objects.filter(email="noor@example.org").exists()
    with pytest.raises(PermissionDenied):
        actions.ask_disclosure(chapter, "la", **new, by=un.la)
    assert code(actions.ask_disclosure, chapter, "nobody", **new, by=un.cla) == ["no-such-seat"]
    assert code(actions.ask_disclosure, chapter, "ca", **new, by=un.cla) == ["nothing-to-ask"]
    asked = actions.ask_disclosure(chapter, "la", **new, by=un.cla)
    assert asked.person.invitations.get().role == "Lead Author"
    assert code(actions.ask_disclosure, chapter, "la", **new, by=un.cla) == ["nothing-to-ask"]
    assert [(row.person, row.status) for row in actions.asked_to_join(chapter, NOW)] == [(asked.person, "")]

    noor = make_user("noor")
    Person.objects.filter(user=noor).delete()
    Person.objects.filter(pk=asked.person.pk).update(user=noor)
    asked.person.refresh_from_db()
    filed = panels.file_disclosure(asked.person, chapter.team, "None.", by=noor, now=timezone.now())
    assert [row.status for row in actions.asked_to_join(chapter, NOW)] == ["filed"]
    panels.decide_disclosure(
        filed, "cleared", "", by=un.interests, now=timezone.now(), authority=un.cycle, stream=un.cycle.stream
    )
    assert [row.status for row in actions.asked_to_join(chapter, NOW)] == ["cleared"]
    made = actions.invite_to_section(chapter, costs, "la", **new, until=until, by=un.cla)
    assert made.appointment.person == asked.person
    assert actions.asked_to_join(chapter, timezone.now()) == []
