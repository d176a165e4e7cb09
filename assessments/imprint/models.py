"""What a cycle's report says of itself, and the terms that its chapters share (procedure 8.8, 4.9)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.cycles.models import Cycle
from panels.models import User


class Imprint(models.Model):
    """The facts and texts around a cycle's report; a publication pins its own copy (``Publication.matter``).

    ``embargo_until`` counts for acts of publication for which the procedure knows an embargo (8.9); UTC.
    """

    cycle = models.OneToOneField(Cycle, on_delete=models.CASCADE, related_name="imprint")
    publisher = models.CharField(_("published by"), max_length=250, blank=True)
    subtitle = models.CharField(_("subtitle"), max_length=250, blank=True)
    isbn = models.CharField(_("ISBN"), max_length=17, blank=True)
    doi = models.CharField(_("DOI"), max_length=120, blank=True)
    licence = models.CharField(_("licence"), max_length=250, blank=True)
    citation = models.TextField(_("how to cite it"), blank=True)
    foreword = models.TextField(_("foreword"), blank=True)
    foreword_by = models.CharField(_("the foreword is signed by"), max_length=250, blank=True)
    preface = models.TextField(_("preface"), blank=True)
    preface_by = models.CharField(_("the preface is signed by"), max_length=250, blank=True)
    embargo_until = models.DateTimeField(_("under embargo until (UTC)"), null=True, blank=True)
    style = models.CharField(_("style of references"), max_length=80, blank=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"imprint of {self.cycle.slug}"


class Term(models.Model):
    """A term or an acronym as the chapters use it. It stands in a publication once it is approved (4.9)."""

    class Kind(models.TextChoices):
        TERM = "term", _("term")
        ACRONYM = "acronym", _("acronym")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="terms")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TERM)
    term = models.CharField(_("term"), max_length=120)
    definition = models.TextField(_("definition"), max_length=3000)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "term"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "kind", "term"], name="one_definition_per_term"),
            models.CheckConstraint(
                name="approved_term_is_signed",
                condition=Q(approved_at__isnull=True) | Q(approved_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.term
