"""What waits for a person, gathered from all parts: the home page's one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles import guards, standing
from assessments.cycles.models import Cycle
from assessments.procedures.titles import titled
from assessments.publishing.models import TrickleBack
from panels.models import Disclosure, DisclosureRequest
from reviews.models import Comment, ReviewRound, Session
from reviews.rounds import guards as rounds
from reviews.rounds.permissions import registration_of


@dataclass(frozen=True)
class Wait:
    """One thing that waits: until when (None: no date), what, in which cycle, and its one next act."""

    due: datetime | None
    title: str
    text: str
    cycle: Cycle
    href: str
    act: str
    now: bool = False


def waiting_for(user, now: datetime) -> list[Wait]:
    """Everything that waits for this person in all their cycles: what is open now first, then by deadline."""
    found = list(_asked(user))
    for cycle in Cycle.objects.visible_to(user):
        for part in (_sessions, _rounds, _chapters, _answers, _gates, _disclosures, _trickle_backs):
            found += part(user, cycle, now)
    return sorted(found, key=lambda w: (not w.now, w.due is None, w.due or now))


def _sessions(user, cycle, now):
    if not user.has_perm("session.follow", cycle):
        return
    for session in cycle.sessions.filter(status=Session.Status.PREPARED):
        if user.has_perm("session.chair", cycle):
            yield _session(session, _("It is prepared. Open the sitting when the delegations are seated."))
        elif user.has_perm("session.create", cycle) or _speaks(user, session):
            yield _session(session, _("It is prepared. You follow it here when the chair opens the sitting."))
    for session in cycle.sessions.filter(status=Session.Status.SITTING):
        line = session.lines.filter(state__in=["open", "objections"]).first()
        yield Wait(
            None,
            _("The session sits: line %(label)s") % {"label": line.label} if line else _("The session sits"),
            line.text if line else _("The chair will call the next line."),
            cycle,
            session.get_absolute_url(),
            _("Go to the session"),
            now=True,
        )


def _session(session, text: str) -> Wait:
    return Wait(None, session.title, text, session.cycle, session.get_absolute_url(), _("Go to the session"))


def _speaks(user, session) -> bool:
    """Whether a person belongs to a delegation, or to the authors of the summary that the session decides on."""
    team = session.frozen.chapter.team_id
    return any(
        held.part == "delegation" or (held.part == "team" and held.body_id == team)
        for held in standing.held_by(user, session.cycle)
    )


def _chapters(user, cycle, now):
    """Chapters of one's own without a text, where the stage lets it be written."""
    if not cycle.procedure.acts["chapter.draft"].open_in(cycle.stage):
        return
    teams = {h.body_id for h in standing.held_by(user, cycle) if h.part == "team"}
    for chapter in cycle.chapters.filter(current=None, team__in=teams):
        if standing.may(user, "chapter.draft", cycle, chapter):
            yield Wait(
                None,
                _("Chapter %(number)s has no text yet") % {"number": chapter.number},
                chapter.title,
                cycle,
                reverse("chapter_edit", args=[cycle.slug, chapter.number]),
                _("Begin to write"),
            )


def _rounds(user, cycle, now):
    for found in cycle.rounds.filter(status=ReviewRound.Status.OPEN):
        rung = now >= found.closes_at
        if user.has_perm("round.register", found):
            drafts = Comment.objects.filter(
                round=found, reviewer__person__user=user, status=Comment.Status.DRAFT
            ).count()
            if rung:
                yield from _grace(found, drafts, cycle, now)
            elif registration_of(user, found) or not rounds.obstacles_to_registering(found, now=now):
                unsent = ngettext(
                    "%(n)s comment of yours is not sent.", "%(n)s comments of yours are not sent.", drafts
                )
                text = (
                    unsent % {"n": drafts}
                    if drafts
                    else _("Read the draft with its page and line numbers, and comment.")
                )
                yield _round(found, found.closes_at, text, cycle)
        if rung and user.has_perm("round.close", found) and not rounds.obstacles_to_closing(found, now=now):
            text = _("The bell has rung. Close the round, so that its comments are answered.")
            yield _round(found, None, text, cycle)


