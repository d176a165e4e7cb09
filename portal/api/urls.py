"""Every address of the API, one row each: who sees it, what it reads, which act it posts."""

from __future__ import annotations

from django.urls import path

from assessments.cycles import actions as cycles
from assessments.cycles import groups, standing
from assessments.cycles.models import Cycle
from assessments.cycles.views_people import invited
from assessments.drafting import actions as drafting
from assessments.drafting.doors import find_image, find_newest_image
from assessments.drafting.margin import actions as suggesting
from assessments.drafting.margin import threads
from assessments.drafting.margin.views import find_suggestion, find_thread
from assessments.drafting.views_library import asset_data, asset_file
from assessments.drafting.word.views import DOCX, chapter_word_copy
from assessments.findings import actions as finding_acts
from assessments.findings.views import find_finding, find_note
from assessments.imprint import actions as imprint
from assessments.publishing import actions as publishing
from assessments.publishing.views import editor_report_file, find_file, find_report, publication_file
from assessments.snapshots.views import snapshot_pdf
from assessments.sources import keeping
from assessments.sources.models import Retraction
from assessments.sources.views import find_copy, source_copy
from panels import actions as panels
from panels.forms import AcceptForm, SettingsForm
from portal.api import acting, board_rows, desk, finding, inputs, margin, rows, shapes
from portal.api import review_shapes as said
from portal.api.engine import Act, One, Raw
from portal.api.lists import Asked, Found, Listing, Tail, flag, number, question, word
from portal.api.problems import problem_list, problem_page
from portal.api.table import (
    CHAPTER,
    COMMENT,
    CYCLE,
    PROJECTION,
    ROUND,
    SESSION,
    SNAPSHOT,
    VERSION,
    WEBHOOK,
    at,
    between,
    in_chapter,
    in_comment,
    in_cycle,
    in_round,
    in_session,
    in_stream,
    in_version,
    in_webhook,
    plain,
)
from portal.desk import reminding, work
from portal.desk.desks import find_desk
from portal.desk.reminding import find_owing
from portal.desk.views import find_desk_job
from portal.tokens import actions as tokens
from portal.tokens.views import find_token
from records.doors import ACCOUNT, PUBLIC
from records.notices import reading as notices
from records.notices.views import find_letter
from records.views import find_entry, find_job
from records.webhooks import actions as hooks
from reviews.anchors import deciding
from reviews.approval.acts import ACTS
from reviews.comments import actions as comments
from reviews.comments import national
from reviews.comments.views import find_receipt
from reviews.rounds import actions as rounds

