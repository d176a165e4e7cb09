"""What one text cites, printed in the cycle's style of references, and whether the procedure admits it."""

from __future__ import annotations

import html
import re

from django.utils.translation import gettext as _

from assessments.drafting.kinds import kind_of
from assessments.sources import csl
from assessments.sources.style import AuthorDate, Words
from assessments.text.inline import CITED
from assessments.text.model import Problem


class Citations:
    """The sources of one text; years that would be alike get their letters across the whole text.

    Words of the style are in the language that is active when it is made. Where the cycle chose a style of CSL, the
    text is read once to hear its citations, ``settle`` has them formatted, and a second reading prints them.
    """

    def __init__(self, cycle, markdown: str):
        keys = set(CITED.findall(markdown))
        rows = cycle.sources.filter(key__in=keys) if keys else ()
        self.sources = {row.key: {**row.csl, "id": row.key} for row in rows}
        self._style = AuthorDate(self.sources.values(), _words())
        self._rules = cycle.procedure.sources
        self._markdown = markdown
        self._language = cycle.language
        self._chosen = cycle.references if self.sources else ""
        self._heard: dict[csl.Items, None] = {}
        self._formatted: csl.Formatted | None = None
        self._fault = ""

    def settle(self) -> bool:
        """Have the citations that were heard formatted in the chosen style; whether a second reading is due.

        A style that cannot be used is a problem of the text, which then keeps the house's own.
        """
        if not self._chosen or not self._heard:
            return False
        try:
            self._formatted = csl.format_text(
                self._chosen, list(self.sources.values()), list(self._heard), self._language
            )
        except csl.StyleError as error:
            self._fault = str(error)
        return self._formatted is not None

    def cite(self, items: list[tuple[str, str | None]]) -> str | None:
        """The text of one citation. Raises KeyError for a source that the cycle does not have."""
        asked = tuple((key, place or "") for key, place in items)
        if self._formatted is not None and asked in self._formatted.cites:
            return self._formatted.cites[asked]
        made = self._style.cite(asked)
        self._heard.setdefault(asked)
        return html.unescape(re.sub(r"<[^<>]*>", "", made))

    def bibliography(self, keys: list[str]) -> list[tuple[str, str]]:
        """(key, HTML) of each of ``keys`` that the cycle has, in the order of the list of references."""
        wanted = set(keys)
        if self._formatted is not None:
            return [(key, inside) for key, inside in self._formatted.entries if key in wanted]
        return [(entry.key, entry.html) for entry in self._style.bibliography() if entry.key in wanted]

    def problems(self, keys: list[str]) -> list[Problem]:
        """Cited sources of a kind that the procedure refuses, at the line of their first citation (4.5)."""
        found = [Problem(1, "style", self._fault)] if self._fault else []
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
