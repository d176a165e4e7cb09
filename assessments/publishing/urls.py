from django.urls import path

from assessments.publishing import views

urlpatterns = [
    path("c/<slug:cycle>/publications/", views.publications, name="publications"),
    path(
        "c/<slug:cycle>/publications/<slug:act>/index/",
        views.publication_statements,
        name="publication_statements",
    ),
    path(
        "c/<slug:cycle>/publications/<slug:act>/read/<str:name>",
        views.publication_read,
        name="publication_read",
    ),
    path(
        "c/<slug:cycle>/publications/<slug:act>/<str:name>", views.publication_file, name="publication_file"
    ),
    path("c/<slug:cycle>/trickle-backs/", views.trickle_backs, name="trickle_backs"),
    path("c/<slug:cycle>/editor-reports/", views.editor_reports, name="editor_reports"),
    path("c/<slug:cycle>/editor-reports/<int:report>/", views.editor_report_file, name="editor_report_file"),
]
