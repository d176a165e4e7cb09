"""Rounds, comments and sessions in Django's administration: to look at, without what was said in them."""

from __future__ import annotations

from django.contrib import admin

from records.admin import ViewOnly
from reviews.models import Comment, ReviewRound, Session


@admin.register(ReviewRound)
class RoundAdmin(ViewOnly):
    list_display = ("key", "cycle", "status", "opens_at", "closes_at", "closed_at")
    list_filter = ("status", "cycle")
    list_select_related = ("cycle",)
    search_fields = ("key",)


@admin.register(Comment)
class CommentAdmin(ViewOnly):
    """Sent comments by their numbers. Drafts are their writers' own; what is said is read on the pages."""

    list_display = ("label", "round", "status", "kind", "late", "sent_at")
    list_filter = ("status", "kind", "late", "round")
    list_select_related = ("round", "chapter")
    search_fields = ("=number", "chapter__number", "round__key", "file_id")
    fields = ("round", "chapter", "number", "status", "kind", "late", "created_at", "changed_at", "sent_at")

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(status=Comment.Status.DRAFT)


@admin.register(Session)
class SessionAdmin(ViewOnly):
    list_display = ("cycle", "number", "title", "status", "created_at", "closed_at")
    list_filter = ("status", "cycle")
    list_select_related = ("cycle",)
    search_fields = ("title", "cycle__slug")
