"""The desk: whose it is, what lies on it, and that its cost does not grow with people and comments."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.cycles.guards import obstacles_to_advancing
from panels.models import Disclosure
from portal.desk.chasing import Asked, grouped
from portal.desk.deadlines import deadlines
from portal.desk.desks import desk_of
from portal.desk.duties import duties
from portal.desk.glance import glances
from records.jobs.queue import enqueue
from reviews.models import Comment, Reviewer
from tests.portal.desk.sending import send
from tests.reviews import held
from tests.world import seat

OUTER = ("/desk/", "/desk/due/", "/desk/record/")
INNER = ("/desk/owed/", "/desk/imports/", "/desk/jobs/")


def test_a_desk_holds_only_the_cycles_that_one_runs_or_leads(world):
    un, adv = world.un, world.adv
    assert [c.slug for c in desk_of(un.secretariat).cycles] == ["un-test"]
    assert [c.slug for c in desk_of(un.co_chair).inside] == ["un-test"]
    assert [c.slug for c in desk_of(adv.chair).inside] == ["adv-test"]
    leads = desk_of(un.chair)
    assert ([c.slug for c in leads.cycles], leads.inside) == (["un-test"], ())
    for name in ("cla", "editor", "reviewer", "focal_a", "delegate_a", "observer"):
        assert desk_of(un.people[name]).cycles == ()


def test_who_has_no_desk_finds_none_and_who_leads_a_plenary_does_not_look_inside(world, sign_in):
    for path in (*OUTER, *INNER):
        assert sign_in(world.un.secretariat).get(path).status_code == 200, path
        assert sign_in(world.un.cla).get(path).status_code == 404, path
        assert sign_in(world.un.chair).get(path).status_code == (200 if path in OUTER else 404), path


def test_the_bar_and_the_home_page_lead_to_the_desk_for_those_who_have_one(world, sign_in):
    assert sign_in(world.un.secretariat).get("/").content.count(b'href="/desk/"') == 3
    assert b'href="/desk/"' not in sign_in(world.un.cla).get("/").content


def test_at_a_glance_stand_the_guards_own_obstacles_and_the_days_in_the_stage(world, sign_in):
    cycle = world.un.at("fod-review")
    now = cycle.created_at + timedelta(days=12, hours=3)
    (glance,) = glances(desk_of(world.un.secretariat), now)
    assert (glance.days, glance.following.key) == (12, cycle.procedure.next_stage("fod-review").key)
    assert glance.obstacles == obstacles_to_advancing(cycle) != []
    assert glance.act.key == "summary.release"
    assert [o.code for o in glance.act_obstacles][0] == "wrong-stage"
    page = sign_in(world.un.secretariat).get("/desk/").content.decode()
    assert all(o.href in page for o in glance.obstacles)


def test_what_is_due_stands_by_date_and_a_bell_that_rang_is_overdue(reviewed, world):
    now = timezone.now()
    Disclosure.objects.create(
        person=world.un.la.person,
        body=world.un.chapter("1").team,
        text="secret",
        filed_at=now - timedelta(days=3),
    )
    found = deadlines(desk_of(world.un.secretariat), now)
    disclosure, bell = [d for d in found if d.at][:2]
    assert (disclosure.what, disclosure.overdue) == ("Disclosure of Un La, not decided", False)
    assert (bell.what, bell.overdue) == (reviewed.title, False)
    assert [d.at for d in found if d.at] == sorted(d.at for d in found if d.at)
    (bell,) = [d for d in deadlines(desk_of(world.un.secretariat), now + timedelta(days=6)) if d.overdue]
    assert bell.what == reviewed.title
    # Who leads the plenary sees the round and no person's disclosure.
    assert "Disclosure" not in " ".join(d.what for d in deadlines(desk_of(world.un.chair), now))


def owed(world, kind: str, user=None):
    found = duties(desk_of(user or world.un.secretariat), timezone.now())
    return sorted((d.who, d.what) for d in found if d.kind == kind)


def test_authors_owe_answers_by_chapter_and_a_silent_reviewer_a_comment(reviewed, world):
    assert [who for who, _what in owed(world, "answers")] == ["Un Cla", "Un La"]
    assert owed(world, "answers")[0][1].startswith("1 comment on chapter 1")
    assert [who for who, _what in owed(world, "comments")] == ["Un Silent"]
    assert owed(world, "comments", world.adv.secretariat) == []
    reviewed.closes_at += timedelta(days=30)
    reviewed.save()
    assert owed(world, "comments") == []


def test_a_focal_point_owes_a_submission_and_an_empty_seat_is_named(world):
    held.open_round(world.un, "sod-governments", stage="sod-review", label="SOD", now=timezone.now())
    found = owed(world, "submissions")
    assert [who for who, _what in found] == ["Un Focal A", "nobody yet: focal point of Delegation B"]


def test_disclosures_are_owed_and_decided_by_others(world):
    person = world.un.la.person
    person.disclosures.all().delete()
    assert [who for who, _what in owed(world, "disclosures")] == ["Un La"]
    person.disclosures.create(body=world.un.chapter("1").team, text="secret", filed_at=timezone.now())
    assert owed(world, "disclosures") == []
    assert owed(world, "decisions") == [("Un Interests", "Disclosure of Un La, not decided")]


def test_editors_owe_reports_in_their_stages_and_teams_a_text_for_an_empty_chapter(world):
    assert owed(world, "reports") == []
    world.un.cycle.chapters.filter(number="2").update(current=None)
    assert owed(world, "texts") == [("Un Other La", "Chapter 2")]
    world.un.at("final-draft")
    assert owed(world, "reports") == [("Un Editor", "Report on chapter 1")]
    chapter = world.un.chapter("1")
    chapter.trickle_backs.create(
        line_label="A.1", old="a", new="b", reason="c", opened_by=world.system, opened_at=timezone.now()
    )
    assert ("Un Cla", "1 edit in chapter 1") in owed(world, "trickle-backs")


def test_the_list_is_grouped_filtered_and_sorted_by_the_address(reviewed, world, sign_in):
    client = sign_in(world.un.secretariat)
    page = client.get("/desk/owed/?by=duty&kind=answers&sort=who&cycle=un-test")
    assert (page.context["asked"].by, page.context["total"]) == ("duty", 2)
    (group,) = page.context["page"]
    assert [d.who for d in group.rows] == ["Un Cla", "Un La"]
    assert b"Un Silent" not in page.content
    assert Asked.of({"by": "x", "kind": "x", "sort": "x"}) == Asked()
    assert len(grouped(group.rows, "person")) == 2


def test_the_table_holds_the_same_rows_and_no_formula(reviewed, world, sign_in):
    person = world.un.cla.person
    person.name = "=2+2"
    person.save()
    answer = sign_in(world.un.secretariat).get("/desk/owed/?kind=answers&as=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["'=2+2", "Un La"]


def queries(client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize("path", [*OUTER, *INNER])
def test_no_page_of_the_desk_costs_more_with_more_people_and_comments(reviewed, world, sign_in, path):
    client = sign_in(world.un.secretariat)
    grow(world, reviewed, 10)
    client.get(path)
    few = queries(client, path)
    grow(world, reviewed, 100)
    assert queries(client, path) == few <= 20


def grow(world, reviewed, n: int) -> None:
    start = Reviewer.objects.count()
    number = 1 + max(Comment.objects.values_list("number", flat=True))
    for place in range(start, start + n):
        user = seat(world.un, f"un_more_{place}", "expert-reviewer", "reviewers")
        reviewed.registrations.create(
            person=user.person, expertise="-", undertaking_at=timezone.now(), consent_at=timezone.now()
        )
        reviewer = Reviewer.objects.create(round=reviewed, name=user.name)
        seat(world.un, f"un_author_{place}", "la", "team:1")
        Comment.objects.create(
            round=reviewed, chapter=world.un.chapter("1"), reviewer=reviewer, number=number + place, text="?",
            status="sent", entered_by=user, created_at=timezone.now(), changed_at=timezone.now(),
            sent_at=timezone.now(),
        )  # fmt: skip
        enqueue("notices.send", {"entry": 0}, scope="un-test", by=user)
    send(reviewed, world.un, f"Another {start}")
    world.un.cycle.import_attempts.create(
        kind="chapter", place="1", file="a.md", outcome="refused", by=world.system, at=timezone.now()
    )