PEOPLE = [
    at("me/", "me-detail", "The account that asks, and its roles.", ACCOUNT,
       get=One(shapes.Reader, acting.reader),
       put=Act(acting.change_settings, shapes.Account, inputs.of_form("Settings", SettingsForm))),
    at("notices/", "notices-list", "One's own notices in the portal, newest first.", ACCOUNT,
       get=Listing(rows.own_notices, shapes.Notice, ("-at", "-pk"),
                   {"kind": word("kind"), "scope": word("scope"), "unread": flag("unread")})),
    at("notices/read/", "notices-read", "Mark notices of one's own as read.", ACCOUNT,
       post=Act(acting.read_notices, shapes.MarkedRead, inputs.ReadNotices)),
    at("notices/preferences/", "notices-preferences", "What one hears of by mail, and how fast.", ACCOUNT,
       get=One(shapes.NoticePreferences, acting.notice_preferences),
       put=Act(acting.choose_pace, shapes.NoticePreferences, inputs.Pace)),
    at("notices/calendar/", "notices-calendar", "One's calendar's secret link; make a new one, which ends the old.",
       ACCOUNT, get=One(shapes.CalendarLink, acting.calendar_link),
       post=Act(acting.renew_calendar, shapes.CalendarLink)),
    at("notices/log/", "notices-log", "Letters and what became of each; never their words.", "mail.view",
       get=Listing(lambda _u, _t: notices.letters(), shapes.Letter, ("-pk",),
                   {"state": word("state"), "kind": word("kind"), "scope": word("scope"), "to": word("to")})),
    at("notices/log/<int:pk>/resend/", "notices-resend", "Send a letter that failed once more.", "mail.view",
       load=find_letter, post=Act(plain(notices.resend), shapes.Letter)),
    at("invitations/<str:token>/answer/", "people-accept", "Make the account that an invitation promises.",
       PUBLIC, load=finding.the_token,
       post=Act(acting.accept, shapes.Account, inputs.of_form("Acceptance", AcceptForm), status=201)),
    at("invitations/", "people-invite", "Invite somebody to make an account.", ACCOUNT,
       post=Act(lambda _t, data, **who: panels.invite(**data, **who), shapes.Invitation, inputs.NewInvitation,
                "people.invite", 201)),
    at("disclosures/", "disclosures-own", "One's own disclosures of interests.", ACCOUNT,
       load=finding.own_person,
       get=Listing(rows.own_disclosures, shapes.Disclosure, ("-filed_at", "-pk"), {"status": word("status")}),
       post=Act(plain(panels.file_disclosure), shapes.Disclosure, inputs.NewDisclosure, status=201)),
    at(f"{CYCLE}disclosures/", "disclosures-list", "The disclosures one decides on; else one's own.",
       "cycle.take_part", **in_cycle,
       get=Listing(rows.disclosures, shapes.Disclosure, ("-filed_at", "-pk"), {"status": word("status")})),
    at(f"{CYCLE}disclosures/<int:disclosure>/decision/", "disclosures-decide", "Decide on a disclosure.",
       "chapter.read", load=finding.find_disclosure_in,
       post=Act(acting.decide_disclosure, shapes.Disclosure, inputs.DisclosureDecision, "disclosure.decide")),
    at(f"{CYCLE}bodies/", "people-bodies", "Bodies with a part in the cycle.", "chapter.read", **in_cycle,
       get=Listing(acting.bodies, shapes.Body, ("key",), {"kind": word("kind")})),
    at(f"{CYCLE}invitations/", "people-invited", "Invitations to seats that wait; invite somebody to one.",
       "cycle.appoint", **in_cycle,
       get=Listing(lambda _u, cycle: invited(cycle), shapes.Invitation, ("pk",)),
       post=Act(acting.invite_to_seat, shapes.Invitation, inputs.NewSeat, "cycle.appoint", 201)),
    *(
        at(f"{CYCLE}invitations/<int:invitation>/{key}/", f"people-{key}", text, "cycle.appoint",
           load=finding.find_invitation_in, post=Act(acting.of_item(action), shapes.Invitation))
        for key, text, action in (
            ("resend", "Send an invitation again; the earlier link ends.", panels.resend_invitation),
            ("withdraw", "Withdraw an invitation that nobody accepted.", panels.withdraw_invitation),
        )
    ),
    at(f"{CYCLE}disclosure-requests/", "disclosures-ask", "Ask somebody for the disclosure that a role asks for.",
       "cycle.appoint", **in_cycle,
       get=Listing(acting.asked_disclosures, shapes.DisclosureRequest, ("pk",)),
       post=Act(acting.ask_disclosure, shapes.DisclosureRequest, inputs.Seat, "cycle.appoint", 201)),
    at(f"{CYCLE}groups/", "groups-list", "Groups of the cycle; form one.", "cycle.take_part", **in_cycle,
       get=Listing(lambda _u, cycle: standing.bodies(cycle, "group"), shapes.Group, ("pk",)),
       post=Act(plain(groups.form_group), shapes.Group, inputs.NewGroup, "group.form", 201)),
    at(f"{CYCLE}groups/<int:group>/dissolve/", "groups-dissolve", "Dissolve a group.", "cycle.take_part",
       load=finding.find_group_in,
       post=Act(acting.dissolve_group, shapes.Group, inputs.Reason, "group.dissolve")),
    at(f"{CYCLE}seats/", "people-seats", "Who sits where in the cycle; appoint somebody.", "chapter.read",
       **in_cycle,
       get=Listing(rows.seats, shapes.Appointment,
                   filters={"body": word("body__key"), "role": word("role"), "person": number("person")}),
       post=Act(acting.appoint, shapes.Appointment, inputs.Seat, "cycle.appoint", 201)),
    at(f"{CYCLE}seats/<int:appointment>/end/", "people-end", "End an appointment.", "chapter.read",
       load=finding.find_seat_in,
       post=Act(acting.end_appointment, shapes.Appointment, inputs.Reason, "cycle.appoint")),
]  # fmt: skip

CYCLES = [
    at("cycles/", "cycles-list", "The cycles one sees; begin one.", PUBLIC,
       get=Listing(lambda user, _t: Cycle.objects.visible_to(user), shapes.Cycle, ("slug",),
                   {"stage": word("stage"), "procedure": word("procedure_key"), "demo": flag("is_demo")}),
       post=Act(acting.create_cycle, shapes.Cycle, inputs.NewCycle, "cycle.create", 201)),
    at(CYCLE, "cycles-detail", "A cycle and what its next gate needs.", "cycle.view", **in_cycle,
       get=One(shapes.CycleDetail, acting.shown_cycle)),
    at(f"{CYCLE}advance/", "cycles-advance", "Take the cycle through its next gate.", "cycle.view",
       **in_cycle, post=Act(plain(cycles.advance), shapes.Cycle, inputs.Advance, "cycle.advance")),
    at(f"{CYCLE}decisions/", "cycles-decide", "Decisions of the cycle's organs; record one.", "cycle.view",
       **in_cycle,
       get=Listing(lambda _u, cycle: cycle.decisions.all(), shapes.Decision, filters={"kind": word("kind")}),
       post=Act(plain(cycles.decide), shapes.Decision, inputs.NewDecision, "cycle.decide", 201)),
]  # fmt: skip

SOURCE = f"{CYCLE}sources/<str:key>/"
in_source = {"load": finding.find_source_in}

