"""Tags that every page shares: times in the reader's zone, differences in words."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from assessments.procedures.titles import titled
from records import tracing

register = template.Library()
register.filter(titled)


@register.simple_tag
def when(moment, style="long"):
    """A ``<time>`` in the reader's zone, with UTC on hover and in print."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    text = date_format(local, _("j F Y, H:i") if style == "long" else _("j M, H:i"))
    shown = in_utc(moment)
    return format_html(
        '<time datetime="{}" data-utc="{}" title="{}">{}</time>',
        moment.astimezone(UTC).isoformat(),
        shown,
        shown,
        text,
    )


@register.filter
def lasted(began, ended):
    """How long it took from one moment to another; nothing where one of them is missing."""
    if began is None or ended is None:
        return "–"
    seconds = max(0, int((ended - began).total_seconds()))
    if seconds < 120:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    return _amount(seconds // 60)


@register.simple_tag
def reminder(reach, duty):
    """Whether a reminder of this row of the chase list may be sent: "open", "sent" or nothing."""
    return reach.to(duty)


@register.filter
def zone_or_utc(name):
    """A person's time zone by name; UTC where this machine does not know it."""
    try:
        return str(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return "UTC"


@register.filter
def in_utc(moment):
    """A moment in UTC, and said to be."""
    return date_format(moment.astimezone(UTC), _("j F Y, H:i")) + " UTC"


@register.filter
def clocks(moment, person=None):
    """A moment as a letter says it: in UTC, and behind it by the clock of whoever reads, where that is another."""
    if not isinstance(moment, datetime):  # as the other filters of Django do
        return ""
    zone = zone_or_utc(getattr(person, "zone", None))
    there = moment.astimezone(zoneinfo.ZoneInfo(zone))
    if there.utcoffset() == timedelta(0):
        return in_utc(moment)
    style = "H:i" if there.date() == moment.astimezone(UTC).date() else _("j F Y, H:i")
    return f"{in_utc(moment)} ({date_format(there, style)}, {zone})"


@register.simple_tag
def left(moment):
    """How long until, or since, a moment, in the largest whole unit."""
    if moment is None:
        return ""
    seconds = (moment - timezone.now()).total_seconds()
    amount = _amount(abs(int(seconds)) // 60)
    return (_("in %(amount)s") if seconds > 0 else _("%(amount)s ago")) % {"amount": amount}


def _amount(minutes: int) -> str:
    if minutes >= 2880:
        return ngettext("%(n)s day", "%(n)s days", minutes // 1440) % {"n": minutes // 1440}
    if minutes >= 60:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


@register.simple_tag
def request_id() -> str:
    """The name of this request, for a person to quote; it needs no context."""
    return tracing.current()


@register.filter
def diff(parts):
    """Words as ``ins`` and ``del``: never by colour alone."""
    marks = {"+": "<ins>{}</ins>", "-": "<del>{}</del>", "=": "{}"}
    return format_html_join("", "{}", ((format_html(marks[op], text),) for op, text in parts))


@register.filter
def may(user, permission):
    """``user|may:"cycle.create"`` for permissions that need no target."""
    return user.has_perm(permission)


@register.filter
def direction(language: str) -> str:
    """The direction of a text's own language, whatever the reader's: ``rtl`` or ``ltr``."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"
