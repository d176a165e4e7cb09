"""Comments with permanent numbers, their reviewers, answers and the standing submissions of governments."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _

from assessments.drafting.models import Chapter, ChapterVersion
from panels.models import Body, Person, User
from reviews.comments.querysets import CommentQuerySet
from reviews.rounds.models import ReviewRound


class Reviewer(models.Model):
    """Who commented in a round: a person with an account, a government, or a name from an imported sheet."""

    round = models.ForeignKey(ReviewRound, on_delete=models.PROTECT, related_name="reviewers")
    name = models.CharField(max_length=200)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    delegation = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person"],
                condition=Q(person__isnull=False, delegation__isnull=True),
                name="one_reviewer_per_person",
            ),
            models.UniqueConstraint(
                fields=["round", "delegation"],
                condition=Q(delegation__isnull=False),
                name="one_reviewer_per_delegation",
            ),
            models.UniqueConstraint(
                fields=["round", "name"],
                condition=Q(person__isnull=True, delegation__isnull=True),
                name="one_imported_reviewer_per_name",
            ),
        ]

    def __str__(self) -> str:
        return str(self.delegation) if self.delegation_id else self.name


class Submission(models.Model):
    """A government's set of comments; one stands, replaceable whole until the bell (procedure 6.7)."""

    round = models.ForeignKey(ReviewRound, on_delete=models.PROTECT, related_name="submissions")
    delegation = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="submissions")
    version = models.PositiveIntegerField()
    standing = models.BooleanField(default=True)
    items = models.JSONField(
        help_text=_("the comments as they stood: number, chapter, text, proposed, anchor")
    )
    root = models.CharField(max_length=64, help_text=_("Merkle root over the items: the receipt"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["round", "delegation", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "delegation", "version"], name="one_submission_per_version"
            ),
            models.UniqueConstraint(
                fields=["round", "delegation"], condition=Q(standing=True), name="one_standing_submission"
            ),
        ]


class Comment(models.Model):
    """A comment on a frozen draft. Its number is given once and never changes; drafts have none yet.

    ``anchor`` as in docs/anchors.md: {"block", "start", "end", "quote", "prefix", "suffix", "page_label",
    "line_from", "line_to", "method"}; it never changes.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Kind(models.TextChoices):
        SUBSTANTIVE = "substantive", _("substantive")
        EDITORIAL = "editorial", _("editorial")
        REFERENCE = "reference", _("reference")
        FIGURE = "figure", _("figure or table")
        GENERAL = "general", _("general")

    round = models.ForeignKey(ReviewRound, on_delete=models.PROTECT, related_name="comments")
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, related_name="comments")
    number = models.PositiveIntegerField(null=True, blank=True)
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="comments")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    late = models.BooleanField(default=False)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SUBSTANTIVE)
    text = models.TextField(_("your comment"))
    proposed = models.TextField(_("proposed text"), blank=True)
    anchor = models.JSONField(default=dict)
    # The anchor's block as a column: pages count and choose by it among tens of thousands.
    block = models.GeneratedField(
        expression=KT("anchor__block"), output_field=models.CharField(max_length=80), db_persist=True
    )
    as_written = models.JSONField(
        default=dict, help_text=_("position and cells as an imported sheet had them")
    )
    file_id = models.CharField(max_length=80, blank=True)
    row_hash = models.CharField(max_length=64, blank=True)
    alike_to = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="alike",
        help_text=_("the first of those that say nearly the same"),
    )
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["round", "chapter__place", "number", "pk"]
        indexes = [
            # A list's filters, order and count are read from here, without the texts.
            models.Index(
                fields=["round", "chapter", "number", "status", "kind", "late", "reviewer"],
                name="comments_listed",
            ),
            models.Index(fields=["chapter", "block", "status", "round"], name="comments_by_block"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "chapter", "number"],
                condition=Q(number__isnull=False),
                name="one_comment_per_number",
            ),
            models.CheckConstraint(
                name="sent_comment_has_number",
                condition=Q(status="draft") | Q(number__isnull=False, sent_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["round", "chapter", "file_id"],
                condition=~Q(file_id=""),
                name="one_comment_per_file_id",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As cited for ever, such as ``3-214``."""
        return f"{self.chapter.number}-{self.number}" if self.number else _("draft")


class Response(models.Model):
    """The authors' answer to a comment: a disposition and, as a rule, a reason (procedure 6.6)."""

    class Disposition(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        IN_PART = "accepted-in-part", _("Accepted in part")
        REJECTED = "rejected", _("Rejected")
        TAKEN = "taken-into-account", _("Taken into account")
        NOTED = "noted", _("Noted")
        NOT_APPLICABLE = "not-applicable", _("Not applicable")

    comment = models.OneToOneField(Comment, on_delete=models.PROTECT, related_name="response")
    disposition = models.CharField(max_length=20, choices=Disposition.choices)
    text = models.TextField(_("reason, as it will be published"), blank=True)
    changed_block = models.CharField(max_length=40, blank=True)
    changed_version = models.ForeignKey(
        ChapterVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="rejection_has_reason", condition=~Q(disposition="rejected") | ~Q(text="")
            )
        ]
