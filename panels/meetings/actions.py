"""Verbs of meetings: call, change, cancel, answer, minute, close, and what is agreed to be done (2.12, 2.13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from panels.meetings import calling, guards
from panels.meetings.models import AgendaItem, Attendance, Meeting, MeetingDocument, Task
from panels.models import Body, Person, User
from records import addresses, chain, files
from records.obstacles import refuse, refuse_if, require

MAX_BYTES = 25 * 1024 * 1024
MAX_MINUTES = 200_000
MAX_ITEMS = 60


@transaction.atomic
def call(
    body: Body,
    title: str,
    *,
    starts: datetime,
    ends: datetime,
    place: str = "",
    link: str = "",
    agenda: Sequence[str] = (),
    by: User,
    now: datetime,
) -> Meeting:
    """Call a meeting of a body; its members hear of it, and it stands in their calendars (procedure 2.12).

    One that took place already may be entered for its minutes; nobody is written to. Raises PermissionDenied,
    Blocked: dissolved, no title, ends before it begins, an address that is none.
    """
    body = Body.objects.select_for_update().get(pk=body.pk)
    require(by, "meeting.keep", body)
    refuse_if(guards.obstacles_to_calling(body))
    meeting = Meeting(body=body, by=by, at=now)
    _describe(meeting, title, starts, ends, place, link)
    meeting.save()
    _write_agenda(meeting, agenda)
    _record(
        meeting,
        "meeting.called",
        by,
        now,
        starts=chain.timestamp(starts),
        place=meeting.place or meeting.link,
    )
    return meeting


@transaction.atomic
def change(
    meeting: Meeting,
    title: str,
    *,
    starts: datetime,
    ends: datetime,
    place: str = "",
    link: str = "",
    by: User,
    now: datetime,
) -> Meeting:
    """Move or rename a meeting; whoever sits in the body hears of another time or place (procedure 2.12)."""
    meeting = _open(meeting, by)
    before = (meeting.title, meeting.starts, meeting.ends, meeting.place, meeting.link)
    _describe(meeting, title, starts, ends, place, link)
    if before != (meeting.title, meeting.starts, meeting.ends, meeting.place, meeting.link):
        meeting.sequence += 1
        meeting.save()
        _record(
            meeting,
            "meeting.changed",
            by,
            now,
            starts=chain.timestamp(starts),
            place=meeting.place or meeting.link,
        )
    return meeting


@transaction.atomic
def cancel(meeting: Meeting, reason: str, *, by: User, now: datetime) -> Meeting:
    """Cancel a meeting with a reason; it leaves the calendars (procedure 2.12)."""
    meeting = _open(meeting, by)
    if not reason.strip():
        refuse("no-reason", _("A meeting is cancelled with a reason."), rule="2.12")
    meeting.status, meeting.reason = Meeting.Status.CANCELLED, reason.strip()[:500]
    meeting.sequence += 1
    meeting.save(update_fields=["status", "reason", "sequence"])
    _record(meeting, "meeting.cancelled", by, now, reason=meeting.reason)
    return meeting


@transaction.atomic
def set_agenda(meeting: Meeting, items: Sequence[str], *, by: User, now: datetime) -> Meeting:
    """Write the agenda anew, an item a line (procedure 2.12)."""
    meeting = _open(meeting, by)
    _write_agenda(meeting, items)
    _record(meeting, "meeting.agenda", by, now, agenda="; ".join(item.title for item in meeting.agenda.all()))
    return meeting


@transaction.atomic
def add_document(
    meeting: Meeting,
    title: str,
    *,
    address: str = "",
    data: bytes = b"",
    filename: str = "",
    by: User,
    now: datetime,
) -> MeetingDocument:
    """Put a document before a meeting: a file as it is sent, or an address (procedure 2.12)."""
    meeting = _open(meeting, by)
    address = address.strip()
    if bool(address) == bool(data):
        refuse("file-or-address", _("A document is a file or an address: give one of them."), rule="2.12")
    if len(data) > MAX_BYTES:
        refuse("too-large", _("At most %(most)s MB are taken.") % {"most": MAX_BYTES // 1048576}, rule="2.12")
    addresses.check(address, rule="2.12")
    name = PurePath(filename.replace("\\", "/")).name[-200:]
    title = " ".join(title.split())[:200] or name or address[:200]
    made = MeetingDocument(meeting=meeting, title=title, address=address, by=by, at=now)
    if data:
        made.file, made.name = files.new_name("meetings", "bin"), name or "document"
        made.sha256 = chain.digest(data)
        files.keep(made.file, data)
    made.save()
    _record(meeting, "meeting.document", by, now, document=title, sha256=made.sha256)
    return made


@transaction.atomic
def answer(meeting: Meeting, reply: str, *, by: User, now: datetime) -> Attendance:
    """Say whether one comes; only for oneself, and until the meeting begins. It is no act of the record (1.4)."""
    meeting = Meeting.objects.select_for_update().select_related("body").get(pk=meeting.pk)
    require(by, "meeting.view", meeting)
    refuse_if(guards.obstacles_to_changing(meeting))
    if not calling.sits(by, meeting.body):
        refuse("not-a-member", _("Only members of the body are called to it."), rule="2.12")
    if meeting.starts <= now:
        refuse("begun", _("The meeting has begun; who was there stands in its minutes."), rule="2.12")
    if reply not in (Attendance.Answer.COMES, Attendance.Answer.AWAY):
        refuse("no-answer", _("Say whether you come or not."), rule="2.12")
    made, _new = Attendance.objects.update_or_create(
        meeting=meeting, person=by.person, defaults={"answer": reply}
    )
    return made


@transaction.atomic
def record_attendance(meeting: Meeting, present: Iterable[Person], *, by: User, now: datetime) -> Meeting:
    """Say who was there, of the members and of those who answered (procedure 2.13)."""
    meeting = _open(meeting, by)
    if meeting.starts > now:
        refuse("not-begun", _("The meeting has not begun yet."), rule="2.13")
    known = {seat.person_id for seat in calling.members(meeting.body, now)}
    known |= set(meeting.attendance.values_list("person", flat=True))
    came = {person.pk for person in present}
    if not came <= known:
        refuse("not-called", _("Somebody named there was not called to this meeting."), rule="2.13")
    for pk in known:
        Attendance.objects.update_or_create(meeting=meeting, person_id=pk, defaults={"present": pk in came})
    names = Person.objects.filter(pk__in=came).values_list("name", flat=True)
    _record(meeting, "meeting.attended", by, now, people=", ".join(names) or "–")
    return meeting


@transaction.atomic
def write_minutes(meeting: Meeting, text: str, *, seen: str, by: User, now: datetime) -> Meeting:
    """Keep the minutes as they are being written; ``seen`` is the hash of the text that the writer began from.

    If somebody kept others meanwhile, nothing is written over: the writer is told (procedure 1.6).
    """
    meeting = _open(meeting, by)
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > MAX_MINUTES:
        refuse(
            "too-long", _("Minutes have at most %(most)s characters.") % {"most": MAX_MINUTES}, rule="2.13"
        )
    if seen != digest(meeting.minutes) and text != meeting.minutes:
        refuse(
            "moved-on",
            _("%(person)s changed the minutes meanwhile.") % {"person": meeting.minutes_by or "–"},
            rule="1.6",
            remedy=_("Your text stands below; take in what you need from theirs, then keep it."),
        )
    if text != meeting.minutes:
        meeting.minutes, meeting.minutes_by, meeting.minutes_at = text, by, now
        meeting.save(update_fields=["minutes", "minutes_by", "minutes_at"])
    return meeting


@transaction.atomic
def close(meeting: Meeting, *, by: User, now: datetime) -> Meeting:
    """Make the minutes final: they go to everybody who sits in the body, and change no more (procedure 2.13)."""
    meeting = _locked(meeting)
    require(by, "meeting.keep", meeting)
    refuse_if(guards.obstacles_to_closing(meeting, now=now))
    meeting.status = Meeting.Status.HELD
    meeting.save(update_fields=["status"])
    _record(meeting, "meeting.minuted", by, now, minutes=meeting.minutes, sha256=digest(meeting.minutes))
    return meeting


@transaction.atomic
def add_task(
    meeting: Meeting, text: str, owner: Person, *, due: date | None = None, by: User, now: datetime
) -> Task:
    """Note what was agreed to be done, by whom and until when; they hear of it (procedure 2.13)."""
    meeting = _locked(meeting)
    require(by, "meeting.keep", meeting)
    if meeting.status == Meeting.Status.CANCELLED:
        refuse_if(guards.obstacles_to_changing(meeting))
    text = " ".join(text.split())
    if not text or len(text) > 500:
        refuse("no-words", _("What is to be done has 1 to 500 characters."), rule="2.13")
    if owner.pk not in {seat.person_id for seat in calling.members(meeting.body, now)}:
        refuse("not-a-member", _("%(person)s does not sit in this body.") % {"person": owner}, rule="2.13")
    task = Task.objects.create(meeting=meeting, text=text, owner=owner, due=due)
    _record(
        meeting,
        "meeting.tasked",
        by,
        now,
        task=text,
        person=owner.name,
        person_ref=records.append.reference(meeting.stream, owner),
        due=f"{due:%Y-%m-%d}" if due else "–",
    )
    return task


@transaction.atomic
def finish_task(task: Task, note: str = "", *, by: User, now: datetime) -> Task:
    """Say that something is done; whoever does it says so, or whoever keeps the minutes (procedure 2.13)."""
    meeting = _locked(task.meeting)
    task = Task.objects.select_related("owner").get(pk=task.pk)
    if task.owner.user_id == by.pk:
        require(by, "meeting.view", meeting)
    else:
        require(by, "meeting.keep", meeting)
    if task.done_at is not None:
        refuse("done", _("This is done already."), rule="2.13")
    task.done_at, task.done_by, task.note = now, by, " ".join(note.split())[:500]
    task.save(update_fields=["done_at", "done_by", "note"])
    _record(meeting, "meeting.done", by, now, task=task.text, note=task.note)
    return task


def digest(text: str) -> str:
    return chain.digest(text.encode())


def _locked(meeting: Meeting) -> Meeting:
    return (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("body", "minutes_by")
        .get(pk=meeting.pk)
    )


def _open(meeting: Meeting, by: User) -> Meeting:
    """The meeting, locked, for an act of whoever keeps it; refused once it was held or cancelled."""
    meeting = _locked(meeting)
    require(by, "meeting.keep", meeting)
    refuse_if(guards.obstacles_to_changing(meeting))
    return meeting


def _describe(meeting: Meeting, title: str, starts: datetime, ends: datetime, place: str, link: str) -> None:
    title = " ".join(title.split())
    if not title or len(title) > 200:
        refuse("no-title", _("A meeting has a title of 1 to 200 characters."), rule="2.12")
    if ends <= starts:
        refuse("ends-before", _("A meeting ends after it begins."), rule="2.12")
    addresses.check(link.strip(), rule="2.12")
    meeting.title, meeting.starts, meeting.ends = title, starts, ends
    meeting.place, meeting.link = " ".join(place.split())[:250], link.strip()


def _write_agenda(meeting: Meeting, items: Sequence[str]) -> None:
    titles = [" ".join(item.split()) for item in items if item.strip()]
    if len(titles) > MAX_ITEMS or any(len(title) > 300 for title in titles):
        refuse(
            "agenda-too-long",
            _("An agenda has at most %(most)s items of at most 300 characters.") % {"most": MAX_ITEMS},
            rule="2.12",
        )
    meeting.agenda.all().delete()
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, place=place, title=title) for place, title in enumerate(titles, start=1)
    )


def _record(meeting: Meeting, verb: str, by: User, now: datetime, **payload) -> None:
    records.append.append(
        meeting.stream,
        verb,
        {"meeting": meeting.title, "id": meeting.pk, "body": str(meeting.body), **payload},
        by=by,
        at=now,
        visibility="members",
    )
