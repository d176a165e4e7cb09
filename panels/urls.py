from django.urls import path

from panels import views

urlpatterns = [
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("disclosures/", views.disclosures, name="disclosures"),
    path("settings/", views.own_settings, name="settings"),
]
