from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Record")

    def ready(self):
        from records import checks, retention  # noqa: F401  checks registers the system checks
        from records.jobs import registry
        from records.notices import send
        from records.registry import streams

        registry.register("notices.send", send.send_for_entry, max_tries=5)
        registry.register("mail.send", send.send_one, max_tries=5)
        retention.register_own()
        streams.verbs(content__erased=_("%(actor)s erased the content of entry %(seq)s: %(reason)s"))
