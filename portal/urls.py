"""Every address of the portal; the parts' own addresses lie with the parts."""

from django.contrib import admin
from django.urls import include, path

from portal import health, home, metrics, operating, searching
from portal.api.schema import SchemaView

PARTS = (
    "records",
    "records.notices",
    "panels",
    "assessments.cycles",
    "assessments.drafting",
    "assessments.board",
    "assessments.sources",
    "assessments.findings",
    "assessments.snapshots",
    "assessments.imprint",
    "assessments.publishing",
    "assessments.webhooks",
    "reviews.rounds",
    "reviews.comments",
    "reviews.anchors",
    "reviews.approval",
    "portal.tokens",
    "portal.desk",
    "portal.api",
)
handler400 = "portal.api.problems.bad_request"
handler403 = "portal.api.problems.forbidden"
handler404 = "portal.api.problems.not_found"
handler500 = "portal.failures.failed"

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("search/", searching.search_page, name="search"),
    path("search/places.json", searching.search_places, name="search_places"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("operating/", operating.page, name="operating"),
    path("metrics", metrics.page, name="metrics"),
    path("accounts/", include("allauth.account.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    *(path("", include(f"{part}.urls")) for part in PARTS),
]