SOURCES = [
    at(f"{CYCLE}sources/", "sources-list", "Sources of the cycle; import a bibliography.", "chapter.read",
       **in_cycle, get=Listing(finding.visible_sources, shapes.Source, ("key",),
                               {"key": word("key__icontains", "Keys with these letters in them."),
                                "kind": word("kind"), "language": word("language"), "outcome": word("outcome"),
                                "cited": flag("is_cited"), "retracted": flag("is_retracted"),
                                "double": flag("is_double"), "industry": flag("industry")}),
       post=Act(acting.import_sources, shapes.SourcesReport, inputs.File, "source.import", file=True)),
    at(f"{CYCLE}cite/", "sources-find", "At most twenty sources whose key, people, title or year begin so.",
       "chapter.read", **in_cycle, get=Found(rows.offered_sources, shapes.Citable, {"q": question("q")})),
    at(f"{CYCLE}dois/", "sources-doi", "Look a DOI up and take its entry in, where the portal asks a registry.",
       "chapter.read", **in_cycle,
       post=Act(acting.add_doi, shapes.SourcesReport, inputs.Doi, "source.import")),
    at(f"{CYCLE}cut-off/", "sources-cut_off", "The day until which literature counts; set it.", "chapter.read",
       **in_cycle, get=One(shapes.CutOff, rows.cut_off),
       post=Act(acting.set_cut_off, shapes.CutOff, inputs.CutOff, "source.keep")),
    at(f"{CYCLE}retractions/", "sources-retractions", "Works that were retracted or replaced; take in a list.",
       "chapter.read", **in_cycle,
       get=Listing(lambda _u, cycle: Retraction.objects.filter(cycle=cycle), shapes.Retraction, ("doi", "pk"),
                   {"doi": word("doi"), "nature": word("nature")}),
       post=Act(acting.import_retractions, shapes.RetractionsReport, inputs.File, "source.keep", file=True)),
    at(SOURCE, "sources-detail", "A source: its entry, its vettings, where it is cited.", "chapter.read",
       **in_source, get=One(shapes.SourceDetail, rows.whole_source),
       put=Act(acting.describe_source, shapes.Source, inputs.Description, "source.import")),
    at(f"{SOURCE}vetting/", "sources-vet", "Say how the quality of a source was assessed.",
       "chapter.read", **in_source,
       get=Listing(lambda _u, source: source.vettings.select_related("by"), shapes.Vetting, ("pk",)),
       post=Act(acting.vet, shapes.Vetting, inputs.NewVetting, "source.vet", 201)),
    at(f"{SOURCE}copies/", "sources-copies", "Archived copies of a source; archive one.", "chapter.read",
       **in_source,
       get=Listing(lambda _u, source: source.copies_shown, shapes.SourceCopy, ("pk",)),
       post=Act(acting.keep_copy, shapes.SourceCopy, inputs.File, "source.vet", 201, file=True)),
    at(f"{SOURCE}copies/<int:copy>/file/", "sources-copy", "An archived copy.", "chapter.read",
       load=find_copy, get=Raw(rows.file_of(source_copy), "application/octet-stream")),
    at(f"{SOURCE}reading/", "sources-read", "Say that one read the original.", "chapter.read", **in_source,
       post=Act(lambda source, _data, **who: keeping.say_read(source, **who), shapes.OriginalRead, None,
                "source.import")),
    at(f"{SOURCE}terms/", "sources-terms", "Record the terms under which its holders lent it.", "chapter.read",
       **in_source, post=Act(acting.set_terms, shapes.SourceTerms, inputs.Terms, "source.keep")),
    at(f"{SOURCE}withdrawal/", "sources-withdraw", "Record that its holders withdrew their consent.",
       "chapter.read", **in_source,
       post=Act(plain(keeping.withdraw), shapes.SourceTerms, inputs.Reason, "source.keep")),
    at(f"{SOURCE}sign-offs/", "sources-sign_off", "Sign-offs of a State's data; record one.", "chapter.read",
       **in_source,
       get=Listing(lambda _u, source: source.sign_offs.select_related("state"), shapes.SignOff, ("pk",)),
       post=Act(plain(keeping.sign_off), shapes.SignOff, inputs.NewSignOff, "source.keep", 201)),
    at(f"{SOURCE}links/<int:link>/part/", "sources-part", "Say that two linked entries are two works.",
       "chapter.read", load=finding.find_link_in,
       post=Act(acting.part_sources, shapes.DuplicateLink, inputs.Reason, "source.import")),
]  # fmt: skip

FINDING = f"{CYCLE}findings/<int:finding>/"

FINDINGS = [
    at(f"{CYCLE}findings/", "findings-list", "Statements with a confidence or a line of sight, as texts stand.",
       "chapter.read", **in_cycle,
       get=Listing(rows.findings, shapes.Finding, ("pk",),
                   {"chapter": word("chapter__number"), "status": word("status"),
                    "confidence": word("confidence"), "likelihood": word("likelihood")})),
    at(f"{CYCLE}findings/scale/", "findings-scale", "The scale of confidence; choose another.", "chapter.read",
       **in_cycle, get=One(shapes.Scale, rows.scale),
       post=Act(acting.choose_scale, shapes.Scale, inputs.Scale, "source.keep")),
    at(FINDING, "findings-detail", "A finding with its traceable account.", "chapter.read", load=find_finding,
       get=One(shapes.Finding)),
    at(f"{FINDING}confirm/", "findings-confirm", "Confirm a finding as the text has it.", "chapter.read",
       load=find_finding, post=Act(acting.confirm_finding, shapes.Finding, inputs.Confirmation, "finding.write")),
    at(f"{FINDING}dismiss/", "findings-dismiss", "Say that a sentence is no finding.", "chapter.read",
       load=find_finding, post=Act(plain(finding_acts.dismiss), shapes.Finding, inputs.Reason, "finding.write")),
    at(f"{CYCLE}notes/", "findings-notes", "What guards noted, and the answers.", "chapter.read", **in_cycle,
       get=Listing(rows.guard_notes, shapes.GuardNote, ("pk",),
                   {"chapter": word("chapter__number"), "status": word("status"), "code": word("code")})),
    at(f"{CYCLE}notes/<int:note>/answer/", "findings-answer", "Answer a note with a reason.", "chapter.read",
       load=find_note, post=Act(plain(finding_acts.answer), shapes.GuardNote, inputs.Reason, "finding.write")),
]  # fmt: skip

