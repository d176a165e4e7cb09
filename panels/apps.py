from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PanelsConfig(AppConfig):
    name = "panels"
    verbose_name = _("Panels")

    def ready(self):
        from panels import permissions
        from records.registry import streams

        permissions.register()

        def officers(user, stream):
            return frozenset({"public", "officers"}) if user.has_perm("records.officers") else None

        streams.register("portal", officers)
        streams.register("body", officers)
        streams.verbs(
            person__invited=_("%(actor)s invited %(name)s (%(email)s)."),
            invitation__accepted=_("%(actor)s accepted the invitation."),
            disclosure__filed=_("%(actor)s filed a disclosure of interests for %(body)s."),
            disclosure__decided=_(
                "%(actor)s decided on the disclosure of %(person)s: %(status)s. %(reasons)s"
            ),
        )
