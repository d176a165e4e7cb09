"""What one text cites, printed in the cycle's style of references, and what speaks against citing it."""

from __future__ import annotations

import html
import re

from django.utils.translation import gettext as _

from assessments.sources import csl
from assessments.sources.flags import Flag, Flags
from assessments.sources.models import Source, SourceTerms
from assessments.sources.style import AuthorDate, Words
from assessments.sources.words import language_title
from assessments.text.inline import CITED
from assessments.text.model import Problem


class Citations:
    """The sources of one text; years that would be alike get their letters across the whole text.

    Words of the style are in the language that is active when it is made. Where the cycle chose a style of CSL, the
    text is read once to hear its citations, ``settle`` has them formatted, and a second reading prints them.
    """

    def __init__(self, cycle, markdown: str):
        keys = set(CITED.findall(markdown))
        self.rows = {row.key: row for row in cycle.sources.with_terms().filter(key__in=keys)} if keys else {}
        for row in self.rows.values():
            row.cycle = cycle
        self._flags = Flags(cycle, self.rows.values())
        self.sources = {key: printed(row, self._flags.terms.get(row.pk)) for key, row in self.rows.items()}
        self._style = AuthorDate(self.sources.values(), words())
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
        """(key, HTML) of each of ``keys`` that the cycle has, in the order of the list of references.

        What was retracted, replaced or withdrawn says so behind its entry (procedure 11.7).
        """
        wanted = set(keys)
        entries = self._formatted.entries if self._formatted is not None else self._style.bibliography()
        return [(key, inside + self._marks(key)) for key, inside in entries if key in wanted]

    def _marks(self, key: str) -> str:
        marks = [flag.mark for flag in self._flags.of(self.rows[key]) if flag.mark]
        return f" <strong>[{html.escape('; '.join(marks))}]</strong>" if marks else ""

    def marked(self, keys: list[str]) -> list[Flag]:
        """What became of the cited sources: retracted, replaced, doubted, withdrawn (procedure 11.7)."""
        rows = [self.rows[key] for key in sorted(keys) if key in self.rows]
        return [flag for row in rows for flag in self._flags.of(row) if flag.mark]

    def problems(self, keys: list[str]) -> list[Problem]:
        """What speaks against the cited sources, at the line of their first citation (4.5, 11.1 to 11.7)."""
        found = [Problem(1, "style", self._fault)] if self._fault else []
        return found + [
            Problem(self._line(key), flag.code, flag.text)
            for key in keys
            if key in self.rows
            for flag in self._flags.of(self.rows[key])
        ]

    def _line(self, key: str) -> int:
        match = re.search(rf"@{re.escape(key)}(?![\w:.\-]*\w)", self._markdown)
        return self._markdown.count("\n", 0, match.start()) + 1 if match else 1


def printed(row: Source, terms: SourceTerms | None = None) -> dict:
    """The entry as the style prints it: with the mark of industry, language and translated title (11.3, 11.8).

    What holders of knowledge took back shows only how they wished to be named, and so does what they lent to named
    people, where ``terms`` says so: these may see it (11.5).
    """
    if row.taken_back or (terms and terms.access == SourceTerms.Access.NAMED):
        shown = {"type": "personal_communication", "author": [{"literal": row.terms.attribution}]}
        return {**shown, "title": _("Knowledge shared under terms of its holders"), "id": row.key}
    custom = {**(row.csl.get("custom") or {}), "industry": row.industry}
    if row.translated_title:
        custom["translated-title"] = row.translated_title
    if row.language and row.language != row.cycle.language:
        custom["in-language"] = _("In %(language)s.") % {"language": language_title(row.language)}
    return {**row.csl, "custom": custom, "id": row.key}


def words() -> Words:
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
