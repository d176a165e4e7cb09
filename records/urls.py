from django.urls import path

from records import views

urlpatterns = [
    path("record/", views.record_list, name="record"),
    path("record/key.pem", views.public_key, name="record_key"),
    path("record/<path:key>.jsonl", views.stream_export, name="stream_export"),
    path("record/<path:key>/<int:seq>/erase/", views.entry_erase, name="entry_erase"),
    path("record/<path:key>/", views.stream_detail, name="stream"),
    path("jobs/<int:pk>.json", views.job_state, name="job"),
]
