from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from portal import celery  # noqa: F401  the broker must be known wherever a job is written