SUGGESTION = f"{CYCLE}suggestions/<int:suggestion>/"
THREAD = f"{CYCLE}threads/<int:thread>/"
in_suggestion, in_thread = {"load": find_suggestion}, {"load": find_thread}
MARGIN = [
    at(f"{CHAPTER}suggestions/", "suggestions-list", "Suggested edits; suggest one.", "chapter.read", **in_chapter,
       get=Listing(margin.suggestions_of, margin.Suggestion, ("pk",),
                   {"status": word("status"), "orphaned": flag("here__isnull", "Those without a place, or with one.")}),
       post=Act(margin.suggest, margin.Suggestion, margin.NewSuggestion, "chapter.suggest", 201)),
    at(f"{CHAPTER}suggestions/accept/", "suggestions-accept_all", "Accept all, as one version.", "chapter.read",
       **in_chapter, post=Act(lambda chapter, _data, **who: suggesting.accept_all(chapter, **who),
                              margin.AcceptedSuggestions, needs="chapter.draft")),
    at(f"{CHAPTER}suggestions/reject/", "suggestions-reject_all", "Reject all.", "chapter.read",
       **in_chapter, post=Act(margin.reject_all, margin.RejectedSuggestions, needs="chapter.draft")),
    at(f"{SUGGESTION}accept/", "suggestions-accept", "Accept a suggestion.", "chapter.read", **in_suggestion,
       post=Act(lambda one, _data, **who: suggesting.accept(one, **who), margin.AcceptedSuggestions,
                needs="chapter.draft")),
    at(f"{SUGGESTION}reject/", "suggestions-reject", "Reject a suggestion.", "chapter.read", **in_suggestion,
       post=Act(lambda one, _data, **who: suggesting.reject(one, **who), margin.Suggestion, needs="chapter.draft")),
    at(f"{SUGGESTION}withdraw/", "suggestions-withdraw", "Take back one's own.", "chapter.read", **in_suggestion,
       post=Act(lambda one, _data, **who: suggesting.withdraw(one, **who), margin.Suggestion, needs="chapter.suggest")),
    at(f"{CHAPTER}threads/", "threads-list", "Threads on passages; begin one.", "chapter.read", **in_chapter,
       get=Listing(margin.threads_of, margin.Thread, ("pk",),
                   {"status": word("status"), "orphaned": flag("here__isnull", "Those without a place, or with one.")}),
       post=Act(margin.remark, margin.Thread, margin.NewThread, "chapter.remark", 201)),
    at(f"{THREAD}answer/", "threads-answer", "Say something in a thread.", "chapter.read", **in_thread,
       post=Act(margin.answer_thread, margin.Thread, margin.Said, "chapter.remark")),
    at(f"{THREAD}assign/", "threads-assign", "Say whom a thread waits for, until when.", "chapter.read", **in_thread,
       post=Act(margin.assign_thread, margin.Thread, margin.Assignment, "chapter.remark")),
    at(f"{THREAD}resolve/", "threads-resolve", "Resolve a thread.", "chapter.read", **in_thread,
       post=Act(lambda one, _data, **who: threads.resolve(one, **who), margin.Thread, needs="chapter.remark")),
    at(f"{THREAD}reopen/", "threads-reopen", "Open a thread again.", "chapter.read", **in_thread,
       post=Act(lambda one, _data, **who: threads.reopen(one, **who), margin.Thread, needs="chapter.remark")),
]  # fmt: skip

