"""The pages of the desk: where everything stands, what is due, who owes what, imports, work, the record."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.imports.models import ImportAttempt
from portal.desk import chasing, imports, reminding, search, work
from portal.desk.deadlines import deadlines
from portal.desk.desks import Desk, find_desk
from portal.desk.duties import KINDS
from portal.desk.glance import glances
from portal.desk.pages import filtered, page_before
from records.doors import door
from records.jobs import registry
from records.models import Job
from records.reading import readable_entries

GROUPS = 40


def _render(request, desk: Desk, place: str, **context):
    return render(request, f"portal/desk/{place}.html", {"desk": desk, "place": place, **context})


@door("desk.view", load=find_desk, methods=("GET",))
def glance(request, desk):
    now = timezone.now()
    return _render(request, desk, "glance", glances=glances(desk, now))


@door("desk.view", load=find_desk, methods=("GET",))
def due(request, desk):
    now = timezone.now()
    return _render(request, desk, "due", deadlines=deadlines(desk, now), now=now)


@door("desk.look_inside", load=find_desk, methods=("GET",))
def owed(request, desk):
    """Who owes what; the address keeps filters, order and grouping."""
    asked = chasing.Asked.of(request.GET)
    found = chasing.asked_for(desk, asked, timezone.now())
    if request.GET.get("as") == "csv":
        response = HttpResponse(chasing.as_csv(found), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="concord-who-owes-what.csv"'
        response["Cache-Control"] = "private, no-store"
        return response
    page = Paginator(chasing.grouped(found, asked.by), GROUPS).get_page(request.GET.get("page"))
    people = {duty.person for duty in found if duty.person}
    return _render(
        request,
        desk,
        "owed",
        asked=asked,
        page=page,
        total=len(found),
        people=len(people),
        kinds=KINDS.items(),
        reach=reminding.within_reach(desk, people, timezone.now()),
    )


@door("desk.look_inside", load=reminding.find_owing, post="duties.remind", methods=("POST",))
def remind(request, owed, **_kwargs):
    """Remind one person of what they owe (at most once a day)."""
    reminding.remind(owed, by=request.user, now=timezone.now())
    messages.success(request, _("%(person)s is reminded.") % {"person": owed.person.name})
    return redirect("desk_owed")


@door("desk.look_inside", load=find_desk, methods=("GET",))
def taken_in(request, desk):
    rows = filtered(
        imports.attempts_of(desk), request.GET, {"cycle": "cycle__slug", "kind": "kind", "outcome": "outcome"}
    )
    rows, before = page_before(rows, request.GET, 25)
    return _render(
        request,
        desk,
        "imports",
        rows=imports.listed(desk, rows),
        before=before,
        kinds=ImportAttempt.Kind.choices,
        outcomes=ImportAttempt.Outcome.choices,
    )


@door("desk.look_inside", load=find_desk, methods=("GET",))
def jobs(request, desk):
    rows = filtered(work.jobs_of(desk), request.GET, {"cycle": "scope", "state": "status", "kind": "kind"})
    rows, before = page_before(rows.select_related("by"), request.GET, work.PAGE)
    shown = [
        {
            "job": job,
            "title": work.in_words(job),
            "obstacles": work.obstacles_to_trying_again(job) if job.status == Job.Status.FAILED else (),
        }
        for job in rows
    ]
    kinds = [(name, registry.kind(name).title or name) for name in sorted(registry.names())]
    return _render(request, desk, "jobs", rows=shown, before=before, states=Job.Status.choices, kinds=kinds)


def find_desk_job(user, pk: int, **_kwargs) -> Job:
    """A job that lies on the person's desk, or Http404."""
    job = work.jobs_of(find_desk(user)).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


@door("desk.look_inside", load=find_desk_job, post="jobs.try_again", methods=("POST",))
def job_again(request, job, **_kwargs):
    work.try_again(job, by=request.user, now=timezone.now())
    messages.success(request, _("Job %(job)s waits for its turn again.") % {"job": job.pk})
    return redirect("desk_jobs")


@door("desk.view", load=find_desk, methods=("GET",))
def record(request, desk):
    """Search in the record."""
    wanted = search.Wanted.of(request.GET)
    entries = readable_entries(request.user)
    found, verbs = search.search(entries, wanted), search.verbs_of(entries)
    return _render(request, desk, "record", wanted=wanted, found=found, verbs=verbs)
