"""The page "What changed in what I commented on"."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from records.doors import door
from reviews.comments import became
from reviews.rounds.views import find_round


@door("round.read", load=find_round, methods=("GET",))
def round_became(request, review_round, **_kwargs):
    """Each comment of one's own (or that one answered): its passage as reviewed and as it stands now."""
    user, asked = request.user, became.Asked.of(request.GET)
    drafts = became.later_drafts(user, review_round)
    later = next((d for d in drafts if d.label == asked.to), None)
    if asked.to and later is None:
        raise Http404
    later = later or (drafts[0] if drafts else None)
    found, whose = became.concerns(user, review_round, asked.whose)
    answer = became.of_comments(user, review_round, later, found, asked) if later else None
    return render(
        request,
        "reviews/comments/became.html",
        {
            "cycle": review_round.cycle,
            "round": review_round,
            "asked": asked,
            "whose": whose,
            "both": user.has_perm("comments.read_all", review_round.cycle),
            "later": later,
            "drafts": drafts,
            "answer": answer,
            "chapters": review_round.listed_chapters,
            "outcomes": [
                (key, word, answer.counts.get(key, 0) if answer else 0)
                for key, word in (
                    ("changed", _("changed")),
                    ("same", _("unchanged")),
                    ("gone", _("no longer there")),
                    ("doubt", _("in doubt")),
                )
            ],
            "shows": review_round.status == "answered"
            or user.has_perm("comments.read_all", review_round.cycle),
        },
    )
