from django.urls import path

from assessments.webhooks import views

_ONE = "c/<slug:cycle>/webhooks/<int:webhook>/"

urlpatterns = [
    path("c/<slug:cycle>/webhooks/", views.webhooks, name="webhooks"),
    path(_ONE, views.webhook_detail, name="webhook"),
    path(f"{_ONE}secret/", views.webhook_secret, name="webhook_secret"),
    path(f"{_ONE}act/<slug:act>/", views.webhook_act, name="webhook_act"),
]
