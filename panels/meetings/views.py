"""Pages of meetings: those of a body, one with all that belongs to it, its acts, its file for calendars."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from panels.meetings import actions, calling, guards
from panels.meetings.forms import CallForm, DocumentForm, MeetingForm, TaskForm
from panels.meetings.models import Meeting, MeetingDocument, Task
from panels.meetings.registered import as_deadline, stream_address
from panels.models import Body, Person
from records.doors import at_most, door
from records.notices import calendar
from records.obstacles import Blocked
from records.serving import attached

PER_PAGE = 30


def find_body(user, body: str, **_kwargs) -> Body:
    """A body whose meetings this person may see, or Http404."""
    found = calling.bodies_seen(user).filter(key=body).select_related("state").first()
    if found is None:
        raise Http404
    return found


def find_meeting(user, meeting: int, **_kwargs) -> Meeting:
    """A meeting that this person may see, or Http404."""
    rows = Meeting.objects.visible_to(user).filter(pk=meeting)
    found = rows.select_related("body__state", "by", "minutes_by").first()
    if found is None:
        raise Http404
    return found


def find_document(user, meeting: int, document: int, **_kwargs) -> MeetingDocument:
    """A kept file of a meeting that this person may see, or Http404."""
    found = find_meeting(user, meeting).documents.filter(pk=document, file__gt="").first()
    if found is None:
        raise Http404
    return found


def find_task(user, meeting: int, task: int, **_kwargs) -> Task:
    """Something that was agreed in a meeting that this person may see, or Http404."""
    held = find_meeting(user, meeting)
    found = held.tasks.select_related("owner", "meeting__body").filter(pk=task).first()
    if found is None:
        raise Http404
    return found


@door("meeting.view", load=find_body, post="meeting.keep")
def meetings(request, body, **_kwargs):
    """The meetings of a body, those to come first; calling one."""
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        agenda = data.pop("agenda").splitlines()
        try:
            made = actions.call(
                body, data.pop("title"), agenda=agenda, **data, by=request.user, now=timezone.now()
            )
        except Blocked as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The meeting is called; those who sit in the body are told."))
            return redirect(made)
    now, which = timezone.now(), request.GET.get("which", "")
    rows = body.meetings.annotate(open_tasks=Count("tasks", filter=Q(tasks__done_at=None), distinct=True))
    coming = rows.filter(ends__gt=now, status=Meeting.Status.CALLED)
    past = rows.exclude(pk__in=coming.values("pk")).order_by("-starts", "-pk")
    return render(
        request,
        "panels/meetings/meeting_list.html",
        {
            "body": body,
            "home": calling.home_of(body),
            "coming": coming if which != "past" else (),
            "page": Paginator(past, PER_PAGE).get_page(request.GET.get("page"))
            if which != "coming"
            else None,
            "which": which,
            "form": form if request.user.has_perm("meeting.keep", body) else None,
            "obstacles": guards.obstacles_to_calling(body),
            "record_url": stream_address(body) if body.meetings.exists() else "",
        },
    )


@door("meeting.view", load=find_meeting, methods=("GET",))
def meeting(request, meeting, **_kwargs):
    return render(request, "panels/meetings/meeting_detail.html", _shown(request, meeting))


def _shown(request, meeting, forms=None, minutes: str | None = None) -> dict:
    now, user = timezone.now(), request.user
    forms = forms or {}
    rows = {row.person_id: row for row in meeting.attendance.select_related("person")}
    seats = calling.members(meeting.body, now)
    people = {seat.person_id: seat.person for seat in seats}
    people |= {pk: row.person for pk, row in rows.items()}
    agenda = list(meeting.agenda.all())
    keeps = user.has_perm("meeting.keep", meeting)
    described = {name: getattr(meeting, name) for name in ("title", "starts", "ends", "place", "link")}
    members = [seat.person for seat in seats]
    return {
        "meeting": meeting,
        "home": calling.home_of(meeting.body),
        "agenda": agenda,
        "agenda_text": "\n".join(item.title for item in agenda),
        "documents": meeting.documents.select_related("by"),
        "people": [
            (person, rows.get(pk)) for pk, person in sorted(people.items(), key=lambda one: one[1].name)
        ],
        "tasks": meeting.tasks.select_related("owner", "done_by"),
        "mine": next((row for row in rows.values() if row.person.user_id == user.pk), None),
        "may_answer": meeting.is_open and meeting.starts > now and calling.sits(user, meeting.body),
        "keeps": keeps,
        "begun": meeting.starts <= now,
        "minutes": meeting.minutes if minutes is None else minutes,
        # Minutes begin as the agenda has it: a heading for each item.
        "draft": meeting.minutes or "\n\n".join(item.title for item in agenda),
        "seen": actions.digest(meeting.minutes),
        "rejected": minutes,
        "forms": {
            "change": forms.get("change") or MeetingForm(initial=described, auto_id="change-%s"),
            "document": forms.get("document") or DocumentForm(auto_id="paper-%s"),
            "task": forms.get("task") or TaskForm(people=members, auto_id="task-%s"),
        }
        if keeps
        else {},
        "errors": forms.get("errors", ()),
        "obstacles_to_closing": guards.obstacles_to_closing(meeting, now=now) if keeps else (),
        "record_url": stream_address(meeting.body),
    }


# Act → what it says once it is done.
ACTS = {
    "change": gettext_lazy("The meeting is changed; those who sit in the body are told."),
    "cancel": gettext_lazy("The meeting is cancelled; those who sit in the body are told."),
    "agenda": gettext_lazy("The agenda is kept."),
    "document": gettext_lazy("The document is before the meeting."),
    "attendance": gettext_lazy("The attendance is recorded."),
    "minutes": gettext_lazy("The minutes are kept."),
    "close": gettext_lazy("The minutes are final."),
    "task": gettext_lazy("It is noted; whoever does it is told."),
    "done": gettext_lazy("It is done."),
    "answer": gettext_lazy("Your answer is noted."),
}


@at_most(actions.MAX_BYTES // 1048576 + 1)
@door("meeting.view", load=find_meeting, post="meeting.view", methods=("POST",))
def meeting_act(request, meeting, act: str, **_kwargs):
    """One act on a meeting; who may do it, the act itself asks."""
    if act not in ACTS:
        raise Http404
    who = {"by": request.user, "now": timezone.now()}
    forms = _forms(request, meeting, act)
    form = forms.get(act)
    try:
        if form is None or form.is_valid():
            _do(act, meeting, request, form.cleaned_data if form else {}, who)
            messages.success(request, ACTS[act])
            return redirect(meeting)
    except Blocked as refusal:
        if form is None:
            forms["errors"] = refusal.obstacles
        else:
            form.add_error(None, str(refusal))
    # What was typed stands there still, beside the reason.
    typed = request.POST.get("minutes", "") if act == "minutes" else None
    fresh = find_meeting(request.user, meeting.pk)
    return render(
        request, "panels/meetings/meeting_detail.html", _shown(request, fresh, forms, typed), status=409
    )


def _forms(request, meeting, act: str) -> dict:
    people = [seat.person for seat in calling.members(meeting.body, timezone.now())]
    made = {
        "change": lambda: MeetingForm(request.POST, auto_id="change-%s"),
        "document": lambda: DocumentForm(request.POST, request.FILES, auto_id="paper-%s"),
        "task": lambda: TaskForm(request.POST, people=people, auto_id="task-%s"),
    }
    return {act: made[act]()} if act in made else {}


def _do(act: str, meeting: Meeting, request, data: dict, who: dict) -> None:
    sent = request.POST
    if act == "change":
        actions.change(meeting, data.pop("title"), **data, **who)
    elif act == "cancel":
        actions.cancel(meeting, sent.get("reason", ""), **who)
    elif act == "agenda":
        actions.set_agenda(meeting, sent.get("agenda", "").splitlines(), **who)
    elif act == "document":
        file = data["file"]
        actions.add_document(
            meeting,
            data["title"],
            address=data["address"],
            data=file.read() if file else b"",
            filename=file.name if file else "",
            **who,
        )
    elif act == "attendance":
        chosen = [int(pk) for pk in sent.getlist("present") if pk.isdecimal() and len(pk) < 12]
        actions.record_attendance(meeting, Person.objects.filter(pk__in=chosen), **who)
    elif act == "minutes":
        actions.write_minutes(meeting, sent.get("minutes", ""), seen=sent.get("seen", ""), **who)
    elif act == "close":
        actions.close(meeting, **who)
    elif act == "task":
        actions.add_task(meeting, data["text"], data["owner"], due=data["due"], **who)
    elif act == "done":
        pk = sent.get("task", "")
        task = find_task(who["by"], meeting.pk, int(pk)) if pk.isdecimal() and len(pk) < 12 else None
        if task is None:
            raise Http404
        actions.finish_task(task, sent.get("note", ""), **who)
    else:
        actions.answer(meeting, sent.get("answer", ""), **who)


@door("meeting.view", load=find_meeting, methods=("GET",))
def meeting_calendar(request, meeting, **_kwargs):
    """The meeting as a file for any calendar."""
    response = HttpResponse(
        calendar.of_one(as_deadline(meeting), timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="meeting-{meeting.pk}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


@door("meeting.view", load=find_document, methods=("GET",))
def meeting_document(request, document, **_kwargs):
    """A document as it was sent, to be kept and never opened in the page."""
    return attached(document.file, document.sha256, document.name, content_type=None)
