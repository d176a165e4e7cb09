"""A round's comments as the workbook that reviewers, secretariats and archives know (procedure 6.11)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from django.utils.translation import gettext as _

from reviews.comments.importing import mark_of
from reviews.comments.models import Comment, Response
from reviews.comments.positions import Position
from reviews.comments.sheets import Row, write_workbook
from reviews.rounds.models import ReviewRound


def visible_rows(review_round: ReviewRound, user) -> Iterator[Row]:
    """What this reader may see and nothing else: comments, and answers where these are theirs to see."""
    answers = user.has_perm("comments.read_all", review_round.cycle) or review_round.status == "answered"
    found = (
        Comment.objects.visible_in(review_round, user)
        .select_related("chapter", "reviewer__delegation__state", "response")
        .order_by("chapter__place", "number", "pk")
    )
    for comment in found.iterator(chunk_size=2000):
        yield row_of(comment, answers=answers)


def row_of(comment: Comment, *, answers: bool) -> Row:
    """The comment as a row of the published columns; a withdrawn one says so."""
    anchor = comment.anchor
    response = getattr(comment, "response", None) if answers else None
    text = comment.text
    if comment.status == Comment.Status.WITHDRAWN:
        text = _("[withdrawn by its reviewer] %(text)s") % {"text": text}
    return Row(
        sheet="",
        row=0,
        file_id=comment.file_id,
        unit=comment.chapter.number,
        position=_position(anchor, comment.as_written.get("position", "")),
        text=text,
        response=response.text if response else "",
        disposition=response.disposition if response else None,
        reviewer=str(comment.reviewer),
        quote=anchor.get("quote") or "",
        proposed=comment.proposed,
        number=comment.label if comment.number else "",
    )


def _position(anchor: dict, written: str) -> Position:
    if anchor.get("method") == "whole":
        return Position(whole_unit=True, as_written=written)
    page = anchor.get("page_label")
    return Position(page, anchor.get("line_from"), page, anchor.get("line_to"), as_written=written)


def write(out: BinaryIO, review_round: ReviewRound, user, *, blank: bool = False) -> None:
    """Write the round's workbook: with what the reader may see, or ``blank`` to be filled in."""
    chapters = review_round.listed_chapters
    write_workbook(
        out,
        title=review_round.title,
        round_key=review_round.key,
        mark=mark_of(review_round),
        units=[frozen.chapter.number for frozen in chapters],
        rows=() if blank else visible_rows(review_round, user),
        dispositions={key: str(label) for key, label in Response.Disposition.choices},
        instructions=[
            _("One row for each comment. Write the chapter, and page and line as they stand beside the text;"
              " 0 0 0 0 means the whole chapter."),
            _("Leave “Concord No” empty in new rows: a comment gets its number when it is sent."),
            _("Rows with a number are known again and stay as they are."),
            _("The draft is confidential: do not cite, quote or pass it on."),
        ],
        language=review_round.cycle.language,
    )  # fmt: skip


def workbook(review_round: ReviewRound, user, *, blank: bool = False) -> bytes:
    """The workbook's bytes (see ``write``)."""
    out = BytesIO()
    write(out, review_round, user, blank=blank)
    return out.getvalue()
