from django.urls import path

from assessments.cycles import views

urlpatterns = [
    path("cycles/new/", views.cycle_new, name="cycle_new"),
    path("c/<slug:cycle>/", views.cycle_detail, name="cycle"),
    path("c/<slug:cycle>/advance/", views.cycle_advance, name="cycle_advance"),
    path("c/<slug:cycle>/decide/", views.cycle_decide, name="cycle_decide"),
    path("c/<slug:cycle>/people/", views.people, name="people"),
    path(
        "c/<slug:cycle>/disclosures/<int:disclosure>/decide/",
        views.disclosure_decide,
        name="disclosure_decide",
    ),
]
