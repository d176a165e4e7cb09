"""What stands in the margin of a chapter: suggested edits, and threads of remarks (procedure 4.10 to 4.13)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.drafting.models import Chapter, ChapterVersion
from panels.models import User


class Mark(models.Model):
    """Something about characters ``start`` to ``end`` of a version's Markdown, whose words are ``quote``.

    ``here`` and ``there`` are where these stand in the chapter's current version, both None while nothing proves a
    place: then the mark is an orphan and shown with its quote. ``before`` and ``after`` are what stood beside it last.
    ``author_name`` is the name that a file gives, ``source`` the file; ``by`` is who took it in.
    """

    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="%(class)ss")
    version = models.ForeignKey(ChapterVersion, on_delete=models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField(blank=True)
    here = models.PositiveIntegerField(null=True, blank=True)
    there = models.PositiveIntegerField(null=True, blank=True)
    before = models.CharField(max_length=80, blank=True)
    after = models.CharField(max_length=80, blank=True)
    author_name = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def orphaned(self) -> bool:
        return self.here is None

    @property
    def author(self) -> str:
        return self.author_name or str(self.by)


def _placed(name: str) -> models.CheckConstraint:
    both = Q(here__isnull=False, there__isnull=False, there__gte=F("here"))
    return models.CheckConstraint(name=name, condition=Q(here__isnull=True, there__isnull=True) | both)


class Suggestion(Mark):
    """An edit that somebody suggests: ``text`` in place of the quote. It changes nothing until it is accepted."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    text = models.TextField(blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    became = models.ForeignKey(
        ChapterVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="suggestions"
    )

    class Meta:
        ordering = ["chapter", "here", "start", "pk"]
        indexes = [models.Index(fields=["chapter", "status"], name="suggestions_of_a_chapter")]
        constraints = [
            _placed("suggestion_placed_or_not"),
            models.CheckConstraint(
                name="settled_suggestion_has_person",
                condition=Q(status="open") | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quote[:40]} → {self.text[:40]}"


class Thread(Mark):
    """A passage that people speak about; ``assigned_to`` is whom it waits for, ``due`` until when."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        RESOLVED = "resolved", _("resolved")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    changed = models.BooleanField(default=False, help_text=_("the passage was changed since it was quoted"))
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["chapter", "here", "start", "pk"]
        indexes = [models.Index(fields=["chapter", "status"], name="threads_of_a_chapter")]
        constraints = [
            _placed("thread_placed_or_not"),
            models.CheckConstraint(
                name="resolved_thread_has_person",
                condition=Q(status="open") | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="due_thread_has_holder", condition=Q(due__isnull=True) | Q(assigned_to__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.quote[:60]


class Remark(models.Model):
    """What somebody says in a thread; it is not changed afterwards (procedure 4.12)."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="remarks")
    text = models.TextField()
    author_name = models.CharField(max_length=200, blank=True)
    mentions = models.ManyToManyField(User, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["thread", "pk"]
        constraints = [models.CheckConstraint(name="remark_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def author(self) -> str:
        return self.author_name or str(self.by)
