"""The pages of a round in the hands of its people: what each sees, sends and is refused."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.comments import answers
from reviews.comments.models import Comment
from reviews.rounds.models import Registration
from tests.reviews.comments.test_comments import draft, sent
from tests.reviews.held import anchor_on, open_round, places, register
from tests.world import build_world, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def held(world):
    made = open_round(world.un, now=timezone.now() - timedelta(days=1))
    register(made, world.un.reviewer, timezone.now())
    return made


def at(name: str, held, *more) -> str:
    return reverse(name, args=[held.cycle.slug, held.slug, *more])


def test_nobody_without_standing_finds_the_round(client, world, held):
    for user in (world.outsider, world.adv.chair):
        client.force_login(user)
        for name in (
            "round",
            "round_comments",
            "round_workbook",
            "round_import",
            "national",
            "round_register",
        ):
            assert client.get(at(name, held)).status_code == 404
        assert client.get(at("round_read", held, "1")).status_code == 404


def test_an_unregistered_reviewer_is_led_to_registration_and_then_reads(client, world, held):
    other = seat(world.un, "un_reviewer_two", "expert-reviewer", "reviewers")
    client.force_login(other)
    assert client.get(at("round_read", held, "1")).url == at("round_register", held)
    page = client.post(at("round_register", held), {"expertise": "agents", "consent": "on"})
    assert "The draft is shown only to those who undertake this." in page.content.decode()
    assert Registration.objects.filter(person=other.person).count() == 0
    said = {"expertise": "agents", "consent": "on", "undertaking": "on"}
    assert client.post(at("round_register", held), said).url == held.get_absolute_url()
    page = client.get(at("round_read", held, "1"))
    assert page.status_code == 200
    assert 'data-line="2"' in page.content.decode()


def test_a_selection_becomes_a_sent_comment(client, world, held):
    client.force_login(world.un.reviewer)
    anchor = anchor_on(held, "roughly seven months")
    said = {f"anchor_{name}": anchor[name] or "" for name in anchor if name != "chapter"}
    said |= {"text": "Give the range.", "kind": "substantive", "act": "send"}
    page = client.post(at("round_read", held, "1"), said)
    assert page.status_code == 302
    made = Comment.objects.get()
    assert (made.label, made.status, made.anchor["quote"]) == ("1-1", "sent", "roughly seven months")
    assert "1-1" in client.get(page.url).content.decode()


def test_page_999_is_a_fault_at_its_field_and_nothing_typed_is_lost(client, world, held):
    client.force_login(world.un.reviewer)
    said = {"text": "My long words.", "kind": "editorial", "page": "999", "line_from": "3", "act": "draft"}
    page = client.post(at("round_read", held, "1"), said).content.decode()
    assert "There is no page 999 in “1 Chapter 1”; its pages are 1-1 to 1-2." in page
    assert "My long words." in page
    assert not Comment.objects.exists()
    client.post(at("round_read", held, "1"), {**said, "page": "1-1"})
    assert Comment.objects.get().anchor["line_from"] == 3


def test_a_refused_comment_shows_its_place_again(client, world, held):
    client.force_login(world.un.reviewer)
    anchor = anchor_on(held, "roughly seven months")
    said = {f"anchor_{name}": anchor[name] or "" for name in anchor if name != "chapter"}
    page = client.post(
        at("round_read", held, "1"), {**said, "text": "", "kind": "substantive", "act": "send"}
    )
    shown = page.content.decode()
    lines = (page.context["lit_from"], page.context["lit_to"])
    assert lines == (anchor["line_from"], anchor["line_to"])
    assert re.search("<blockquote data-anchor-quote[^>]*>roughly seven months</blockquote>", shown)
    assert f"data-anchor-place>p. {anchor['page_label']}, l. " in shown
    assert f'is-lit" id="p{anchor["page_label"]}l{anchor["line_from"]}"' in shown


def test_a_wrong_last_line_is_a_fault_at_the_last_line(client, world, held):
    client.force_login(world.un.reviewer)
    said = {"text": "Words.", "kind": "editorial", "page": "1-1", "line_from": "2", "act": "draft"}
    for last in ("99", "1"):
        page = client.post(at("round_read", held, "1"), {**said, "line_to": last})
        assert set(page.context["form"].errors) == {"line_to"}
    page = client.post(at("round_read", held, "1"), {**said, "line_from": "99", "line_to": "99"})
    assert set(page.context["form"].errors) == {"line_from"}


def test_all_drafts_are_sent_at_once_and_the_receipt_is_their_senders_alone(client, world, held):
    draft(held, world.un.reviewer, now=timezone.now())
    draft(held, world.un.reviewer, now=timezone.now(), number="2")
    client.force_login(world.un.reviewer)
    receipt = client.post(at("round_act", held, "send")).url
    page = client.get(receipt).content.decode()
    assert "1-1, 2-1" in page
    assert held.cycle.stream.entries.get(verb="comment.sent").content.fields["root"] in page
    other = seat(world.un, "un_reviewer_two", "expert-reviewer", "reviewers")
    register(held, other, timezone.now())
    client.force_login(other)
    assert client.get(receipt).status_code == 404


def test_other_peoples_comments_are_in_no_page_count_or_filter_of_a_reviewer(client, world, held):
    made = sent(held, world.un.reviewer, now=timezone.now(), text="Only for the authors.")
    other = seat(world.un, "un_reviewer_two", "expert-reviewer", "reviewers")
    register(held, other, timezone.now())
    client.force_login(other)
    page = client.get(at("round_comments", held))
    assert "Only for the authors." not in page.content.decode()
    assert (page.context["total"], list(page.context["reviewers"])) == (0, [])
    found = client.get(at("round_comments", held) + f"?reviewer={made.reviewer_id}&q=authors")
    assert (found.context["total"], found.context["rows"]) == (0, [])
    assert client.get(at("comment", held, made.pk)).status_code == 404
    assert client.get(at("answering", held, "1", 1)).status_code == 404


def test_the_list_filters_by_the_address(client, world, held):
    now = timezone.now()
    one = sent(held, world.un.reviewer, now=now, text="First words.")
    sent(held, world.un.reviewer, now=now, text="Second words.", number="2")
    answers.answer([one], "accepted", "Done.", by=world.un.la, now=now)
    client.force_login(world.un.cla)
    shown = lambda query: [c.text for c in client.get(at("round_comments", held) + query).context["rows"]]  # noqa: E731
    assert shown("") == ["First words.", "Second words."]
    assert shown("?chapter=2") == ["Second words."]
    assert shown("?status=open") == ["Second words."]
    assert shown("?status=answered") == ["First words."]
    assert shown("?q=first") == ["First words."]
    assert shown("?after=junk&reviewer=x&kind=none") == ["First words.", "Second words."]


def test_an_author_answers_and_is_led_to_the_next_without_answer(client, world, held):
    now = timezone.now()
    anchor = anchor_on(held, "roughly seven months")
    for text in ("One.", "Two.", "Three."):
        sent(held, world.un.reviewer, now=now, text=text, anchor=anchor)
    client.force_login(world.un.la)
    page = client.get(at("answering", held, "1", 1))
    assert [c.text for c in page.context["same_place"]] == ["Two.", "Three."]
    assert page.context["after"].number == 2
    refused = client.post(at("answering", held, "1", 1), {"disposition": "rejected", "text": ""})
    assert "A comment that is rejected or accepted in part gets a reason." in refused.content.decode()
    also = [Comment.objects.get(number=2).pk]
    done = client.post(
        at("answering", held, "1", 1), {"disposition": "accepted", "text": "Yes.", "also": also}
    )
    assert done.url == at("answering", held, "1", 3)
    client.force_login(world.un.other_la)
    assert client.post(at("answering", held, "1", 3), {"disposition": "noted"}).status_code == 403


def test_the_secretariat_opens_extends_and_closes_by_its_pages(client, world, held):
    client.force_login(world.un.secretariat)
    page = client.get(held.get_absolute_url()).content.decode()
    assert "reviewers were promised that time" in page
    until = (held.closes_at + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    client.post(at("round_act", held, "extend"), {"closes_at": until, "reason": "a holiday"})
    before = held.closes_at
    held.refresh_from_db()
    assert held.closes_at > before
    assert client.post(at("round_act", held, "close")).status_code == 409
    client.force_login(world.un.la)
    assert client.post(at("round_act", held, "close")).status_code == 403


def test_the_focal_point_files_and_replaces_by_its_page(client, world):
    held = open_round(
        world.un, "sod-governments", stage="sod-review", label="SOD", now=timezone.now() - timedelta(days=1)
    )
    focal = world.un.focal_a
    register(held, focal, timezone.now())
    client.force_login(focal)
    said = {"text": "National words.", "kind": "general", "whole": "on", "act": "draft"}
    client.post(at("round_read", held, "1"), said)
    receipt = client.post(at("national", held), {}).url
    assert "Version 1 of the submission of Delegation A is filed." in client.get(receipt).content.decode()
    page = client.get(at("national", held))
    assert [c.label for c in page.context["standing"]] == ["1-1"]
    filed = Comment.objects.get()
    client.post(at("comment", held, filed.pk), {"act": "rewrite"})
    assert Comment.objects.get(status="draft").text == "National words."
    Comment.objects.filter(status="draft").delete()
    client.post(at("national", held), {})
    assert list(held.submissions.values_list("version", "standing")) == [(1, False), (2, True)]
    assert Comment.objects.get().status == "withdrawn"


def test_every_page_opens_for_those_who_may(client, world, held):
    made = sent(held, world.un.reviewer, now=timezone.now(), anchor=places(held).page_line("1-1", 2))
    kept = draft(held, world.un.reviewer, now=timezone.now())
    client.force_login(world.un.reviewer)
    for name, more in (
        ("round", ()), ("round_comments", ()), ("comment", (made.pk,)), ("comment", (kept.pk,)),
        ("round_import", ()), ("round_workbook", ()), ("round_read", ("SPM",)),
    ):  # fmt: skip
        assert client.get(at(name, held, *more)).status_code == 200
    client.force_login(world.un.secretariat)
    for name, more in (
        ("round_comments", ()),
        ("round_import", ()),
        ("comment", (made.pk,)),
        ("answering", ("1", 1)),
    ):
        assert client.get(at(name, held, *more)).status_code == 200
    assert client.get(at("comment", held, kept.pk)).status_code == 404
    assert client.get(reverse("rounds", args=[held.cycle.slug])).status_code == 200
