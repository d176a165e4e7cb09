from django.urls import path

from reviews.rounds import views

urlpatterns = [
    path("c/<slug:cycle>/rounds/", views.rounds, name="rounds"),
    path("c/<slug:cycle>/rounds/<slug:round>/", views.round_detail, name="round"),
    path("c/<slug:cycle>/rounds/<slug:round>/register/", views.round_register, name="round_register"),
    path("c/<slug:cycle>/rounds/<slug:round>/act/<slug:act>/", views.round_act, name="round_act"),
]
