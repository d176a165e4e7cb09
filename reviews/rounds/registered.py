"""What rounds register with the lower floors: verbs, letters, conditions of gates, and who reads a draft."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from records.registry import gates, notices, streams
from reviews.rounds import guards, permissions


def _round(content: dict):
    from reviews.rounds.models import ReviewRound

    return ReviewRound.objects.select_related("cycle").get(key=content["round"])


def the_audience(entry, content):
    """Accounts of everybody whom the round lets in."""
    from assessments.cycles import standing

    found = _round(content)
    return standing.people_with(found.cycle, permissions.audience_roles(found))


def the_reviewers(entry, content):
    """Accounts of those who registered for the round."""
    from panels.models import User

    return User.objects.filter(is_active=True, person__registrations__round=_round(content)).distinct()


def in_letter(entry, content) -> dict:
    """What the letters say of the round; moments as aware datetimes."""
    found = _round(content)
    closes = content.get("closes_at") or content.get("until")
    return {
        "round": found,
        "title": content["title"],
        "cycle": found.cycle,
        "href": found.get_absolute_url(),
        "closes_at": datetime.fromisoformat(closes.replace("Z", "+00:00")) if closes else None,
        **{name: content[name] for name in ("comments", "answers", "root", "reason") if name in content},
    }


def register() -> None:
    """Put everything in place (called from the app's ready)."""
    from assessments.snapshots.registered import let_read

    permissions.register()
    let_read(permissions.reads_draft)
    gates.register("round-closed", guards.round_closed)
    gates.register("comments-answered", guards.comments_answered)
    streams.verbs(
        round__opened=_("%(actor)s opened “%(title)s” on %(draft)s, until %(closes_at)s. %(reason)s"),
        round__reopened=_("%(actor)s opened “%(title)s” again, until %(closes_at)s: %(reason)s"),
        round__registered=_("%(actor)s registered for “%(title)s”: %(expertise)s."),
        round__extended=_("%(actor)s extended “%(title)s” until %(until)s: %(reason)s"),
        round__closed=_("%(actor)s closed “%(title)s”: %(comments)s of %(reviewers)s."),
        round__answers_published=_(
            "%(actor)s published the answers of “%(title)s”: %(comments)s,"
            " %(unanswered)s without answer; root %(root)s."
        ),
    )
    comments = ngettext_lazy("%(n)s comment", "%(n)s comments", "n")
    reviewers = ngettext_lazy("%(n)s reviewer", "%(n)s reviewers", "n")
    streams.counted(
        round__closed={"comments": comments, "reviewers": reviewers},
        round__answers_published={"comments": comments},
    )
    streams.translated(
        round__registered=["title"],
        round__opened=["title"],
        round__extended=["title"],
        round__reopened=["title"],
        round__closed=["title"],
        round__answers_published=["title"],
    )
    for verb, recipients, template, title in (
        ("round.opened", the_audience, "round_opened", _("A review round opens")),
        ("round.reopened", the_audience, "round_opened", _("A review round opens again")),
        ("round.extended", the_audience, "round_extended", _("A review round is extended")),
        ("round.answers_published", the_reviewers, "answers_published", _("Answers are published")),
    ):
        notices.register(verb, recipients, template, in_letter, title=title)
