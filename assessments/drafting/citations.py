"""What one text cites, printed in the house's author–date style, and whether the procedure admits it."""

from __future__ import annotations

import html
import re

from django.utils.translation import gettext as _

from assessments.drafting.kinds import kind_of
from assessments.sources.style import AuthorDate, Words
from assessments.text.inline import CITED
from assessments.text.model import Problem


class Citations:
    """The sources of one text; years that would be alike get their letters across the whole text.

    Words of the style are in the language that is active when it is made.
    """

    def __init__(self, cycle, markdown: str):
        keys = set(CITED.findall(markdown))
        rows = cycle.sources.filter(key__in=keys) if keys else ()
        self.sources = {row.key: {**row.csl, "id": row.key} for row in rows}
        self._style = AuthorDate(self.sources.values(), _words())
        self._rules = cycle.procedure.sources
        self._markdown = markdown

    def cite(self, items: list[tuple[str, str | None]]) -> str | None:
        """The text of one citation. Raises KeyError for a source that the cycle does not have."""
        made = self._style.cite([(key, place or "") for key, place in items])
        return html.unescape(re.sub(r"<[^<>]*>", "", made))

    def bibliography(self, keys: list[str]) -> list[tuple[str, str]]:
        """(key, HTML) of each of ``keys`` that the cycle has, in the order of the list of references."""
        wanted = set(keys)
        return [(entry.key, entry.html) for entry in self._style.bibliography() if entry.key in wanted]

    def problems(self, keys: list[str]) -> list[Problem]:
        """Cited sources of a kind that the procedure refuses, at the line of their first citation (4.5)."""
        found = []
        for key in keys:
            kind = kind_of(self.sources[key]) if key in self.sources else ""
            if kind in self._rules.refused:
                text = _("%(key)s is of a kind (%(kind)s) that the procedure refuses as a source.")
                found.append(Problem(self._line(key), "refused-source", text % {"key": key, "kind": kind}))
        return found

    def _line(self, key: str) -> int:
        match = re.search(rf"@{re.escape(key)}(?![\w:.\-]*\w)", self._markdown)
        return self._markdown.count("\n", 0, match.start()) + 1 if match else 1


def _words() -> Words:
    return Words(
        and_=_("and"),
        et_al=_("et al."),
        no_date=_("n.d."),
        in_=_("In"),
        editor=_("Ed."),
        editors=_("Eds."),
        untitled=_("Untitled"),
        page=_("p."),
        pages=_("pp."),
        edition=_("ed."),
    )
