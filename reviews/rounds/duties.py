"""What a round asks of people, with its deadline: comments, submissions, answers, editors' reports (procedure 6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.publishing.models import EditorReport
from panels.models import Appointment, User
from records.notices import calendar, reminders
from records.notices.calendar import Deadline
from records.notices.reminders import Due
from reviews.comments.models import Comment, Submission
from reviews.rounds.models import ReviewRound
from reviews.rounds.permissions import audience_roles

REPORTED_WITHIN = timedelta(weeks=2)  # after the last answers are published (procedure 6.13)
SHOWN_FOR = timedelta(days=90)  # that a past deadline stays in a calendar
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def _rounds(status: str):
    return ReviewRound.objects.filter(status=status).select_related("cycle")


def bell(now: datetime) -> Iterator[Due]:
    """Reviewers of an open round with drafts that they have not sent, or who registered and wrote nothing."""
    for held in _rounds(ReviewRound.Status.OPEN):
        audience = standing.people_with(held.cycle, audience_roles(held) - _government_roles(held))
        own = Comment.objects.filter(round=held, reviewer__delegation__isnull=True)
        writers = own.values("reviewer__person")
        drafting = own.filter(status=Comment.Status.DRAFT).values("reviewer__person")
        silent = audience.filter(person__registrations__round=held).exclude(person__in=writers)
        context = {"round": held, "cycle": held.cycle, "title": held.title, "href": held.get_absolute_url()}
        for what, people in (("drafts", audience.filter(person__in=drafting)), ("silent", silent)):
            yield Due(
                f"round.{held.pk}.{what}",
                held.closes_at,
                list(people),
                held.cycle.slug,
                {**context, "drafts": what == "drafts"},
            )


def _government_roles(held: ReviewRound) -> frozenset[str]:
    return audience_roles(held, ("governments",)) if "governments" in held.rule.audience else frozenset()


def submissions(now: datetime) -> Iterator[Due]:
    """Focal points of governments that have no submission in an open round for governments (procedure 6.7)."""
    for held in _rounds(ReviewRound.Status.OPEN):
        filing = _government_roles(held) & set(held.cycle.procedure.may("submission.file"))
        if not filing:
            continue
        filed = Submission.objects.filter(round=held, standing=True).values("delegation")
        people = User.objects.filter(
            is_active=True,
            person__appointments__in=Appointment.objects.current(now)
            .filter(
                body__cycle_bodies__cycle=held.cycle,
                body__cycle_bodies__part="delegation",
                role__in=[held.cycle.procedure.roles[key].role for key in filing],
            )
            .exclude(body__in=filed),
        ).distinct()
        context = {"round": held, "cycle": held.cycle, "title": held.title, "href": held.get_absolute_url()}
        yield Due(f"round.{held.pk}", held.closes_at, list(people), held.cycle.slug, context)


def answers(now: datetime) -> Iterator[Due]:
    """Authors of a chapter with comments of a closed round that nobody has answered (procedure 6.6, 6.14)."""
    for held in _rounds(ReviewRound.Status.CLOSED):
        due_at = held.answers_due_at
        if due_at is None:
            continue
        counts: dict[int, int] = {}
        for chapter in held.comments.awaiting_response().values_list("chapter", flat=True):
            counts[chapter] = counts.get(chapter, 0) + 1
        for chapter in held.cycle.chapters.filter(pk__in=counts):
            roles = held.cycle.procedure.may("response.write")
            href = reverse("round_comments", args=[held.cycle.slug, held.slug])
            yield Due(
                f"round.{held.pk}.{chapter.pk}",
                due_at,
                list(standing.people_with(held.cycle, roles, chapter)),
                held.cycle.slug,
                {
                    "count": counts[chapter.pk],
                    "chapter": chapter.number,
                    "title": held.title,
                    "cycle": held.cycle,
                    "href": f"{href}?chapter={chapter.number}&status=open",
                },
            )


def editor_reports(now: datetime) -> Iterator[Due]:
    """Review editors of a chapter who have not reported, once all answers are published (procedure 6.13)."""
    for cycle in Cycle.objects.filter(rounds__status=ReviewRound.Status.ANSWERED).distinct():
        answered = [held for held in cycle.rounds.all() if held.rule.individual_answers]
        if not answered or any(held.answers_published_at is None for held in answered):
            continue
        due_at = max(held.answers_published_at for held in answered) + REPORTED_WITHIN
        for chapter in cycle.chapters.filter(kind="chapter", editors__isnull=False):
            filed = EditorReport.objects.filter(chapter=chapter).values("editor")
            editors = User.objects.filter(
                is_active=True,
                person__appointments__in=Appointment.objects.current(now).filter(body=chapter.editors_id),
            ).exclude(person__in=filed)
            yield Due(
                f"report.{chapter.pk}",
                due_at,
                list(editors.distinct()),
                cycle.slug,
                {
                    "chapter": chapter.number,
                    "cycle": cycle,
                    "href": reverse("editor_reports", args=[cycle.slug]),
                },
            )


def deadlines(user, now: datetime) -> Iterator[Deadline]:
    """For the calendar: the bells of rounds that the person sees, and what is due of their own."""
    for held in ReviewRound.objects.visible_to(user).select_related("cycle"):
        if held.closes_at > now - SHOWN_FOR and user.has_perm("round.view", held):
            yield Deadline(
                f"round.{held.pk}.closes",
                held.closes_at,
                _("%(round)s ends (%(cycle)s)") % {"round": held.title, "cycle": held.cycle.slug},
                held.get_absolute_url(),
            )
    for due in answers(now):
        if any(author.pk == user.pk for author in due.people):
            yield Deadline(
                f"answers.{due.subject}",
                due.at,
                _("Answers of chapter %(chapter)s are due (%(cycle)s)")
                % {"chapter": due.context["chapter"], "cycle": due.scope},
                due.context["href"],
            )
    for due in editor_reports(now):
        if any(editor.pk == user.pk for editor in due.people):
            yield Deadline(
                f"editor.{due.subject}",
                due.at,
                _("Your report on chapter %(chapter)s is due (%(cycle)s)")
                % {"chapter": due.context["chapter"], "cycle": due.scope},
                due.context["href"],
            )


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    calendar.register(deadlines)
    duty = gettext_lazy("A duty of yours has a deadline.")
    for kind, due, offsets, template, title, mandatory in (
        (
            "round.bell",
            bell,
            (-WEEK, -2 * DAY),
            "round_bell",
            gettext_lazy("A round of yours ends soon"),
            None,
        ),
        (
            "submission.due",
            submissions,
            (-2 * WEEK, -WEEK, -2 * DAY),
            "submission_due",
            gettext_lazy("Your government's submission is due"),
            duty,
        ),
        (
            "answers.due",
            answers,
            (-4 * WEEK, -WEEK, timedelta(0), WEEK, 3 * WEEK),
            "answers_due",
            gettext_lazy("Answers to comments are due"),
            duty,
        ),
        (
            "report.due",
            editor_reports,
            (-WEEK, timedelta(0), WEEK),
            "report_due",
            gettext_lazy("A review editor's report is due"),
            duty,
        ),
    ):
        reminders.register(kind, due, offsets, template, title, mandatory=mandatory)