DRAFTING = [
    at(f"{CYCLE}chapters/", "chapters-list", "Chapters in their order; add one.", "cycle.view", **in_cycle,
       get=Listing(finding.visible_chapters, shapes.Chapter, ("place", "pk"),
                   {"kind": word("kind"),
                    "empty": flag("current__isnull", "Those without a text, or with one.")}),
       post=Act(acting.add_chapter, shapes.Chapter, inputs.NewChapter, "chapter.manage", 201)),
    at(f"{CHAPTER}title/", "chapters-rename", "Rename a chapter.", "chapter.read", **in_chapter,
       post=Act(plain(drafting.rename_chapter), shapes.Chapter, inputs.Title, "chapter.manage")),
    at(f"{CHAPTER}text/", "chapters-text", "The current text; save another.", "chapter.read", **in_chapter,
       get=One(shapes.VersionText, lambda _u, chapter: finding.current_of(chapter)),
       post=Act(acting.save, shapes.Saved, inputs.Save, "chapter.draft")),
    at(f"{CHAPTER}file/", "chapters-import", "Take in a text written elsewhere, as an edit.", "chapter.read",
       **in_chapter,
       post=Act(acting.import_text, shapes.Saved, inputs.TextFile, "chapter.draft", file=True)),
    at(f"{CHAPTER}word/", "chapters-word", "A working copy for Word; bring one back as suggestions.", "chapter.read",
       **in_chapter, get=Raw(rows.file_of(chapter_word_copy), DOCX),
       post=Act(margin.take_back, margin.BroughtBack, inputs.File, "chapter.suggest", file=True)),
    at(f"{CHAPTER}preview/", "chapters-preview", "How a text would read.", "chapter.read", **in_chapter,
       post=Act(acting.preview, shapes.Preview, inputs.Markdown, "chapter.read")),
    at(f"{CHAPTER}versions/", "versions-list", "Saved versions, newest first.", "chapter.read", **in_chapter,
       get=Listing(lambda _u, chapter: chapter.versions.select_related("by").defer("blocks", "markdown"),
                   shapes.Version, ("-number",),
                   {"aside": flag("aside"), "settled": flag("settled"), **between("at")})),
    at(VERSION, "versions-detail", "A version with its text and blocks.", "chapter.read", **in_version,
       get=One(shapes.VersionText)),
    at(f"{VERSION}restore/", "versions-restore", "Bring a text back as a new version.", "chapter.read",
       **in_version, post=Act(acting.restore, shapes.Saved, inputs.Base, "chapter.draft")),
    at(f"{VERSION}name/", "versions-name", "Name a version.", "chapter.read", **in_version,
       post=Act(plain(drafting.name_version), shapes.Version, inputs.Name, "chapter.draft")),
    at(f"{VERSION}settle/", "versions-settle", "Settle a collision.", "chapter.read", **in_version,
       post=Act(acting.settle, shapes.Saved, inputs.Save, "chapter.draft")),
    at(f"{CHAPTER}written/", "versions-written", "Who wrote which passage of the current text.", "chapter.read",
       **in_chapter, get=Found(margin.written, margin.WrittenPassage)),
    *MARGIN,
    *SOURCES,
    *FINDINGS,
    at(f"{CYCLE}terms/", "terms-list", "Terms and acronyms of the report; enter one.", "chapter.read", **in_cycle,
       get=Listing(lambda _u, cycle: cycle.terms.select_related("approved_by"), shapes.Term, ("kind", "term"),
                   {"kind": word("kind"), "waiting": flag("approved_at__isnull")}),
       post=Act(plain(imprint.define), shapes.Term, inputs.NewTerm, "chapter.draft", 201)),
    at(f"{CYCLE}terms/import/", "terms-import", "Enter many terms from a CSV file: kind, term, definition.",
       "chapter.read", **in_cycle,
       post=Act(acting.import_terms, shapes.TermsReport, inputs.File, "chapter.draft", file=True)),
    at(f"{CYCLE}terms/<int:term>/", "terms-detail", "A term; remove it.", "chapter.read",
       load=finding.find_term, get=One(shapes.Term), delete=Act(acting.remove_term, None, needs="chapter.draft")),
    at(f"{CYCLE}terms/<int:term>/approve/", "terms-approve", "Approve a definition.", "chapter.read",
       load=finding.find_term, post=Act(plain(imprint.approve_term), shapes.Term, needs="snapshot.freeze")),
    at(f"{CYCLE}images/", "images-list", "Images of the cycle; put one up.", "chapter.read", **in_cycle,
       get=Listing(finding.visible_assets, shapes.Asset, ("key",), {"mime": word("mime")}),
       post=Act(acting.upload, shapes.Asset, inputs.Image, "asset.upload", 201, file=True)),
    at(f"{CYCLE}images/<slug:key>/", "images-detail", "An image as drafts show it; put up a new version.",
       "chapter.read", load=find_newest_image, get=One(shapes.Asset),
       post=Act(acting.renew, shapes.Asset, inputs.ImageVersion, "asset.upload", 201, file=True)),
    at(f"{CYCLE}images/<str:name>/file/", "images-file", "The image itself, in one version.", "asset.view",
       load=find_image, get=Raw(rows.file_of(asset_file), "image/*")),
    at(f"{CYCLE}images/<str:name>/data/", "images-data", "What it was drawn from.", "asset.view",
       load=find_image, get=Raw(rows.file_of(asset_data), "application/octet-stream")),
]  # fmt: skip

SNAPSHOTS = [
    at(f"{CYCLE}snapshots/", "snapshots-list", "Frozen drafts; freeze one.", "chapter.read", **in_cycle,
       get=Listing(lambda _u, cycle: cycle.snapshots.all(), shapes.Snapshot, ("-created_at", "-pk"),
                   {"label": word("label"), "status": word("status")}),
       post=Act(acting.freeze, shapes.Snapshot, inputs.Freeze, "snapshot.freeze", 202)),
    at(SNAPSHOT, "snapshots-detail", "A frozen draft and its chapters.", "snapshot.read",
       load=finding.find_snapshot, get=One(shapes.SnapshotDetail, finding.with_chapters)),
    at(f"{SNAPSHOT}chapters/<str:number>/", "snapshots-text", "A frozen text: blocks, HTML, line map.",
       "snapshot.read", load=finding.find_frozen, get=One(shapes.FrozenText)),
    at(f"{SNAPSHOT}chapters/<str:number>/pdf/", "snapshots-pdf", "The printed draft.",
       "snapshot.read", load=finding.find_frozen,
       get=Raw(rows.file_of(snapshot_pdf), "application/pdf")),
]  # fmt: skip

