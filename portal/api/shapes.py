"""What the API gives: one serializer for each thing. Words such as a status are given as they are stored."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assessments.cycles import models as cycles
from assessments.drafting import models as drafting
from assessments.findings import models as findings
from assessments.findings.words import rule_of, sentence_of
from assessments.imprint import models as imprint
from assessments.procedures.titles import titled
from assessments.publishing import models as publishing
from assessments.snapshots import models as snapshots
from assessments.sources import models as sources
from panels import models as panels
from portal.api.problems import Obstacle
from portal.tokens.models import Token as Key
from records import models as records

Text = serializers.CharField
Number = serializers.IntegerField
When = serializers.DateTimeField


class Title(serializers.CharField):
    """A title of the procedure, in the reader's language."""

    def to_representation(self, value) -> str:
        return titled(value)


@extend_schema_field(OpenApiTypes.STR)
class Word(serializers.ChoiceField):
    """A word of a fixed list, as stored."""


class Shape(serializers.ModelSerializer):
    serializer_choice_field = Word


class Reader(serializers.Serializer):
    """Who is asking: the account, and the roles held in each cycle."""

    email = Text()
    name = Text()
    language = Text()
    zone = Text()
    roles = serializers.DictField(child=serializers.ListField(child=Text()), help_text="Role keys by cycle.")


class Piece(serializers.Serializer):
    """A piece of a snippet; ``lit``: it was asked for."""

    text = Text()
    lit = serializers.BooleanField()


class Hit(serializers.Serializer):
    """One thing found: what it is, where it is read, and the words around what was asked for."""

    kind = Text()
    kind_title = Text()
    title = Text()
    href = Text()
    cycle = Text(source="scope")
    language = Text()
    at = When()
    snippet = Piece(many=True)


class Facet(serializers.Serializer):
    """How many of a kind; ``more``: it was not counted further."""

    kind = Text()
    title = Text()
    count = Number()
    more = serializers.BooleanField()


class Found(serializers.Serializer):
    """A page of hits, best first; “next” is empty at the end. ``bounded``: ask more narrowly to see all."""

    results = Hit(many=True, source="hits")
    next = Text(allow_blank=True)
    facets = Facet(many=True)
    bounded = serializers.BooleanField()


class Account(Shape):
    class Meta:
        model = panels.User
        fields = ["email", "name", "language", "zone"]


class Cycle(Shape):
    stage_title = Text()

    class Meta:
        model = cycles.Cycle
        fields = [
            "slug",
            "title",
            "procedure_key",
            "stage",
            "stage_title",
            "language",
            "is_demo",
            "created_at",
        ]


class Stage(serializers.Serializer):
    key = Text()
    title = Title()


class Decision(Shape):
    by = Text()

    class Meta:
        model = cycles.Decision
        fields = ["id", "kind", "text", "by", "at"]


class CycleDetail(Cycle):
    """A cycle with what its next gate still needs; ``obstacles`` is empty for who has no part in it."""

    stages = Stage(many=True, source="procedure.stages")
    next_stage = Text(allow_null=True)
    obstacles = Obstacle(many=True)
    decisions = Decision(many=True, source="decisions.all")

    class Meta(Cycle.Meta):
        fields = [*Cycle.Meta.fields, "stages", "next_stage", "obstacles", "decisions"]


class Body(Shape):
    name = Text(source="__str__")

    class Meta:
        model = panels.Body
        fields = ["id", "key", "kind", "name"]


class Group(Body):
    class Meta:
        model = panels.Body
        fields = ["id", "key", "name", "ceased_at"]


class Appointment(Shape):
    person_name = Text(source="person.name")
    body = Body()

    class Meta:
        model = panels.Appointment
        fields = ["id", "person", "person_name", "body", "role", "starts", "ends", "voting"]


class Invitation(Shape):
    class Meta:
        model = panels.Invitation
        fields = ["id", "person", "name", "email", "expires_at"]


class DisclosureRequest(Shape):
    """A disclosure that somebody was asked for; ``role`` is the title of the role that asks for it."""

    body = Body()

    class Meta:
        model = panels.DisclosureRequest
        fields = ["id", "person", "body", "role", "asked_at"]


class Disclosure(Shape):
    person_name = Text(source="person.name")
    body = Body()

    class Meta:
        model = panels.Disclosure
        fields = [
            "id",
            "person",
            "person_name",
            "body",
            "text",
            "status",
            "filed_at",
            "decided_at",
            "reasons",
        ]


