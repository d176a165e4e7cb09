from django.urls import path

from assessments.findings import views

urlpatterns = [
    path("c/<slug:cycle>/findings/", views.findings, name="findings"),
    path("c/<slug:cycle>/findings/scale/", views.findings_scale, name="findings_scale"),
    path("c/<slug:cycle>/findings/<int:finding>/", views.finding, name="finding"),
    path("c/<slug:cycle>/findings/<int:finding>/confirm/", views.finding_confirm, name="finding_confirm"),
    path("c/<slug:cycle>/findings/<int:finding>/dismiss/", views.finding_dismiss, name="finding_dismiss"),
    path("c/<slug:cycle>/notes/<int:note>/answer/", views.note_answer, name="note_answer"),
]
