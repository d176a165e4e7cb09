from django.urls import path

from assessments.drafting import views, views_history, views_library, views_room
from assessments.drafting.margin.urls import urlpatterns as margin
from assessments.drafting.word import views as word

urlpatterns = [
    path("c/<slug:cycle>/add-chapter/", views.chapter_new, name="chapter_new"),
    path("c/<slug:cycle>/chapters/<str:number>/", views.chapter, name="chapter"),
    path("c/<slug:cycle>/chapters/<str:number>/rename/", views.chapter_rename, name="chapter_rename"),
    path("c/<slug:cycle>/chapters/<str:number>/edit/", views.chapter_edit, name="chapter_edit"),
    path("c/<slug:cycle>/chapters/<str:number>/save/", views.chapter_save, name="chapter_save"),
    path("c/<slug:cycle>/chapters/<str:number>/preview/", views.chapter_preview, name="chapter_preview"),
    path("c/<slug:cycle>/chapters/<str:number>/offers/", views_room.chapter_offers, name="chapter_offers"),
    path("c/<slug:cycle>/chapters/<str:number>/word/", word.chapter_word, name="chapter_word"),
    path(
        "c/<slug:cycle>/chapters/<str:number>/word/copy.docx",
        word.chapter_word_copy,
        name="chapter_word_copy",
    ),
    path("c/<slug:cycle>/chapters/<str:number>/import/", views.chapter_import, name="chapter_import"),
    path(
        "c/<slug:cycle>/chapters/<str:number>/collision/<int:n>/",
        views.chapter_collision,
        name="chapter_collision",
    ),
    path(
        "c/<slug:cycle>/chapters/<str:number>/history/", views_history.chapter_history, name="chapter_history"
    ),
    path(
        "c/<slug:cycle>/chapters/<str:number>/written/", views_history.chapter_written, name="chapter_written"
    ),
    path(
        "c/<slug:cycle>/chapters/<str:number>/v/<int:n>/",
        views_history.chapter_version,
        name="chapter_version",
    ),
    path(
        "c/<slug:cycle>/chapters/<str:number>/v/<int:n>/name/",
        views_history.version_name,
        name="chapter_version_name",
    ),
    path(
        "c/<slug:cycle>/chapters/<str:number>/v/<int:n>/restore/",
        views_history.version_restore,
        name="chapter_restore",
    ),
    path(
        "c/<slug:cycle>/chapters/<str:number>/compare/", views_history.chapter_compare, name="chapter_compare"
    ),
    *margin,
    path("c/<slug:cycle>/images/", views_library.assets, name="assets"),
    path("c/<slug:cycle>/images/<slug:key>/", views_library.asset, name="asset"),
    path("c/<slug:cycle>/images/<str:name>/file", views_library.asset_file, name="asset_file"),
    path("c/<slug:cycle>/images/<str:name>/data", views_library.asset_data, name="asset_data"),
]
