"""What stands around the chapters of a report, as plain values that a publication pins (rendering.requests)."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from assessments.cycles.models import Cycle
from assessments.drafting.assets import credits_of
from assessments.imprint.models import Imprint, Term
from assessments.procedures.titles import titled
from assessments.publishing import registry
from assessments.rendering.wording import wording
from assessments.text import dialect
from assessments.text.images import shown_in
from panels.models import Appointment
from records.looking import once

# The parts whose people stand in the report beside authors and editors, in this order.
GOVERNING = ("chair", "bureau", "panel", "advisory", "secretariat")


def matter_of(cycle: Cycle, now: datetime, texts: dict[str, str] | None = None) -> dict:
    """All that stands around the report, in its language: {"front", "matter", "metadata", "by"}.

    ``texts``: HTML by number of chapter, in which the terms are looked up. ``by`` has the lines of people for each
    chapter's first page. Nobody stands here who did not agree to be named (procedure 8.8).
    """
    with override(cycle.language):
        imprint = imprint_of(cycle)
        authors, by = _authors(cycle, now)
        people = [
            {"title": title, "groups": groups}
            for title, groups in (
                (_("Governance of the assessment"), _governing(cycle, now)),
                (_("Authors and review editors"), authors),
                (_("Reviewers"), _reviewers(cycle)),
            )
            if groups
        ]
        return {
            "front": {"title": cycle.title, "subtitle": imprint.subtitle, "body": imprint.publisher},
            "matter": {
                "imprint": _facts(imprint, cycle, now),
                "notes": [note for note in (cycle.demo_note and _(cycle.demo_note),) if note],
                "texts": _texts(imprint, cycle.language),
                "people": people,
                "index": True,
                "figures": credits_of(cycle, shown_in(*(texts or {}).values())),
                **_terms(cycle, texts or {}),
            },
            "metadata": {
                "author": imprint.publisher,
                "isbn": imprint.isbn,
                "doi": imprint.doi,
                "licence": imprint.licence,
            },
            "by": by,
        }


def imprint_of(cycle: Cycle) -> Imprint:
    """The cycle's imprint, or an empty one where nobody entered any."""
    return once(
        ("imprint", cycle.pk), lambda: Imprint.objects.filter(cycle=cycle).first() or Imprint(cycle=cycle)
    )


def citation_of(imprint: Imprint, cycle: Cycle, now: datetime) -> str:
    """How the report is cited: as the secretariat entered it, else made from what is known."""
    if imprint.citation:
        return imprint.citation
    parts = [imprint.publisher or "Concord", f"({now:%Y}).", f"{cycle.title}."]
    if imprint.doi:
        parts.append(f"https://doi.org/{imprint.doi}")
    return " ".join(parts)


def _facts(imprint: Imprint, cycle: Cycle, now: datetime) -> list[list[str]]:
    words = wording(cycle.language)
    facts = [
        (words["publisher"], imprint.publisher),
        (words["edition"], date_format(now, "j F Y")),
        (words["isbn"], imprint.isbn),
        (words["doi"], f"https://doi.org/{imprint.doi}" if imprint.doi else ""),
        (words["licence"], imprint.licence),
        (words["cite"], citation_of(imprint, cycle, now)),
    ]
    return [[label, value] for label, value in facts if value]


def _texts(imprint: Imprint, language: str) -> list[dict]:
    words = wording(language)
    found = []
    for key in ("foreword", "preface"):
        text = getattr(imprint, key)
        if text:
            document = dialect.parse(text)
            signed = [
                part.strip() for part in re.split(r"[\n;]", getattr(imprint, f"{key}_by")) if part.strip()
            ]
            found.append({"key": key, "title": words[key], "html": document.html, "signed": signed})
    return found


# ------------------------------------------------------------------------------------------------ people


def _seats(cycle: Cycle, now: datetime, **where):
    """The appointments of those who agreed to be named, as they stand now."""
    return (
        Appointment.objects.current(now)
        .filter(person__named_at__isnull=False, **where)
        .select_related("person__nationality", "body")
        .order_by("role", "person__name")
    )


def _row(person, role: str = "") -> dict:
    return {
        "name": person.name,
        "role": role,
        "affiliation": person.affiliation,
        "state": str(person.nationality) if person.nationality_id else "",
    }


def _authors(cycle: Cycle, now: datetime) -> tuple[list[dict], dict[str, list]]:
    chapters = list(cycle.chapters.all())
    bodies = {pk for chapter in chapters for pk in (chapter.team_id, chapter.editors_id) if pk}
    seats: dict[int, list] = {}
    for seat in _seats(cycle, now, body__in=bodies):
        seats.setdefault(seat.body_id, []).append(seat)
    roles = list(cycle.procedure.roles.values())
    groups, by = [], {}
    for chapter in chapters:
        rows, lines = [], {}
        for part, body in (("team", chapter.team_id), ("editors", chapter.editors_id)):
            for rule in roles:
                if rule.part != part:
                    continue
                for seat in seats.get(body, ()):
                    if seat.role == rule.role:
                        rows.append(_row(seat.person, titled(rule.title)))
                        name = seat.person.name
                        state = str(seat.person.nationality) if seat.person.nationality_id else ""
                        lines.setdefault(titled(rule.title), []).append(
                            f"{name} ({state})" if state else name
                        )
        if rows:
            groups.append({"title": f"{chapter.number}  {chapter.title}", "rows": rows})
            by[chapter.number] = [[role, ", ".join(names)] for role, names in lines.items()]
    return groups, by


def _governing(cycle: Cycle, now: datetime) -> list[dict]:
    groups, known = [], list(cycle.bodies.all())
    for part in GOVERNING:
        roles = {
            rule.role: titled(rule.title) for rule in cycle.procedure.roles.values() if rule.part == part
        }
        bodies = [held.body_id for held in known if held.part == part]
        rows: dict[str, list] = {}
        for seat in _seats(cycle, now, body__in=bodies):
            rows.setdefault(seat.body.name, []).append(_row(seat.person, roles.get(seat.role, "")))
        groups += [{"title": name, "rows": held} for name, held in rows.items()]
    return groups


def _reviewers(cycle: Cycle) -> list[dict]:
    people = {person.pk: person for person in registry.reviewers(cycle)}
    rows = [_row(person) for person in sorted(people.values(), key=lambda p: p.name)]
    return [{"title": _("Reviewers who agreed to be named"), "rows": rows}] if rows else []


# ------------------------------------------------------------------------------------------------- terms


def _terms(cycle: Cycle, texts: dict[str, str]) -> dict[str, list[dict]]:
    plain = {number: re.sub(r"<[^<>]*>", " ", html) for number, html in texts.items()}
    found: dict[str, list[dict]] = {"glossary": [], "acronyms": []}
    for term in cycle.terms.filter(approved_at__isnull=False):
        key = "glossary" if term.kind == Term.Kind.TERM else "acronyms"
        used = [number for number, text in plain.items() if uses(text, term)]
        found[key].append({"term": term.term, "definition": term.definition, "chapters": ", ".join(used)})
    for rows in found.values():
        rows.sort(key=lambda row: row["term"].casefold())
    return found


def uses(text: str, term: Term) -> bool:
    """Whether a text uses the term: as a word, a term also with its first letter small or great."""
    written = re.escape(term.term)
    flags = 0 if term.kind == Term.Kind.ACRONYM else re.IGNORECASE
    if term.term.isascii() or term.term[:1].isupper() or term.term[:1].islower():
        written = rf"(?<!\w){written}(?:e?s)?(?!\w)"
    return re.search(written, text, flags) is not None
