"""Comment sheets into the round: whole or not at all, as one act (procedure 6.3, 6.10).

A sheet is read and every row planned before anything is written; the plan is also the preview.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.imports.noting import noted
from panels.models import User
from records.obstacles import Obstacle, refuse, refuse_if, require
from records.search import index
from reviews.comments import grouping
from reviews.comments.actions import number, reviewer_for
from reviews.comments.anchoring import PlaceError, Places
from reviews.comments.guards import obstacles_to_writing
from reviews.comments.items import item_of, root_of
from reviews.comments.models import Comment, Reviewer
from reviews.comments.sheets import Refused, Row, SheetError, read_sheet, row_hash
from reviews.rounds.actions import lock, record
from reviews.rounds.models import ReviewRound


@dataclass
class Plan:
    """What a sheet would do: ``new`` are rows with their place, ``refused`` name sheet, row, cell,
    expectation.

    ``pages_count``: page and line are this snapshot's. ``rows`` counts all that said something.
    """

    rows: int = 0
    new: list[tuple[Row, Places, dict]] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    pages_count: bool = False
    skipped: list[str] = field(default_factory=list)
    digest: str = ""

    @property
    def anchored(self) -> int:
        """New comments that have a place in the text, or speak of the whole unit."""
        return sum(1 for _row, _places, anchor in self.new if anchor["method"] != "none")

    def counts(self, *, imported: bool) -> dict:
        """The figures of the command's last line (design 5)."""
        return {
            "rows": self.rows,
            "imported": len(self.new) if imported and not self.refused else 0,
            "unchanged": self.unchanged,
            "anchored": self.anchored,
            "unresolved": len(self.new) - self.anchored,
            "refused": len(self.refused),
        }


def mark_of(review_round: ReviewRound) -> str:
    """The snapshot's mark that our workbooks carry: page and line count only with it."""
    snapshot = review_round.snapshot
    return f"{review_round.cycle.slug}/{snapshot.label} sha256:{snapshot.content_hash}"


def plan(
    review_round: ReviewRound,
    data: bytes,
    filename: str,
    *,
    mapping: Mapping[str, str] | None = None,
    print_label: str = "",
    own: Reviewer | None = None,
) -> Plan:
    """Read a sheet and hold every row against the round; nothing is written.

    ``print_label`` says that pages and lines are those of that snapshot, which must be the round's own. With
    ``own``, rows that this reviewer has already, as drafts or sent, are unchanged. Raises Blocked when the
    file cannot be read at all.
    """
    if print_label and print_label != review_round.snapshot.label:
        refuse(
            "other-print",
            _("The comments of this round are on %(label)s; pages of %(other)s do not count here.")
            % {"label": review_round.snapshot.label, "other": print_label},
            rule="6.3",
        )
    try:
        read = read_sheet(data, filename, mapping)
    except SheetError as error:
        refuse("unreadable-sheet", str(error), rule="6.10")
    made = Plan(digest=sha256(data).hexdigest(), skipped=read.skipped)
    made.rows = len(read.rows) + len(read.refused)
    made.refused = list(read.refused)
    made.pages_count = bool(print_label) or read.mark == mark_of(review_round)
    if read.mark and not made.pages_count:
        made.warnings.append(
            _("The sheet belongs to another draft (%(mark)s): its pages and lines are kept as written, and"
              " places come from quotations alone.") % {"mark": read.mark}
        )  # fmt: skip
    _place_rows(made, read, _Known(review_round, own), _units(review_round), own_file=read.mark is not None)
    return made


def _units(review_round: ReviewRound) -> dict[str, Places]:
    frozen = review_round.snapshot.chapters.select_related("chapter", "snapshot__cycle")
    return {f.chapter.number.casefold(): Places(f) for f in frozen}


