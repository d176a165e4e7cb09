"""Comments by the procedure: drafts, places, numbers for ever, grace, withdrawal, answers, one submission."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from records import chain
from records.models import Job
from records.notices.post import send_waiting
from records.notices.send import send_for_entry
from records.obstacles import Blocked
from records.registry import gates
from reviews.comments import actions, answers, national
from reviews.comments.anchoring import PlaceError
from reviews.comments.items import item_of, root_of
from reviews.comments.models import Comment, Response
from reviews.rounds import actions as rounds
from tests.reviews.held import anchor_on, open_round, places, register
from tests.world import NOW, build_world, seat

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def held(world):
    made = open_round(world.un)
    register(made, world.un.reviewer)
    return made


def codes(refused) -> list[str]:
    return [o.code for o in refused.value.obstacles]


def draft(held, user, text="Say how tasks were drawn.", number="1", now=NOW, **more) -> Comment:
    chapter = held.cycle.chapters.get(number=number)
    more.setdefault("anchor", places(held, number).whole())
    return actions.save_draft(held, chapter, text=text, by=user, now=now, **more)


def sent(held, user, now=NOW, **more) -> Comment:
    made = draft(held, user, now=now, **more)
    actions.send_drafts(held, by=user, now=now)
    made.refresh_from_db()
    return made


# ---- Places ---------------------------------------------------------------------------------------


def test_marked_words_are_held_against_the_frozen_text(held):
    anchor = anchor_on(held, "roughly seven months")
    assert (anchor["quote"], anchor["page_label"], anchor["method"]) == (
        "roughly seven months",
        "1-1",
        "selection",
    )
    assert (anchor["line_from"], anchor["line_to"]) == (5, 5)
    with pytest.raises(PlaceError):
        places(held).selection(anchor["block"], 0, 20, "words that are not there")


def test_a_page_and_line_become_the_words_printed_there(held):
    anchor = places(held).page_line("1-1", 2, 3)
    assert anchor["quote"].startswith("Agents now complete software tasks")
    assert (anchor["line_from"], anchor["line_to"], anchor["method"]) == (2, 3, "page-line")


def test_a_page_that_does_not_exist_is_refused_with_those_that_do(held):
    with pytest.raises(PlaceError) as refused:
        places(held).page_line("999", 1)
    assert refused.value.field == "page"
    assert str(refused.value) == "There is no page 999 in “1 Chapter 1”; its pages are 1-1 to 1-2."
    with pytest.raises(PlaceError) as refused:
        places(held).page_line("1-1", 99)
    assert refused.value.field == "line"
    assert str(refused.value) == "Page 1-1 has the lines 1 to 8; there is no line 99."


# ---- Numbers --------------------------------------------------------------------------------------


def test_drafts_have_no_number_and_sending_gives_it_for_ever(world, held):
    first, second = draft(held, world.un.reviewer), draft(held, world.un.reviewer, number="2")
    third = draft(held, world.un.reviewer, text="Another.")
    entry = actions.send_drafts(held, by=world.un.reviewer, now=NOW)
    for one in (first, second, third):
        one.refresh_from_db()
    assert [one.label for one in (first, second, third)] == ["1-1", "2-1", "1-2"]
    fields = entry.content.fields
    assert fields["numbers"] == "1-1, 1-2, 2-1"
    assert fields["root"] == root_of(map(item_of, (first, third, second)))
    assert entry.visibility == "review"


def test_a_sent_comment_changes_no_more_and_a_withdrawn_one_keeps_its_number(world, held):
    made = sent(held, world.un.reviewer)
    with pytest.raises(Blocked) as refused:
        actions.save_draft(
            held, made.chapter, text="else", anchor={}, by=world.un.reviewer, now=NOW, comment=made
        )
    assert codes(refused) == ["already-sent"]
    actions.withdraw(made, reason="I misread.", by=world.un.reviewer, now=NOW)
    made.refresh_from_db()
    assert (made.label, made.status, made.text) == ("1-1", "withdrawn", "Say how tasks were drawn.")
    assert sent(held, world.un.reviewer).label == "1-2"


def test_nobody_touches_the_draft_of_another(world, held):
    other = seat(world.un, "un_reviewer_two", "expert-reviewer", "reviewers")
    register(held, other)
    made = draft(held, world.un.reviewer)
    with pytest.raises(PermissionDenied):
        actions.save_draft(held, made.chapter, text="x", anchor={}, by=other, now=NOW, comment=made)
    with pytest.raises(PermissionDenied):
        actions.discard_draft(made, by=other)
    assert not Comment.objects.visible_in(held, other).exists()
    assert not Comment.objects.visible_in(held, world.un.cla).exists()
    assert Comment.objects.visible_in(held, world.un.reviewer).get() == made


def test_without_registration_nobody_comments(world):
    held = open_round(world.un)
    with pytest.raises(PermissionDenied):
        draft(held, world.un.reviewer)


# ---- The bell -------------------------------------------------------------------------------------


def test_what_was_begun_before_the_bell_is_taken_within_grace_and_marked_late(world, held):
    made = draft(held, world.un.reviewer)
    actions.send_drafts(held, by=world.un.reviewer, now=held.closes_at + HOUR)
    made.refresh_from_db()
    assert (made.status, made.late) == ("sent", True)


def test_after_grace_nothing_is_taken_and_the_draft_is_kept(world, held):
    made = draft(held, world.un.reviewer)
    with pytest.raises(Blocked) as refused:
        actions.send_drafts(held, by=world.un.reviewer, now=held.closes_at + HOUR + timedelta(seconds=1))
    assert codes(refused) == ["round-over"]
    assert "Nothing more is taken." in str(refused.value)
    made.refresh_from_db()
    assert made.status == "draft"


def test_nothing_new_begins_after_the_bell(world, held):
    with pytest.raises(Blocked) as refused:
        draft(held, world.un.reviewer, now=held.closes_at + timedelta(minutes=1))
    assert codes(refused) == ["begun-after-bell"]


def test_closing_ends_all_writing(world, held):
    draft(held, world.un.reviewer)
    rounds.close_round(held, by=world.un.secretariat, now=held.closes_at + timedelta(hours=2))
    with pytest.raises(Blocked) as refused:
        actions.send_drafts(held, by=world.un.reviewer, now=held.closes_at + timedelta(minutes=1))
    assert codes(refused) == ["round-not-open"]


# ---- Answers --------------------------------------------------------------------------------------


def test_the_team_of_the_chapter_answers_and_no_other(world, held):
    made = sent(held, world.un.reviewer)
    for who in ("other_la", "reviewer", "editor", "secretariat"):
        with pytest.raises(PermissionDenied):
            answers.answer([made], "accepted", "Done.", by=getattr(world.un, who), now=NOW)
    answers.answer([made], "accepted", "Done.", by=world.un.la, now=NOW)
    assert Response.objects.get().by == world.un.la


def test_a_rejection_gives_its_reason(world, held):
    made = sent(held, world.un.reviewer)
    with pytest.raises(Blocked) as refused:
        answers.answer([made], "rejected", " ", by=world.un.la, now=NOW)
    assert codes(refused) == ["no-reason"]
    answers.answer([made], "rejected", "The source says otherwise.", by=world.un.la, now=NOW)


def test_several_answered_alike_keep_an_answer_each_and_one_entry(world, held):
    made = [sent(held, world.un.reviewer), sent(held, world.un.reviewer)]
    answers.answer(made, "noted", "", by=world.un.cla, now=NOW)
    assert Response.objects.count() == 2
    entry = held.cycle.stream.entries.get(verb="comment.answered")
    assert entry.content.fields["comments"] == "1-1, 1-2"


def test_an_answer_points_to_the_passage_as_it_now_stands(world, held):
    made = sent(held, world.un.reviewer, anchor=anchor_on(held, "roughly seven months"))
    with pytest.raises(Blocked) as refused:
        answers.answer([made], "accepted", "", by=world.un.la, now=NOW, changed_block="gone")
    assert codes(refused) == ["passage-gone"]
    [response] = answers.answer(
        [made], "accepted", "", by=world.un.la, now=NOW, changed_block=made.anchor["block"]
    )
    assert response.changed_version == made.chapter.current


def test_answers_are_published_once_all_are_there_with_a_root_over_all(world, held, mailoutbox):
    made = sent(held, world.un.reviewer)
    rounds.close_round(held, by=world.un.secretariat, now=held.closes_at + timedelta(hours=2))
    asked = next(
        c for c in held.cycle.procedure.publication["edition.publish"].conditions if c.round == "fod-experts"
    )
    assert [o.code for o in gates.obstacles(asked.key, held.cycle, asked)] == ["comments-unanswered"]
    world.un.at("final-edition")
    with pytest.raises(Blocked) as refused:
        rounds.publish_answers(held, by=world.un.secretariat, now=NOW)
    assert codes(refused) == ["comments-unanswered"]
    answers.answer([made], "accepted", "Done.", by=world.un.la, now=NOW)
    assert gates.obstacles(asked.key, held.cycle, asked) == []
    rounds.publish_answers(held, by=world.un.secretariat, now=NOW)
    made = Comment.objects.select_related("response", "chapter", "reviewer").get()
    fields = held.cycle.stream.entries.get(verb="round.answers_published").content.fields
    assert fields["root"] == chain.merkle_root([chain.canonical(item_of(made, answer=True))])
    letters = Job.objects.filter(kind="notices.send").order_by("-pk")[:1]
    send_for_entry(letters[0], lambda *progress: None)
    send_waiting(None, lambda *progress: None)
    assert [(m.to, m.subject) for m in mailoutbox] == [
        ([world.un.reviewer.email], "The answers of Expert review of the first order draft are published")
    ]
    assert fields["root"] in mailoutbox[0].body
    with pytest.raises(Blocked) as refused:
        answers.answer([made], "noted", "", by=world.un.la, now=NOW)
    assert codes(refused) == ["answers-published"]


def test_reviewers_see_the_answers_when_published_and_the_public_when_the_procedure_says(world, held):
    other = seat(world.un, "un_reviewer_two", "expert-reviewer", "reviewers")
    register(held, other)
    made = sent(held, world.un.reviewer)
    answers.answer([made], "accepted", "Done.", by=world.un.la, now=NOW)
    rounds.close_round(held, by=world.un.secretariat, now=held.closes_at + timedelta(hours=2))
    assert not Comment.objects.visible_in(held, other).exists()
    world.un.at("final-edition")
    held = rounds.publish_answers(held, by=world.un.secretariat, now=NOW)
    assert Comment.objects.visible_in(held, other).get() == made
    assert not Comment.objects.visible_in(held, world.un.observer).exists()
    held.cycle = world.un.at("published")
    assert Comment.objects.visible_in(held, world.un.observer).get() == made


# ---- Governments ----------------------------------------------------------------------------------


@pytest.fixture
def government(world):
    made = open_round(world.un, "sod-governments", stage="sod-review", label="SOD")
    register(made, world.un.focal_a)
    return made


def test_the_focal_point_files_one_standing_submission_and_replaces_it_whole(world, government):
    focal = world.un.focal_a
    first, second = draft(government, focal, text="One."), draft(government, focal, text="Two.")
    filed = national.file_submission(government, by=focal, now=NOW)
    assert (filed.version, [i["text"] for i in filed.items]) == (1, ["One.", "Two."])
    draft(government, focal, text="Three.")
    replaced = national.file_submission(government, by=focal, now=NOW + HOUR, leave_out=[first])
    assert (replaced.version, [i["text"] for i in replaced.items]) == (2, ["Two.", "Three."])
    assert list(government.submissions.values_list("version", "standing")) == [(1, False), (2, True)]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "sent")
    entry = government.cycle.stream.entries.filter(verb="submission.filed").last()
    assert entry.on_behalf != ""
    assert entry.content.fields["root"] == replaced.root == root_of(replaced.items)


def test_a_submission_is_not_replaced_after_the_bell(world, government):
    draft(government, world.un.focal_a)
    national.file_submission(government, by=world.un.focal_a, now=NOW)
    draft(government, world.un.focal_a, text="Two.")
    with pytest.raises(Blocked) as refused:
        national.file_submission(
            government, by=world.un.focal_a, now=government.closes_at + timedelta(seconds=1)
        )
    assert codes(refused) == ["bell-has-rung"]


def test_no_other_delegate_files_and_experts_stay_out_of_the_governments_round(world, government):
    for who in ("delegate_a", "reviewer", "la"):
        with pytest.raises(PermissionDenied):
            national.file_submission(government, by=getattr(world.un, who), now=NOW)
        with pytest.raises(PermissionDenied):
            register(government, getattr(world.un, who))


def test_a_government_files_and_does_not_send(world, government):
    draft(government, world.un.focal_a)
    with pytest.raises(Blocked) as refused:
        actions.send_drafts(government, by=world.un.focal_a, now=NOW)
    assert codes(refused) == ["file-instead"]


def test_comments_that_plenary_settles_get_no_answers(world):
    held = open_round(world.un, "fgd-governments", stage="final-draft", label="FGD")
    register(held, world.un.focal_a)
    made = draft(held, world.un.focal_a, number="SPM")
    national.file_submission(held, by=world.un.focal_a, now=NOW)
    made.refresh_from_db()
    with pytest.raises(Blocked) as refused:
        answers.answer([made], "noted", "", by=world.un.spm_cla, now=NOW)
    assert codes(refused) == ["no-individual-answers"]
