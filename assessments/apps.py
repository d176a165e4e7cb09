from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Assessments")

    def ready(self):
        from assessments import checks, permissions  # noqa: F401  registers the system checks

        permissions.register()
        for part in (
            "cycles",
            "board",
            "drafting",
            "drafting.margin",
            "sources",
            "findings",
            "imports",
            "snapshots",
            "imprint",
            "publishing",
            "webhooks",
        ):
            import_module(f"assessments.{part}.registered").register()
        import_module("assessments.cycles.duties").register()
        import_module("assessments.searched").register()