class Chapter(Shape):
    version = Number(
        source="current.number", allow_null=True, default=None, help_text="That of the current text."
    )
    words = Number(source="current.words", default=0)

    class Meta:
        model = drafting.Chapter
        fields = ["number", "title", "kind", "version", "words"]


class Version(Shape):
    by = Text()

    class Meta:
        model = drafting.ChapterVersion
        fields = ["number", "sha256", "words", "aside", "settled", "note", "name", "by", "at"]


class VersionText(Version):
    blocks = serializers.JSONField(help_text="[{id, kind, text, outcome, sources}] in order.")

    class Meta(Version.Meta):
        fields = [*Version.Meta.fields, "markdown", "blocks"]


class Saved(serializers.Serializer):
    """What became of a text: saved, merged, collision (kept aside, with ``theirs``) or unchanged."""

    status = Text()
    version = VersionText()
    theirs = VersionText(allow_null=True)


class TextProblem(serializers.Serializer):
    line = Number()
    code = Text()
    text = Text()


class Preview(serializers.Serializer):
    html = Text()
    words = Number()
    problems = TextProblem(many=True)


class Source(Shape):
    csl = serializers.JSONField(
        source="entry", help_text="The entry as CSL-JSON; empty where consent was withdrawn."
    )
    translated_title = serializers.SerializerMethodField()

    class Meta:
        model = sources.Source
        fields = [
            "key", "csl", "kind", "language", "translated_title", "stand", "industry", "industry_why", "outcome",
            "vetting", "vetted_at", "added_at",
        ]  # fmt: skip

    def get_translated_title(self, source) -> str:
        return "" if source.taken_back else source.translated_title


class Vetting(Shape):
    by = Text()
    marks = serializers.DictField(child=Text())

    class Meta:
        model = sources.Vetting
        fields = ["by", "affiliation", "marks", "outcome", "limitation", "words", "at"]


class CitedIn(Shape):
    chapter = Text(source="chapter.number")

    class Meta:
        model = sources.Cited
        fields = ["chapter", "times", "line"]


class DuplicateLink(Shape):
    id = Number(source="pk")
    key = Text(source="source.key")
    first = Text(source="first.key")

    class Meta:
        model = sources.DuplicateLink
        fields = ["id", "key", "first", "how", "at", "dismissed_at", "reason"]


class Flag(serializers.Serializer):
    code = Text()
    text = Text()
    rule = Text()


class SourceDetail(serializers.Serializer):
    """A source with what is known of it: ``flags`` are what speaks against citing it."""

    source = Source()
    flags = Flag(many=True)
    cited = CitedIn(many=True)
    links = DuplicateLink(many=True)


class Citable(serializers.Serializer):
    key = Text()
    label = Text(help_text="Author and year, as cited.")
    reference = Text(help_text="The entry of the list of references, safe HTML.")
    kind = Text()
    flags = serializers.ListField(child=Text())


class SourceCopy(Shape):
    id = Number(source="pk")
    by = Text()

    class Meta:
        model = sources.SourceCopy
        fields = ["id", "name", "sha256", "size", "by", "at"]


class SourceTerms(Shape):
    class Meta:
        model = sources.SourceTerms
        fields = ["consent", "attribution", "access", "at", "withdrawn_at", "withdrawn_why"]


class SignOff(Shape):
    state = Text(source="state.iso3")

    class Meta:
        model = sources.SignOff
        fields = ["state", "contact", "version", "on", "at"]


class OriginalRead(Shape):
    by = Text()

    class Meta:
        model = sources.OriginalRead
        fields = ["by", "at"]


class CutOff(serializers.Serializer):
    until = serializers.DateField(allow_null=True)


class Retraction(Shape):
    class Meta:
        model = sources.Retraction
        fields = ["doi", "nature", "on", "notice", "reason"]


class RetractionsReport(serializers.Serializer):
    rows = Number()
    added = Number()
    passed = Number()
    refused = serializers.ListField(child=serializers.ListField())
    concerned = serializers.ListField(child=Text())


class Finding(Shape):
    id = Number(source="pk")
    chapter = Text(source="chapter.number")
    levels = serializers.JSONField(
        help_text="[[part, key], …]: confidence or likelihood, and its key in the scale."
    )
    sight = serializers.ListField(child=Text())
    keys = serializers.ListField(
        child=Text(), help_text="Sources cited in the statement, else in its paragraph."
    )

    class Meta:
        model = findings.Finding
        fields = [
            "id", "chapter", "section", "block", "quote", "levels", "confidence", "likelihood", "sight", "keys",
            "evidence", "agreement", "account", "status", "version", "settled_at",
        ]  # fmt: skip


