"""The imprint of a cycle and its terms: entered, approved, imported (procedure 4.9, 8.8)."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from assessments.imprint import numbers, styles
from assessments.imprint.models import Imprint, Term
from panels.models import User
from records.obstacles import refuse, require

FIELDS = (
    *("publisher", "subtitle", "isbn", "doi", "licence", "citation", "foreword", "foreword_by", "preface"),
    *("preface_by", "embargo_until", "style"),
)
MAX_FILE = 2 * 1024 * 1024
MAX_TERMS = 5_000
COLUMNS = ("kind", "term", "definition")


@transaction.atomic
def change_imprint(cycle: Cycle, *, by: User, now: datetime, **facts) -> Imprint:
    """Enter what the report says of itself; who freezes drafts enters it (procedure 8.8).

    ``facts``: any of ``FIELDS``. ISBN and DOI are checked, not looked up. Raises PermissionDenied or Blocked.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "snapshot.freeze", cycle)
    imprint, _made = Imprint.objects.get_or_create(cycle=cycle)
    checked = {name: _checked(name, value) for name, value in facts.items() if name in FIELDS}
    changed = sorted(name for name, value in checked.items() if getattr(imprint, name) != value)
    if not changed:
        return imprint
    for name in changed:
        setattr(imprint, name, checked[name])
    imprint.changed_by, imprint.changed_at = by, now
    imprint.save()
    records.append.append(
        cycle.stream,
        "imprint.changed",
        {
            "fields": changed,
            **{name: imprint.isbn if name == "isbn" else imprint.doi for name in _SHOWN & {*changed}},
        },
        by=by,
        at=now,
        visibility="team",
    )
    return imprint


_SHOWN = {"isbn", "doi"}


def _checked(name: str, value):
    if name == "embargo_until":
        return value
    text = (value or "").strip()
    if not text:
        return ""
    if name == "isbn":
        try:
            return numbers.isbn(text)
        except ValueError as error:
            if str(error) == "checksum":
                refuse(
                    "isbn",
                    _("ISBN %(text)s: its last digit does not agree with the others; a digit is mistyped.")
                    % {"text": text},
                    rule="8.8",
                )
            refuse(
                "isbn",
                _("ISBN %(text)s: expected 13 digits that begin with 978 or 979, or 10.") % {"text": text},
                rule="8.8",
            )
    if name == "doi":
        try:
            return numbers.doi(text)
        except ValueError:
            refuse(
                "doi", _("DOI %(text)s: expected the form 10.1234/words.") % {"text": text[:80]}, rule="8.8"
            )
    if name == "style" and text not in styles.known():
        refuse(
            "style",
            _("There is no style %(text)s; choose one of: %(known)s.")
            % {"text": text[:80], "known": ", ".join(styles.known())},
            rule="8.8",
        )
    return text


@transaction.atomic
def define(cycle: Cycle, *, kind: str, term: str, definition: str, by: User, now: datetime) -> Term:
    """Enter a term, or another definition of it; an approval of the old one ends (procedure 4.9)."""
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "chapter.draft", cycle)
    made, changed = _define(cycle, kind, term, definition, by, now)
    if changed:
        _record(cycle, "term.defined", {"term": made.term, "definition": made.definition}, by, now)
    return made


def _define(cycle, kind: str, term: str, definition: str, by, now) -> tuple[Term, bool]:
    term, definition = " ".join(term.split()), " ".join(definition.split())
    if kind not in Term.Kind.values:
        refuse(
            "kind",
            _("%(kind)s is no kind of entry; expected term or acronym.") % {"kind": kind[:40]},
            rule="4.9",
        )
    if not term or not definition:
        refuse("incomplete", _("Give the term and its definition."), rule="4.9")
    if len(term) > 120 or len(definition) > 3000:
        refuse("too-long", _("A term has at most 120 characters, a definition 3,000."), rule="4.9")
    found = Term.objects.filter(cycle=cycle, kind=kind, term=term).first()
    if found and found.definition == definition:
        return found, False
    if found is None:
        found = Term(cycle=cycle, kind=kind, term=term)
    found.definition, found.entered_by, found.entered_at = definition, by, now
    found.approved_by = found.approved_at = None
    found.save()
    return found, True