class _Known:
    """What the round has already: rows are known by the file's number, else by their hash."""

    def __init__(self, review_round: ReviewRound, own: Reviewer | None):
        found = Comment.objects.filter(round=review_round)
        if own is not None:
            found = found.filter(reviewer=own)
        rows = list(found.values_list("chapter__number", "number", "file_id", "row_hash"))
        self.numbers = {f"{unit}-{number}" for unit, number, _file, _hash in rows if number}
        self.files = {(unit.casefold(), file_id) for unit, _number, file_id, _hash in rows if file_id}
        self.hashes = Counter(hash_ for _unit, _number, _file, hash_ in rows if hash_)

    def has(self, row: Row, unit: str, *, own_file: bool) -> bool:
        if own_file and row.number:
            return row.number in self.numbers
        if row.file_id and (unit, row.file_id) in self.files:
            return True
        if row.file_id:
            return False
        hash_ = row_hash(row)
        # Two equal rows are two comments; a second import knows both again.
        if self.hashes[hash_] > 0:
            self.hashes[hash_] -= 1
            return True
        return False


def _place_rows(made: Plan, read, known: _Known, units: dict[str, Places], *, own_file: bool) -> None:
    columns = {name: column for column, name in read.mapping.items()}
    only = next(iter(units)) if len(units) == 1 else ""
    for row in read.rows:
        unit = row.unit.casefold()
        # Without a column for the chapter, what a number such as "ERO-001" seems to name is no chapter.
        if only and (not unit or (unit not in units and "unit" not in columns)):
            unit = only
        places = units.get(unit)
        if places is None:
            expected = _("one of the chapters %(units)s") % {
                "units": ", ".join(p.number for p in units.values())
            }
            made.refused.append(_refused(row, columns.get("unit", "Chapter"), row.unit, expected))
            continue
        if known.has(row, unit, own_file=own_file):
            made.unchanged += 1
            continue
        if own_file and row.number:
            expected = _("an empty cell for a new comment; no comment of this round has that number")
            made.refused.append(_refused(row, columns.get("number", "Concord No"), row.number, expected))
            continue
        try:
            anchor = places.of_row(row.position, row.quote, row.text, pages_count=made.pages_count)
        except PlaceError as error:
            name = "from_page" if error.field == "page" else "from_line"
            value = row.position.page_from if error.field == "page" else str(row.position.line_from or "")
            made.refused.append(_refused(row, columns.get(name, name), value or "", str(error)))
            continue
        made.new.append((row, places, anchor))
        made.warnings += [f"{row.sheet or _('Sheet')}, {row.row}: {w}" for w in row.warnings][:3]


def _refused(row: Row, column: str, value: str, expected: str) -> Refused:
    place = f"sheet {row.sheet!r}, " if row.sheet else ""
    shown = f"{value[:80]!r} stands there" if value else "it is empty"
    text = f"{place}row {row.row}, column {column!r}: {shown}; expected {expected.rstrip('.')}."
    return Refused(row.sheet, row.row, column, "", value[:200], expected, text)


def check(
    review_round: ReviewRound,
    data: bytes,
    filename: str,
    *,
    by: User,
    now: datetime,
    mapping: Mapping[str, str] | None = None,
    print_label: str = "",
) -> Plan:
    """Plan a sheet of other people's comments before it is entered; if it is refused, that attempt is noted.

    Raises PermissionDenied, or Blocked as ``plan`` does.
    """
    require(by, "comment.import", review_round.cycle)
    with _noted(review_round, filename, by, now) as attempt:
        made = plan(review_round, data, filename, mapping=mapping, print_label=print_label)
        if made.refused:
            attempt.refused = [refused.text for refused in made.refused]
            attempt.counts = made.counts(imported=False)
    return made


def _noted(review_round: ReviewRound, filename: str, by: User, now: datetime):
    place = review_round.slug
    return noted(review_round.cycle, "comments", filename, place=place, whole=True, by=by, now=now)


def import_sheet(
    review_round: ReviewRound,
    data: bytes,
    filename: str,
    *,
    by: User,
    now: datetime,
    mapping: Mapping[str, str] | None = None,
    print_label: str = "",
) -> Plan:
    """Enter a sheet of other people's comments: whole or not at all, one entry with a root over its items.

    Its reviewers get a record of their name, and no rights; its own numbers are kept as written and each
    comment gets Concord's number. Rows known from before are left alone. Raises PermissionDenied, or
    Blocked naming each refused row.
    """
    with _noted(review_round, filename, by, now) as attempt, transaction.atomic():
        made = _enter(review_round, data, filename, mapping, print_label, by, now)
        attempt.counts = made.counts(imported=True)
    return made


