from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Record")

    def ready(self):
        from records import checks, retention  # noqa: F401  checks registers the system checks
        from records.notices import registered
        from records.registry import streams
        from records.search import entries

        retention.register_own()
        entries.register()
        streams.verbs(content__erased=_("%(actor)s erased the content of entry %(seq)s: %(reason)s"))
        registered.register()
