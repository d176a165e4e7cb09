from django.urls import path

from assessments.snapshots import views

urlpatterns = [
    path("c/<slug:cycle>/drafts/", views.snapshots, name="snapshots"),
    path("c/<slug:cycle>/drafts/<str:label>/", views.snapshot_detail, name="snapshot"),
    path("c/<slug:cycle>/drafts/<str:label>/<str:number>.pdf", views.snapshot_pdf, name="snapshot_pdf"),
    path("c/<slug:cycle>/drafts/<str:label>/<str:number>/", views.snapshot_chapter, name="snapshot_chapter"),
]
