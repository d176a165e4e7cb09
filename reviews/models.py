"""Hands on the models of the folders below."""

from reviews.anchors.models import Projection  # noqa: F401
from reviews.approval.models import (  # noqa: F401
    Acknowledgement,
    Bracket,
    FloorRequest,
    Line,
    LineText,
    Objection,
    Proposal,
    Session,
    Verdict,
)
from reviews.comments.models import Comment, Response, Reviewer, Submission  # noqa: F401
from reviews.rounds.models import Registration, ReviewRound  # noqa: F401
