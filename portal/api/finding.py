"""What lies behind an address, found among what the person may see; everything else is Http404."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.cycles.views import find_cycle
from assessments.cycles.views_people import invited
from assessments.drafting.doors import find_chapter, find_version
from assessments.drafting.models import Asset, Chapter, ChapterVersion
from assessments.imprint.models import Term
from assessments.publishing.models import EditorReport, Publication, TrickleBack
from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.snapshots.views import find_frozen, find_snapshot
from assessments.sources.acts import link_of
from assessments.sources.models import Source
from assessments.sources.views import find_source
from panels.models import Appointment, Disclosure, Person
from records.models import Job
from reviews.anchors.models import Projection
from reviews.approval.models import FloorRequest, Line, Session
from reviews.comments import became
from reviews.comments.models import Comment, Submission
from reviews.rounds.models import ReviewRound
from reviews.rounds.permissions import speaks_for
from reviews.rounds.views import find_round

__all__ = [
    "find_chapter",
    "find_cycle",
    "find_frozen",
    "find_round",
    "find_snapshot",
    "find_version",
]  # handed on


# A list never fetches the texts themselves.
_LONG = {name: (f"{name}__markdown", f"{name}__blocks") for name in ("current", "closed_version", "version")}


@dataclass(frozen=True)
class Within:
    """Something that a cycle's officers act on though it belongs to a body; permissions ask the cycle."""

    cycle: Cycle
    item: object


def only(rows):
    """The one row there is, or Http404."""
    found = rows.first()
    if found is None:
        raise Http404
    return found


def own_person(user, **_kwargs) -> Person:
    """The person of the account; who has none sees nothing of their own."""
    return (
        only(Person.objects.filter(user_id=user.pk)) if user.is_authenticated else only(Person.objects.none())
    )


def find_seat_in(user, cycle: str, appointment: int, **_kwargs) -> Within:
    found = find_cycle(user, cycle)
    rows = Appointment.objects.filter(body__in=standing.bodies_of(found)).select_related("person", "body")
    return Within(found, only(rows.filter(pk=appointment)))


def find_invitation_in(user, cycle: str, invitation: int, **_kwargs) -> Within:
    found = find_cycle(user, cycle)
    return Within(found, only(invited(found).filter(pk=invitation)))


def find_source_in(user, cycle: str, key: str, **_kwargs) -> Source:
    return find_source(user, cycle, key)


def find_link_in(user, cycle: str, key: str, link: int, **_kwargs) -> Within:
    source = find_source(user, cycle, key)
    return Within(source.cycle, link_of(source, link))


def find_term(user, cycle: str, term: int, **_kwargs) -> Term:
    rows = Term.objects.select_related("cycle", "approved_by")
    return only(rows.filter(cycle=find_cycle(user, cycle), pk=term))


def find_group_in(user, cycle: str, group: int, **_kwargs) -> Within:
    found = find_cycle(user, cycle)
    return Within(found, only(standing.bodies(found, "group").filter(pk=group)))


def find_disclosure_in(user, cycle: str, disclosure: int, **_kwargs) -> Within:
    found = find_cycle(user, cycle)
    rows = Disclosure.objects.filter(body__in=standing.bodies_of(found)).select_related("person", "body")
    return Within(found, only(rows.filter(pk=disclosure)))


def with_chapters(_user, snapshot: Snapshot) -> Snapshot:
    """The snapshot with its chapters at hand, without their texts."""
    rows = SnapshotChapter.objects.select_related("chapter", "version").order_by("chapter__place")
    short = rows.defer("html", "blocks", "line_map", *_LONG["version"])
    prefetch_related_objects([snapshot], Prefetch("chapters", queryset=short))
    return snapshot


def current_of(chapter: Chapter) -> ChapterVersion:
    """The chapter's current text, or Http404 while nobody has written one."""
    if chapter.current is None:
        raise Http404
    return chapter.current


def visible_rounds(user, cycle: Cycle):
    rounds = ReviewRound.objects.visible_to(user).filter(cycle=cycle).select_related("snapshot", "cycle")
    return rounds.filter(pk__in=[r.pk for r in rounds if user.has_perm("round.view", r)])


def visible_comments(user, review_round: ReviewRound):
    rows = Comment.objects.visible_in(review_round, user)
    return rows.select_related(
        "chapter", "reviewer__delegation__state", "round__cycle", "response__by", "reviewer__person"
    )


