"""What the margin registers with the lower floors: verbs and their sentences, letters, duties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from assessments.drafting import saved
from assessments.drafting.margin import duties, places
from records.registry import streams

EDITS = ngettext_lazy("%(n)s edit", "%(n)s edits", "n")


def register() -> None:
    saved.listen(places.follow)
    duties.register()
    streams.verbs(
        suggestion__made=_("%(actor)s suggested %(n)s of chapter %(chapter)s, version %(version)s."),
        suggestion__accepted=_(
            "%(actor)s accepted %(n)s in chapter %(chapter)s, suggested by %(suggested_by)s: version %(version)s."
        ),
        suggestion__rejected=_(
            "%(actor)s rejected %(n)s in chapter %(chapter)s, suggested by %(suggested_by)s."
        ),
        suggestion__withdrawn=_("%(actor)s took back a suggestion for chapter %(chapter)s: “%(new)s”."),
        remark__made=_("%(actor)s on “%(quote)s”, chapter %(chapter)s: %(text)s"),
        thread__assigned=_("%(actor)s gave the thread on “%(quote)s”, chapter %(chapter)s, to %(to)s."),
        thread__freed=_("%(actor)s took the thread on “%(quote)s”, chapter %(chapter)s, from its holder."),
        thread__resolved=_("%(actor)s resolved the thread on “%(quote)s”, chapter %(chapter)s."),
        thread__reopened=_("%(actor)s opened the thread on “%(quote)s”, chapter %(chapter)s, again."),
    )
    streams.counted(
        suggestion__made={"n": EDITS}, suggestion__accepted={"n": EDITS}, suggestion__rejected={"n": EDITS}
    )
