"""The rows of the API's table for boards and meetings."""

from __future__ import annotations

from assessments.board.views import find_contribution
from panels.meetings import actions as meetings
from panels.meetings.views import find_body, find_document, find_meeting, find_task, meeting_document
from portal.api import boards, inputs, rows, shapes
from portal.api.engine import Act, One, Raw
from portal.api.lists import Found, Listing, word
from portal.api.table import CHAPTER, at, in_chapter, plain

SECTIONS, MEETING = f"{CHAPTER}sections/", "meetings/<int:meeting>/"
in_meeting, in_body = {"load": find_meeting}, {"load": find_body}

ROWS = [
    at(SECTIONS, "chapters-sections", "The sections of a chapter: state, owner, words against plan, what is open.",
       "chapter.read", **in_chapter, get=Found(boards.sections_of, boards.Section)),
    at(f"{SECTIONS}plan/", "chapters-plan_section", "Say who answers for a section, and how long it shall be.",
       "chapter.read", **in_chapter, post=Act(boards.plan_section, boards.Section, boards.SectionPlan, "chapter.lead")),
    at(f"{SECTIONS}state/", "chapters-mark_section", "Say how far a section is.", "chapter.read", **in_chapter,
       post=Act(boards.mark_section, boards.Section, boards.SectionState, "section.draft")),
    at(f"{SECTIONS}invite/", "chapters-invite", "Invite somebody to write one section.", "chapter.read", **in_chapter,
       post=Act(boards.invite_to_section, boards.Contribution, boards.SectionInvitation, "chapter.lead", 201)),
    at(f"{SECTIONS}ask/", "chapters-ask_disclosure", "Ask somebody who shall write a section for their disclosure.",
       "chapter.read", **in_chapter,
       post=Act(boards.ask_disclosure, shapes.DisclosureRequest, boards.ContributorAsked, "chapter.lead", 201)),
    at(f"{SECTIONS}invitations/<int:contribution>/end/", "chapters-end_invitation", "End such an invitation.",
       "chapter.read", load=find_contribution,
       post=Act(boards.end_contribution, boards.Contribution, inputs.Reason, "chapter.lead")),
    at("bodies/<slug:body>/meetings/", "meetings-list", "Meetings of a body; call one.", "meeting.view", **in_body,
       get=Listing(boards.meetings_of, boards.MeetingShape, ("-starts", "-pk"), {"status": word("status")}),
       post=Act(boards.call_meeting, boards.MeetingShape, boards.NewMeeting, "meeting.keep", 201)),
    at(MEETING, "meetings-detail", "A meeting with agenda, documents, attendance, minutes and tasks.", "meeting.view",
       **in_meeting, get=One(boards.MeetingShape)),
    at(f"{MEETING}change/", "meetings-change", "Move or rename a meeting.", "meeting.view", **in_meeting,
       post=Act(boards.change_meeting, boards.MeetingShape, boards.MeetingTimes, "meeting.keep")),
    at(f"{MEETING}cancel/", "meetings-cancel", "Cancel a meeting.", "meeting.view", **in_meeting,
       post=Act(plain(meetings.cancel), boards.MeetingShape, inputs.Reason, "meeting.keep")),
    at(f"{MEETING}agenda/", "meetings-agenda", "Write the agenda anew.", "meeting.view", **in_meeting,
       post=Act(lambda one, data, **who: meetings.set_agenda(one, data["agenda"], **who), boards.MeetingShape,
                boards.Agenda, "meeting.keep")),
    at(f"{MEETING}documents/", "meetings-add_document", "Put a file or an address before a meeting.", "meeting.view",
       **in_meeting, post=Act(boards.add_document, boards.MeetingShape, boards.NewDocument, "meeting.keep", file=True)),
    at(f"{MEETING}documents/<int:document>/", "meetings-document", "A file that is before a meeting.", "meeting.view",
       load=find_document, get=Raw(rows.file_of(meeting_document), "application/octet-stream")),
    at(f"{MEETING}answer/", "meetings-answer", "Say whether one comes.", "meeting.view", **in_meeting,
       post=Act(boards.answer, boards.MeetingShape, boards.Answer, "meeting.view")),
    at(f"{MEETING}attendance/", "meetings-attendance", "Say who was there.", "meeting.view", **in_meeting,
       post=Act(boards.record_attendance, boards.MeetingShape, boards.Present, "meeting.keep")),
    at(f"{MEETING}minutes/", "meetings-minutes", "Keep the minutes as they are being written.", "meeting.view",
       **in_meeting, post=Act(boards.write_minutes, boards.MeetingShape, boards.Minutes, "meeting.keep")),
    at(f"{MEETING}close/", "meetings-close", "Make the minutes final.", "meeting.view", **in_meeting,
       post=Act(lambda one, _data, **who: meetings.close(one, **who), boards.MeetingShape, needs="meeting.keep")),
    at(f"{MEETING}tasks/", "meetings-add_task", "Note what was agreed to be done.", "meeting.view", **in_meeting,
       post=Act(boards.add_task, boards.MeetingTask, boards.NewTask, "meeting.keep", 201)),
    at(f"{MEETING}tasks/<int:task>/done/", "meetings-finish_task", "Say that it is done.", "meeting.view",
       load=find_task, post=Act(lambda task, data, **who: meetings.finish_task(task, data["note"], **who),
                                boards.MeetingTask, boards.Done, "meeting.view")),
]  # fmt: skip
