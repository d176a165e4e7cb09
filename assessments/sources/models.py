"""The register of sources of a cycle, and what is known of each beyond its entry (procedure 4.5, 11.1 to 11.8)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from assessments.sources.querysets import SourceQuerySet
from panels.models import State, User


class Source(models.Model):
    """A reference that chapters of a cycle cite by its key; CSL-JSON inside.

    The columns beside ``csl`` are told from it on import, so that lists can ask the database; what a person
    stated (``kind_stated``) stands above. ``vetting`` gathers the words of those who vetted it, once it is enough.
    """

    class Stand(models.TextChoices):
        PUBLISHED = "published", _("published")
        ACCEPTED = "accepted", _("accepted")
        SUBMITTED = "submitted", _("submitted")

    class Outcome(models.TextChoices):
        ADMIT = "admit", _("admitted")
        LIMITED = "limited", _("admitted with a limitation")
        REFUSED = "refused", _("refused")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="sources")
    key = models.CharField(max_length=120)
    csl = models.JSONField()
    content_hash = models.CharField(max_length=64)
    industry = models.BooleanField(default=False)
    industry_why = models.CharField(max_length=200, blank=True, default="", db_default="")
    added_at = models.DateTimeField()
    format = models.CharField(max_length=8, blank=True, default="", db_default="")
    kind = models.CharField(max_length=40, blank=True, default="", db_default="")
    kind_stated = models.BooleanField(default=False, db_default=False)
    doi = models.CharField(max_length=250, blank=True, default="", db_default="", db_index=True)
    said = models.TextField(blank=True, default="", db_default="")
    language = models.CharField(max_length=12, blank=True, default="", db_default="")
    translated_title = models.CharField(max_length=500, blank=True, default="", db_default="")
    issued_from = models.DateField(null=True, blank=True)
    issued_to = models.DateField(null=True, blank=True)
    stand = models.CharField(
        max_length=12, choices=Stand.choices, default=Stand.PUBLISHED, db_default="published"
    )
    vetting = models.TextField(blank=True)
    vetted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    vetted_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="", db_default="")

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "key"], name="one_source_per_key"),
            models.CheckConstraint(
                name="vetted_source_has_words",
                condition=Q(vetted_at__isnull=True) | (~Q(vetting="") & Q(vetted_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def taken_back(self) -> bool:
        """Whether its holders withdrew their consent: then nobody is shown what it says (procedure 11.5)."""
        terms = getattr(self, "terms", None)
        return bool(terms and terms.withdrawn_at)

    @property
    def entry(self) -> dict:
        """Its CSL-JSON as far as it is shown."""
        return {} if self.taken_back else self.csl

    @property
    def copies_shown(self):
        return self.copies.none() if self.taken_back else self.copies.select_related("by")

    def awaits_vetting(self, rules) -> bool:
        """Whether it is of a kind that the procedure admits after vetting alone, and nobody vetted it (11.1)."""
        return self.kind in rules.vetted and self.vetted_at is None

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.cycle.slug, self.key])


class Cited(models.Model):
    """A chapter's current text cites a key; written anew whenever a text is saved. ``line`` is that of the first."""

    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="cited")
    key = models.CharField(max_length=120, db_index=True)
    times = models.PositiveIntegerField()
    line = models.PositiveIntegerField()

    class Meta:
        ordering = ["chapter", "line"]
        constraints = [models.UniqueConstraint(fields=["chapter", "key"], name="one_row_per_key_cited")]


class Vetting(models.Model):
    """One person's judgement of a source; the latest of each counts, as long as the source says the same (11.1)."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="vettings")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    affiliation = models.CharField(max_length=200, help_text=_("as it was then"))
    marks = models.JSONField(help_text=_("criterion → yes, partly, no or unknown"))
    outcome = models.CharField(max_length=10, choices=Source.Outcome.choices)
    limitation = models.CharField(max_length=500, blank=True)
    words = models.TextField()
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="vetting_has_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="limited_admission_says_how", condition=~Q(outcome="limited") | ~Q(limitation="")
            ),
        ]


class SourceCopy(models.Model):
    """An archived copy of what was vetted; ``file`` is a kept file."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="copies")
    file = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["source", "sha256"], name="one_copy_per_content")]


class DuplicateLink(models.Model):
    """Two entries that are the same work: linked, never merged; somebody may say that they are not (11.4)."""

    class How(models.TextChoices):
        DOI = "doi", _("the same DOI")
        TITLE = "title", _("the same title")
        LIKENESS = "likeness", _("titles alike, the same author and year")
        ADDRESS = "address", _("the same address")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="repeats")
    first = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="repeated_by")
    how = models.CharField(max_length=10, choices=How.choices)
    at = models.DateTimeField()
    dismissed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "first"], name="one_link_per_pair"),
            models.CheckConstraint(name="no_link_to_itself", condition=~Q(source=F("first"))),
            models.CheckConstraint(
                name="dismissed_link_has_reason",
                condition=Q(dismissed_at__isnull=True) | (~Q(reason="") & Q(dismissed_by__isnull=False)),
            ),
        ]


class Retraction(models.Model):
    """A work that was retracted, replaced, corrected or doubted after it came out, by its DOI (procedure 11.7)."""

    class Nature(models.TextChoices):
        RETRACTED = "retracted", _("retracted")
        REPLACED = "replaced", _("replaced")
        CONCERN = "concern", _("subject of an expression of concern")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="retractions")
    doi = models.CharField(max_length=250, db_index=True)
    nature = models.CharField(max_length=10, choices=Nature.choices)
    on = models.DateField(null=True, blank=True)
    notice = models.CharField(
        max_length=250, blank=True, help_text=_("DOI of the notice or of what replaces it")
    )
    reason = models.CharField(max_length=500, blank=True)
    listed_at = models.DateTimeField()

    class Meta:
        ordering = ["doi"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "doi", "nature"], name="one_retraction_per_nature")
        ]


class SourceTerms(models.Model):
    """Consent, attribution and limits under which holders of knowledge lent it (procedure 11.5)."""

    class Access(models.TextChoices):
        WRITERS = "writers", _("those who make the report")
        NAMED = "named", _("named people only")

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="terms")
    consent = models.TextField(help_text=_("who agreed, to what, and when"))
    attribution = models.CharField(max_length=300)
    access = models.CharField(max_length=10, choices=Access.choices)
    readers = models.ManyToManyField(User, related_name="+", blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="terms_have_consent", condition=~Q(consent="") & ~Q(attribution="")),
        ]


class SignOff(models.Model):
    """A country's contact answered for its data, in one version (procedure 11.5)."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="sign_offs")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    contact = models.CharField(max_length=200)
    version = models.CharField(max_length=100)
    on = models.DateField()
    content_hash = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class OriginalRead(models.Model):
    """Somebody of the report read the source in its own language, not a translation (procedure 11.8)."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="originals_read")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["source", "by"], name="one_reading_per_person")]


class CutOff(models.Model):
    """The day until which literature counts in a cycle (procedure 4.5)."""

    cycle = models.OneToOneField(Cycle, on_delete=models.CASCADE, related_name="cut_off")
    until = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
