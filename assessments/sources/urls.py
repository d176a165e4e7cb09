from django.urls import path

from assessments.sources import views

urlpatterns = [
    path("c/<slug:cycle>/sources/", views.sources, name="sources"),
    path("c/<slug:cycle>/cite/", views.cite, name="cite"),
    path("c/<slug:cycle>/sources/<str:key>/", views.source, name="source"),
    path("c/<slug:cycle>/sources/<str:key>/act/<slug:act>/", views.source_act, name="source_act"),
    path("c/<slug:cycle>/sources/<str:key>/copies/<int:copy>/", views.source_copy, name="source_copy"),
]
