"""Comments that say nearly the same: found, shown to those who answer with what differs, answered and taken back."""

import re

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from records.jobs import queue
from records.models import Job
from records.obstacles import Blocked
from reviews.comments import actions, alike, answers, grouping, importing
from reviews.comments.models import Comment, Response
from tests.reviews import held
from tests.reviews.held import open_round, places, register
from tests.world import NOW, build_world, hold, make_user

LONG = (
    "The sentence on software tasks should say which suites of tasks were drawn, since the rate of success "
    "falls by 20 per cent where tasks of another kind are added to them."
)
WORDS = LONG.split()


# Pure.


def test_the_same_words_are_alike_however_they_are_written():
    assert alike.groups(["Please  cite a source.", "please cite a source", "Cite another."]) == [[0, 1]]


def test_a_word_in_ten_may_differ_in_a_long_comment_and_none_in_a_short_one():
    near = LONG.replace("should say", "ought to tell")
    assert alike.groups([LONG, "Another thing.", near]) == [[0, 2]]
    assert alike.groups(["Please cite a source.", "Please cite a paper."]) == []
    far = " ".join(word if n % 4 else "changed" for n, word in enumerate(WORDS))
    assert alike.groups([LONG, far]) == []


def test_texts_without_words_are_like_nothing():
    assert alike.groups(["", "…", " ", "?"]) == []


def test_who_is_like_one_of_a_group_is_of_it():
    texts = [" ".join(["other"] * n + WORDS[n:]) for n in (0, 3, 6)]
    assert alike.groups(texts) == [[0, 1, 2]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab cd的风険😀سلا\n.", max_size=120), max_size=12), st.randoms())
def test_groups_do_not_hang_on_the_order_and_hold_equal_texts_together(texts, chance):
    found = alike.groups(texts)
    order = list(range(len(texts)))
    chance.shuffle(order)
    again = alike.groups([texts[place] for place in order])
    assert sorted(sorted(order[place] for place in each) for each in again) == found
    assert len({place for each in found for place in each}) == sum(map(len, found))
    of = {place: n for n, each in enumerate(found) for place in each}
    for one, text in enumerate(texts):
        for other in range(one):
            if texts[other] == text and alike.likeness.words(text):
                assert of[one] == of[other]


def test_a_campaign_of_many_letters_that_all_differ_is_one_group():
    letters = [" ".join([*WORDS[: n % 28], f"word{n}", *WORDS[n % 28 + 1 :]]) for n in range(400)]
    assert alike.groups(["Something else.", *letters]) == [list(range(1, 401))]


# With the round.


@pytest.fixture
def un(db):
    return build_world().un


@pytest.fixture
def review_round(un):
    made = open_round(un)
    register(made, un.reviewer)
    return made


def sent(review_round, user, *texts: str, number: str = "1") -> list[Comment]:
    chapter = review_round.cycle.chapters.get(number=number)
    place = places(review_round, number).whole()
    made = [
        actions.save_draft(review_round, chapter, text=text, anchor=place, by=user, now=NOW) for text in texts
    ]
    actions.send_drafts(review_round, by=user, now=NOW)
    return list(Comment.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))


def grouped(review_round) -> dict[int, int]:
    return dict(review_round.comments.exclude(alike_to=None).values_list("pk", "alike_to"))


NEAR = LONG.replace("should say", "ought to tell")
NOT = LONG.replace("20 per cent", "40 per cent")


def test_groups_are_found_by_one_job_after_comments_came_and_follow_a_withdrawal(un, review_round):
    one, two, three = sent(review_round, un.reviewer, LONG, "Another thing.", NEAR)
    actions.withdraw(sent(review_round, un.reviewer, LONG)[0], reason="", by=un.reviewer, now=NOW)
    assert Job.objects.filter(kind=grouping.JOB, scope=review_round.key).count() == 1
    queue.work_off("work")
    assert grouped(review_round) == {one.pk: one.pk, three.pk: one.pk}
    # A worker that begins again finds the same, and changes nothing.
    assert grouping.group(review_round) == {"groups": 1, "comments": 2, "changed": 0}
    actions.withdraw(three, reason="Twice.", by=un.reviewer, now=NOW)
    queue.work_off("work")
    assert grouped(review_round) == {}
    assert two.alike_to_id is None


def test_a_sheet_s_comments_are_grouped_too(un, review_round):
    importing.import_sheet(
        review_round, f"Chapter,Comment\n1,{LONG}\n1,{NEAR}\n".replace(", since", " since").encode(), "a.csv",
        by=un.secretariat, now=NOW,
    )  # fmt: skip
    queue.work_off("work")
    assert len(grouped(review_round)) == 2


