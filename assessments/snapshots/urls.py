from django.urls import path

from assessments.snapshots import views, views_compare

urlpatterns = [
    path("c/<slug:cycle>/compare/", views_compare.compare_choose, name="compare_choose"),
    path("c/<slug:cycle>/compare/<str:old>/<str:new>/", views_compare.compare_drafts, name="compare_drafts"),
    path(
        "c/<slug:cycle>/compare/<str:old>/<str:new>/<str:number>/",
        views_compare.compare_chapter,
        name="compare_chapter",
    ),
    path("c/<slug:cycle>/drafts/", views.snapshots, name="snapshots"),
    path("c/<slug:cycle>/drafts/<str:label>/", views.snapshot_detail, name="snapshot"),
    path("c/<slug:cycle>/drafts/<str:label>/<str:number>.pdf", views.snapshot_pdf, name="snapshot_pdf"),
    path("c/<slug:cycle>/drafts/<str:label>/<str:number>/", views.snapshot_chapter, name="snapshot_chapter"),
]
