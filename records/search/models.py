"""The index of what can be found, and the list of what it still has to take in."""

from __future__ import annotations

from django.db import models


class Indexed(models.Model):
    """One thing that can be found. It holds words to look for and no text to show: that is read from the thing itself.

    ``terms`` are the tokens of records.search.documents, one space apart; both databases index them as they are
    (records/search/tables.py).
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=120)
    scope = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=8, blank=True)
    title = models.CharField(max_length=300, blank=True)
    weight = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    terms = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="indexed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Unindexed(models.Model):
    """Things that changed and are not in the index as they now are; written in the transaction of the change."""

    kind = models.CharField(max_length=20)
    keys = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind}: {len(self.keys)}"
