"""A comparison as a file: rows for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from assessments.snapshots.comparing import Change, Comparison
from assessments.snapshots.states import Unit

# A spreadsheet program takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(comparisons: Iterable[tuple[str, Comparison]]) -> str:
    """Every change of every (chapter number, comparison): one line each, with both places and both texts."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        [_("Chapter"), _("Change"), _("What happened"), _("Kind"), _("Old place"), _("New place"),
         _("Old text"), _("New text")]
    )  # fmt: skip
    for number, found in comparisons:
        for row in found.changes:
            writer.writerow(map(_cell, (number, str(row.n), row.word, row.block, *_both(found, row))))
    return "\ufeff" + file.getvalue()


def _both(found: Comparison, row: Change) -> tuple[str, str, str, str]:
    return (
        _place(found.old.sections, row.olds),
        _place(found.new.sections, row.news),
        "\n".join(unit.text for unit in row.olds),
        "\n".join(unit.text for unit in row.news),
    )


def _place(sections: list[str], units: list[Unit]) -> str:
    if not units:
        return ""
    section = sections[units[0].section - 1] if units[0].section else ""
    return "; ".join(part for part in (section, units[0].place) if part)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
