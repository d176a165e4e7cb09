from django.urls import path

from reviews.anchors import views

urlpatterns = [
    path("c/<slug:cycle>/anchors/", views.anchors_list, name="anchors_list"),
    path("c/<slug:cycle>/anchors/<str:earlier>/<str:later>/", views.anchors, name="anchors"),
]