def _enter(review_round, data, filename, mapping, print_label, by, now) -> Plan:
    review_round = lock(review_round)
    require(by, "comment.import", review_round.cycle)
    refuse_if(_obstacles_to_importing(review_round))
    made = plan(review_round, data, filename, mapping=mapping, print_label=print_label)
    refuse_if(as_obstacles(made))
    if not made.new:
        return made
    reviewers = _reviewers(review_round, {_name(row) for row, _places, _anchor in made.new})
    comments = [
        _comment(review_round, row, places, anchor, reviewers[_name(row)], by, now)
        for row, places, anchor in made.new
    ]
    number(review_round, comments, now=now, late=False)
    Comment.objects.bulk_create(comments, batch_size=500)
    index.touch("comment", [c.pk for c in comments])
    grouping.order(review_round)
    record(
        review_round,
        "comments.imported",
        {"file": filename[:200], "sha256": made.digest, "count": len(comments), "unchanged": made.unchanged,
         "unresolved": len(made.new) - made.anchored, "root": root_of(item_of(c) for c in comments)},
        by=by,
        at=now,
    )  # fmt: skip
    return made


@transaction.atomic
def import_own(review_round: ReviewRound, data: bytes, filename: str, *, by: User, now: datetime) -> Plan:
    """Enter a reviewer's own workbook as drafts of theirs, to be sent or filed (procedure 6.10).

    Whole or not at all. Raises PermissionDenied or Blocked.
    """
    review_round = lock(review_round)
    require(by, "comment.write", review_round.cycle)
    require(by, "round.comment", review_round)
    refuse_if(obstacles_to_writing(review_round, now=now))
    reviewer = reviewer_for(review_round, by)
    made = plan(review_round, data, filename, own=reviewer)
    refuse_if(as_obstacles(made))
    drafts = [
        _comment(review_round, row, places, anchor, reviewer, by, now, draft=True)
        for row, places, anchor in made.new
    ]
    Comment.objects.bulk_create(drafts, batch_size=500)
    index.touch("comment", [c.pk for c in drafts])
    return made


def as_obstacles(made: Plan) -> list[Obstacle]:
    """Each refused row as a reason why the sheet is not entered."""
    return [
        Obstacle("refused-row", refused.text, rule="6.10", remedy=_("Nothing of the sheet was entered."))
        for refused in made.refused
    ]


def _obstacles_to_importing(review_round: ReviewRound) -> list[Obstacle]:
    if review_round.status == ReviewRound.Status.ANSWERED:
        return [Obstacle("answers-published", _("The answers of this round are published; nothing is added."),
                         rule="6.12")]  # fmt: skip
    return []


def _name(row: Row) -> str:
    return row.reviewer.strip() or _("Reviewer not named")


def _reviewers(review_round: ReviewRound, names: set[str]) -> dict[str, Reviewer]:
    nameless = {"person": None, "delegation": None}
    held = {r.name: r for r in Reviewer.objects.filter(round=review_round, **nameless)}
    Reviewer.objects.bulk_create(
        [Reviewer(round=review_round, name=name) for name in sorted(names - held.keys())], batch_size=500
    )
    return {r.name: r for r in Reviewer.objects.filter(round=review_round, **nameless)}


def _comment(review_round, row, places, anchor, reviewer, by, now, *, draft=False) -> Comment:
    kept = {
        "position": row.position.as_written,
        "reviewer": row.reviewer,
        "quote": row.quote,
        "response": row.response,
        "disposition": row.disposition or "",
        "cells": row.extra,
        "sheet": row.sheet,
        "row": row.row,
    }
    return Comment(
        round=review_round,
        chapter=places.frozen.chapter,
        reviewer=reviewer,
        text=row.text,
        proposed=row.proposed,
        kind=Comment.Kind.GENERAL if row.position.whole_unit else Comment.Kind.SUBSTANTIVE,
        anchor=anchor,
        as_written={name: value for name, value in kept.items() if value},
        # A reviewer's own workbook may number its rows anew each time.
        file_id="" if draft else row.file_id,
        row_hash=row_hash(row),
        entered_by=by,
        created_at=now,
        changed_at=now,
    )
