"""What was said of a frozen draft, for its edition in Word; and who agreed to be named in the report."""

from __future__ import annotations

from assessments.rendering.places import before
from panels.models import Person
from reviews.comments.models import Comment
from reviews.rounds.models import ReviewRound


def remarks_of(snapshot, user) -> list[dict]:
    """The comments on a frozen draft that the reader may see, sent ones alone, each at its place.

    {"chapter", "block", "start", "end", "author", "at", "text"}; places are counted without white space. A comment
    without a block speaks of the whole chapter. The text begins with the comment's number, its page and lines.
    """
    texts = {
        (number, block["id"]): block["text"]
        for number, blocks in snapshot.chapters.values_list("chapter__number", "blocks")
        for block in blocks
    }
    found = []
    for review_round in ReviewRound.objects.filter(snapshot=snapshot).select_related("cycle"):
        if not user.has_perm("round.view", review_round):
            continue
        rows = Comment.objects.visible_in(review_round, user).sent().exclude(number=None)
        for comment in rows.select_related("chapter", "reviewer__delegation__state"):
            found.append(_remark(comment, texts))
    return found


def _remark(comment: Comment, texts: dict) -> dict:
    anchor = comment.anchor or {}
    text = texts.get((comment.chapter.number, anchor.get("block")))
    start, end = (anchor.get("start"), anchor.get("end")) if text is not None else (None, None)
    return {
        "chapter": comment.chapter.number,
        "block": anchor["block"] if text is not None else "",
        "start": before(text, start or 0) if text is not None else 0,
        "end": before(text, end if end is not None else len(text)) if text is not None else 0,
        "author": str(comment.reviewer),
        "at": f"{comment.sent_at:%Y-%m-%dT%H:%M:%SZ}",
        "text": _said(comment, anchor),
    }


def _said(comment: Comment, anchor: dict) -> str:
    place = ""
    if anchor.get("page_label"):
        place = f" (p. {anchor['page_label']}"
        if anchor.get("line_from"):
            last = anchor.get("line_to") or anchor["line_from"]
            place += f", l. {anchor['line_from']}" + (f"–{last}" if last != anchor["line_from"] else "")
        place += ")"
    proposed = f" → {comment.proposed}" if comment.proposed else ""
    return f"{comment.label}{place}: {comment.text}{proposed}"


def named_reviewers(cycle) -> list[Person]:
    """Who sent a comment as a person and, registering, consented to the publication of their name (6.2)."""
    sent = Comment.objects.filter(round__cycle=cycle, status="sent", reviewer__delegation=None)
    people = Person.objects.filter(
        registrations__round__cycle=cycle,
        registrations__consent_at__isnull=False,
        pk__in=sent.values("reviewer__person"),
    )
    return list(people.select_related("nationality").distinct())
