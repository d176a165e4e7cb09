from django.urls import path

from assessments.drafting.margin import views

CHAPTER = "c/<slug:cycle>/chapters/<str:number>/margin/"
SUGGESTION = "c/<slug:cycle>/suggestions/<int:suggestion>/"
THREAD = "c/<slug:cycle>/threads/<int:thread>/"

urlpatterns = [
    path(CHAPTER, views.chapter_margin, name="chapter_margin"),
    path(f"{CHAPTER}cards/", views.chapter_cards, name="chapter_cards"),
    path(f"{CHAPTER}suggest/", views.chapter_suggest, name="chapter_suggest"),
    path(f"{CHAPTER}remark/", views.chapter_remark, name="chapter_remark"),
    path(f"{CHAPTER}accept/", views.suggestions_accept, name="suggestions_accept"),
    path(f"{CHAPTER}reject/", views.suggestions_reject, name="suggestions_reject"),
    path(f"{SUGGESTION}accept/", views.suggestion_accept, name="suggestion_accept"),
    path(f"{SUGGESTION}reject/", views.suggestion_reject, name="suggestion_reject"),
    path(f"{SUGGESTION}withdraw/", views.suggestion_withdraw, name="suggestion_withdraw"),
    path(f"{THREAD}answer/", views.thread_answer, name="thread_answer"),
    path(f"{THREAD}assign/", views.thread_assign, name="thread_assign"),
    path(f"{THREAD}resolve/", views.thread_resolve, name="thread_resolve"),
    path(f"{THREAD}reopen/", views.thread_reopen, name="thread_reopen"),
]
