from django.urls import path

from reviews.approval import views

_HERE = "c/<slug:cycle>/sessions/<int:number>"

urlpatterns = [
    path("c/<slug:cycle>/sessions/", views.session_list, name="sessions"),
    path("c/<slug:cycle>/sessions/new/", views.session_new, name="session_new"),
    path(f"{_HERE}/", views.session_detail, name="session"),
    path(f"{_HERE}/plan/", views.session_plan, name="session_plan"),
    path(f"{_HERE}/lines/", views.session_lines, name="session_lines"),
    path(f"{_HERE}/screen/", views.session_screen, name="session_screen"),
    path(f"{_HERE}/regions/<str:view>/", views.session_regions, name="session_regions"),
    path(f"{_HERE}/act/<slug:act>/", views.session_act, name="session_act"),
]
