"""What comments register with the lower floors: the sentences of their verbs, and the file of a published
edition."""

from __future__ import annotations

import csv
import io

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from records.jobs import registry as jobs
from records.registry import streams
from records.wording import choice


def published_comments(publication) -> list[tuple[str, str, str, bytes]]:
    """Files of the edition: the comments with their answers, of each round whose answers are published and
    public."""
    from reviews.rounds.models import ReviewRound

    if publication.act != "edition.publish":
        return []
    held = publication.cycle.rounds.filter(status=ReviewRound.Status.ANSWERED)
    return [
        ("comments", f"comments-{found.slug}.csv",
         _("Comments and answers: %(title)s") % {"title": found.title},
         as_csv(found))
        for found in held
        if found.rule.comments_public
    ]  # fmt: skip


def as_csv(review_round) -> bytes:
    """Comments and answers as CSV in UTF-8; a cell that a program could take for a formula begins with '."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["Comment No", "Chapter", "Page", "From Line", "To Line", "Reviewer", "Comment",
                    "Proposed Text",
                    "Status", "Disposition", "Response"])  # fmt: skip
    comments = review_round.comments.exclude(number=None).select_related(
        "chapter", "reviewer__delegation__state", "response"
    )
    for comment in comments.order_by("chapter__place", "number").iterator(chunk_size=2000):
        response = getattr(comment, "response", None)
        anchor = comment.anchor
        cells = [
            comment.label, comment.chapter.number, anchor.get("page_label"), anchor.get("line_from"),
            anchor.get("line_to"), comment.reviewer, comment.text, comment.proposed, comment.status,
            response.disposition if response else "", response.text if response else "",
        ]  # fmt: skip
        sheet.writerow([cell(value) for value in cells])
    return out.getvalue().encode("utf-8")


def answered_rounds(cycle, user) -> list[tuple[str, str]]:
    """The rounds whose comments and answers everybody may read by now, as pages (6.12)."""
    from reviews.rounds.guards import rounds_of
    from reviews.rounds.permissions import is_public

    return [
        (
            _("Comments and answers: %(title)s") % {"title": found.title},
            reverse("round_comments", args=[cycle.slug, found.slug]),
        )
        for found in rounds_of(cycle)
        if is_public(user, found)
    ]


def unanswered_comments(cycle) -> dict[str, int]:
    """How many sent comments stand without the answer that their rounds promise: published with the act (8.6)."""
    from reviews.comments.models import Comment

    promised = [rule.key for rule in cycle.procedure.rounds if rule.individual_answers]
    waiting = Comment.objects.filter(round__cycle=cycle, round__rule_key__in=promised).awaiting_response()
    return {"unanswered": waiting.count()}


def open_by_block(chapters, whole: bool) -> dict[int, dict[str | int, int]]:
    """Sent comments without an answer, by the block that they were written on, for the boards (6.6).

    A block keeps its id from the draft that was reviewed to the text of today; where it is gone, the comment counts
    for the chapter. Rounds whose comments plenary settles promise no answers of their own (6.15).
    """
    from django.db.models import Count

    from reviews.comments.models import Comment

    cycles = {chapter.cycle for chapter in chapters}
    promised = {rule.key for cycle in cycles for rule in cycle.procedure.rounds if rule.individual_answers}
    rows = Comment.objects.filter(chapter__in=chapters, round__rule_key__in=promised).awaiting_response()
    found: dict[int, dict[str | int, int]] = {}
    places = rows.order_by().values_list("chapter", "block").annotate(n=Count("pk"))
    for chapter, block, number in places:
        here = found.setdefault(chapter, {})
        here[block or ""] = here.get(block or "", 0) + number
    return found


def comments_page(chapter) -> str:
    """The rounds, where they are answered."""
    return reverse("rounds", args=[chapter.cycle.slug])


def cell(value) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text[:1] else text


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    from assessments.board import counters
    from assessments.publishing.registry import (
        add_beside,
        add_contents,
        add_counts,
        add_remarks,
        add_reviewers,
    )
    from reviews.comments import grouping
    from reviews.comments.models import Response
    from reviews.comments.remarks import named_reviewers, remarks_of

    jobs.register(grouping.JOB, grouping.run, title=gettext_lazy("Comments that say the same being found"))
    counters.register("comments", gettext_lazy("Open comments"), open_by_block, comments_page)
    add_contents(published_comments)
    add_counts(unanswered_comments)
    add_beside(answered_rounds)
    add_reviewers(named_reviewers)
    add_remarks(remarks_of)
    streams.worded(comment__answered={"disposition": choice(Response.Disposition)})
    streams.verbs(
        comment__sent=gettext_lazy("%(actor)s sent %(count)s in “%(title)s”: %(numbers)s; root %(root)s."),
        comment__withdrawn=gettext_lazy("%(actor)s withdrew %(comment)s in “%(title)s”. %(reason)s"),
        comment__answered=gettext_lazy(
            "%(actor)s answered %(comments)s in “%(title)s”: %(disposition)s. %(text)s"
        ),
        comment__answer_taken_back=gettext_lazy(
            "%(actor)s took back the answer to %(comments)s in “%(title)s”."
        ),
        comments__imported=gettext_lazy(
            "%(actor)s entered %(count)s of the sheet %(file)s in “%(title)s”; root %(root)s."
        ),
        submission__filed=gettext_lazy(
            "%(actor)s filed version %(version)s of the submission of %(for)s in “%(title)s”:"
            " %(count)s; root %(root)s."
        ),
    )
    counted = {"count": ngettext_lazy("%(n)s comment", "%(n)s comments", "n")}
    streams.counted(comment__sent=counted, comments__imported=counted, submission__filed=counted)
    streams.translated(
        comment__sent=["title"],
        comment__withdrawn=["title"],
        comment__answered=["title"],
        comment__answer_taken_back=["title"],
        comments__imported=["title"],
        submission__filed=["title"],
    )
