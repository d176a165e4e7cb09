from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Record")

    def ready(self):
        from records import checks, retention  # noqa: F401  checks registers the system checks
        from records.jobs import registry as jobs
        from records.notices import registered
        from records.registry import notices, streams
        from records.search import entries
        from records.webhooks import sending

        retention.register_own()
        entries.register()
        streams.verbs(
            content__erased=_("%(actor)s erased the content of entry %(seq)s: %(reason)s"),
            webhook__registered=_("%(actor)s registered a webhook at %(host)s."),
            webhook__changed=_("%(actor)s changed the webhook at %(host)s."),
            webhook__secret_exchanged=_("%(actor)s exchanged the secret of the webhook at %(host)s."),
            webhook__started=_("%(actor)s started the webhook at %(host)s."),
            webhook__stopped=_("%(actor)s stopped the webhook at %(host)s."),
            webhook__removed=_("%(actor)s removed the webhook at %(host)s."),
            webhook__ended=_("Nothing is sent to the webhook at %(host)s any more. %(why)s"),
        )
        registered.register()
        retention.register("deliveries", _("what was told to webhooks"), sending.forget)
        jobs.register("webhooks.send", sending.send_waiting, title=_("What webhooks are told"), max_tries=5)
        notices.register(
            "webhook.ended",
            sending.the_registrant,
            "webhook_ended",
            lambda _entry, content: content,
            title=_("A webhook is told nothing any more"),
        )
