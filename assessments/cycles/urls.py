from django.urls import path

from assessments.cycles import views, views_groups, views_people, views_procedures

urlpatterns = [
    path("cycles/new/", views.cycle_new, name="cycle_new"),
    path("procedures/", views_procedures.procedures, name="procedures"),
    path("procedures/<slug:key>/", views_procedures.procedure_detail, name="procedure"),
    path("c/<slug:cycle>/procedure/", views_procedures.cycle_procedure, name="cycle_procedure"),
    path("c/<slug:cycle>/", views.cycle_detail, name="cycle"),
    path("c/<slug:cycle>/advance/", views.cycle_advance, name="cycle_advance"),
    path("c/<slug:cycle>/decide/", views.cycle_decide, name="cycle_decide"),
    path("c/<slug:cycle>/people/", views_people.people, name="people"),
    path("c/<slug:cycle>/groups/", views_groups.cycle_groups, name="groups"),
    path("c/<slug:cycle>/groups/<int:group>/dissolve/", views_groups.group_dissolve, name="group_dissolve"),
    path(
        "c/<slug:cycle>/disclosures/<int:disclosure>/decide/",
        views_people.disclosure_decide,
        name="disclosure_decide",
    ),
]
