from django.urls import path

from panels import views
from panels.meetings import views as meetings

urlpatterns = [
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("disclosures/", views.disclosures, name="disclosures"),
    path("bodies/<slug:body>/meetings/", meetings.meetings, name="meetings"),
    path("meetings/<int:meeting>/", meetings.meeting, name="meeting"),
    path("meetings/<int:meeting>/act/<slug:act>/", meetings.meeting_act, name="meeting_act"),
    path("meetings/<int:meeting>/meeting.ics", meetings.meeting_calendar, name="meeting_calendar"),
    path(
        "meetings/<int:meeting>/documents/<int:document>/",
        meetings.meeting_document,
        name="meeting_document",
    ),
    path("settings/", views.own_settings, name="settings"),
]
