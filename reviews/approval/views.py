"""Pages of a session: each person's own room, the lines, the screen, and one address for acts."""

from __future__ import annotations

import json
from functools import partial

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from assessments.cycles.views import find_cycle
from records.doors import door
from records.obstacles import Blocked, require
from reviews.approval import guards, looked, rooms, sessions
from reviews.approval.acts import ACTS
from reviews.approval.forms import SessionForm
from reviews.approval.models import Line, Session
from reviews.approval.wording import changes


def find_session(user, cycle: str, number: int, **_kwargs) -> Session:
    """The session of that number among those the person may follow, or Http404."""
    within = find_cycle(user, cycle)
    if not user.has_perm("session.follow", within):
        raise Http404
    found = within.sessions.with_summary().filter(number=number).first()
    if found is None:
        raise Http404
    found.cycle = within
    return found


@door("session.follow", load=find_cycle, methods=("GET",))
def session_list(request, report, **_kwargs):
    return render(
        request,
        "reviews/approval/session_list.html",
        {
            "cycle": report,
            "sessions": report.sessions.with_tally(),
            "may_create": request.user.has_perm("session.create", report),
            "obstacles": guards.stage_obstacles(report, "session.create"),
        },
    )


@door("session.create", load=find_cycle, post="session.create")
def session_new(request, report, **_kwargs):
    form = SessionForm(request.POST or None, cycle=report)
    if request.method == "POST" and form.is_valid():
        session = sessions.create_session(report, **_fields(form), by=request.user, now=timezone.now())
        messages.success(
            request, _("The session is prepared with %(n)s lines.") % {"n": session.lines.count()}
        )
        return redirect(session)
    return render(request, "reviews/approval/session_new.html", {"cycle": report, "form": form})


def _fields(form) -> dict:
    return {
        "frozen": form.cleaned_data["frozen"],
        "title": form.cleaned_data["title"],
        "opens_at": form.cleaned_data["opens_at"],
        "unit": form.cleaned_data.get("unit", ""),
    }


@door("session.follow", load=find_session, methods=("GET",))
def session_detail(request, session, **_kwargs):
    view = rooms.view_of(request.user, session)
    look = partial(looked.on_opening, request, session)
    return render(
        request, "reviews/approval/session_detail.html", rooms.context(request.user, session, view, look)
    )


@door("session.create", load=find_session, methods=("GET",))
def session_plan(request, session, **_kwargs):
    """The form of the act that names the opening."""
    form = ACTS["plan"].form(session=session, initial={"opens_at": session.opens_at})
    return render(
        request,
        "reviews/approval/session_plan.html",
        {"cycle": session.cycle, "session": session, "form": form, "label": ACTS["plan"].label},
    )


@door("session.follow", load=find_session, methods=("GET",))
def session_lines(request, session, **_kwargs):
    chosen = {"state": request.GET.get("state", ""), "section": request.GET.get("section", "")}
    return render(
        request, "reviews/approval/session_lines.html", rooms.all_lines(request.user, session, **chosen)
    )


@door("session.screen", load=find_session, methods=("GET",))
def session_screen(request, session, **_kwargs):
    return render(
        request, "reviews/approval/session_screen.html", rooms.context(request.user, session, "screen")
    )


@door("session.follow", load=find_session, methods=("GET",))
def session_regions(request, session, view, **_kwargs):
    """The parts of the page that change, for live.js; the header says which number they show."""
    if not rooms.may_have(request.user, session, view):
        raise Http404
    context = rooms.context(request.user, session, view, partial(looked.so_far, request, session))
    response = render(request, f"reviews/approval/_{view}.html", context)
    response["X-Concord-Seq"] = str(context["seq"])
    response["Cache-Control"] = "no-store"
    return response


@door("session.follow", load=find_session, methods=("POST",))
def session_act(request, session, act, **_kwargs):
    """Any act in the room. A refusal that would lose typed words gives them back beside the reasons."""
    found = ACTS.get(act)
    if found is None:
        raise Http404
    require(request.user, found.needs, session)
    as_json = request.content_type == "application/json"
    form = found.form(_sent(request, as_json), session=session)
    obstacles = []
    if form.is_valid():
        try:
            found.run(session, form.cleaned_data, by=request.user, now=timezone.now())
        except Blocked as refusal:
            if not as_json and not form.typed:
                raise
            obstacles = refusal.obstacles
        else:
            if as_json:
                return JsonResponse({"done": True})
            if act == "gavel":
                messages.success(request, _fallen(form.cleaned_data["line"]))
            return redirect(_back(request, session))
    if as_json:
        reasons = [{"code": o.code, "text": str(o)} for o in obstacles]
        return JsonResponse(
            {"done": False, "obstacles": reasons, "errors": form.errors}, status=409 if reasons else 422
        )
    if [field.name for field in form.visible_fields()] == ["line"] and form.errors:
        # A mistyped line is typed again in the room; nobody has to leave the live page for it.
        for error in form.errors.get("line", ()):
            messages.error(request, error)
        return redirect(_back(request, session))
    return _again(request, session, act, form, obstacles)


def _fallen(line: Line) -> str:
    line.refresh_from_db()
    said = _("%(line)s is deleted.") if line.state == Line.State.DELETED else _("%(line)s is approved.")
    return said % {"line": line.label}


def _sent(request, as_json: bool):
    if not as_json:
        return request.POST
    try:
        sent = json.loads(request.body)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _again(request, session, act, form, obstacles):
    """The form once more with everything typed; against a text that moved it now names the present one."""
    line = Line.objects.filter(session=session, label=form.data.get("line", "")).first()
    moved = any(o.code == "stale-base" for o in obstacles)
    if not request.user.has_perm("session.screen", session):
        # Only whoever keeps the desk enters something for others.
        form.fields.pop("for_body", None)
    if moved:
        form.data = form.data.copy()
        for name in ("base_hash", "text_hash"):
            if name in form.fields:
                form.data[name] = line.text_hash
    context = {
        "cycle": session.cycle,
        "session": session,
        "label": ACTS[act].label,
        "form": form,
        "obstacles": obstacles,
        "line": line,
        "moved": moved,
        "changes": changes(line.text, form.data.get("text", "")) if moved and "text" in form.fields else [],
    }
    return render(request, "reviews/approval/session_act.html", context, status=409 if obstacles else 422)


def _back(request, session) -> str:
    wanted = request.POST.get("next") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    # From a refused form the way back leads to the room.
    return wanted if safe and "/act/" not in wanted else session.get_absolute_url()
