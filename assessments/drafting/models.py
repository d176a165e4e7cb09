"""Chapters with one lasting document each, its versions, sources and images."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

import records.append
from assessments.cycles.models import Cycle
from assessments.drafting.querysets import AssetQuerySet, ChapterQuerySet
from panels.models import Body, User
from records.models import Stream


class Chapter(models.Model):
    """A chapter, or the summary, of a cycle; its team and its review editors are bodies."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", _("chapter")
        SUMMARY = "summary", _("summary")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="chapters")
    number = models.CharField(max_length=12, help_text=_("As cited: 3, or SPM."))
    place = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=250)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CHAPTER)
    team = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, blank=True, related_name="chapters")
    editors = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, blank=True, related_name="edits")
    current = models.OneToOneField(
        "ChapterVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="current_of"
    )

    objects = ChapterQuerySet.as_manager()

    class Meta:
        ordering = ["cycle", "place"]
        constraints = [models.UniqueConstraint(fields=["cycle", "number"], name="one_chapter_per_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("chapter", args=[self.cycle.slug, self.number])

    @property
    def stream(self) -> Stream:
        return records.append.stream(
            f"chapter/{self.cycle.slug}/{self.number}", "chapter", self.cycle.demo_note
        )


class ChapterVersion(models.Model):
    """A saved text. ``writers``: who typed it together in a room, ``by`` the most of it.

    ``note`` says how it came about, ``name`` is given to it by people.

    ``aside``: kept because it collided with another's; nothing typed is lost (procedure 4.4).
    """

    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    markdown = models.TextField()
    sha256 = models.CharField(max_length=64)
    blocks = models.JSONField(help_text=_("id, kind, text, outcome and sources of each block, in order"))
    words = models.PositiveIntegerField(default=0)
    aside = models.BooleanField(default=False)
    settled = models.BooleanField(default=False, help_text=_("the collision of this aside text was settled"))
    note = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True, default="", db_default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    writers = models.ManyToManyField(User, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["chapter", "number"]
        constraints = [models.UniqueConstraint(fields=["chapter", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.chapter_id} v{self.number}"

    @property
    def together(self) -> list[User]:
        """All who typed it, whoever typed most first."""
        others = sorted((w for w in self.writers.all() if w.pk != self.by_id), key=str)
        return [self.by, *others]


class Asset(models.Model):
    """One version of an image, re-made at upload, with words for those who cannot see it, origin and licence.

    A chapter names the image by its ``key``; what it shows then is the newest version, by its ``name``, which has no
    other. A frozen text holds that name and so shows for ever what it showed (invariant 3). ``file`` and ``data``
    name kept files; ``data`` is what a figure was drawn from, ``code`` the address of the program that drew it.
    """

    class Licence(models.TextChoices):
        """Under what others may use it; ``report``: made by the authors, and under the report's own licence."""

        REPORT = "report", _("the licence of this report")
        CC0 = "CC0-1.0", "CC0 1.0"
        BY = "CC-BY-4.0", "CC BY 4.0"
        BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
        BY_NC = "CC-BY-NC-4.0", "CC BY-NC 4.0"
        BY_ND = "CC-BY-ND-4.0", "CC BY-ND 4.0"
        FREE = "public-domain", _("public domain")
        ALLOWED = "permission", _("by permission of the holder, for this report")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="assets")
    key = models.SlugField(max_length=80)
    number = models.PositiveIntegerField(default=1, db_default=1)
    # A key holds no full stop, so no name of a version is the key of another image.
    name = models.GeneratedField(
        expression=Case(
            When(number=1, then=F("key")),
            default=Concat(F("key"), Value("."), Cast(F("number"), models.CharField())),
        ),
        output_field=models.CharField(max_length=100),
        db_persist=True,
    )
    file = models.CharField(max_length=120)
    mime = models.CharField(max_length=40)
    alt = models.CharField(_("description for those who cannot see it"), max_length=500)
    origin = models.CharField(_("origin"), max_length=300, blank=True, default="", db_default="")
    licence = models.CharField(
        _("licence"), max_length=20, choices=Licence.choices, blank=True, default="", db_default=""
    )
    code = models.URLField(_("program that drew it"), max_length=500, blank=True, default="", db_default="")
    data = models.CharField(max_length=120, blank=True, default="", db_default="")
    data_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    data_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    note = models.CharField(_("what changed"), max_length=200, blank=True, default="", db_default="")
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["key", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "key", "number"], name="one_asset_per_number"),
            models.CheckConstraint(name="asset_has_alt", condition=~Q(alt="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("asset", args=[self.cycle.slug, self.key])

    @property
    def bare(self) -> bool:
        """Whether it came without origin or licence, as images did before both were asked for (procedure 4.6)."""
        return not (self.origin and self.licence)
