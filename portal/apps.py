from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        # The broker must be known wherever a job is written; connections registers its system check.
        from portal import celery, connections  # noqa: F401
        from portal.api import repeating
        from portal.desk import registered
        from records import retention
        from records.registry import streams

        streams.verbs(
            token__made=_("%(actor)s made a token for the API, “%(name)s”: %(scopes)s %(cycle)s"),
            token__revoked=_("%(actor)s revoked a token for the API, “%(name)s”."),
        )
        retention.register("answers", _("answers kept for repeated requests"), repeating.forget)
        registered.register()
