"""Cycles, chapters, frozen drafts, publications and imports in Django's administration: to look at, without texts."""

from __future__ import annotations

from django.contrib import admin

from assessments.models import Chapter, Cycle, ImportAttempt, Publication, Snapshot
from records.admin import ViewOnly


@admin.register(Cycle)
class CycleAdmin(ViewOnly):
    list_display = ("slug", "title", "procedure_key", "stage", "is_demo", "created_at")
    list_filter = ("procedure_key", "stage", "is_demo")
    search_fields = ("slug", "title")


@admin.register(Chapter)
class ChapterAdmin(ViewOnly):
    list_display = ("cycle", "number", "title", "kind", "team")
    list_filter = ("cycle", "kind")
    list_select_related = ("cycle", "team__state")
    search_fields = ("number", "title", "cycle__slug")


@admin.register(Snapshot)
class SnapshotAdmin(ViewOnly):
    list_display = ("cycle", "label", "status", "created_at", "ready_at", "seconds")
    list_filter = ("cycle", "status")
    list_select_related = ("cycle",)
    search_fields = ("label", "cycle__slug", "content_hash")


@admin.register(Publication)
class PublicationAdmin(ViewOnly):
    list_display = ("cycle", "act", "at", "done_at", "by")
    list_filter = ("cycle", "act", ("done_at", admin.EmptyFieldListFilter))
    list_select_related = ("cycle", "by")
    search_fields = ("act", "cycle__slug")


@admin.register(ImportAttempt)
class ImportAttemptAdmin(ViewOnly):
    """That a file was brought in or refused; the reasons, which quote it, stand on the desk of its cycle."""

    list_display = ("cycle", "kind", "file", "outcome", "refused", "by", "at")
    list_filter = ("cycle", "kind", "outcome")
    list_select_related = ("cycle", "by")
    search_fields = ("file", "cycle__slug")
    exclude = ("reasons",)
