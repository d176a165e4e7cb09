"""What the API gives of rounds, comments and sessions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.api.shapes import Number, Shape, Text, When
from reviews.anchors import models as anchors
from reviews.approval import models as approval
from reviews.comments import models as comments
from reviews.rounds import models as rounds


class Round(Shape):
    slug = Text()
    title = Text()
    draft = Text(source="snapshot.label")

    class Meta:
        model = rounds.ReviewRound
        fields = ["key", "slug", "title", "draft", "status", "opens_at", "closes_at", "closed_at",
                  "answers_published_at"]  # fmt: skip


class Registration(Shape):
    class Meta:
        model = rounds.Registration
        fields = ["expertise", "undertaking_at", "consent_at"]


class Answer(Shape):
    by = Text()

    class Meta:
        model = comments.Response
        fields = ["disposition", "text", "changed_block", "by", "at"]


class Comment(Shape):
    label = Text()
    chapter = Text(source="chapter.number")
    reviewer = Text()
    anchor = serializers.JSONField(
        help_text="Where it speaks, on the draft that was reviewed; it never changes."
    )
    response = serializers.SerializerMethodField()

    class Meta:
        model = comments.Comment
        fields = ["id", "label", "number", "chapter", "reviewer", "status", "late", "kind", "text",
                  "proposed", "anchor", "created_at", "sent_at", "response"]  # fmt: skip

    @extend_schema_field(Answer(allow_null=True))
    def get_response(self, comment):
        """The answer, once this reader may see it: who makes the report always, others when published."""
        answer = getattr(comment, "response", None)
        if answer is None:
            return None
        published = comment.round.status == rounds.ReviewRound.Status.ANSWERED
        user = self.context["request"].user
        if not published and not self._makes_report(user, comment.round):
            return None
        return Answer(answer).data

    def _makes_report(self, user, review_round) -> bool:
        held = self.context.setdefault("reads_all", {})
        if review_round.pk not in held:
            held[review_round.pk] = user.has_perm("comments.read_all", review_round.cycle)
        return held[review_round.pk]


class Became(serializers.Serializer):
    """A comment's passage as reviewed and as it stands in a later draft; ``now`` is null where it has no place."""

    comment = Number(source="comment.pk")
    label = Text(source="comment.label")
    chapter = Text(source="comment.chapter.number")
    outcome = Text(
        help_text="same, edited, moved, split, merged, deleted, ambiguous, or empty: names no passage."
    )
    was = Text(source="old", allow_blank=True)
    now = Text(source="new", allow_null=True)
    difference = serializers.SerializerMethodField(help_text="[[sign, words], …], the sign being =, - or +.")
    answer = Answer(allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.ListField(child=serializers.CharField())))
    def get_difference(self, row):
        return [list(part) for part in row.diff]


class Candidate(serializers.Serializer):
    """A passage of the later draft that may be meant; ``doubts`` say what differs."""

    block = Text()
    start = Number()
    end = Number()
    score = serializers.FloatField()
    doubts = serializers.ListField(child=Text())


class Standing(serializers.Serializer):
    outcome = Text()
    chapter = Text()
    block = Text()
    start = Number()
    end = Number()


class Projection(Shape):
    """Where one anchor of a comment stands in a later draft; ``standing`` is what holds, a person's word first."""

    comment = Text(source="comment.label")
    comment_id = Number()
    earlier = Text(source="comment.round.snapshot.label")
    later = Text(source="snapshot.label")
    candidates = Candidate(many=True)
    standing = Standing()
    decided_by = Text(allow_null=True)

    class Meta:
        model = anchors.Projection
        fields = ["id", "comment", "comment_id", "earlier", "later", "place", "outcome", "score", "runner_up",
                  "method", "reason", "candidates", "standing", "decision", "decided_by", "decided_at"]  # fmt: skip


class Receipt(serializers.Serializer):
    """The entry that an act left in the record: stream, number and hash, to be held against any export."""

    stream = Text(source="stream.key")
    seq = Number()
    hash = Text()
    at = When()


class Submission(Shape):
    delegation = Text()
    items = serializers.JSONField()

    class Meta:
        model = comments.Submission
        fields = ["delegation", "version", "standing", "items", "root", "at"]


class Session(Shape):
    class Meta:
        model = approval.Session
        fields = ["number", "title", "status", "created_at", "closed_at"]


class Line(Shape):
    class Meta:
        model = approval.Line
        fields = ["label", "place", "kind", "headline", "circulated", "text", "text_hash", "sight", "state",
                  "called_at", "approved_at", "approved_hash"]  # fmt: skip


class Proposal(Shape):
    by = serializers.SerializerMethodField()

    class Meta:
        model = approval.Proposal
        fields = [
            "id",
            "letter",
            "base_hash",
            "text",
            "text_hash",
            "reason",
            "by",
            "status",
            "at",
            "ended_at",
        ]

    def get_by(self, proposal) -> str:
        return str(proposal.body or proposal.person)


class Bracket(Shape):
    readings = serializers.JSONField()

    class Meta:
        model = approval.Bracket
        fields = ["id", "readings", "start", "end", "text_hash", "opened_at", "lifted_at", "lifted_to"]


class Verdict(Shape):
    person = Text(allow_null=True)

    class Meta:
        model = approval.Verdict
        fields = ["id", "text_hash", "value", "note", "person", "on_circulation", "final", "at"]


class Objection(Shape):
    body = Text()

    class Meta:
        model = approval.Objection
        fields = ["id", "body", "reason", "status", "view", "ruling", "at", "ended_at"]


class LineDetail(Line):
    proposals = Proposal(many=True)
    brackets = Bracket(many=True)
    verdicts = Verdict(many=True)
    objections = Objection(many=True)

    class Meta(Line.Meta):
        fields = [*Line.Meta.fields, "proposals", "brackets", "verdicts", "objections"]


class FloorRequest(Shape):
    who = serializers.SerializerMethodField()
    line = Text(source="line.label", allow_null=True, default=None)

    class Meta:
        model = approval.FloorRequest
        fields = ["id", "place", "who", "kind", "status", "line", "asked_at", "given_at", "ended_at"]

    def get_who(self, request) -> str:
        return str(request.body or request.person)


class Head(serializers.Serializer):
    """Where a stream stands: ``head`` is SEQ:HASH, as printed in minutes."""

    stream = Text(source="key")
    seq = Number(source="last_seq")
    head = Text()


class Answers(serializers.Serializer):
    answers = Answer(many=True)


class TakenBack(serializers.Serializer):
    taken_back = Number()


class SheetReport(serializers.Serializer):
    """What an import of a workbook did; one refused row refuses the sheet."""

    rows = Number()
    imported = Number()
    unchanged = Number()
    anchored = Number()
    unresolved = Number()
    refused = Number()


class RefusedRow(serializers.Serializer):
    """A row that cannot be taken: where it is, what stood there, what was expected."""

    sheet = Text()
    row = Number()
    cell = Text()
    value = Text()
    expected = Text()


class SheetPlan(SheetReport):
    """What an import would do."""

    refusals = RefusedRow(many=True)