def find_comment(user, cycle: str, round: str, comment: int, **_kwargs) -> Comment:
    return only(visible_comments(user, find_round(user, cycle, round)).filter(pk=comment))


def projections(_user, cycle: Cycle):
    """Where the comments of a cycle stand in its later drafts; for those who make the report."""
    rows = Projection.objects.filter(snapshot__cycle=cycle, comment__status="sent")
    return rows.select_related(
        "snapshot__cycle",
        "comment__chapter__cycle",
        "comment__round__cycle",
        "comment__round__snapshot",
        "decided_by",
    )


def find_projection(user, cycle: str, projection: int, **_kwargs) -> Projection:
    found = find_cycle(user, cycle)
    if not user.has_perm("comments.read_all", found):
        raise Http404
    return only(projections(user, found).filter(pk=projection))


def visible_submissions(user, review_round: ReviewRound):
    """One's own government's submissions, all versions; everybody's for those who make the report."""
    rows = Submission.objects.filter(round=review_round).select_related("delegation__state")
    if user.has_perm("comments.read_all", review_round.cycle):
        return rows
    return rows.filter(delegation=speaks_for(user, review_round))


def find_session(user, cycle: str, session: int, **_kwargs) -> Session:
    rows = Session.objects.visible_to(user).select_related("cycle", "frozen__chapter", "frozen__snapshot")
    return only(rows.filter(cycle__slug=cycle, number=session))


def find_line(user, cycle: str, session: int, label: str, **_kwargs) -> Line:
    rows = find_session(user, cycle, session).lines.prefetch_related(
        "proposals__body__state",
        "proposals__person",
        "brackets",
        "verdicts__person",
        "objections__body__state",
    )
    return only(rows.select_related("session__cycle").filter(label=label))


def floor_of(user, session: Session):
    return FloorRequest.objects.filter(session=session).select_related("body__state", "person", "line")


def find_trickle_back(user, cycle: str, trickle_back: int, **_kwargs) -> TrickleBack:
    return only(trickle_backs(user, find_cycle(user, cycle)).filter(pk=trickle_back))


def trickle_backs(_user, cycle: Cycle):
    rows = TrickleBack.objects.filter(chapter__cycle=cycle).select_related("chapter__cycle", "closed_version")
    return rows.defer(*_LONG["closed_version"])


def visible_reports(user, cycle: Cycle):
    return EditorReport.objects.filter(chapter__cycle=cycle).select_related("chapter__cycle", "editor")


def visible_publications(user, cycle: Cycle):
    """What is published, for everybody; what is being made ready, for those with a part in the cycle."""
    rows = (
        Publication.objects.filter(cycle=cycle).select_related("snapshot", "cycle").prefetch_related("files")
    )
    return rows if user.has_perm("cycle.take_part", cycle) else rows.filter(done_at__isnull=False)


def find_publication(user, cycle: str, act: str, **_kwargs) -> Publication:
    return only(visible_publications(user, find_cycle(user, cycle)).at_address(act))


def visible_chapters(user, cycle: Cycle):
    return (
        Chapter.objects.visible_to(user)
        .filter(cycle=cycle)
        .select_related("current")
        .defer(*_LONG["current"])
    )


def visible_sources(user, cycle: Cycle):
    return cycle.sources.visible_to(user).with_flags()


def visible_assets(user, cycle: Cycle):
    return Asset.objects.filter(cycle=cycle).newest().select_related("cycle", "by")


def the_token(_user, token: str, **_kwargs) -> str:
    """The secret itself: whoever holds it may use it, and the action says what became of it."""
    return token


def own_jobs(user, target=None):
    """One's own jobs; everybody's for those who keep the portal."""
    return Job.objects.all() if user.has_perm("jobs.view_all") else Job.objects.filter(by_id=user.pk)


def what_became(user, review_round: ReviewRound, asked: dict) -> tuple[list, int | None]:
    """One page of comments with what became of their passages, and the next page's number."""
    said = became.Asked.of(asked)
    drafts = became.later_drafts(user, review_round)
    later = next((d for d in drafts if d.label == said.to), None) if said.to else next(iter(drafts), None)
    if later is None:
        if said.to:
            raise Http404
        return [], None
    found, _whose = became.concerns(user, review_round, said.whose)
    answer = became.of_comments(user, review_round, later, found, said)
    if answer.too_many:
        text = _("%(count)s comments are too many to be looked up at once: choose a chapter.")
        raise serializers.ValidationError({"chapter": text % {"count": answer.total}})
    return answer.rows, answer.following
