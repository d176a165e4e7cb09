"""People and accounts in Django's administration. An account is closed and opened there, by its own act."""

from __future__ import annotations

from allauth.account.forms import ResetPasswordForm
from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from panels import actions
from panels.models import Appointment, Body, Person, State, User
from records.admin import ViewOnly


@admin.register(User)
class UserAdmin(ViewOnly):
    """Accounts come by invitation and are never deleted; a password is set by its owner alone, through a link."""

    list_display = ("email", "name", "language", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "language", "is_demo")
    search_fields = ("email", "name")
    fields = ("email", "name", "language", "zone", "is_active", "is_staff", "is_superuser", "last_login",
              "date_joined")  # fmt: skip
    actions = ("send_reset_link",)

    def has_change_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("accounts.manage")

    def get_readonly_fields(self, request, obj=None):
        return [name for name in self.fields if name != "is_active"]

    def save_model(self, request, obj, form, change):
        actions.set_active(obj, obj.is_active, by=request.user, now=timezone.now())

    @admin.action(description=_("Send a link by which a new password is chosen"), permissions=["change"])
    def send_reset_link(self, request, chosen):
        sent = 0
        for user in chosen.filter(is_active=True):
            form = ResetPasswordForm({"email": user.email})
            if form.is_valid():
                form.save(request)
                sent += 1
        said = ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", sent) % {"n": sent}
        self.message_user(request, said, messages.SUCCESS)


@admin.register(Person)
class PersonAdmin(ViewOnly):
    list_display = ("name", "email", "affiliation", "nationality", "user")
    list_filter = (("user", admin.EmptyFieldListFilter),)
    list_select_related = ("nationality", "user")
    search_fields = ("name", "email", "affiliation")


@admin.register(State)
class StateAdmin(ViewOnly):
    list_display = ("name_en", "name_ar", "iso3", "regional_group", "status", "sids", "ldc")
    list_filter = ("regional_group", "status", "ldc", "lldc", "sids")
    search_fields = ("name_en", "name_fr", "name_es", "name_ru", "name_ar", "name_zh", "iso2", "iso3")


@admin.register(Body)
class BodyAdmin(ViewOnly):
    list_display = ("key", "kind", "name", "state", "ceased_at")
    list_filter = ("kind", ("ceased_at", admin.EmptyFieldListFilter))
    list_select_related = ("state",)
    search_fields = ("key", "name", "state__name_en")


@admin.register(Appointment)
class AppointmentAdmin(ViewOnly):
    """Who sits where; people are appointed on the page of their cycle, which leaves an entry in its record."""

    list_display = ("person", "role", "body", "starts", "ends", "voting")
    list_filter = ("role", "body__kind", ("ends", admin.EmptyFieldListFilter))
    list_select_related = ("person", "body__state")
    search_fields = ("person__name", "body__name", "body__key", "role")
