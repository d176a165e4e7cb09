"""What drafting registers with the lower floors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments.board import counters
from assessments.drafting import saved
from assessments.drafting.sections import counting
from assessments.drafting.sections.letters import in_letter
from assessments.drafting.sections.models import SectionPlan
from panels import actions as panels
from records.registry import notices, streams
from records.wording import choice


def register() -> None:
    saved.listen(counting.count)
    counters.register("alt", _("Missing descriptions"), counting.without_alt, counting.chapter_page)
    streams.verbs(
        chapter__added=_("%(actor)s added chapter %(number)s, “%(title)s”."),
        chapter__renamed=_("%(actor)s renamed chapter %(number)s from “%(from)s” to “%(title)s”."),
        chapter__imported=_("%(actor)s took %(file)s into chapter %(chapter)s as version %(version)s."),
        chapter__restored=_(
            "%(actor)s brought version %(restored)s of chapter %(chapter)s back as version %(version)s."
        ),
        chapter__named=_("%(actor)s named version %(version)s of chapter %(chapter)s “%(name)s”."),
        asset__uploaded=_("%(actor)s put up the image %(key)s: %(alt)s"),
        asset__renewed=_("%(actor)s put up version %(number)s of the image %(key)s: %(note)s"),
        section__planned=_(
            "%(actor)s planned chapter %(chapter)s, “%(section)s”: %(owner)s answers for it, %(words)s words."
        ),
        section__marked=_("%(actor)s said how far chapter %(chapter)s, “%(section)s”, is: %(state)s."),
        section__invited=_(
            "%(actor)s invited %(person)s to write “%(section)s” of chapter %(chapter)s: %(role)s, until %(until)s."
        ),
        section__ended=_(
            "%(actor)s ended the invitation of %(person)s to “%(section)s” of chapter %(chapter)s. %(reason)s"
        ),
    )
    streams.worded(section__marked={"state": choice(SectionPlan.State)})
    streams.translated(section__invited=["role"])
    for verb, template, title in (
        ("section.invited", "section_invited", _("You are invited to a section")),
        ("section.ended", "section_ended", _("An invitation of yours to a section ends")),
    ):
        notices.register(verb, panels.whom, template, in_letter, title=title)