class GuardNote(Shape):
    id = Number(source="pk")
    chapter = Text(source="chapter.number")
    text = serializers.SerializerMethodField()
    rule = serializers.SerializerMethodField()

    class Meta:
        model = findings.Note
        fields = ["id", "chapter", "finding", "code", "block", "quote", "text", "rule", "status", "answer",
                  "answered_at", "at"]  # fmt: skip

    def get_text(self, note) -> str:
        return sentence_of(note)

    def get_rule(self, note) -> str:
        return rule_of(note)


class Scale(serializers.Serializer):
    """A scale of confidence; terms are in the language of the report."""

    key = Text()
    evidence = serializers.ListField(child=Text())
    agreement = serializers.ListField(child=Text())
    confidence = serializers.ListField(child=Text())
    likelihood = serializers.ListField(child=Text())


class Term(Shape):
    approved_by = Text(allow_null=True)

    class Meta:
        model = imprint.Term
        fields = ["id", "kind", "term", "definition", "entered_at", "approved_by", "approved_at"]


class TermsReport(serializers.Serializer):
    entered = Number()
    unchanged = Number()


class Imprint(Shape):
    class Meta:
        model = imprint.Imprint
        fields = [
            *("publisher", "subtitle", "isbn", "doi", "licence", "citation", "foreword", "foreword_by"),
            *("preface", "preface_by", "embargo_until", "changed_at"),
        ]


class Rejected(serializers.Serializer):
    where = Text()
    key = Text()
    reason = Text()


class SourcesReport(serializers.Serializer):
    added = serializers.ListField(child=Text())
    changed = serializers.ListField(child=Text())
    unchanged = Number()
    rejected = Rejected(many=True)
    twice = serializers.ListField(child=serializers.ListField(child=Text()))
    same = serializers.ListField(child=Text(), help_text="Keys that are here from a file of another format.")


class Asset(Shape):
    href = serializers.SerializerMethodField()
    data_href = serializers.SerializerMethodField(help_text="Address of its data, or empty.")
    by = Text(source="by.name")

    class Meta:
        model = drafting.Asset
        fields = [
            *("key", "number", "name", "href", "mime", "alt", "origin", "licence", "code", "data_name"),
            *("data_href", "data_sha256", "note", "sha256", "width", "height", "by", "at"),
        ]

    def get_href(self, asset) -> str:
        return reverse("asset_file", args=[asset.cycle.slug, asset.name])

    def get_data_href(self, asset) -> str:
        return reverse("asset_data", args=[asset.cycle.slug, asset.name]) if asset.data else ""


class Snapshot(Shape):
    class Meta:
        model = snapshots.Snapshot
        fields = ["label", "status", "content_hash", "created_at", "ready_at", "seconds", "error", "job"]


class FrozenChapter(Shape):
    number = Text(source="chapter.number")
    pdf = serializers.SerializerMethodField(help_text="Address of the printed draft, or empty.")
    version = Number(source="version.number")

    class Meta:
        model = snapshots.SnapshotChapter
        fields = ["id", "number", "title", "version", "content_hash", "pdf", "pdf_sha256", "pages", "lines"]

    def get_pdf(self, frozen) -> str:
        if not frozen.pdf:
            return ""
        snapshot = frozen.snapshot
        return reverse("snapshot_pdf", args=[snapshot.cycle.slug, snapshot.label, frozen.chapter.number])


class SnapshotDetail(Snapshot):
    chapters = FrozenChapter(many=True)

    class Meta(Snapshot.Meta):
        fields = [*Snapshot.Meta.fields, "chapters"]


class FrozenText(FrozenChapter):
    blocks = serializers.JSONField(help_text="[{id, kind, text, sentences}] in order.")
    line_map = serializers.JSONField(help_text="Pages and lines to blocks and characters (docs/line-map.md).")

    class Meta(FrozenChapter.Meta):
        fields = [*FrozenChapter.Meta.fields, "html", "blocks", "sentence_version", "line_map", "remedies"]


class TrickleBack(Shape):
    chapter = Text(source="chapter.number")
    closed_version = Number(source="closed_version.number", allow_null=True, default=None)

    class Meta:
        model = publishing.TrickleBack
        fields = [
            "id",
            "chapter",
            "line_label",
            "old",
            "new",
            "reason",
            "opened_at",
            "closed_at",
            "closed_version",
        ]


class EditorReport(Shape):
    chapter = Text(source="chapter.number")
    editor = Text()
    href = serializers.SerializerMethodField()

    class Meta:
        model = publishing.EditorReport
        fields = ["id", "chapter", "editor", "name", "href", "sha256", "at"]

    def get_href(self, report) -> str:
        return reverse("editor_report_file", args=[report.chapter.cycle.slug, report.pk])


