"""The record, jobs and letters in Django's administration: to look at, and without their content.

Who runs the installation sees that something is there and in which state. What is said in it is shown by the
pages, to those whom the procedure lets read it (procedure 2.3).
"""

from __future__ import annotations

from django.contrib import admin

from records.models import Entry, Job, Notice, Stream


class ViewOnly(admin.ModelAdmin):
    """Look, filter, search; nothing is added, changed or deleted. For portal staff, whatever rights they hold."""

    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request, obj=None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Stream)
class StreamAdmin(ViewOnly):
    list_display = ("key", "kind", "last_seq", "note")
    list_filter = ("kind",)
    search_fields = ("key", "last_hash")


@admin.register(Entry)
class EntryAdmin(ViewOnly):
    list_display = ("stream", "seq", "at", "verb", "visibility")
    list_filter = ("visibility", "stream__kind", "at")
    list_select_related = ("stream",)
    search_fields = ("stream__key", "verb", "hash")
    ordering = ("-pk",)


@admin.register(Job)
class JobAdmin(ViewOnly):
    list_display = ("pk", "kind", "scope", "lane", "status", "tries", "created_at", "finished_at")
    list_filter = ("status", "lane", "kind", "scope")
    search_fields = ("kind", "scope", "error", "request_id")
    exclude = ("args", "result")
    ordering = ("-pk",)


@admin.register(Notice)
class NoticeAdmin(ViewOnly):
    """That somebody was told, on which way and when; a letter's text may hold the secret of an invitation."""

    list_display = ("to", "subject", "channel", "state", "created_at", "sent_at")
    list_filter = ("channel", "state", "kind", "created_at")
    search_fields = ("to", "subject", "message_id", "request_id")
    exclude = ("body",)
    ordering = ("-pk",)
