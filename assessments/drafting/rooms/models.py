"""The live document of a chapter: a squashed state, and behind it the updates since, which are only added to."""

from __future__ import annotations

from django.db import models

from assessments.drafting.models import Chapter, ChapterVersion
from panels.models import User


class Room(models.Model):
    """What is written together in a chapter; made when somebody first writes there.

    ``state`` holds the updates up to ``upto``; ``last`` is the last there is, and ``rows`` counts those between.
    ``markdown`` is the text for readers, some seconds behind at most. ``key`` names the document: a browser that
    kept changes of another one must not mix them in. ``version`` is the saved version that the text was last equal
    to. ``writers`` counts, by account, the bytes typed since then.
    """

    chapter = models.OneToOneField(Chapter, on_delete=models.CASCADE, primary_key=True, related_name="room")
    key = models.CharField(max_length=32)
    state = models.BinaryField()
    upto = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    markdown = models.TextField(blank=True)
    version = models.ForeignKey(
        ChapterVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    writers = models.JSONField(default=dict, blank=True)
    unkept_since = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unkept_since"], name="rooms_with_unkept_text")]

    def __str__(self) -> str:
        return f"room of {self.chapter_id}"


class RoomUpdate(models.Model):
    """One batch of changes as it was stored, before it was acknowledged; squashed into the state later."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="updates")
    data = models.BinaryField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["room", "id"], name="updates_of_a_room")]

    def __str__(self) -> str:
        return f"update {self.pk} of {self.room_id}"
