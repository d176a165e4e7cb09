from django.urls import path

from reviews.comments import answering_views, became_views, sheets_views, views

ROUND = "c/<slug:cycle>/rounds/<slug:round>/"

urlpatterns = [
    path(ROUND + "read/<str:number>/", views.round_read, name="round_read"),
    path(ROUND + "became/", became_views.round_became, name="round_became"),
    path(ROUND + "comments/", views.round_comments, name="round_comments"),
    path(ROUND + "comments/<int:pk>/", views.comment_detail, name="comment"),
    path(ROUND + "answer/<str:number>/<int:n>/", answering_views.answering, name="answering"),
    path(ROUND + "receipts/<int:seq>/", views.round_receipt, name="round_receipt"),
    path(ROUND + "national/", views.national_set, name="national"),
    path(ROUND + "workbook.xlsx", sheets_views.round_workbook, name="round_workbook"),
    path(ROUND + "import/", sheets_views.round_import, name="round_import"),
]
