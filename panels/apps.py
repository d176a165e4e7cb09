from django.apps import AppConfig
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

OFFICERS = "officers"  # the streams that officers read, whichever body they are of


class PanelsConfig(AppConfig):
    name = "panels"
    verbose_name = _("Panels")

    def ready(self):
        from panels import actions, permissions, unanswered
        from panels.meetings import registered as meetings
        from panels.models import Disclosure
        from records import retention
        from records.registry import notices, streams
        from records.search import entries
        from records.wording import choice

        permissions.register()
        meetings.register()
        retention.register(
            "invitations", _("names and addresses of unanswered invitations"), unanswered.forget
        )

        def sights(user):
            """What officers find of the record (records.search)."""
            if not user.has_perm("records.officers"):
                return ()
            return (entries.sight(OFFICERS, visibility) for visibility in officers(user, None))

        entries.readers.append(sights)
        shown = frozenset({"public", "officers"})

        def officers(user, stream):
            return shown if user.has_perm("records.officers") else None

        def all_or_none(user):
            return Q() if user.has_perm("records.officers") else Q(pk__in=[])

        def readable(user):
            return Q(visibility__in=shown) if user.has_perm("records.officers") else Q(pk__in=[])

        def keeps(user, stream):
            return user.has_perm("records.officers")

        streams.register("portal", officers, all_or_none, keeps, lambda key: OFFICERS, readable)
        streams.register("body", officers, all_or_none, keeps, lambda key: OFFICERS, readable)
        streams.worded(disclosure__decided={"status": choice(Disclosure.Status)})
        streams.verbs(
            person__invited=_("%(actor)s invited %(name)s (%(email)s)."),
            invitation__resent=_("%(actor)s sent the invitation of %(name)s (%(email)s) again."),
            invitation__withdrawn=_("%(actor)s withdrew the invitation of %(name)s (%(email)s)."),
            invitation__accepted=_("%(actor)s accepted the invitation."),
            account__closed=_("%(actor)s closed the account of %(name)s (%(email)s)."),
            account__opened=_("%(actor)s opened the account of %(name)s (%(email)s) again."),
            disclosure__filed=_("%(actor)s filed a disclosure of interests for %(body)s."),
            disclosure__decided=_(
                "%(actor)s decided on the disclosure of %(person)s: %(status)s. %(reasons)s"
            ),
        )
        notices.register(
            "disclosure.decided",
            actions.whom,
            "disclosure_decided",
            lambda entry, content: {**content, "scope": "", "href": reverse("disclosures")},
            title=_("Your disclosure is decided"),
        )