def answered(client, address: str, **more):
    return client.post(address, {"disposition": "accepted", "text": "Said now.", **more})


def as_(client, user):
    client.force_login(user)
    return client


def test_an_author_answers_all_that_say_the_same_at_once_and_takes_it_back(un, review_round, client):
    one, near, differs, other = sent(review_round, un.reviewer, LONG, NEAR, NOT, "Another thing.")
    (elsewhere,) = sent(review_round, un.reviewer, LONG, number="2")
    grouping.group(review_round)
    address = reverse("answering", args=["un-test", "fod-experts", "1", one.number])
    page = as_(client, un.la).get(address).content.decode()
    assert "Answer also the one other comment that says the same" in page
    assert "another number" in page and f'value="{differs.pk}"' in page
    assert "1 more in another chapter" in page
    assert "<ins" in page  # what differs is shown
    reads = as_(client, un.other_la).get(address).content.decode()  # who may not answer reads them alone
    assert "Nearly the same words" in reads and 'name="group"' not in reads and 'name="also"' not in reads
    told = answered(as_(client, un.la), address, group="1")
    assert told.status_code == 302 and told.url.endswith(f"/1/{differs.number}/")  # the next without answer
    assert f'<a href="{address}">Look at it, or take it back</a>' in client.get(told.url).content.decode()
    assert set(Response.objects.values_list("comment", flat=True)) == {one.pk, near.pk}
    page = client.get(address).content.decode()
    assert "Take back the 2 answers" in page

    [(name, moment)] = re.findall(r'name="(take_back)" value="([^"]+)"', page)
    assert client.post(address, {name: "never"}).status_code == 404
    assert as_(client, un.other_la).post(address, {name: moment}).status_code == 403
    assert as_(client, un.la).post(address, {name: moment}).status_code == 302
    assert not Response.objects.exists()
    entry = review_round.cycle.stream.entries.get(verb="comment.answer_taken_back")
    assert entry.content.fields["comments"] == f"{one.label}, {near.label}"
    assert "Take back" not in client.get(address).content.decode()

    # One that differs in a number is answered with them where it is chosen by itself.
    answered(client, address, also=[differs.pk, elsewhere.pk])
    assert not Response.objects.exists()  # of another chapter: nothing of it is taken
    answered(client, address, also=[differs.pk])
    assert set(Response.objects.values_list("comment", flat=True)) == {one.pk, differs.pk}
    assert other.alike_to_id is None


def test_what_was_answered_anew_since_is_not_taken_back(un, review_round):
    one, two, three = sent(review_round, un.reviewer, LONG, LONG, LONG)
    answers.answer([one, two, three], "accepted", "Done.", by=un.la, now=NOW)
    answers.answer([two], "rejected", "It says so.", by=un.la, now=held.LATER)
    for nobody in (un.reviewer, un.cla):  # only one's own
        with pytest.raises(Blocked):
            answers.take_back(review_round, NOW, by=nobody, now=held.LATER)
    assert answers.take_back(review_round, NOW, by=un.la, now=held.LATER) == 2
    assert list(Response.objects.values_list("comment", "disposition")) == [(two.pk, "rejected")]
    with pytest.raises(Blocked) as refused:
        answers.take_back(review_round, NOW, by=un.la, now=held.LATER)
    assert [o.code for o in refused.value.obstacles] == ["nothing-to-take-back"]


def test_who_sees_their_own_comments_alone_is_not_told_that_others_say_the_same(un, review_round, client):
    other = make_user("other")
    hold(un, other, "expert-reviewer", "reviewers")
    register(review_round, other)
    (mine,) = sent(review_round, un.reviewer, LONG)
    sent(review_round, other, LONG)
    grouping.group(review_round)
    mine.refresh_from_db()
    address = reverse("round_comments", args=["un-test", "fod-experts"])
    assert "2 alike" in as_(client, un.la).get(address).content.decode()
    assert client.get(f"{address}?alike={mine.alike_to_id}").context["total"] == 2
    page = as_(client, un.reviewer).get(address)
    assert page.context["total"] == 1 and " alike" not in page.content.decode()
    # Nor by what a filter finds or does not.
    for first in (mine.alike_to_id, mine.alike_to_id + 1000):
        assert client.get(f"{address}?alike={first}").context["total"] == 1
