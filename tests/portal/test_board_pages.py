"""The pages of boards and meetings in the hands of their people: what is sent, refused, and stays as it was typed."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.drafting import actions as drafting
from assessments.drafting.sections import reading
from panels.meetings.models import Meeting, Task
from panels.models import Invitation
from records.models import Notice
from tests.assessments.drafting.test_sections import TEXT
from tests.world import NOW, build_world, make_user

pytestmark = pytest.mark.django_db
CHAPTER = ["un-test", "1"]


@pytest.fixture
def un():
    un = build_world().un
    chapter = un.chapter("1")
    drafting.save(chapter, chapter.current, TEXT, by=un.la, now=NOW)
    return un


def section(un, title: str = "Costs") -> str:
    return next(one.id for one in reading.sections_of(un.chapter("1").current) if one.title == title)


def as_(client, user):
    client.force_login(user)
    return client


def test_a_section_is_planned_marked_lent_and_written_by_its_guest(un, client):
    guest, costs = make_user("guest"), section(un)
    lead = as_(client, un.cla)
    planned = lead.post(
        reverse("section_plan", args=CHAPTER), {"section": costs, "owner": un.la.person.pk, "words": 900}
    )
    assert planned.status_code == 302
    # The fields were filled for the whole chapter: they are not taken for a section that was chosen since.
    other = {"section": costs, "shown": "chapter", "owner": "", "words": 1600}
    mixed = lead.post(reverse("section_plan", args=CHAPTER), other)
    assert mixed.status_code == 409 and "of another section" in mixed.content.decode()
    lead.post(reverse("section_mark", args=CHAPTER), {"section": costs, "state": "writing"})
    until = timezone.now().date() + timedelta(days=9)
    given = {"section": costs, "name": "", "email": guest.email, "role": "ca", "until": until}
    assert lead.post(reverse("section_invite", args=CHAPTER), given).status_code == 302
    again = lead.post(reverse("section_invite", args=CHAPTER), given)
    assert again.status_code == 409 and "writes here already" in again.content.decode()
    page = lead.get(reverse("chapter_board", args=CHAPTER)).content.decode()
    for words in ("4 of 900", "being written", "invited: Guest", "Un La"):
        assert words in page, words
    assert lead.get(reverse("board", args=["un-test"]) + "?state=ready").content.decode().count("<tr") == 0

    mine = as_(client, guest)
    address = reverse("section", args=[*CHAPTER, costs])
    assert "no other" in mine.get(address).content.decode()
    assert mine.get(reverse("section", args=[*CHAPTER, section(un, "Measures")])).status_code == 200
    base = un.chapter("1").current.number
    assert mine.post(address, {"base": base, "markdown": "What it costs today."}).status_code == 302
    assert un.chapter("1").current.markdown == TEXT.replace("What it costs.", "What it costs today.")
    refused = mine.post(address, {"base": base + 1, "markdown": "## Another\n\nText."})
    assert refused.status_code == 409
    elsewhere = reverse("section", args=[*CHAPTER, section(un, "Measures")])
    assert mine.post(elsewhere, {"base": base + 1, "markdown": "Mine."}).status_code in (403, 409)
    assert mine.post(reverse("section_plan", args=CHAPTER), {"section": costs, "words": 9}).status_code in (
        403,
        404,
    )


def test_who_owes_a_disclosure_is_asked_for_it_from_the_board_where_the_refusal_stands(un, client):
    lead, address = as_(client, un.cla), reverse("section_invite", args=CHAPTER)
    board = reverse("chapter_board", args=CHAPTER)
    page = lead.get(board).content.decode()
    assert f'action="{address}#invited"' in page and "Lead Author, once a disclosure is cleared" in page
    until = timezone.now().date() + timedelta(days=9)
    given = {
        "section": section(un),
        "name": "Noor New",
        "email": "noor@example.org",
        "role": "la",
        "until": until,
    }
    refused = lead.post(address, given)
    assert refused.status_code == 409
    sent = re.findall(
        r'<input type="hidden" name="(ask|email|name)" value="([^"]*)"', refused.content.decode()
    )
    assert dict(sent) == {"ask": "1", "name": "Noor New", "email": "noor@example.org"}
    assert lead.post(address, given | {"ask": "1"}).status_code == 302
    assert Invitation.objects.get().email == "noor@example.org"
    page = lead.get(board).content.decode()
    assert "Noor New is asked for the disclosure" in page and "nothing is filed yet" in page
    # Nothing more is to be asked: the refusal says where it stands, and offers no button.
    refused = lead.post(address, given).content.decode()
    assert 'name="ask"' not in refused and "no disclosure of interests is cleared" in refused
    assert "Asked for their disclosure" not in as_(client, un.la).get(board).content.decode()


def test_a_meeting_goes_from_the_call_to_final_minutes(un, client):
    team = un.chapter("1").team
    lead = as_(client, un.cla)
    starts = timezone.now() + timedelta(days=3)
    times = {"starts": f"{starts:%Y-%m-%dT%H:%M}", "ends": f"{starts + timedelta(hours=2):%Y-%m-%dT%H:%M}"}
    page = reverse("meetings", args=[team.key])
    wrong = lead.post(page, {"title": "First", "starts": times["ends"], "ends": times["starts"]})
    assert wrong.status_code == 200 and "ends after it begins" in wrong.content.decode()
    assert lead.post(page, {"title": "First", **times, "agenda": "Opening\nCosts"}).status_code == 302
    made = Meeting.objects.get()
    # The report's bar stays where its meetings are.
    for at in (page, made.get_absolute_url()):
        assert lead.get(at).context["cycle"] == un.cycle
    assert (
        Notice.objects.filter(user=un.la, kind__startswith="meeting").exists() or made.stream.entries.exists()
    )

    def act(who, name: str, **sent):
        return as_(client, who).post(reverse("meeting_act", args=[made.pk, name]), sent)

    assert act(un.la, "answer", answer="comes").status_code == 302
    assert act(un.la, "agenda", agenda="Mine").status_code == 403
    assert as_(client, un.other_la).get(made.get_absolute_url()).status_code == 404
    ics = as_(client, un.la).get(reverse("meeting_calendar", args=[made.pk])).content.decode()
    assert "SUMMARY:" in ics and "First" in ics and f"DTSTART:{starts:%Y%m%dT%H%M}00Z" in ics
    Meeting.objects.update(starts=starts - timedelta(days=9), ends=starts - timedelta(days=8))
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert act(un.cla, "minutes", minutes="We met.", seen=empty).status_code == 302
    lost = act(un.secretariat, "minutes", minutes="They met, said I.", seen=empty)
    assert lost.status_code == 409
    assert "They met, said I." in lost.content.decode() and "We met." in lost.content.decode()
    assert act(un.cla, "attendance", present=[un.la.person.pk]).status_code == 302
    assert act(un.cla, "task", text="Send it.", owner=un.la.person.pk).status_code == 302
    assert act(un.cla, "close").status_code == 302
    assert act(un.cla, "minutes", minutes="Other.", seen=empty).status_code == 409
    assert act(un.la, "done", task=Task.objects.get().pk, note="Sent.").status_code == 302
    assert act(un.cla, "nonsense").status_code == 404
    made.refresh_from_db()
    assert (made.status, made.minutes) == ("held", "We met.")
