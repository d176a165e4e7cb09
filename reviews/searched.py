"""What of reviews and sessions can be found, and by whom: the rules of their permissions, for all rounds at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.permissions import readers_with
from assessments.searched import of_draft
from records.search import registry
from records.search.registry import Document
from reviews.approval.models import Line
from reviews.comments.models import Comment, Response, Reviewer
from reviews.rounds.models import Registration, ReviewRound
from reviews.rounds.permissions import audience_roles, is_public


def sent_in(round_id: int) -> str:
    """The sight of those who see all that was sent in a round."""
    return f"round-{round_id}"


def own_of(reviewer_id: int) -> str:
    """The sight of a reviewer's own comments, drafts included."""
    return f"reviewer-{reviewer_id}"


def answers_in(round_id: int) -> str:
    """The sight of those who see all answers of a round."""
    return f"answers-{round_id}"


def answers_to(reviewer_id: int) -> str:
    """The sight of a reviewer whose own comments are answered, once answers are published."""
    return f"answers-to-{reviewer_id}"


def sessions_of(cycle_id: int) -> str:
    """The sight of those who follow the sessions of a cycle (permission session.follow)."""
    return f"sessions-{cycle_id}"


@dataclass(frozen=True)
class _Standing:
    """How a person stands to one round; each line says the same as the permission of that name."""

    writes: bool
    reads: bool
    public: bool
    delegation: int | None


def _standing(user, found: ReviewRound, held: list[standing.Held], registered: set[int]) -> _Standing:
    roles = {h.role for h in held}
    writes = "writers" in readers_with(held)
    public = is_public(user, found)
    in_audience = not roles.isdisjoint(audience_roles(found))
    governments = "governments" in found.rule.audience and not roles.isdisjoint(
        audience_roles(found, ("governments",))
    )
    delegation = next((h.body_id for h in held if h.part == "delegation"), None) if governments else None
    reads = writes or public or (in_audience and found.pk in registered)
    return _Standing(writes, reads, public, delegation)


def visible(user):
    """Sights from standing in the rounds and sessions of the visible cycles: five queries."""
    cycles = {cycle.pk: cycle for cycle in Cycle.objects.visible_to(user)}
    held = standing.held_in(user, cycles.values())
    for cycle_id, roles in held.items():
        if readers_with(roles) & {"writers", "delegations", "observers"}:
            yield sessions_of(cycle_id)
    person = getattr(user, "person", None) if user.is_authenticated else None
    mine = Registration.objects.filter(person=person) if person else Registration.objects.none()
    registered = set(mine.values_list("round", flat=True))
    shown: dict[int, tuple[ReviewRound, _Standing]] = {}
    for found in ReviewRound.objects.filter(cycle__in=cycles):
        found.cycle = cycles[found.cycle_id]
        stands = _standing(user, found, held[found.cycle_id], registered)
        if held[found.cycle_id] or stands.public:
            shown[found.pk] = (found, stands)
            yield from _sights_of_round(found, stands)
    if person is not None:
        yield from _sights_of_own(person, shown)


def _sights_of_round(found: ReviewRound, stands: _Standing):
    answered = found.status == ReviewRound.Status.ANSWERED
    if stands.reads:
        yield of_draft(found.snapshot_id)
    if stands.writes or stands.public or (answered and stands.reads):
        yield sent_in(found.pk)
        yield answers_in(found.pk)


def _sights_of_own(person, shown: dict):
    for reviewer in Reviewer.objects.filter(round__in=shown):
        found, stands = shown[reviewer.round_id]
        speaks = reviewer.delegation_id is not None and reviewer.delegation_id == stands.delegation
        if reviewer.person_id == person.pk or speaks:
            yield own_of(reviewer.pk)
            if found.status == ReviewRound.Status.ANSWERED:
                yield answers_to(reviewer.pk)


def comment_rows(keys: list[str]) -> dict[str, Comment]:
    found = Comment.objects.filter(pk__in=keys).select_related("round__cycle", "chapter")
    return {str(comment.pk): comment for comment in found}


def comment_document(comment: Comment) -> Document:
    """Its words; whose they are is not searched for."""
    sights = {own_of(comment.reviewer_id)}
    if comment.status != Comment.Status.DRAFT:
        sights.add(sent_in(comment.round_id))
    cycle = comment.round.cycle
    return Document(
        title=str(comment.label),
        text="\n".join(filter(None, [comment.text, comment.proposed])),
        sights=frozenset(sights),
        at=comment.sent_at or comment.created_at,
        scope=cycle.slug,
        language=cycle.language,
    )


def comment_href(comment: Comment) -> str:
    return reverse("comment", args=[comment.round.cycle.slug, comment.round.slug, comment.pk])


def answer_rows(keys: list[str]) -> dict[str, Response]:
    found = Response.objects.filter(pk__in=keys).select_related("comment__round__cycle", "comment__chapter")
    return {str(response.pk): response for response in found}


def answer_document(response: Response) -> Document:
    comment = response.comment
    return Document(
        title=str(comment.label),
        text=response.text,
        sights=frozenset({answers_in(comment.round_id), answers_to(comment.reviewer_id)}),
        at=response.at,
        scope=comment.round.cycle.slug,
        language=comment.round.cycle.language,
    )


def line_rows(keys: list[str]) -> dict[str, Line]:
    return {str(line.pk): line for line in Line.objects.filter(pk__in=keys).select_related("session__cycle")}


def line_document(line: Line) -> Document:
    session = line.session
    return Document(
        title=line.label,
        text=line.text or line.circulated,
        sights=frozenset({sessions_of(session.cycle_id)}),
        at=line.approved_at or session.created_at,
        scope=session.cycle.slug,
        language=session.cycle.language,
    )


def line_href(line: Line) -> str:
    address = reverse("session_lines", args=[line.session.cycle.slug, line.session.number])
    return f"{address}?section={line.label[:1]}#line-{line.place}"


def register() -> None:
    """Put the kinds in place (called from the app's ready)."""

    def every(model):
        return lambda: model.objects.order_by("pk").values_list("pk", flat=True)

    def own(row):
        return [row.pk]

    registry.register(
        "line",
        title=_("Lines of summaries"),
        rows=line_rows,
        every=every(Line),
        document=line_document,
        href=line_href,
        visible=visible,
        weight=15,
        changes={Line: own},
    )
    registry.register(
        "comment",
        title=_("Comments"),
        rows=comment_rows,
        every=every(Comment),
        document=comment_document,
        href=comment_href,
        visible=visible,
        weight=5,
        changes={Comment: own},
    )
    registry.register(
        "answer",
        title=_("Answers"),
        rows=answer_rows,
        every=every(Response),
        document=answer_document,
        href=lambda response: comment_href(response.comment),
        visible=visible,
        weight=5,
        changes={Response: own},
    )