ROUNDS = [
    at(f"{CYCLE}rounds/", "rounds-list", "Review rounds; open one.", "cycle.view", **in_cycle,
       get=Listing(finding.visible_rounds, said.Round, ("-opens_at", "-pk"), {"status": word("status")}),
       post=Act(acting.open_round, said.Round, inputs.NewRound, "round.open", 201)),
    at(ROUND, "rounds-detail", "A round.", "round.view", **in_round, get=One(said.Round)),
    at(f"{ROUND}extend/", "rounds-extend", "Give everybody more time.", "round.view", **in_round,
       post=Act(acting.extend_round, said.Round, inputs.Extension, "round.extend")),
    at(f"{ROUND}reopen/", "rounds-reopen", "Open it again after its bell.", "round.view", **in_round,
       post=Act(acting.reopen_round, said.Round, inputs.Extension, "round.extend")),
    at(f"{ROUND}close/", "rounds-close", "Close the round.", "round.view", **in_round,
       post=Act(plain(rounds.close_round), said.Round, needs="round.close")),
    at(f"{ROUND}registration/", "rounds-register", "Register for the round.", "round.view", **in_round,
       post=Act(plain(rounds.register_reviewer), said.Registration, inputs.Register, "round.register")),
    at(f"{ROUND}answers/", "rounds-answer", "Answer comments, several in the same words.", "round.view",
       **in_round, post=Act(acting.answer, said.Answers, inputs.NewAnswer)),
    at(f"{ROUND}answers/take-back/", "rounds-take_back_answers",
       "Take back what one gave to comments in one act, while it stands as it was given.", "round.view",
       **in_round, post=Act(acting.take_back_answers, said.TakenBack, inputs.GivenAt)),
    at(f"{ROUND}publish/", "rounds-publish", "Publish comments and answers.", "round.view", **in_round,
       post=Act(plain(rounds.publish_answers), said.Round, needs="response.publish")),
    at(f"{ROUND}comments/", "comments-list", "The comments one sees; write one, as a draft.", "round.view",
       **in_round,
       get=Listing(finding.visible_comments, said.Comment, ("pk",),
                   {"chapter": word("chapter__number"), "status": word("status"), "kind": word("kind"),
                    "late": flag("late"), "reviewer": number("reviewer"),
                    "unanswered": flag("response__isnull", "Those without an answer, or with one."),
                    "text": word("text__icontains", "Comments with these words in them.")}),
       post=Act(acting.write_comment, said.Comment, inputs.NewComment, "round.comment", 201)),
    at(f"{ROUND}became/", "comments-became",
       "One's own comments (or those one answered), with their passages in a later draft.", "round.read", **in_round,
       get=Found(finding.what_became, said.Became,
                 {"to": word("to", "The later draft's label; without it the newest that one may read."),
                  "whose": word("whose", "own or answered."), "chapter": word("chapter"),
                  "outcome": word("outcome", "changed, same, gone or doubt."),
                  "answer": word("answer", "yes or no: only those with, or without, an answer."),
                  "page": number("page", "The page; what next gives.")})),
    at(COMMENT, "comments-detail", "A comment; change or throw away a draft of one's own.", "round.view",
       **in_comment, get=One(said.Comment),
       put=Act(acting.change_comment, said.Comment, inputs.ChangedComment),
       delete=Act(lambda comment, _d, *, by, now: comments.discard_draft(comment, by=by), None)),
    at(f"{COMMENT}withdraw/", "comments-withdraw", "Withdraw a comment of one's own.", "round.view",
       **in_comment, post=Act(plain(comments.withdraw), said.Comment, inputs.Reason)),
    at(f"{COMMENT}rewrite/", "comments-rewrite", "A draft with the words of a filed comment, to be changed.",
       "round.view", **in_comment, post=Act(plain(national.rewrite), said.Comment, needs="round.comment",
                                            status=201)),
    at(f"{ROUND}sendings/", "comments-send", "Send drafts of one's own; the receipt.", "round.view",
       **in_round, post=Act(acting.send, said.Receipt, inputs.Chosen, "round.comment", 201)),
    at(f"{ROUND}receipts/<int:seq>/", "comments-receipt", "The receipt of what one sent or filed.", ACCOUNT,
       load=find_receipt, get=One(said.Receipt, lambda _u, found: found[1])),
    at(f"{ROUND}workbook/", "comments-workbook", "The workbook; enter other people's comments from one.",
       "round.read", **in_round, get=Raw(rows.workbook, rows.WORKBOOK, ("blank",)),
       post=Act(acting.import_sheet, said.SheetReport, inputs.Sheet, "comment.import", file=True)),
    at(f"{ROUND}workbook/check/", "comments-workbook-check", "What a workbook would do; nothing is entered.",
       "round.read", **in_round,
       post=Act(acting.check_sheet, said.SheetPlan, inputs.Sheet, file=True)),
    at(f"{ROUND}workbook/own/", "comments-workbook-own", "Enter one's own workbook, as drafts.", "round.read",
       **in_round, post=Act(acting.import_own, said.SheetReport, inputs.File, "round.comment", file=True)),
    at(f"{CYCLE}projections/", "comments-projections", "Where comments stand in later drafts, and which wait.",
       "comments.read_all", **in_cycle,
       get=Listing(finding.projections, said.Projection, ("pk",),
                   {"earlier": word("comment__round__snapshot__label", "The draft that was reviewed."),
                    "later": word("snapshot__label", "The later draft."),
                    "chapter": word("comment__chapter__number"), "outcome": word("outcome"),
                    "reason": word("reason"), "decision": word("decision")})),
    at(f"{CYCLE}projections/again/", "comments-project", "Look the comments on one draft up in a later one.",
       "comments.read_all", **in_cycle,
       post=Act(acting.project_again, shapes.Job, inputs.TwoDrafts, "anchors.settle", 202)),
    at(PROJECTION + "decide/", "comments-place", "Say where a doubtful comment stands.", "comments.read_all",
       load=finding.find_projection,
       post=Act(plain(deciding.decide), said.Projection, inputs.PlaceDecision, "anchors.settle")),
    at(PROJECTION + "reopen/", "comments-place-reopen", "Take such a decision back.", "comments.read_all",
       load=finding.find_projection, post=Act(plain(deciding.reopen), said.Projection, needs="anchors.settle")),
    at(f"{ROUND}submissions/", "submissions-list", "Governments' submissions; file one's own.", "round.view",
       **in_round, get=Listing(finding.visible_submissions, said.Submission, ("pk",), {"standing": flag("standing")}),
       post=Act(acting.file_submission, said.Submission, inputs.LeftOut, "submission.file", 201)),
]  # fmt: skip

