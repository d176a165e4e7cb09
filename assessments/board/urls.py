from django.urls import path

from assessments.board import views

CHAPTER = "c/<slug:cycle>/chapters/<str:number>/"

urlpatterns = [
    path("c/<slug:cycle>/board/", views.board, name="board"),
    path(f"{CHAPTER}board/", views.chapter_board, name="chapter_board"),
    path(f"{CHAPTER}board/plan/", views.section_plan, name="section_plan"),
    path(f"{CHAPTER}board/state/", views.section_mark, name="section_mark"),
    path(f"{CHAPTER}board/invite/", views.section_invite, name="section_invite"),
    path(f"{CHAPTER}board/invitations/<int:contribution>/end/", views.section_end, name="section_end"),
    path(f"{CHAPTER}sections/<slug:section>/", views.section, name="section"),
    path(f"{CHAPTER}sections/<slug:section>/save/", views.section_save, name="section_save"),
]
