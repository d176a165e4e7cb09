"""Django's administration, for looking: only classes that change nothing are let in (records/admin.ViewOnly)."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class Site(admin.AdminSite):
    """The one site. What other people's apps would register is passed over, since it could be changed there."""

    site_title = site_header = _("Concord, for those who run it")
    index_title = _("What is there, to look at")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable, admin_class=None, **options):
        from records.admin import ViewOnly

        if admin_class is not None and issubclass(admin_class, ViewOnly):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request, extra_context=None):
        """The portal's own way in, with its limits on guessing; whoever is no staff is told so."""
        from allauth.account.decorators import secure_admin_login

        return secure_admin_login(super().login)(request, extra_context)


class Config(AdminConfig):
    default_site = "portal.administration.Site"