@transaction.atomic
def approve_term(term: Term, *, by: User, now: datetime) -> Term:
    """Approve a definition: it stands in what is published from now on (procedure 4.9)."""
    term = Term.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=term.pk)
    require(by, "snapshot.freeze", term.cycle)
    if term.approved_at:
        refuse("approved", _("%(term)s is approved already.") % {"term": term.term}, rule="4.9")
    term.approved_by, term.approved_at = by, now
    term.save(update_fields=["approved_by", "approved_at"])
    _record(term.cycle, "term.approved", {"term": term.term}, by, now)
    return term


@transaction.atomic
def remove_term(term: Term, *, by: User, now: datetime) -> None:
    """Take a term out of the register; the record keeps that it stood there."""
    term = Term.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=term.pk)
    require(by, "snapshot.freeze" if term.approved_at else "chapter.draft", term.cycle)
    _record(term.cycle, "term.removed", {"term": term.term, "definition": term.definition}, by, now)
    term.delete()


@transaction.atomic
def import_terms(cycle: Cycle, data: bytes, name: str, *, by: User, now: datetime) -> dict[str, int]:
    """Enter the terms of a CSV file with the columns kind, term, definition; all of it or nothing.

    Answers {"entered", "unchanged"}. Raises PermissionDenied; Blocked, which names the row and what was expected.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "chapter.draft", cycle)
    rows = _rows(data, name)
    counts = {"entered": 0, "unchanged": 0}
    for number, row in rows:
        kind = (row["kind"] or "term").strip().lower()
        if kind not in Term.Kind.values or not row["term"].strip() or not row["definition"].strip():
            refuse(
                "row",
                _("%(file)s, row %(row)s: expected kind (term or acronym), term and definition.")
                % {"file": name, "row": number},
                rule="4.9",
            )
        if len(row["term"]) > 120 or len(row["definition"]) > 3000:
            refuse(
                "row",
                _("%(file)s, row %(row)s: a term has at most 120 characters, a definition 3,000.")
                % {"file": name, "row": number},
                rule="4.9",
            )
        _made, changed = _define(cycle, kind, row["term"], row["definition"], by, now)
        counts["entered" if changed else "unchanged"] += 1
    if counts["entered"]:
        _record(cycle, "terms.imported", {"file": name, "count": counts["entered"]}, by, now)
    return counts


def _rows(data: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    if len(data) > MAX_FILE:
        refuse("too-large", _("%(file)s is larger than 2 MB.") % {"file": name}, rule="4.9")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("encoding", _("%(file)s is no text in UTF-8.") % {"file": name}, rule="4.9")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        head = [(column or "").strip().lower() for column in reader.fieldnames or ()]
        if sorted(head) != sorted(COLUMNS):
            refuse(
                "columns",
                _("%(file)s, row 1: expected the columns %(columns)s.")
                % {"file": name, "columns": ", ".join(COLUMNS)},
                rule="4.9",
            )
        reader.fieldnames = head
        rows = []
        for row in reader:
            rows.append((reader.line_num, {column: row.get(column) or "" for column in COLUMNS}))
            if len(rows) > MAX_TERMS:
                refuse("too-many", _("%(file)s has more than 5,000 rows.") % {"file": name}, rule="4.9")
    except csv.Error as error:
        refuse(
            "csv", _("%(file)s is no table in CSV: %(error)s.") % {"file": name, "error": error}, rule="4.9"
        )
    return rows


def _record(cycle: Cycle, verb: str, payload: dict, by: User, now: datetime) -> None:
    records.append.append(cycle.stream, verb, payload, by=by, at=now, visibility="team")
