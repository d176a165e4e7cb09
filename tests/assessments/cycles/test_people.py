"""The people of a cycle: asked for disclosures, invited, written to; who takes no part sees nothing (2.3, 2.4)."""

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied

from assessments.cycles import actions
from panels import actions as panels
from panels.models import Appointment, Disclosure, DisclosureRequest, Invitation
from portal.waiting import waiting_for
from records.jobs import queue
from records.models import Notice
from records.obstacles import Blocked
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world(texts=False)


@pytest.fixture
def team(world):
    return world.adv.chapter("1").team


def codes(refused) -> list[str]:
    return [o.code for o in refused.value.obstacles]


def letters() -> list[tuple[str, str]]:
    """Send what the record calls for: (to, subject) of each."""
    mail.outbox.clear()
    queue.work_off("work")
    return [(letter.to[0], letter.subject) for letter in mail.outbox]


def appoint_by_page(world, client, team, **more):
    client.force_login(world.adv.secretariat)
    sent = {"seat-person": world.outsider.person.pk, "seat-role": "writer", "seat-body": team.pk, **more}
    return client.post("/c/adv-test/people/", sent)


def test_who_lacks_a_disclosure_is_asked_with_one_button_and_it_waits_for_them(world, client, team):
    page = appoint_by_page(world, client, team)
    text = page.content.decode()
    assert "it is decided by: Interests officer, Chair of the report" in text
    assert "Ask Outsider for the disclosure" in text
    assert not Appointment.objects.filter(person=world.outsider.person).exists()
    client.post("/c/adv-test/people/", dict(page.context["ask"]["fields"]))
    assert DisclosureRequest.objects.get().person == world.outsider.person
    assert [w.act for w in waiting_for(world.outsider, NOW)] == ["File it"]
    assert letters() == [(world.outsider.email, "A disclosure of interests is asked of you: adv-test")]
    assert world.adv.cycle.stream.entries.get(verb="disclosure.asked").visibility == "officers"


def test_what_was_asked_is_filed_decided_and_told_by_mail(world, client, team):
    person = world.outsider.person
    actions.ask_disclosure(world.adv.cycle, person, "writer", team, by=world.adv.secretariat, now=NOW)
    client.force_login(world.outsider)
    page = client.get("/disclosures/")
    assert "asks you for a disclosure" in page.content.decode()
    client.post("/disclosures/", {"body": team.pk, "text": "None."})
    filed = Disclosure.objects.get(person=person)
    assert DisclosureRequest.objects.get().disclosure == filed
    assert waiting_for(world.outsider, NOW) == []
    assert "Decide" in [w.act for w in waiting_for(world.adv.interests, NOW)]
    panels.decide_disclosure(
        filed,
        "cleared",
        "",
        by=world.adv.interests,
        now=NOW,
        authority=world.adv.cycle,
        stream=world.adv.cycle.stream,
    )
    actions.appoint(world.adv.cycle, person, "writer", team, by=world.adv.secretariat, now=NOW)
    assert [subject for to, subject in letters() if to == world.outsider.email] == [
        "A disclosure of interests is asked of you: adv-test",
        "Your disclosure of interests is decided",
        "You are appointed for adv-test",
    ]


def test_nobody_is_asked_twice_or_for_a_role_that_owes_nothing(world, team):
    asking = {"by": world.adv.secretariat, "now": NOW}
    person, cycle = world.outsider.person, world.adv.cycle
    actions.ask_disclosure(cycle, person, "writer", team, **asking)
    with pytest.raises(Blocked) as refused:
        actions.ask_disclosure(cycle, person, "writer", team, **asking)
    assert codes(refused) == ["nothing-to-ask"]
    advisory = world.adv.panel.person.appointments.get().body
    with pytest.raises(Blocked) as refused:
        actions.ask_disclosure(cycle, person, "panel-member", advisory, **asking)
    assert codes(refused) == ["nothing-to-ask"]
    with pytest.raises(PermissionDenied):
        actions.ask_disclosure(cycle, person, "writer", team, by=world.adv.writer, now=NOW)


def test_who_takes_no_part_sees_no_body_of_any_report_and_files_nowhere(world, client, team):
    client.force_login(world.outsider)
    page = client.get("/disclosures/")
    assert page.context["form"] is None
    assert "test-team" not in page.content.decode()
    with pytest.raises(Blocked) as refused:
        panels.file_disclosure(world.outsider.person, team, "None.", by=world.outsider, now=NOW)
    assert codes(refused) == ["not-concerned"]


def test_one_sees_the_bodies_of_ones_own_reports_alone_with_their_report(world, client):
    client.force_login(world.un.la)
    names = [str(name) for _pk, name in client.get("/disclosures/").context["form"].fields["body"].choices]
    assert all(name.startswith("un-test: ") for name in names[1:])
    assert len(names) > 1


def test_the_page_says_who_decides_where_nobody_holds_that_role(world, client):
    client.force_login(world.adv.secretariat)
    assert "Nobody holds one of these roles yet" not in client.get("/c/adv-test/people/").content.decode()
    Appointment.objects.filter(person__user__in=[world.adv.interests, world.adv.chair]).update(ends=NOW)
    assert "Nobody holds one of these roles yet" in client.get("/c/adv-test/people/").content.decode()


def invited_by_page(world, client, team, **more):
    client.force_login(world.adv.secretariat)
    sent = {"act": "invite", "person-name": "Ada", "person-email": "ada@example.org", "person-role": "writer",
            "person-body": team.pk, **more}  # fmt: skip
    return client.post("/c/adv-test/people/", sent)


def test_an_invitation_names_report_and_role_and_is_listed_until_it_is_accepted(world, client, team):
    assert invited_by_page(world, client, team).status_code == 302
    assert "take part in “adv-test” as Writer" in Notice.objects.get(to="ada@example.org").body
    page = client.get("/c/adv-test/people/").content.decode()
    assert "ada@example.org" in page
    assert "Send again" in page
    # The role owes a disclosure, so it is asked for at once and waits for the account.
    assert DisclosureRequest.objects.get().person.name == "Ada"
    found = Invitation.objects.get()
    before = found.token_hash
    assert client.post("/c/adv-test/people/", {"act": "resend", "invitation": found.pk}).status_code == 302
    found.refresh_from_db()
    assert found.token_hash != before
    assert Notice.objects.filter(to="ada@example.org").count() == 2
    client.post("/c/adv-test/people/", {"act": "withdraw", "invitation": found.pk})
    assert "ada@example.org" not in client.get("/c/adv-test/people/").content.decode()
    with pytest.raises(Blocked) as refused:
        panels.resend_invitation(found, by=world.adv.secretariat, now=NOW)
    assert codes(refused) == ["answered"]
    # An invitation of another report is not to be reached from here.
    assert client.post("/c/un-test/people/", {"act": "resend", "invitation": found.pk}).status_code in (
        403,
        404,
    )


def test_what_is_wrong_with_an_invitation_stands_at_the_top_in_words(world, client, team):
    page = invited_by_page(world, client, world.adv.panel.person.appointments.get().body).content.decode()
    top = page[: page.index('id="seats-h"')]
    assert "Writer is no role in" in top
    assert 'href="#invite-h"' in top
    assert not Invitation.objects.exists()
