"""What the rows of the API's table are made of: a row, the addresses that several share, and what is found there."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import path

from assessments.webhooks.views import find_webhook
from portal.api import finding
from portal.api.engine import endpoint
from portal.api.lists import Filter, when
from records.views import find_stream


def at(address: str, name: str, text: str, see: str, **more):
    """One row: the address below /api/v1/, its name, what it is, who sees it, and what it reads and posts."""
    area = AREA_OF[name.partition("-")[0]]
    return path(f"api/v1/{address}", endpoint(name, area, text, see, **more), name=f"api-{name}")


def between(moment: str) -> dict[str, Filter]:
    """The parameters ``since`` and ``until`` of a list whose rows have a moment."""
    return {
        "since": when(f"{moment}__gte", "At this moment or later."),
        "until": when(f"{moment}__lt", "Before this moment."),
    }


def plain(action: Callable) -> Callable:
    """Hand the target and the input, by their names, to the action."""
    return lambda target, data, **who: action(target, **data, **who)


# The first word of a row's name tells its part of the API, by which the schema tags it and tokens are narrowed.
AREA_OF = {
    **dict.fromkeys(("me", "people", "disclosures"), "people"),
    "cycles": "cycles",
    **dict.fromkeys(
        ("chapters", "versions", "sources", "findings", "images", "terms", "suggestions", "threads"),
        "drafting",
    ),
    "snapshots": "snapshots",
    **dict.fromkeys(("rounds", "comments", "submissions"), "comments"),
    "sessions": "sessions",
    **dict.fromkeys(("trickle_backs", "editor_reports", "publications", "imprint"), "publishing"),
    **dict.fromkeys(("record", "jobs"), "record"),
    "webhooks": "webhooks",
    "notices": "people",
    "groups": "people",
    "meetings": "people",
    "search": "record",
    "desk": "cycles",
    "tokens": "tokens",
}

CYCLE = "cycles/<slug:cycle>/"
CHAPTER = f"{CYCLE}chapters/<str:number>/"
VERSION = f"{CHAPTER}versions/<int:n>/"
SNAPSHOT = f"{CYCLE}snapshots/<str:label>/"
ROUND = f"{CYCLE}rounds/<slug:round>/"
COMMENT = f"{ROUND}comments/<int:comment>/"
PROJECTION = f"{CYCLE}projections/<int:projection>/"
SESSION = f"{CYCLE}sessions/<int:session>/"
WEBHOOK = f"{CYCLE}webhooks/<int:webhook>/"

in_cycle = {"load": finding.find_cycle}
in_chapter = {"load": finding.find_chapter}
in_version = {"load": finding.find_version}
in_round = {"load": finding.find_round}
in_comment = {"load": finding.find_comment}
in_session = {"load": finding.find_session}
in_stream = {"load": find_stream}
in_webhook = {"load": find_webhook}
