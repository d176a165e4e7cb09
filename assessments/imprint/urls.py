from django.urls import path

from assessments.imprint import views

urlpatterns = [
    path("c/<slug:cycle>/imprint/", views.imprint, name="imprint"),
    path("c/<slug:cycle>/terms/", views.terms, name="terms"),
]