class PublicationFile(Shape):
    href = serializers.SerializerMethodField()

    class Meta:
        model = publishing.PublicationFile
        fields = ["kind", "name", "title", "href", "sha256", "size"]

    def get_href(self, file) -> str:
        return reverse(
            "publication_file", args=[file.publication.cycle.slug, file.publication.slug, file.name]
        )


class Publication(Shape):
    snapshot = Text(source="snapshot.label", allow_null=True, default=None)
    counts = serializers.JSONField()
    files = PublicationFile(many=True)
    decisions = Decision(many=True, help_text="Recorded after the publication, such as an acknowledgement.")

    class Meta:
        model = publishing.Publication
        fields = [
            "act",
            "number",
            "snapshot",
            "at",
            "embargo_until",
            "ready_at",
            "done_at",
            "error",
            "counts",
            "job",
            "files",
            "decisions",
        ]


class Webhook(Shape):
    by = Text()

    class Meta:
        model = records.Webhook
        fields = ["id", "url", "verbs", "level", "by", "active", "why_ended", "failing_since", "next_try_at",
                  "old_until", "created_at"]  # fmt: skip


class NewWebhook(Webhook):
    """A webhook with its secret, which is shown this once, and empty in a repeated answer."""

    secret = Text()

    class Meta(Webhook.Meta):
        fields = [*Webhook.Meta.fields, "secret"]


class Delivery(Shape):
    stream = Text(source="entry.stream.key", default=None, allow_null=True, help_text="Null: a test.")
    seq = Number(source="entry.seq", default=None, allow_null=True)

    class Meta:
        model = records.Delivery
        fields = ["id", "message_id", "stream", "seq", "status", "tries", "response_status", "response_text",
                  "error", "created_at", "tried_at", "ended_at"]  # fmt: skip


class Token(Shape):
    scopes = serializers.ListField(child=Text())

    class Meta:
        model = Key
        fields = ["id", "name", "scopes", "cycle", "created_at", "expires_at", "used_at", "revoked_at"]


class NewToken(Token):
    """A token that was just made; ``secret`` is shown this once, and empty in a repeated answer."""

    secret = Text()

    class Meta(Token.Meta):
        fields = [*Token.Meta.fields, "secret"]


class Stream(Shape):
    head = Text()

    class Meta:
        model = records.Stream
        fields = ["key", "kind", "note", "last_seq", "head"]


class Entry(serializers.Serializer):
    """An act as this reader may see it; ``content`` is empty where it is withheld or erased."""

    seq = Number(source="entry.seq")
    at = When(source="entry.at")
    verb = Text(source="entry.verb")
    visibility = Text(source="entry.visibility")
    hash = Text(source="entry.hash")
    sentence = Text()
    content = serializers.JSONField(source="fields", help_text="The payload.")
    withheld = serializers.BooleanField()
    erased = serializers.BooleanField()


class Job(Shape):
    class Meta:
        model = records.Job
        fields = ["id", "kind", "status", "progress", "total", "text", "error", "result", "created_at",
                  "started_at", "finished_at"]  # fmt: skip


class Notice(Shape):
    """A notice in the portal; ``href`` is the page it leads to."""

    class Meta:
        model = records.Notice
        fields = ["id", "kind", "scope", "subject", "href", "at", "read_at"]


class Letter(Shape):
    """A letter in the outbox, without its words."""

    class Meta:
        model = records.Notice
        fields = [
            "id",
            "kind",
            "scope",
            "to",
            "subject",
            "state",
            "reason",
            "created_at",
            "due_at",
            "sent_at",
        ]


class CalendarLink(serializers.Serializer):
    address = Text(help_text="Secret: whoever has it reads one's deadlines.")


class MarkedRead(serializers.Serializer):
    marked = Number()


class ScopePace(serializers.Serializer):
    slug = Text(help_text="The cycle.")
    pace = Text(help_text="Empty: as everywhere.")


class KindPace(serializers.Serializer):
    """How fast one hears of a kind by mail; a mandatory one always at once."""

    kind = Text(source="kind.key")
    title = Text(source="kind.title")
    mandatory = serializers.SerializerMethodField()
    pace = Text()
    scopes = ScopePace(many=True)

    def get_mandatory(self, row) -> bool:
        return row["kind"].mandatory is not None


class NoticePreferences(serializers.Serializer):
    kinds = KindPace(many=True)
