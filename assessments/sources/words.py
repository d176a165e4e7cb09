"""What kinds, criteria and states of sources are called, in the reader's language."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_VETTED_BY = tomllib.loads(Path(__file__).with_name("criteria.toml").read_text("utf-8"))
CRITERIA: tuple[str, ...] = tuple(_VETTED_BY["criteria"])
MARKS: tuple[str, ...] = tuple(_VETTED_BY["marks"])
KIND_WORDS = {
    "peer-reviewed": gettext_lazy("reviewed by peers"),
    "preprint": gettext_lazy("preprint"),
    "grey": gettext_lazy("grey literature"),
    "industry-data": gettext_lazy("from industry"),
    "government-data": gettext_lazy("from a government"),
    "indigenous-and-local-knowledge": gettext_lazy("indigenous and local knowledge"),
    "self-report": gettext_lazy("report on oneself"),
    "intermediary-release": gettext_lazy("released by the intermediary"),
    "newspaper": gettext_lazy("newspaper"),
    "blog": gettext_lazy("blog"),
    "social-media": gettext_lazy("social media"),
    "broadcast": gettext_lazy("broadcast"),
}
CRITERION_WORDS = {
    "method-disclosed": gettext_lazy("The method is disclosed"),
    "data-available": gettext_lazy("The data can be had"),
    "replicated": gettext_lazy("Others found the same"),
    "independent-of-subject": gettext_lazy("Its authors are independent of what it is about"),
    "dated": gettext_lazy("It is dated, and the version is certain"),
    "quality-control": gettext_lazy("Its publisher checks quality"),
}
MARK_WORDS = {
    "yes": gettext_lazy("yes"),
    "partly": gettext_lazy("partly"),
    "no": gettext_lazy("no"),
    "unknown": gettext_lazy("not known"),
}
LANGUAGE_WORDS = {
    "en": gettext_lazy("English"),
    "fr": gettext_lazy("French"),
    "es": gettext_lazy("Spanish"),
    "ru": gettext_lazy("Russian"),
    "ar": gettext_lazy("Arabic"),
    "zh": gettext_lazy("Chinese"),
}

STANDINGS = {
    "awaiting": gettext_lazy("awaits vetting"),
    "vetted": gettext_lazy("vetted"),
    "refused": gettext_lazy("refused"),
    "admitted": gettext_lazy("admitted as such"),
}
STANDING_WORDS = {**STANDINGS, "limited": gettext_lazy("admitted with a limitation")}
# Shape of each standing (components/_state.html).
STATES = {
    "admitted": "approved",
    "vetted": "approved",
    "limited": "bracketed",
    "awaiting": "tocome",
    "refused": "objection",
}


def kind_title(key: str) -> str:
    """The kind in words; a kind of a pinned procedure that is not known here by its key."""
    return str(KIND_WORDS.get(key, key))


def language_title(code: str) -> str:
    """The language in words; one of which no word is kept by its code."""
    return str(LANGUAGE_WORDS.get(code, code or _("not said")))
