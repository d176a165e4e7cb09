"""What the imprint registers: its verbs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from records.registry import streams


def register() -> None:
    streams.verbs(
        imprint__changed=_("%(actor)s changed what the report says of itself: %(fields)s."),
        term__defined=_("%(actor)s defined %(term)s: %(definition)s"),
        term__approved=_("%(actor)s approved the definition of %(term)s."),
        term__removed=_("%(actor)s removed %(term)s from the terms."),
        terms__imported=_("%(actor)s entered %(count)s of %(file)s."),
    )
    streams.counted(terms__imported={"count": ngettext_lazy("%(n)s term", "%(n)s terms", "n")})