def _grace(found, drafts: int, cycle, now):
    """After the bell a round waits only for those who have something to send, while grace runs."""
    if drafts and now <= rounds.grace_ends(found):
        text = ngettext(
            "The bell has rung; %(n)s comment of yours is not sent yet.",
            "The bell has rung; %(n)s comments of yours are not sent yet.",
            drafts,
        )
        yield _round(found, rounds.grace_ends(found), text % {"n": drafts}, cycle)


def _round(found, due, text: str, cycle) -> Wait:
    return Wait(due, found.title, text, cycle, found.get_absolute_url(), _("Open the round"))


def _answers(user, cycle, now):
    if not user.has_perm("comments.read_all", cycle):
        return
    counts = (
        Comment.objects.filter(round__cycle=cycle)
        .exclude(round__status=ReviewRound.Status.ANSWERED)
        .awaiting_response()
        .values("round", "chapter")
        .annotate(n=Count("pk"))
    )
    chapters = {c.pk: c for c in cycle.chapters.all()}
    rounds = {r.pk: r for r in cycle.rounds.all()}
    teams = {h.body_id for h in standing.held_by(user, cycle) if h.part == "team"}
    for row in counts:
        chapter, found = chapters[row["chapter"]], rounds[row["round"]]
        if chapter.team_id in teams and standing.may(user, "response.write", cycle, chapter):
            yield Wait(
                None,
                ngettext("%(n)s comment on chapter %(c)s", "%(n)s comments on chapter %(c)s", row["n"])
                % {"n": row["n"], "c": chapter.number},
                found.title,
                cycle,
                reverse("round_comments", args=[cycle.slug, found.slug])
                + f"?chapter={chapter.number}&status=open",
                _("Answer them"),
            )


def _gates(user, cycle, now):
    following = cycle.procedure.next_stage(cycle.stage)
    if following is None or not user.has_perm("cycle.advance", cycle):
        return
    obstacles = guards.obstacles_to_advancing(cycle)
    text = " ".join(o.text for o in obstacles[:3]) if obstacles else _("Nothing stands in the way.")
    yield Wait(
        None,
        _("The gate to “%(next)s”") % {"next": titled(following.title)},
        text,
        cycle,
        cycle.get_absolute_url() + "#gate-h",
        _("See what is missing") if obstacles else _("Open the gate"),
    )


def _disclosures(user, cycle, now):
    if not user.has_perm("disclosure.decide", cycle):
        return
    n = (
        Disclosure.objects.filter(status=Disclosure.Status.FILED, body__in=standing.bodies_of(cycle))
        .exclude(Q(person__user=user))
        .count()
    )
    if n:
        yield Wait(
            None,
            ngettext("%(n)s disclosure to decide", "%(n)s disclosures to decide", n) % {"n": n},
            _("Until then the person cannot take the role."),
            cycle,
            reverse("people", args=[cycle.slug]),
            _("Decide"),
        )


def _asked(user):
    """Disclosures that the person is asked for, also in cycles where they have no part yet."""
    asked = DisclosureRequest.objects.filter(person__user=user, disclosure=None)
    for request in asked.select_related("body", "asked_by"):
        cycle = Cycle.objects.filter(bodies__body=request.body).first()
        yield Wait(
            None,
            _("Your disclosure of interests, for the role: %(role)s") % {"role": titled(request.role)},
            _("%(person)s asks for it. Nobody takes the role before it is filed and decided.")
            % {"person": request.asked_by},
            cycle,
            reverse("disclosures"),
            _("File it"),
        )


def _trickle_backs(user, cycle, now):
    open_ones = TrickleBack.objects.filter(chapter__cycle=cycle, closed_at__isnull=True).select_related(
        "chapter"
    )
    mine = [t for t in open_ones if user.has_perm("trickleback.close", t.chapter)]
    if mine:
        yield Wait(
            None,
            ngettext(
                "%(n)s edit so that chapters agree with the summary",
                "%(n)s edits so that chapters agree with the summary",
                len(mine),
            )
            % {"n": len(mine)},
            _("The final edition waits for these."),
            cycle,
            reverse("trickle_backs", args=[cycle.slug]),
            _("See the edits"),
        )