SESSIONS = [
    at(f"{CYCLE}sessions/", "sessions-list", "Sessions; prepare one.", "session.follow", **in_cycle,
       get=Listing(lambda _u, cycle: cycle.sessions.all(), said.Session, ("number",),
                               {"status": word("status")}),
       post=Act(acting.create_session, said.Session, inputs.NewSession, "session.create", 201)),
    at(SESSION, "sessions-detail", "A session.", "session.follow", **in_session, get=One(said.Session)),
    at(f"{SESSION}lines/", "sessions-lines", "The lines in their order.", "session.follow", **in_session,
       get=Listing(lambda _u, session: session.lines.all(), said.Line, ("place",),
                   {"state": word("state"), "kind": word("kind"), "headline": flag("headline")})),
    at(f"{SESSION}lines/<str:label>/", "sessions-line", "A line and all that stands on it.",
       "session.follow", load=finding.find_line, get=One(said.LineDetail)),
    at(f"{SESSION}floor/", "sessions-floor", "Who asked for the floor, in the order of asking.",
       "session.follow", **in_session,
       get=Listing(finding.floor_of, said.FloorRequest, ("place",),
                   {"status": word("status"), "kind": word("kind")})),
    *(
        at(f"{SESSION}acts/{key}/", f"sessions-{key}", f"Act in the room: {key.replace('-', ' ')}.",
           "session.follow", **in_session,
           post=Act(acting.session_act(key), said.Head, inputs.of_form(f"session-{key}", act.form), act.needs))
        for key, act in ACTS.items()
    ),
]  # fmt: skip

PUBLISHING = [
    at(f"{CYCLE}trickle-backs/", "trickle_backs-list", "Edits that the approved summary asks for; list one.",
       "chapter.read", **in_cycle,
       get=Listing(finding.trickle_backs, shapes.TrickleBack,
                   filters={"chapter": word("chapter__number"), "open": flag("closed_at__isnull")}),
       post=Act(acting.open_trickle_back, shapes.TrickleBack, inputs.NewTrickleBack,
                "trickleback.open", 201)),
    at(f"{CYCLE}trickle-backs/<int:trickle_back>/close/", "trickle_backs-close", "Close one that was made.",
       "chapter.read", load=finding.find_trickle_back,
       post=Act(plain(publishing.close_trickle_back), shapes.TrickleBack, needs="trickleback.close")),
    at(f"{CYCLE}editor-reports/", "editor_reports-list", "Review editors' reports; file one's own, a PDF.",
       "chapter.read", **in_cycle, get=Listing(finding.visible_reports, shapes.EditorReport,
                               filters={"chapter": word("chapter__number")}),
       post=Act(acting.file_report, shapes.EditorReport, inputs.Report, status=201, file=True)),
    at(f"{CYCLE}editor-reports/<int:report>/file/", "editor_reports-file", "A report as it was filed.",
       "chapter.read", load=find_report, get=Raw(rows.file_of(editor_report_file), "application/pdf")),
    at(f"{CYCLE}imprint/", "imprint-detail", "What the report says of itself; change it.", "chapter.read",
       **in_cycle, get=One(shapes.Imprint, acting.shown_imprint),
       put=Act(plain(imprint.change_imprint), shapes.Imprint, inputs.NewImprint, "snapshot.freeze")),
    at(f"{CYCLE}publications/", "publications-list", "Publications; carry out an act of publication.",
       "cycle.view", **in_cycle, get=Listing(finding.visible_publications, shapes.Publication,
                               filters={"act": word("act")}),
       post=Act(acting.publish, shapes.Publication, inputs.NewPublication, "cycle.take_part", 202)),
    at(f"{CYCLE}publications/<slug:act>/", "publications-detail", "A publication and its files.",
       "cycle.view", load=finding.find_publication, get=One(shapes.Publication)),
    at(f"{CYCLE}publications/<slug:act>/files/<str:name>/", "publications-file", "A published file.",
       PUBLIC, load=find_file, get=Raw(rows.file_of(publication_file), "application/octet-stream")),
]  # fmt: skip

WEBHOOKS = [
    at(f"{CYCLE}webhooks/", "webhooks-list", "Addresses that are told of the cycle's acts; register one.",
       "webhook.keep", **in_cycle,
       get=Listing(acting.webhooks_of, shapes.Webhook, ("pk",), {"active": flag("active")}),
       post=Act(acting.register_webhook, shapes.NewWebhook, inputs.NewWebhook, status=201, secret="secret")),
    at(WEBHOOK, "webhooks-detail", "A webhook; change or remove it.", "webhook.keep", **in_webhook,
       get=One(shapes.Webhook), put=Act(plain(hooks.change), shapes.Webhook, inputs.NewWebhook),
       delete=Act(plain(hooks.remove), None)),
    at(f"{WEBHOOK}secret/", "webhooks-secret", "Exchange the secret; the old one holds for a day more.",
       "webhook.keep", **in_webhook,
       post=Act(plain(hooks.exchange_secret), shapes.NewWebhook, secret="secret")),
    at(f"{WEBHOOK}ping/", "webhooks-ping", "Send a test.", "webhook.keep", **in_webhook,
       post=Act(plain(hooks.ping), shapes.Delivery, status=202)),
    *(
        at(f"{WEBHOOK}{key}/", f"webhooks-{key}", text, "webhook.keep", **in_webhook,
           post=Act(plain(action), shapes.Webhook))
        for key, text, action in (
            ("try-again", "Try now what waits.", hooks.try_again),
            ("stop", "Stop sending.", hooks.stop),
            ("start", "Start sending again; what waited is sent.", hooks.start),
        )
    ),
    at(f"{WEBHOOK}deliveries/", "webhooks-deliveries", "What was sent, newest first, and what was answered.",
       "webhook.keep", **in_webhook,
       get=Listing(acting.deliveries_of, shapes.Delivery, ("-pk",), {"status": word("status")})),
]  # fmt: skip

