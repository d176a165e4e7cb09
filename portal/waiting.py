"""What waits for a person, gathered from all parts: the home page's one list.

Each part asks once for all cycles of the person, so that who sits in ten of them waits no longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.cycles import guards, standing
from assessments.cycles.models import Cycle, CycleBody
from assessments.drafting.margin.models import Suggestion, Thread
from assessments.drafting.models import Chapter
from assessments.procedures.titles import titled
from assessments.publishing.models import TrickleBack
from panels.models import Disclosure, DisclosureRequest
from records import looking
from records.looking import once
from reviews.anchors.models import Projection
from reviews.models import Comment, Line, ReviewRound, Session
from reviews.rounds import guards as rounds
from reviews.rounds.models import Registration

# Gates whose conditions are looked into on the home page.
GATES = 5


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
    cycles = Cycle.objects.seen_by(user)
    places = {cycle.pk: n for n, cycle in enumerate(cycles)}
    found: list[Wait] = []
    for part in (
        _sessions,
        _rounds,
        _chapters,
        _margins,
        _answers,
        _places,
        _gates,
        _disclosures,
        _trickle_backs,
    ):
        found += part(user, cycles, now)
    found.sort(key=lambda w: places[w.cycle.pk])
    return sorted([*_asked(user), *found], key=lambda w: (not w.now, w.due is None, w.due or now))


def _of_cycles(rows, cycles: list[Cycle]) -> list:
    """The rows of these cycles, by cycle, each with the very cycle whose procedure is read already."""
    by_pk = {cycle.pk: cycle for cycle in cycles}
    found = list(rows.filter(cycle__in=by_pk)) if by_pk else []
    for row in found:
        row.cycle = by_pk[row.cycle_id]
    return found


def _may(user, act: str, cycles: list[Cycle]) -> list[Cycle]:
    return [cycle for cycle in cycles if user.has_perm(act, cycle)]


def _sessions(user, cycles, now):
    Status = Session.Status
    rows = Session.objects.filter(status__in=[Status.PREPARED, Status.SITTING]).with_summary()
    found = _of_cycles(rows, _may(user, "session.follow", cycles))
    sitting = [session for session in found if session.status == Status.SITTING]
    lines = (
        {line.session_id: line for line in Line.objects.open_now().filter(session__in=sitting)}
        if sitting
        else {}
    )
    for session in found:
        if session.status == Status.SITTING:
            yield _sits(session, lines.get(session.pk))
        elif user.has_perm("session.chair", session.cycle):
            yield _session(session, _("It is prepared. Open the sitting when the delegations are seated."))
        elif user.has_perm("session.create", session.cycle) or _speaks(user, session):
            yield _session(session, _("It is prepared. You follow it here when the chair opens the sitting."))


def _sits(session, line) -> Wait:
    return Wait(
        None,
        _("The session sits: line %(label)s") % {"label": line.label} if line else _("The session sits"),
        line.text if line else _("The chair will call the next line."),
        session.cycle,
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
        held.part == "delegation" or (held.part == "team" and held.body_id == team and not held.section)
        for held in standing.held_by(user, session.cycle)
    )


def _teams(user, cycle) -> set[int]:
    return {h.body_id for h in standing.held_by(user, cycle) if h.part == "team" and not h.section}


def _texts(cycles: list[Cycle]) -> list[Chapter]:
    """The chapters of all these cycles, asked once while the page is looked at."""
    question = ("chapters", tuple(cycle.pk for cycle in cycles))
    return once(question, lambda: _of_cycles(Chapter.objects.all(), cycles))


def _chapters(user, cycles, now):
    """Chapters of one's own without a text, where the stage lets it be written."""
    if not any(_teams(user, cycle) for cycle in cycles):
        return
    for chapter in _texts(cycles):
        cycle = chapter.cycle
        if chapter.current_id or chapter.team_id not in _teams(user, cycle):
            continue
        open_now = cycle.procedure.acts["chapter.draft"].open_in(cycle.stage)
        if open_now and standing.may(user, "chapter.draft", cycle, chapter):
            yield Wait(
                None,
                _("Chapter %(number)s has no text yet") % {"number": chapter.number},
                chapter.title,
                cycle,
                reverse("chapter_edit", args=[cycle.slug, chapter.number]),
                _("Begin to write"),
            )


