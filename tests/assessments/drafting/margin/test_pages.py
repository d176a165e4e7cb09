"""The pages of the margin, without scripts and as the editor asks; letters, duties, and what waits (4.10 to 4.13)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.drafting import actions as drafting
from assessments.drafting.margin import duties
from assessments.drafting.margin.models import Suggestion, Thread
from portal.waiting import waiting_for
from records.models import Entry
from tests.assessments.drafting.margin.test_actions import TEXT, remark, suggest, text_of, write
from tests.assessments.drafting.margin.test_actions import edit as edited
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def world():
    return build_world(texts=False)


@pytest.fixture
def chapter(world):
    drafting.save(world.un.chapter("1"), None, TEXT, by=world.un.la, now=NOW)
    return world.un.chapter("1")


def page(name, *more) -> str:
    return reverse(name, args=["un-test", *(more or ["1"])])


def test_a_suggestion_goes_from_the_form_into_the_text_without_any_script(world, chapter, client):
    client.force_login(world.un.other_la)
    sentence = "Longer tasks fail more often, and for reasons that differ from those of people."
    sent = {
        "quote": sentence,
        "text": sentence.replace("more often", "far more often"),
        "reason": "As in 1.2",
    }
    answer = client.post(page("chapter_suggest"), sent, follow=True)
    made = Suggestion.objects.get()
    assert answer.redirect_chain[0][0] == page("chapter_margin") + f"#suggestion-{made.pk}"
    # Only the words that differ are the edit, so that it meets as few others as it can.
    assert (made.quote, made.text, made.reason) == ("", "far ", "As in 1.2")
    assert b"Accept all" not in answer.content  # an author of another chapter accepts nothing here
    client.force_login(world.un.cla)
    assert "As in 1.2" in client.get(page("chapter_margin")).content.decode()
    client.post(page("suggestion_accept", made.pk))
    assert text_of(chapter) == TEXT.replace("more often", "far more often")
    settled = client.get(page("chapter_margin") + "?settled=1").content.decode()
    assert "accepted" in settled and "version 2" in settled


@pytest.mark.parametrize(
    ("quote", "said"), [("tasks", "several places"), ("robots", "do not stand"), ("", "Choose")]
)
def test_words_that_stand_nowhere_or_twice_are_refused_with_what_was_typed(
    world, chapter, client, quote, said
):
    client.force_login(world.un.la)
    sent = {"quote": quote, "text": "something typed at length"}
    answer = client.post(page("chapter_suggest"), sent)
    assert (answer.status_code, Suggestion.objects.count()) == (409, 0)
    assert said in answer.content.decode() and "something typed at length" in answer.content.decode()
    heard = client.post(page("chapter_suggest"), sent, headers=JSON)
    assert heard.status_code == 409 and said in heard.json()["error"]


def test_the_editor_says_what_stands_around_the_words_and_so_tells_equal_ones_apart(world, chapter, client):
    client.force_login(world.un.la)
    second = TEXT.index("tasks", TEXT.index("tasks") + 5)
    sent = {"quote": "tasks", "before": TEXT[second - 30 : second], "after": TEXT[second + 5 : second + 20]}
    answer = client.post(page("chapter_suggest"), {**sent, "text": "jobs"}, headers=JSON)
    assert answer.status_code == 200 and Suggestion.objects.get().start == second


def test_the_cards_are_asked_for_again_and_again_and_cost_nothing_while_nothing_is_new(
    world, chapter, client
):
    suggest(chapter, world.un.other_la, edited("half an hour", "an hour"))
    client.force_login(world.un.cla)
    first = client.get(page("chapter_cards"))
    assert "half an hour" in first.content.decode() and "csrf" not in first.content.decode()
    again = {"if-none-match": first["ETag"]}
    assert client.get(page("chapter_cards"), headers=again).status_code == 304
    remark(chapter, world.un.editor, "80 per cent", "Which source?")
    assert client.get(page("chapter_cards"), headers=again).status_code == 200


def test_an_orphan_is_shown_with_its_quote_and_cannot_be_accepted(world, chapter, client):
    made = suggest(chapter, world.un.la, edited("half an hour", "an hour"))[0]
    thread = remark(chapter, world.un.editor, "half an hour", "Which source?")
    write(chapter, "half an hour", "thirty minutes", world.un.cla)
    client.force_login(world.un.cla)
    shown = client.get(page("chapter_margin")).content.decode()
    assert "They were:" in shown and "It was:" in shown and shown.count("half an hour") >= 2
    assert page("suggestion_accept", made.pk) not in shown
    assert page("thread_resolve", thread.pk) in shown


def test_what_one_may_not_see_or_do_answers_404_and_403(world, chapter, client):
    made = suggest(chapter, world.un.la, edited("half an hour", "an hour"))[0]
    thread = remark(chapter, world.un.la, "80 per cent", "Which source?")
    client.force_login(world.un.reviewer)
    assert client.get(page("chapter_margin")).status_code == 404
    assert client.get(page("chapter_cards")).status_code == 404
    assert client.post(page("thread_answer", thread.pk), {"text": "x"}).status_code == 404
    client.force_login(world.un.editor)
    assert client.post(page("suggestion_accept", made.pk)).status_code == 403
    assert client.post(page("suggestions_accept")).status_code == 403
    assert client.post(page("chapter_suggest"), {"quote": "80", "text": "90"}).status_code == 403
    assert client.post(page("suggestion_accept", made.pk).replace("un-test", "adv-test")).status_code == 404
    assert text_of(chapter) == TEXT


def test_a_thread_is_spoken_in_given_resolved_and_opened_on_the_page(world, chapter, client):
    client.force_login(world.un.editor)
    day = (NOW + timedelta(days=3650)).date()
    sent = {
        "quote": "80 per cent",
        "text": "Which source, @Un La?",
        "assigned_to": world.un.la.pk,
        "due": day,
    }
    client.post(page("chapter_remark"), sent)
    thread = Thread.objects.get()
    assert (thread.quote, thread.assigned_to, thread.due) == ("80 per cent", world.un.la, day)
    client.force_login(world.un.la)
    client.post(page("thread_answer", thread.pk), {"text": "METR 2025."})
    client.post(page("thread_assign", thread.pk), {"assigned_to": world.un.cla.pk})
    client.post(page("thread_resolve", thread.pk))
    thread.refresh_from_db()
    assert (thread.status, thread.assigned_to, thread.due) == ("resolved", world.un.cla, None)
    assert "METR 2025." in client.get(page("chapter_margin") + "?settled=1").content.decode()
    client.post(page("thread_reopen", thread.pk))
    assert Thread.objects.get().status == "open"


def test_a_remark_is_told_to_whom_it_names_who_spoke_before_and_who_holds_it_and_never_to_its_author(
    world, chapter
):
    un = world.un
    thread = remark(chapter, un.editor, "80 per cent", "See this, @Un Cla and @Un Editor.", assigned_to=un.la)
    from assessments.drafting.margin import threads

    threads.answer(thread, "So be it, @Un Other La.", by=un.cla, now=NOW)
    rows = Entry.objects.filter(verb="remark.made").select_related("content").order_by("seq")
    told = [{str(user) for user in duties.hearers(row, row.content.fields)} for row in rows]
    assert told == [{"Un Cla", "Un La"}, {"Un Editor", "Un La", "Un Other La"}]
    given = Entry.objects.select_related("content").get(verb="thread.assigned")
    assert duties.holder(given, given.content.fields) == [un.la]
    assert duties.in_letter(given, given.content.fields)["href"].endswith(f"#thread-{thread.pk}")


def test_a_thread_with_a_date_is_a_duty_until_it_is_resolved(world, chapter):
    from assessments.drafting.margin import threads

    un, day = world.un, (NOW + timedelta(days=5)).date()
    thread = remark(chapter, un.editor, "80 per cent", "Which source?", assigned_to=un.la, due=day)
    found = list(duties.due(NOW))
    assert [(d.subject, d.people, d.at.date()) for d in found] == [(f"thread.{thread.pk}", [un.la], day)]
    assert [d.uid for d in duties.deadlines(un.la, NOW)] and not list(duties.deadlines(un.cla, NOW))
    waits = {wait.title: wait for wait in waiting_for(un.la, NOW)}
    assert waits["A thread in the margin of chapter 1 waits for you"].due == found[0].at
    threads.resolve(thread, by=un.la, now=NOW)
    assert not list(duties.due(NOW)) and not list(duties.deadlines(un.la, NOW))
    assert "A thread in the margin of chapter 1 waits for you" not in {
        w.title for w in waiting_for(un.la, NOW)
    }


def test_whoever_suggested_hears_what_became_of_it(world, chapter):
    from assessments.drafting.margin import actions

    un, later = world.un, NOW + timedelta(minutes=1)
    suggest(chapter, un.other_la, edited("half an hour", "an hour"), edited("seven", "eight"))
    suggest(chapter, un.la, edited("more often", "far more often"))
    hour, eight, own = Suggestion.objects.order_by("pk")
    actions.accept(hour, by=un.la, now=NOW)
    actions.reject(eight, by=un.la, now=later)
    actions.accept(own, by=un.la, now=later)  # one's own: nobody is told
    heard = {}
    for entry in Entry.objects.filter(verb__in=("suggestion.accepted", "suggestion.rejected")).order_by(
        "seq"
    ):
        content = entry.content.fields
        said = duties.settled_in_letter(entry, content)
        heard[said["new"]] = duties.suggesters(entry, content), said["accepted"], said["href"]
    assert heard == {
        hour.text: ([un.other_la], True, page("chapter_version", "1", 2)),
        eight.text: ([un.other_la], False, page("chapter_margin")),
        own.text: ([], True, page("chapter_version", "1", 3)),
    }


def test_suggestions_wait_on_the_first_page_of_the_chapters_authors_alone(world, chapter):
    suggest(chapter, world.un.other_la, edited("half an hour", "an hour"), edited("seven", "eight"))
    title = "2 suggestions for chapter 1"
    assert title in {wait.title for wait in waiting_for(world.un.la, NOW)}
    for user in (world.un.other_la, world.un.editor, world.un.reviewer):
        assert title not in {wait.title for wait in waiting_for(user, NOW)}
