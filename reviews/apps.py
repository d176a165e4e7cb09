from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Reviews")

    def ready(self):
        for part in ("rounds", "comments", "anchors", "approval"):
            import_module(f"reviews.{part}.registered").register()
        for part in ("rounds", "approval"):
            import_module(f"reviews.{part}.duties").register()
        import_module("reviews.searched").register()
        from records import retention
        from reviews.comments import waiting

        retention.register("sheets", _("checked sheets that nobody entered"), waiting.forget_old)
