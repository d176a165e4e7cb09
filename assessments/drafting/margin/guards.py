"""What stands in the way of suggesting, accepting and speaking in the margin, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from assessments.drafting.guards import obstacles_to_drafting
from assessments.drafting.margin.models import Suggestion, Thread
from assessments.drafting.models import Chapter
from records.obstacles import Obstacle


def obstacles_to_the_margin(chapter: Chapter) -> list[Obstacle]:
    """Suggesting and remarking: while the chapter is drafted (procedure 4.10)."""
    found = obstacles_to_drafting(chapter)
    if not chapter.current_id:
        found.append(
            Obstacle("no-text", _("The chapter has no text yet about which to say something."), rule="4.10")
        )
    return found


def obstacles_to_settling(suggestion: Suggestion) -> list[Obstacle]:
    """Accepting, rejecting, withdrawing: once (procedure 4.11)."""
    found = obstacles_to_drafting(suggestion.chapter)
    if suggestion.status != Suggestion.Status.OPEN:
        words = _("%(person)s settled this suggestion already: %(status)s.")
        said = {"person": suggestion.settled_by, "status": suggestion.get_status_display()}
        found.append(Obstacle("settled", words % said, rule="4.11"))
    return found


def obstacles_to_accepting(suggestion: Suggestion) -> list[Obstacle]:
    """Besides, the words that it would replace must stand there (procedure 4.11)."""
    found = obstacles_to_settling(suggestion)
    return found or ([lost(suggestion)] if suggestion.orphaned else [])


def lost(suggestion: Suggestion) -> Obstacle:
    """The words of a suggestion do not stand in the text any more."""
    return Obstacle(
        "words-changed",
        _("The words that this suggestion would replace were changed: “%(quote)s”.")
        % {"quote": shortened(suggestion.quote)},
        rule="4.11",
        remedy=_("Make the edit yourself, or reject the suggestion."),
    )


def shortened(text: str, most: int = 120) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def obstacles_to_speaking(thread: Thread) -> list[Obstacle]:
    """Answering, assigning, resolving (procedure 4.12)."""
    return obstacles_to_drafting(thread.chapter)
