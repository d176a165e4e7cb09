"""Boards and meetings as programs see them: sections with their plan, guests of one section, meetings and minutes."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from assessments.board import gathering
from assessments.drafting.models import Chapter
from assessments.drafting.sections import actions as sections
from assessments.drafting.sections import models
from panels.meetings import actions as meetings
from panels.meetings import calling
from panels.meetings.models import Meeting, Task
from panels.models import Body, Person
from portal.api import inputs
from portal.api.acting import one_of
from portal.api.shapes import Number, Shape, Text

# What is shown.


class Section(serializers.Serializer):
    """A section as the board shows it. ``id`` "" is the chapter as a whole; ``open`` counts by what is counted."""

    id = Text()
    number = Text()
    title = Text()
    level = Number()
    words = Number()
    planned = Number(allow_null=True)
    state = Text()
    owner = Text(allow_null=True)
    open = serializers.DictField(child=serializers.IntegerField())


class Contribution(Shape):
    """An invitation to one section; it lasts as long as its appointment."""

    id = Number(source="pk")
    chapter = Text(source="chapter.number")
    person = Text(source="appointment.person.name")
    role = Text(source="appointment.role")
    until = serializers.DateTimeField(source="appointment.ends", allow_null=True)

    class Meta:
        model = models.Contribution
        fields = ["id", "chapter", "section", "title", "person", "role", "until", "at"]


class MeetingTask(Shape):
    id = Number(source="pk")
    owner = Text(source="owner.name")

    class Meta:
        model = Task
        fields = ["id", "text", "owner", "due", "done_at", "note"]


class Attending(serializers.Serializer):
    person = Text(source="person.name")
    answer = Text()
    present = serializers.BooleanField(allow_null=True)


class Document(serializers.Serializer):
    id = Number(source="pk")
    title = Text()
    address = Text()
    name = Text()
    sha256 = Text()


class MeetingShape(Shape):
    """A meeting of a body; times are UTC. ``minutes_hash`` is what ``minutes`` asks for as ``seen``."""

    id = Number(source="pk")
    body = Text(source="body.key")
    agenda = serializers.SlugRelatedField("title", many=True, read_only=True)
    attendance = Attending(many=True)
    documents = Document(many=True)
    tasks = MeetingTask(many=True)
    minutes_hash = serializers.SerializerMethodField()

    class Meta:
        model = Meeting
        fields = ["id", "body", "title", "starts", "ends", "place", "link", "status", "reason", "agenda", "documents",
                  "attendance", "minutes", "minutes_hash", "tasks"]  # fmt: skip

    def get_minutes_hash(self, meeting) -> str:
        return meetings.digest(meeting.minutes)


# What is given.


class SectionPlan(serializers.Serializer):
    """``section`` "" plans the chapter as a whole; ``owner`` is the address of somebody of the team, "" for nobody."""

    section = inputs.Text(40, optional=True)
    owner = inputs.Text(254, optional=True)
    words = serializers.IntegerField(required=False, allow_null=True, default=None)


class SectionState(serializers.Serializer):
    section = inputs.Text(40, optional=True)
    state = inputs.OneOf(models.SectionPlan.State.values)


class SectionInvitation(serializers.Serializer):
    section = inputs.Text(40)
    role = inputs.Text(40, help_text="A role of the procedure that writes in teams, such as ca.")
    name = inputs.Text(150, optional=True)
    email = serializers.EmailField()
    until = serializers.DateTimeField()


class ContributorAsked(serializers.Serializer):
    role = inputs.Text(40, help_text="A role of the procedure that writes in teams and owes a disclosure.")
    name = inputs.Text(150, optional=True)
    email = serializers.EmailField()


class MeetingTimes(serializers.Serializer):
    title = inputs.Text(200)
    starts = serializers.DateTimeField()
    ends = serializers.DateTimeField()
    place = inputs.Text(250, optional=True)
    link = inputs.Text(500, optional=True)


class NewMeeting(MeetingTimes):
    agenda = serializers.ListField(child=inputs.Text(300), required=False, default=list, max_length=60)


class Agenda(serializers.Serializer):
    agenda = serializers.ListField(child=inputs.Text(300), max_length=60)


class NewDocument(serializers.Serializer):
    title = inputs.Text(200, optional=True)
    address = inputs.Text(500, optional=True)
    file = serializers.FileField(required=False, default=None, allow_null=True)


class Answer(serializers.Serializer):
    answer = inputs.OneOf(["comes", "away"])


class Present(serializers.Serializer):
    """Addresses of those who were there; everybody else who was called was not."""

    present = serializers.ListField(child=serializers.EmailField(), max_length=500)


class Minutes(serializers.Serializer):
    text = serializers.CharField(max_length=meetings.MAX_MINUTES, allow_blank=True, trim_whitespace=False)
    seen = inputs.Text(64, help_text="minutes_hash of the minutes that this text was written from.")


class NewTask(serializers.Serializer):
    text = inputs.Text(500)
    owner = serializers.EmailField()
    due = serializers.DateField(required=False, allow_null=True, default=None)


class Done(serializers.Serializer):
    note = inputs.Text(500, optional=True)


# Rows.


def sections_of(_user, chapter: Chapter, _asked):
    """The chapter as a whole and its sections, in order."""
    board = gathering.chapter_board(chapter, timezone.now())
    return [_row(row) for row in (board.whole, *board.sections)], None


def _row(row: gathering.Row) -> dict:
    section = row.section
    return {
        "id": section.id if section else "",
        "number": section.number if section else row.chapter.number,
        "title": section.title if section else row.title,
        "level": section.level if section else 1,
        "words": row.words,
        "planned": row.planned,
        "state": row.state,
        "owner": row.owner.name if row.owner else None,
        "open": row.open,
    }


def meetings_of(_user, body: Body):
    """The meetings of a body, those of the past included."""
    rows = Meeting.objects.filter(body=body).select_related("body")
    return rows.prefetch_related("agenda", "documents", "attendance__person", "tasks__owner")


# Acts.


def plan_section(chapter: Chapter, data: dict, **who) -> dict:
    owner = _of_team(chapter, data["owner"], who["now"]) if data["owner"] else None
    sections.plan_section(chapter, data["section"], owner=owner, words=data["words"], **who)
    return _shown(chapter, data["section"], who["now"])


def mark_section(chapter: Chapter, data: dict, **who) -> dict:
    sections.mark_section(chapter, data["section"], data["state"], **who)
    return _shown(chapter, data["section"], who["now"])


def invite_to_section(chapter: Chapter, data: dict, **who):
    section, role = data.pop("section"), data.pop("role")
    return sections.invite_to_section(chapter, section, role, **data, **who)


def ask_disclosure(chapter: Chapter, data: dict, **who):
    return sections.ask_disclosure(chapter, data.pop("role"), **data, **who)


def end_contribution(contribution, data: dict, **who):
    return sections.end_contribution(contribution, data["reason"], **who)


def call_meeting(body: Body, data: dict, **who):
    return meetings.call(body, data.pop("title"), **data, **who)


def change_meeting(meeting: Meeting, data: dict, **who):
    return meetings.change(meeting, data.pop("title"), **data, **who)


def add_document(meeting: Meeting, data: dict, **who):
    file = data["file"]
    given = {"data": file.read(), "filename": file.name} if file else {}
    meetings.add_document(meeting, data["title"], address=data["address"], **given, **who)
    return meeting


def answer(meeting: Meeting, data: dict, **who):
    meetings.answer(meeting, data["answer"], **who)
    return meeting


def record_attendance(meeting: Meeting, data: dict, **who):
    present = [_called(meeting, email, who["now"]) for email in data["present"]]
    return meetings.record_attendance(meeting, present, **who)


def write_minutes(meeting: Meeting, data: dict, **who):
    return meetings.write_minutes(meeting, data["text"], seen=data["seen"], **who)


def add_task(meeting: Meeting, data: dict, **who):
    owner = _called(meeting, data["owner"], who["now"])
    return meetings.add_task(meeting, data["text"], owner, due=data["due"], **who)


def _shown(chapter: Chapter, section: str, now) -> dict:
    chapter = Chapter.objects.select_related("cycle", "team", "current").get(pk=chapter.pk)
    board = gathering.chapter_board(chapter, now)
    rows = [board.whole, *board.sections]
    return _row(next(row for row in rows if (row.section.id if row.section else "") == section))


def _of_team(chapter: Chapter, email: str, now) -> Person:
    return one_of(
        sections.team_of(chapter, now).filter(user__email__iexact=email), email, "owner", str(chapter)
    )


def _called(meeting: Meeting, email: str, now) -> Person:
    known = {
        seat.person.user.email.lower(): seat.person
        for seat in calling.members(meeting.body, now)
        if seat.person.user
    }
    if email.lower() not in known:
        raise ValidationError({"person": f"{email} does not sit in {meeting.body}."})
    return known[email.lower()]
