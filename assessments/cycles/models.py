"""A cycle of an assessment under its pinned procedure, the bodies in it, and its recorded decisions."""

from __future__ import annotations

from functools import cached_property, lru_cache

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

import records.append
from assessments.cycles.querysets import CycleQuerySet
from assessments.procedures import loader
from assessments.procedures.titles import titled
from panels.models import Body, User
from records.looking import once
from records.models import Stream


@lru_cache(maxsize=64)
def _pinned(text: str, name: str):
    """Read a pinned procedure once per process: it never changes, and every page asks it."""
    return loader.parse(text, name)


class Cycle(models.Model):
    """One run of a report, such as ``un-2027``. ``stage`` is a key of the pinned procedure (procedure 3.2)."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=250)
    procedure_key = models.CharField(max_length=40)
    procedure_text = models.TextField()
    stage = models.CharField(max_length=40)
    language = models.CharField(max_length=8, default="en")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("cycle", args=[self.slug])

    @cached_property
    def procedure(self):
        """The procedure as pinned when the cycle began; a later file changes nothing here."""
        return _pinned(self.procedure_text, f"{self.procedure_key}.toml (as pinned by {self.slug})")

    @property
    def stage_title(self) -> str:
        return titled(self.procedure.stage(self.stage).title)

    @property
    def stream(self) -> Stream:
        key = f"cycle/{self.slug}"
        return once(("stream", key), lambda: records.append.stream(key, "cycle", self.demo_note))

    @property
    def references(self) -> str:
        """The style of CSL that its imprint chose for references, or "" for the house's own."""
        return once(
            ("references", self.pk),
            lambda: (
                self.__class__.objects.filter(pk=self.pk).values_list("imprint__style", flat=True).first()
                or ""
            ),
        )

    @property
    def demo_note(self) -> str:
        return "Invented for demonstration. No position of any State." if self.is_demo else ""


class CycleBody(models.Model):
    """A body's part in a cycle (``part`` as in assessments.procedures.model.PARTS)."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="bodies")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="cycle_bodies")
    part = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "body", "part"], name="one_part_per_body_and_cycle")
        ]


class Decision(models.Model):
    """A decision recorded in a cycle, such as the approval of its scope (procedure 3.5)."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=40)
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
