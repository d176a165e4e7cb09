"""No standing, no sight: what a person may not see changes neither hits nor counts nor order (invariant 7)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.cycles.models import Cycle
from panels import actions as panels
from records import reading
from records.models import Entry, Indexed
from records.search import index, registry
from records.search.finding import search
from reviews.approval.models import Session
from reviews.comments import actions as comments
from reviews.comments import answers
from reviews.comments.models import Comment
from reviews.rounds.models import ReviewRound
from tests.reviews import held
from tests.world import NOW, build_world
from tests.world_samples import sample_kwargs

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def everybody(world):
    people = {
        f"{side.cycle.slug} {name}": user
        for side in (world.un, world.adv)
        for name, user in side.people.items()
    }
    return {"anonymous": AnonymousUser(), "outsider": world.outsider, "system": world.system, **people}


def may_find(user, kind: str, row) -> bool:
    """What the pages and permissions say of a thing: the measure of the search, worked out one by one."""
    if kind == "publication":
        return True
    if kind == "cycle":
        return Cycle.objects.visible_to(user).filter(pk=row.pk).exists()
    if kind in ("chapter", "source"):
        return user.has_perm("chapter.read", row)
    if kind == "passage":
        return user.has_perm("cycle.view", row[0].snapshot) and user.has_perm("snapshot.read", row[0])
    if kind == "person":
        return user.has_perm("chapter.read", row[1])
    if kind == "body":
        return user.has_perm("chapter.read", row.cycle)
    if kind == "line":
        return Session.objects.visible_to(user).filter(pk=row.session_id).exists()
    if kind == "entry":
        return row.visibility in (reading.visibilities(user, row.stream) or ())
    comment = row if kind == "comment" else row.comment
    found = comment.round
    seen = (
        ReviewRound.objects.visible_to(user).filter(pk=found.pk).exists()
        and user.has_perm("round.view", found)
        and Comment.objects.visible_in(found, user).filter(pk=comment.pk).exists()
    )
    return seen and (
        kind == "comment" or found.status == "answered" or user.has_perm("comments.read_all", found.cycle)
    )


def alike_in(kind: str, row) -> tuple:
    """Passages of one text, and entries of one stream and visibility, are asked for once."""
    if kind == "passage":
        return kind, row[0].pk
    if kind == "entry":
        return kind, row.stream_id, row.visibility
    return kind, row if kind != "person" else row[1]


@pytest.fixture
def world():
    made = build_world()
    sample_kwargs(made)
    un = made.un
    experts = ReviewRound.objects.get()
    sent = Comment.objects.get()
    un.at("fod-review")
    for found, who, text in (
        (experts, un.reviewer, "Aardwolf: kept as a draft."),
        (
            held.open_round(un, "sod-governments", stage="sod-review", label="SOD"),
            un.focal_a,
            "Binturong: national.",
        ),
    ):
        un.at("fod-review" if found == experts else "sod-review")
        held.register(found, who)
        comments.save_draft(
            found, un.chapter("1"), text=text, anchor=held.places(found).whole(), by=who, now=NOW
        )
    un.at("sod-review")
    answers.answer([sent], "accepted", "Caracal: we agree.", by=un.cla, now=NOW)
    panels.file_disclosure(un.la.person, un.chapter("1").team, "Dhole Industries pays me.", by=un.la, now=NOW)
    un.cycle.sources.create(
        key="gazelle",
        csl={"title": "Gazelles", "author": [{"family": "Ĝazela"}]},
        content_hash="0" * 64,
        added_at=NOW,
    )
    index.catch_up()
    return made


def answered(world) -> None:
    ReviewRound.objects.update(
        status="answered", closed_by=world.system, closed_at=NOW, answers_published_at=NOW
    )


def public(world) -> None:
    answered(world)
    world.un.at("published")


def no_change(world) -> None:
    pass


@pytest.mark.parametrize("after", [no_change, answered, public])
def test_each_person_finds_of_each_kind_what_the_pages_show_them_and_nothing_else(world, after):
    after(world)
    things = [
        (kind.name, row, document.sights)
        for kind in registry.kinds()
        for row in kind.rows([str(key) for key in kind.every()]).values()
        if (document := kind.document(row)) is not None
    ]
    assert {name for name, _row, _sights in things} == {kind.name for kind in registry.kinds()}
    wrong = []
    for name, user in everybody(world).items():
        sights = registry.sights_of(user)
        asked: dict = {}
        for kind, row, wanted in things:
            found = not wanted.isdisjoint(sights)
            alike = alike_in(kind, row)
            if alike not in asked:
                asked[alike] = may_find(user, kind, row)
            if found != asked[alike]:
                wrong.append(f"{name}: {kind} {row} is {'found' if found else 'not found'}")
    assert wrong == []


def finders(world, question: str, **more) -> set[str]:
    return {name for name, user in everybody(world).items() if search(user, question, **more).hits}


MAKERS = {"secretariat", "chair", "co_chair", "interests", "cla", "la", "other_la", "spm_cla", "editor"}


def test_a_draft_comment_is_found_by_its_reviewer_alone(world):
    assert finders(world, "aardwolf") == {"un-test reviewer"}


def test_a_governments_drafts_are_found_by_that_government_alone(world):
    found = finders(world, "binturong")
    assert "un-test focal_a" in found
    assert found <= {"un-test focal_a", "un-test delegate_a"}


def test_an_answer_is_found_by_those_who_make_the_report_until_it_is_published(world):
    makers = {f"un-test {name}" for name in MAKERS - {"chair"}} | {"system"}
    found = finders(world, "caracal", only="answer")
    assert found - {"un-test chair"} == makers
    answered(world)
    assert finders(world, "caracal", only="answer") - found == {"un-test reviewer"}


def test_a_disclosure_is_found_by_nobody(world):
    assert finders(world, "dhole") == set()


def test_a_draft_chapter_is_found_by_those_who_make_that_report(world):
    for side, other in ((world.un, world.adv), (world.adv, world.un)):
        found = finders(world, "doubling time", only="chapter", scope=side.cycle.slug)
        assert f"{side.cycle.slug} secretariat" in found
        assert not {name for name in found if name.startswith(other.cycle.slug)} | (
            found & {"outsider", "anonymous"}
        )
        assert f"{side.cycle.slug} reviewer" not in found


def test_hidden_things_change_neither_hits_nor_counts_nor_order(world):
    """The same questions, before and after what is hidden from a person comes to be, in great number."""
    un = world.un
    asked = ["agents", "chapter", "task", "secret", "un-test"]

    def seen(user):
        pages = [search(user, q) for q in asked] + [search(user, q, only="passage", limit=3) for q in asked]
        return [([h.title for h in p.hits], p.facets, p.next, p.bounded) for p in pages]

    names = (
        "anonymous",
        "outsider",
        "un-test reviewer",
        "un-test focal_a",
        "un-test delegate_b",
        "adv-test chair",
    )
    people = {name: user for name, user in everybody(world).items() if name in names}
    before = {name: seen(user) for name, user in people.items()}
    found = ReviewRound.objects.get(key="un-test/fod-experts")
    other = comments.reviewer_for(found, un.la)
    Comment.objects.bulk_create(
        Comment(round=found, chapter=un.chapter("1"), number=100 + n, reviewer=other, status="sent", sent_at=NOW,
                text="Agents of this chapter: a secret task.", entered_by=un.la, created_at=NOW, changed_at=NOW)
        for n in range(450)
    )  # fmt: skip
    index.touch("comment", Comment.objects.values_list("pk", flat=True))
    index.catch_up()
    assert {name: seen(user) for name, user in people.items()} == before
    assert search(un.secretariat, "secret task").bounded


def test_a_hit_that_lost_its_readers_since_it_was_indexed_is_not_shown(world):
    sent = Comment.objects.get(number=1)
    assert [h.title for h in search(world.un.cla, "secret", only="comment").hits] == ["1-1"]
    Comment.objects.filter(pk=sent.pk).update(status="draft")  # behind the index's back
    assert search(world.un.cla, "secret", only="comment").hits == []
    assert [h.kind for h in search(world.un.reviewer, "secret", only="comment").hits] == ["comment"]


def test_the_number_of_queries_does_not_grow_with_the_hits(world):
    with CaptureQueriesContext(connection) as few:
        assert len(search(world.un.cla, "agents", limit=3).hits) == 3
    with CaptureQueriesContext(connection) as many:
        assert len(search(world.un.cla, "agents", limit=30).hits) >= 10
    kinds = len(registry.kinds())
    assert len(many) <= len(few) + 2 * kinds
    assert len(many) < 50


def test_an_entry_that_is_withheld_from_a_reader_is_not_found_by_them(world):
    entry = Entry.objects.filter(stream__kind="cycle", visibility="team").first()
    row = Indexed.objects.get(kind="entry", key=entry.pk)
    found = finders(world, f'"{row.title}"', only="entry")
    assert "un-test cla" in found or "un-test secretariat" in found
    assert not found & {"anonymous", "outsider", "un-test delegate_a", "adv-test lead"}
