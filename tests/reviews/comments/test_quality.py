"""Answers to look at again before they are published (procedure 6.19): each rule, and what it leaves alone."""

import pytest
from django.urls import reverse

from assessments.drafting import actions as drafting
from reviews.comments import actions, answers, grouping, quality
from reviews.comments.models import Comment
from tests.reviews import held
from tests.reviews.held import anchor_on, open_round, places, register
from tests.world import NOW, build_world

LONG = "The sentence on software tasks should say which suites of tasks were drawn and which were left out of it."


@pytest.fixture
def un(db):
    return build_world().un


@pytest.fixture
def review_round(un):
    made = open_round(un)
    register(made, un.reviewer)
    return made


def commented(review_round, user, text=LONG, *, anchor=None, kind="substantive") -> Comment:
    made = actions.save_draft(
        review_round, review_round.cycle.chapters.get(number="1"), text=text, kind=kind,
        anchor=anchor or places(review_round).whole(), by=user, now=NOW,
    )  # fmt: skip
    actions.send_drafts(review_round, by=user, now=NOW)
    return Comment.objects.get(pk=made.pk)


def looked(review_round, look=quality.ANY) -> set[int]:
    return set(quality.narrow(review_round.comments.all(), review_round, look).values_list("pk", flat=True))


def test_a_substantive_comment_wants_a_reason_and_more_than_to_be_noted(un, review_round):
    made = {
        (kind, disposition, text): commented(
            review_round, un.reviewer, f"{kind} {disposition} {text}", kind=kind
        )
        for kind in ("substantive", "editorial")
        for disposition in ("accepted", "noted", "taken-into-account")
        for text in ("", "Said.")
    }
    for (_kind, disposition, text), comment in made.items():
        answers.answer([comment], disposition, text, by=un.la, now=NOW)
    waiting = commented(review_round, un.reviewer, "Nobody has answered.")
    assert looked(review_round, "bare") == {made["substantive", "taken-into-account", ""].pk}
    noted = {made["substantive", "noted", text].pk for text in ("", "Said.")}
    assert looked(review_round, "noted") == noted
    assert looked(review_round) == looked(review_round, "bare") | noted
    assert waiting.pk not in looked(review_round)
    assert looked(review_round, "something") == {
        waiting.pk,
        *(one.pk for one in made.values()),
    }  # no such look


def test_an_acceptance_is_looked_at_until_the_passage_changes(un, review_round):
    chapter = review_round.cycle.chapters.get(number="1")
    block, text = next(iter(places(review_round).texts.items()))
    words = " ".join(text.split()[:4])
    on_it = commented(review_round, un.reviewer, anchor=anchor_on(review_round, words))
    whole = commented(review_round, un.reviewer, "Of the whole chapter.")
    rejected = commented(review_round, un.reviewer, "Not so.", anchor=anchor_on(review_round, words))
    assert on_it.block == block
    answers.answer([on_it, whole], "accepted", "Done.", by=un.la, now=NOW)
    answers.answer([rejected], "rejected", "It is so.", by=un.la, now=NOW)
    assert looked(review_round, "unchanged") == {on_it.pk}
    assert quality.reasons(review_round, [on_it, whole]) == {
        on_it.pk: ["accepted, but the passage reads as before"]
    }
    source = chapter.current.markdown.replace(words, f"{words}, as measured,", 1)
    drafting.save(chapter, chapter.current, source, by=un.la, now=held.LATER)
    assert looked(review_round, "unchanged") == set()


def test_those_that_say_the_same_and_are_answered_differently_are_shown_together(un, review_round):
    same = [commented(review_round, un.reviewer) for _n in range(3)]
    other = commented(review_round, un.reviewer, "Another thing.")
    grouping.group(review_round)
    answers.answer([*same[:2], other], "accepted", "Done.", by=un.la, now=NOW)
    assert looked(review_round, "apart") == set()
    answers.answer(same[2:], "rejected", "It says so.", by=un.la, now=held.LATER)
    assert looked(review_round, "apart") == {one.pk for one in same}
    actions.withdraw(same[2], reason="", by=un.reviewer, now=held.LATER)
    assert looked(review_round, "apart") == set()  # withdrawn: what was said to it binds nobody


def test_who_makes_the_report_finds_them_in_the_list_and_beside_the_answer(un, review_round, client):
    comment = commented(review_round, un.reviewer)
    answers.answer([comment], "noted", "Noted.", by=un.la, now=NOW)
    address = reverse("round_comments", args=["un-test", "fod-experts"])
    client.force_login(un.la)
    page = client.get(f"{address}?look=any")
    assert page.context["total"] == 1 and "substantive, only noted</span>" in page.content.decode()
    assert client.get(f"{address}?look=apart").context["total"] == 0
    beside = client.get(reverse("answering", args=["un-test", "fod-experts", "1", comment.number]))
    assert "substantive, only noted" in beside.content.decode()
    # A reviewer is told nothing of it, neither by the page nor by what a filter leaves out.
    client.force_login(un.reviewer)
    page = client.get(f"{address}?look=apart")
    assert page.context["total"] == 1 and 'name="look"' not in page.content.decode()