def _margins(user, cycles, now):
    """Suggestions to decide on in one's own chapters, and threads that wait for the person."""
    writing = [c for c in cycles if c.procedure.acts["chapter.draft"].open_in(c.stage)]
    own = [c for c in _texts(writing) if c.team_id in _teams(user, c.cycle)] if any(
        _teams(user, cycle) for cycle in writing
    ) else []  # fmt: skip
    mine = {c.pk: c for c in own if standing.may(user, "chapter.draft", c.cycle, c)}
    if mine:
        rows = Suggestion.objects.filter(chapter__in=mine, status="open").order_by().values_list("chapter")
        for pk, n in rows.annotate(n=Count("pk")):
            title = ngettext("%(n)s suggestion for chapter %(c)s", "%(n)s suggestions for chapter %(c)s", n)
            yield _margin(mine[pk], None, title % {"n": n, "c": mine[pk].number}, mine[pk].title)
    threads = Thread.objects.filter(assigned_to=user, status="open").select_related("chapter")
    by_pk = {cycle.pk: cycle for cycle in _may(user, "chapter.read", writing)}
    for thread in threads.filter(chapter__cycle__in=by_pk) if by_pk else ():
        thread.chapter.cycle = by_pk[thread.chapter.cycle_id]
        title = _("A thread in the margin of chapter %(c)s waits for you") % {"c": thread.chapter.number}
        until = datetime.combine(thread.due + timedelta(days=1), time.min, UTC) if thread.due else None
        yield _margin(thread.chapter, until, title, thread.quote[:160], f"#thread-{thread.pk}")


def _places(user, cycles, now):
    """Comments on one's own chapters of which a person must say where they stand in a later draft (5.4)."""
    if not any(_teams(user, cycle) for cycle in cycles):
        return
    own = [c for c in _texts(cycles) if c.team_id in _teams(user, c.cycle)]
    mine = {c.pk: c for c in own if user.has_perm("anchors.settle", c)}
    waiting = (
        Projection.objects.waiting().filter(comment__chapter__in=mine) if mine else Projection.objects.none()
    )
    pairs = waiting.order_by().values_list(
        "comment__chapter", "comment__round__snapshot__label", "snapshot__label"
    )
    for pk, earlier, later, n in pairs.annotate(n=Count("comment", distinct=True)):
        title = ngettext(
            "%(n)s comment on chapter %(c)s has no certain place in %(later)s",
            "%(n)s comments on chapter %(c)s have no certain place in %(later)s",
            n,
        )
        page = reverse("anchors", args=[mine[pk].cycle.slug, earlier, later])
        yield Wait(
            None,
            title % {"n": n, "c": mine[pk].number, "later": later},
            _("They were written on %(earlier)s, and the words changed.") % {"earlier": earlier},
            mine[pk].cycle,
            f"{page}?{urlencode({'chapter': mine[pk].number})}",
            _("Say where they stand"),
        )


def _margin(chapter, due, title: str, text: str, place: str = "") -> Wait:
    page = reverse("chapter_margin", args=[chapter.cycle.slug, chapter.number])
    return Wait(due, title, text, chapter.cycle, page + place, _("Open the margin"))


def _rounds(user, cycles, now):
    found = _of_cycles(ReviewRound.objects.filter(status=ReviewRound.Status.OPEN), cycles)
    invited = [one for one in found if user.has_perm("round.register", one)]
    drafts, registered = _own_in(user, invited)
    for one in found:
        rung = now >= one.closes_at
        if one in invited and rung:
            yield from _grace(one, drafts.get(one.pk, 0), now)
        elif one in invited and (one.pk in registered or not rounds.obstacles_to_registering(one, now=now)):
            yield _round(one, one.closes_at, _to_comment(drafts.get(one.pk, 0)))
        if rung and user.has_perm("round.close", one) and not rounds.obstacles_to_closing(one, now=now):
            text = _("The bell has rung. Close the round, so that its comments are answered.")
            yield _round(one, None, text)


def _own_in(user, found: list[ReviewRound]) -> tuple[dict[int, int], set[int]]:
    """How many drafts of comments the person has in each of these rounds, and for which they are registered."""
    if not found:
        return {}, set()
    mine = {"round__in": found}
    drafts = Comment.objects.filter(reviewer__person__user=user, status=Comment.Status.DRAFT, **mine)
    counts = drafts.order_by().values_list("round").annotate(n=Count("pk"))
    registered = Registration.objects.filter(person__user=user, **mine).values_list("round", flat=True)
    return dict(counts), set(registered)


def _to_comment(drafts: int) -> str:
    if not drafts:
        return _("Read the draft with its page and line numbers, and comment.")
    unsent = ngettext("%(n)s comment of yours is not sent.", "%(n)s comments of yours are not sent.", drafts)
    return unsent % {"n": drafts}


def _grace(found, drafts: int, now) -> Iterator[Wait]:
    """After the bell a round waits only for those who have something to send, while grace runs."""
    if drafts and now <= rounds.grace_ends(found):
        text = ngettext(
            "The bell has rung; %(n)s comment of yours is not sent yet.",
            "The bell has rung; %(n)s comments of yours are not sent yet.",
            drafts,
        )
        yield _round(found, rounds.grace_ends(found), text % {"n": drafts})


def _round(found, due, text: str) -> Wait:
    return Wait(due, found.title, text, found.cycle, found.get_absolute_url(), _("Open the round"))


