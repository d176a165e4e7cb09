from django.urls import path

from portal.desk import views

urlpatterns = [
    path("desk/", views.glance, name="desk"),
    path("desk/due/", views.due, name="desk_due"),
    path("desk/owed/", views.owed, name="desk_owed"),
    path("desk/owed/<slug:cycle>/<slug:kind>/<int:person>/remind/", views.remind, name="desk_remind"),
    path("desk/imports/", views.taken_in, name="desk_imports"),
    path("desk/jobs/", views.jobs, name="desk_jobs"),
    path("desk/jobs/<int:pk>/again/", views.job_again, name="desk_job_again"),
    path("desk/record/", views.record, name="desk_record"),
]