TOKENS = [
    at("tokens/", "tokens-list", "One's own tokens; make one. Its secret is shown once.", ACCOUNT,
       get=Listing(acting.own_tokens, shapes.Token, ("-pk",), {"cycle": word("cycle"),
                   "working": flag("revoked_at__isnull", "Those not revoked, or those revoked.")}),
       post=Act(acting.make_token, shapes.NewToken, inputs.NewToken, status=201, secret="secret")),
    at("tokens/<int:pk>/", "tokens-detail", "A token of one's own; revoke it.", ACCOUNT, load=find_token,
       get=One(shapes.Token),
       delete=Act(lambda token, _d, **who: tokens.revoke(token, **who), None)),
]  # fmt: skip

SEARCH = [
    at("search/", "search-find", "What answers a question among what one may see, best first.", PUBLIC,
       get=Asked(rows.found, shapes.Found, {
           "q": question("", "Words, or phrases in quotation marks; all must be there."),
           "kind": word("", "Only this kind, as the facets name it."),
           "cycle": word("", "Only in this cycle."),
           "typing": flag("", "The last word may go on, and nothing is counted.")})),
]  # fmt: skip

RECORD = [
    at("streams/", "record-streams", "The streams of the record that one sees.", PUBLIC,
       get=Listing(rows.streams, shapes.Stream, ("key",), {"kind": word("kind")})),
    at("streams/<path:key>/entries/", "record-entries", "A stream's entries, as one may see them.", PUBLIC,
       **in_stream, get=Tail(rows.entries, shapes.Entry, lambda shown: shown.entry.seq,
                          {"verb": word("verb"), **between("at")})),
    at("streams/<path:key>/entries/<int:seq>/erase/", "record-erase", "Erase an entry's content by law.",
       PUBLIC, load=find_entry, post=Act(acting.erase, shapes.Entry, inputs.Erasure, "records.erase", 201)),
    at("streams/<path:key>/export/", "record-export", "A stream as a file to be verified.", PUBLIC,
       **in_stream, get=Raw(rows.export, "application/jsonl")),
    at("streams/<path:key>/", "record-stream", "A stream and its head.", PUBLIC, **in_stream,
       get=One(shapes.Stream, lambda _u, found: found[0])),
    at("jobs/", "jobs-list", "One's own jobs, newest first.", ACCOUNT,
       get=Listing(finding.own_jobs, shapes.Job, ("-pk",),
                   {"status": word("status"), "kind": word("kind"), **between("created_at")})),
    at("jobs/<int:pk>/", "jobs-detail", "A job and how far it is.", ACCOUNT, load=find_job,
       get=One(shapes.Job)),
]  # fmt: skip

DESK = [
    at("desk/", "desk-list", "The cycles one runs or leads, and what their next steps need.", "desk.view",
       load=find_desk, get=Found(desk.at_a_glance, desk.Glance)),
    at("desk/due/", "desk-due", "What has a date in these cycles, and what waits without one.", "desk.view",
       load=find_desk, get=Found(desk.due, desk.Deadline)),
    at("desk/owed/", "desk-owed", "Who owes what.", "desk.look_inside", load=find_desk,
       get=Found(desk.owed, desk.Duty, {"cycle": word(""), "kind": word(""), "sort": word("")})),
    at("desk/owed/<slug:cycle>/<slug:kind>/<int:person>/remind/", "desk-remind",
       "Remind a person of what they owe; at most once a day.", "desk.look_inside", load=find_owing,
       post=Act(plain(reminding.remind), desk.Duty, needs="duties.remind")),
    at("desk/imports/", "desk-imports", "Files brought in, and why some were refused.", "desk.look_inside",
       load=find_desk,
       get=Listing(desk.imports, desk.Import, ("-pk",),
                   {"cycle": word("cycle__slug"), "kind": word("kind"), "outcome": word("outcome")})),
    at("desk/jobs/", "desk-jobs", "The jobs of these cycles, newest first.", "desk.look_inside",
       load=find_desk,
       get=Listing(desk.jobs, desk.DeskJob, ("-pk",),
                   {"cycle": word("scope"), "status": word("status"), "kind": word("kind")})),
    at("desk/jobs/<int:pk>/again/", "desk-again", "Have a failed job tried again.", "desk.look_inside",
       load=find_desk_job, post=Act(plain(work.try_again), desk.DeskJob, needs="jobs.try_again")),
    at("desk/record/", "desk-record", "Search in the entries that one may read.", "desk.view", load=find_desk,
       get=Found(desk.record, desk.FoundEntry,
                 {name: word("") for name in ("q", "actor", "verb", "since", "until", "before")})),
]  # fmt: skip

urlpatterns = [
    *PEOPLE, *CYCLES, *DRAFTING, *board_rows.ROWS, *SNAPSHOTS, *ROUNDS, *SESSIONS, *PUBLISHING, *SEARCH, *RECORD,
    *WEBHOOKS, *TOKENS, *DESK,
    path("api/problems/", problem_list, name="problems"),
    path("api/problems/<slug:code>/", problem_page, name="problem"),
]  # fmt: skip