def _answers(user, cycles, now):
    cycles = [c for c in _may(user, "comments.read_all", cycles) if _teams(user, c)]
    chapters = {c.pk: c for c in _texts(cycles)} if cycles else {}
    own = {
        pk: c
        for pk, c in chapters.items()
        if c.team_id in _teams(user, c.cycle) and standing.may(user, "response.write", c.cycle, c)
    }
    if not own:
        return
    counts = (
        Comment.objects.filter(chapter__in=own)
        .exclude(round__status=ReviewRound.Status.ANSWERED)
        .awaiting_response()
        .order_by("round", "chapter")
        .values("round", "chapter")
        .annotate(n=Count("pk"))
    )
    rounds_of = {found.pk: found for found in _of_cycles(ReviewRound.objects.all(), cycles)} if counts else {}
    for row in counts:
        chapter, found = own[row["chapter"]], rounds_of[row["round"]]
        yield Wait(
            None,
            ngettext("%(n)s comment on chapter %(c)s", "%(n)s comments on chapter %(c)s", row["n"])
            % {"n": row["n"], "c": chapter.number},
            found.title,
            chapter.cycle,
            reverse("round_comments", args=[chapter.cycle.slug, found.slug])
            + f"?chapter={chapter.number}&status=open",
            _("Answer them"),
        )


def _gates(user, cycles, now):
    """What each next gate needs. Each condition asks for its own cycle, so of those beyond the first few, the
    cycle's page says it."""
    own = [cycle for cycle in _may(user, "cycle.advance", cycles) if cycle.procedure.next_stage(cycle.stage)]
    looking.together(own[:GATES])
    for place, cycle in enumerate(own):
        if place < GATES:
            obstacles = guards.obstacles_to_advancing(cycle)
            text = " ".join(o.text for o in obstacles[:3]) if obstacles else _("Nothing stands in the way.")
            act = _("See what is missing") if obstacles else _("Open the gate")
        else:
            text, act = _("The page of the cycle says what it still needs."), _("See what is missing")
        following = cycle.procedure.next_stage(cycle.stage)
        yield Wait(
            None,
            _("The gate to “%(next)s”") % {"next": titled(following.title)},
            text,
            cycle,
            cycle.get_absolute_url() + "#gate-h",
            act,
        )


def _disclosures(user, cycles, now):
    cycles = {cycle.pk: cycle for cycle in _may(user, "disclosure.decide", cycles)}
    if not cycles:
        return
    counts = (
        Disclosure.objects.filter(status=Disclosure.Status.FILED, body__cycle_bodies__cycle__in=cycles)
        .exclude(Q(person__user=user))
        .order_by()
        .values_list("body__cycle_bodies__cycle")
        .annotate(n=Count("pk", distinct=True))
    )
    for pk, n in counts:
        yield Wait(
            None,
            ngettext("%(n)s disclosure to decide", "%(n)s disclosures to decide", n) % {"n": n},
            _("Until then the person cannot take the role."),
            cycles[pk],
            reverse("people", args=[cycles[pk].slug]),
            _("Decide"),
        )


def _asked(user):
    """Disclosures that the person is asked for, also in cycles where they have no part yet."""
    asked = list(
        DisclosureRequest.objects.filter(person__user=user, disclosure=None).select_related(
            "body", "asked_by"
        )
    )
    bodies = {request.body_id for request in asked}
    of_bodies = CycleBody.objects.filter(body__in=bodies).select_related("cycle") if bodies else ()
    cycles = {row.body_id: row.cycle for row in of_bodies}
    for request in asked:
        yield Wait(
            None,
            _("Your disclosure of interests, for the role: %(role)s") % {"role": titled(request.role)},
            _("%(person)s asks for it. Nobody takes the role before it is filed and decided.")
            % {"person": request.asked_by},
            cycles.get(request.body_id),
            reverse("disclosures"),
            _("File it"),
        )


def _trickle_backs(user, cycles, now):
    by_pk = {cycle.pk: cycle for cycle in cycles if standing.held_by(user, cycle)}
    if not by_pk:
        return
    mine: dict[int, int] = {}
    for edit in TrickleBack.objects.filter(chapter__cycle__in=by_pk, closed_at=None).select_related(
        "chapter"
    ):
        edit.chapter.cycle = by_pk[edit.chapter.cycle_id]
        if user.has_perm("trickleback.close", edit.chapter):
            mine[edit.chapter.cycle_id] = mine.get(edit.chapter.cycle_id, 0) + 1
    for pk, n in mine.items():
        yield Wait(
            None,
            ngettext(
                "%(n)s edit so that chapters agree with the summary",
                "%(n)s edits so that chapters agree with the summary",
                n,
            )
            % {"n": n},
            _("The final edition waits for these."),
            by_pk[pk],
            reverse("trickle_backs", args=[by_pk[pk].slug]),
            _("See the edits"),
        )
