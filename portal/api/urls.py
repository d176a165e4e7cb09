"""Every address of the API, one row each: who sees it, what it reads, which act it posts."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import path

from assessments.cycles import actions as cycles
from assessments.cycles import groups, standing
from assessments.cycles.models import Cycle
from assessments.drafting import actions as drafting
from assessments.publishing import actions as publishing
from panels import actions as panels
from panels.forms import AcceptForm, SettingsForm
from portal.api import acting, finding, inputs, rows, shapes
from portal.api import review_shapes as said
from portal.api.engine import Act, Asked, Listing, One, Raw, Tail, endpoint
from records.doors import ACCOUNT, PUBLIC
from records.views import find_entry, find_job, find_stream
from reviews.approval.acts import ACTS
from reviews.comments import actions as comments
from reviews.comments import national
from reviews.rounds import actions as rounds


def at(address: str, name: str, text: str, see: str, **more):
    """One row: the address below /api/v1/, its name, what it is, who sees it, and what it reads and posts."""
    tag = name.partition("-")[0]
    return path(f"api/v1/{address}", endpoint(name, tag, text, see, **more), name=f"api-{name}")


def plain(action: Callable) -> Callable:
    """Hand the target and the input, by their names, to the action."""
    return lambda target, data, **who: action(target, **data, **who)


CYCLE = "cycles/<slug:cycle>/"
CHAPTER = f"{CYCLE}chapters/<str:number>/"
VERSION = f"{CHAPTER}versions/<int:n>/"
SNAPSHOT = f"{CYCLE}snapshots/<str:label>/"
ROUND = f"{CYCLE}rounds/<slug:round>/"
COMMENT = f"{ROUND}comments/<int:comment>/"
SESSION = f"{CYCLE}sessions/<int:session>/"

in_cycle = {"load": finding.find_cycle}
in_chapter = {"load": finding.find_chapter}
in_version = {"load": finding.find_version}
in_round = {"load": finding.find_round}
in_comment = {"load": finding.find_comment}
in_session = {"load": finding.find_session}
in_stream = {"load": find_stream}

PEOPLE = [
    at("me/", "me-detail", "The account that asks, and its roles.", ACCOUNT,
       get=One(shapes.Reader, acting.reader),
       put=Act(acting.change_settings, shapes.Account, inputs.of_form("Settings", SettingsForm))),
    at("notices/", "notices-list", "One's own notices in the portal, newest first.", ACCOUNT,
       get=Listing(rows.own_notices, shapes.Notice, ("-at", "-pk"),
                   {"kind": "kind", "scope": "scope", "unread": "unread"})),
    at("notices/read/", "notices-read", "Mark notices of one's own as read.", ACCOUNT,
       post=Act(acting.read_notices, shapes.MarkedRead, inputs.ReadNotices)),
    at("notices/preferences/", "notices-preferences", "What one hears of by mail, and how fast.", ACCOUNT,
       get=One(shapes.NoticePreferences, acting.notice_preferences),
       put=Act(acting.choose_pace, shapes.NoticePreferences, inputs.Pace)),
    at("invitations/<str:token>/answer/", "people-accept", "Make the account that an invitation promises.",
       PUBLIC, load=finding.the_token,
       post=Act(acting.accept, shapes.Account, inputs.of_form("Acceptance", AcceptForm), status=201)),
    at("invitations/", "people-invite", "Invite somebody to make an account.", ACCOUNT,
       post=Act(lambda _t, data, **who: panels.invite(**data, **who), shapes.Invitation, inputs.NewInvitation,
                "people.invite", 201)),
    at("disclosures/", "disclosures-own", "One's own disclosures of interests.", ACCOUNT,
       load=finding.own_person,
       get=Listing(rows.own_disclosures, shapes.Disclosure, ("-filed_at", "-pk")),
       post=Act(plain(panels.file_disclosure), shapes.Disclosure, inputs.NewDisclosure, status=201)),
    at(f"{CYCLE}disclosures/", "disclosures-list", "The disclosures one decides on; else one's own.",
       "cycle.take_part", **in_cycle,
       get=Listing(rows.disclosures, shapes.Disclosure, ("-filed_at", "-pk"), {"status": "status"})),
    at(f"{CYCLE}disclosures/<int:disclosure>/decision/", "disclosures-decide", "Decide on a disclosure.",
       "chapter.read", load=finding.find_disclosure_in,
       post=Act(acting.decide_disclosure, shapes.Disclosure, inputs.DisclosureDecision, "disclosure.decide")),
    at(f"{CYCLE}bodies/", "people-bodies", "Bodies with a part in the cycle.", "chapter.read", **in_cycle,
       get=Listing(acting.bodies, shapes.Body, ("key",), {"kind": "kind"})),
    at(f"{CYCLE}groups/", "groups-list", "Groups of the cycle; form one.", "cycle.take_part", **in_cycle,
       get=Listing(lambda _u, cycle: standing.bodies(cycle, "group"), shapes.Group, ("pk",)),
       post=Act(plain(groups.form_group), shapes.Group, inputs.NewGroup, "group.form", 201)),
    at(f"{CYCLE}groups/<int:group>/dissolve/", "groups-dissolve", "Dissolve a group.", "cycle.take_part",
       load=finding.find_group_in,
       post=Act(acting.dissolve_group, shapes.Group, inputs.Reason, "group.dissolve")),
    at(f"{CYCLE}seats/", "people-seats", "Who sits where in the cycle; appoint somebody.", "chapter.read",
       **in_cycle,
       get=Listing(rows.seats, shapes.Appointment, filters={"body": "body__key", "role": "role"}),
       post=Act(acting.appoint, shapes.Appointment, inputs.Seat, "cycle.appoint", 201)),
    at(f"{CYCLE}seats/<int:appointment>/end/", "people-end", "End an appointment.", "chapter.read",
       load=finding.find_seat_in,
       post=Act(acting.end_appointment, shapes.Appointment, inputs.Reason, "cycle.appoint")),
]  # fmt: skip

CYCLES = [
    at("cycles/", "cycles-list", "The cycles one sees; begin one.", PUBLIC,
       get=Listing(lambda user, _t: Cycle.objects.visible_to(user), shapes.Cycle, ("slug",)),
       post=Act(acting.create_cycle, shapes.Cycle, inputs.NewCycle, "cycle.create", 201)),
    at(CYCLE, "cycles-detail", "A cycle and what its next gate needs.", "cycle.view", **in_cycle,
       get=One(shapes.CycleDetail, acting.shown_cycle)),
    at(f"{CYCLE}advance/", "cycles-advance", "Take the cycle through its next gate.", "cycle.view",
       **in_cycle, post=Act(plain(cycles.advance), shapes.Cycle, inputs.Advance, "cycle.advance")),
    at(f"{CYCLE}decisions/", "cycles-decide", "Decisions of the cycle's organs; record one.", "cycle.view",
       **in_cycle, get=Listing(lambda _u, cycle: cycle.decisions.all(), shapes.Decision),
       post=Act(plain(cycles.decide), shapes.Decision, inputs.NewDecision, "cycle.decide", 201)),
]  # fmt: skip

DRAFTING = [
    at(f"{CYCLE}chapters/", "chapters-list", "Chapters in their order; add one.", "cycle.view", **in_cycle,
       get=Listing(finding.visible_chapters, shapes.Chapter, ("place", "pk")),
       post=Act(acting.add_chapter, shapes.Chapter, inputs.NewChapter, "chapter.manage", 201)),
    at(f"{CHAPTER}title/", "chapters-rename", "Rename a chapter.", "chapter.read", **in_chapter,
       post=Act(plain(drafting.rename_chapter), shapes.Chapter, inputs.Title, "chapter.manage")),
    at(f"{CHAPTER}text/", "chapters-text", "The current text; save another.", "chapter.read", **in_chapter,
       get=One(shapes.VersionText, lambda _u, chapter: finding.current_of(chapter)),
       post=Act(acting.save, shapes.Saved, inputs.Save, "chapter.draft")),
    at(f"{CHAPTER}file/", "chapters-import", "Take in a text written elsewhere, as an edit.", "chapter.read",
       **in_chapter,
       post=Act(acting.import_text, shapes.Saved, inputs.TextFile, "chapter.draft", file=True)),
    at(f"{CHAPTER}preview/", "chapters-preview", "How a text would read.", "chapter.read", **in_chapter,
       post=Act(acting.preview, shapes.Preview, inputs.Markdown, "chapter.read")),
    at(f"{CHAPTER}versions/", "versions-list", "Saved versions, newest first.", "chapter.read", **in_chapter,
       get=Listing(lambda _u, chapter: chapter.versions.select_related("by").defer("blocks", "markdown"),
                   shapes.Version, ("-number",))),
    at(VERSION, "versions-detail", "A version with its text and blocks.", "chapter.read", **in_version,
       get=One(shapes.VersionText)),
    at(f"{VERSION}restore/", "versions-restore", "Bring a text back as a new version.", "chapter.read",
       **in_version, post=Act(acting.restore, shapes.Saved, inputs.Base, "chapter.draft")),
    at(f"{VERSION}name/", "versions-name", "Name a version.", "chapter.read", **in_version,
       post=Act(plain(drafting.name_version), shapes.Version, inputs.Name, "chapter.draft")),
    at(f"{VERSION}settle/", "versions-settle", "Settle a collision.", "chapter.read", **in_version,
       post=Act(acting.settle, shapes.Saved, inputs.Save, "chapter.draft")),
    at(f"{CYCLE}sources/", "sources-list", "Sources of the cycle; import a bibliography.", "chapter.read",
       **in_cycle, get=Listing(finding.visible_sources, shapes.Source, ("key",)),
       post=Act(acting.import_sources, shapes.SourcesReport, inputs.File, "source.import", file=True)),
    at(f"{CYCLE}images/", "images-list", "Images of the cycle; put one up.", "chapter.read", **in_cycle,
       get=Listing(finding.visible_assets, shapes.Asset, ("key",)),
       post=Act(acting.upload, shapes.Asset, inputs.Image, "asset.upload", 201, file=True)),
]  # fmt: skip

SNAPSHOTS = [
    at(f"{CYCLE}snapshots/", "snapshots-list", "Frozen drafts; freeze one.", "chapter.read", **in_cycle,
       get=Listing(lambda _u, cycle: cycle.snapshots.all(), shapes.Snapshot, ("-created_at", "-pk")),
       post=Act(acting.freeze, shapes.Snapshot, inputs.Freeze, "snapshot.freeze", 202)),
    at(SNAPSHOT, "snapshots-detail", "A frozen draft and its chapters.", "snapshot.read",
       load=finding.find_snapshot, get=One(shapes.SnapshotDetail, finding.with_chapters)),
    at(f"{SNAPSHOT}chapters/<str:number>/", "snapshots-text", "A frozen text: blocks, HTML, line map.",
       "snapshot.read", load=finding.find_frozen, get=One(shapes.FrozenText)),
]  # fmt: skip

ROUNDS = [
    at(f"{CYCLE}rounds/", "rounds-list", "Review rounds; open one.", "cycle.view", **in_cycle,
       get=Listing(finding.visible_rounds, said.Round, ("-opens_at", "-pk"), {"status": "status"}),
       post=Act(acting.open_round, said.Round, inputs.NewRound, "round.open", 201)),
    at(ROUND, "rounds-detail", "A round.", "round.view", **in_round, get=One(said.Round)),
    at(f"{ROUND}extend/", "rounds-extend", "Give everybody more time.", "round.view", **in_round,
       post=Act(acting.extend_round, said.Round, inputs.Extension, "round.extend")),
    at(f"{ROUND}close/", "rounds-close", "Close the round.", "round.view", **in_round,
       post=Act(plain(rounds.close_round), said.Round, needs="round.close")),
    at(f"{ROUND}registration/", "rounds-register", "Register for the round.", "round.view", **in_round,
       post=Act(plain(rounds.register_reviewer), said.Registration, inputs.Register, "round.register")),
    at(f"{ROUND}answers/", "rounds-answer", "Answer comments, several in the same words.", "round.view",
       **in_round, post=Act(acting.answer, said.Answers, inputs.NewAnswer)),
    at(f"{ROUND}publish/", "rounds-publish", "Publish comments and answers.", "round.view", **in_round,
       post=Act(plain(rounds.publish_answers), said.Round, needs="response.publish")),
    at(f"{ROUND}comments/", "comments-list", "The comments one sees; write one, as a draft.", "round.view",
       **in_round,
       get=Listing(finding.visible_comments, said.Comment, ("pk",),
                   {"chapter": "chapter__number", "status": "status", "kind": "kind"}),
       post=Act(acting.write_comment, said.Comment, inputs.NewComment, "round.comment", 201)),
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
    at(f"{ROUND}workbook/", "comments-workbook", "The workbook; enter other people's comments from one.",
       "round.read", **in_round, get=Raw(rows.workbook, rows.WORKBOOK),
       post=Act(acting.import_sheet, said.SheetReport, inputs.Sheet, "comment.import", file=True)),
    at(f"{ROUND}workbook/own/", "comments-workbook-own", "Enter one's own workbook, as drafts.", "round.read",
       **in_round, post=Act(acting.import_own, said.SheetReport, inputs.File, "round.comment", file=True)),
    at(f"{ROUND}submissions/", "submissions-list", "Governments' submissions; file one's own.", "round.view",
       **in_round, get=Listing(finding.visible_submissions, said.Submission, ("pk",)),
       post=Act(acting.file_submission, said.Submission, inputs.LeftOut, "submission.file", 201)),
]  # fmt: skip

SESSIONS = [
    at(f"{CYCLE}sessions/", "sessions-list", "Sessions; prepare one.", "session.follow", **in_cycle,
       get=Listing(lambda _u, cycle: cycle.sessions.all(), said.Session, ("number",)),
       post=Act(acting.create_session, said.Session, inputs.NewSession, "session.create", 201)),
    at(SESSION, "sessions-detail", "A session.", "session.follow", **in_session, get=One(said.Session)),
    at(f"{SESSION}lines/", "sessions-lines", "The lines in their order.", "session.follow", **in_session,
       get=Listing(lambda _u, session: session.lines.all(), said.Line, ("place",), {"state": "state"})),
    at(f"{SESSION}lines/<str:label>/", "sessions-line", "A line and all that stands on it.",
       "session.follow", load=finding.find_line, get=One(said.LineDetail)),
    at(f"{SESSION}floor/", "sessions-floor", "Who asked for the floor, in the order of asking.",
       "session.follow", **in_session,
       get=Listing(finding.floor_of, said.FloorRequest, ("place",), {"status": "status"})),
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
       get=Listing(finding.trickle_backs, shapes.TrickleBack),
       post=Act(acting.open_trickle_back, shapes.TrickleBack, inputs.NewTrickleBack,
                "trickleback.open", 201)),
    at(f"{CYCLE}trickle-backs/<int:trickle_back>/close/", "trickle_backs-close", "Close one that was made.",
       "chapter.read", load=finding.find_trickle_back,
       post=Act(plain(publishing.close_trickle_back), shapes.TrickleBack, needs="trickleback.close")),
    at(f"{CYCLE}editor-reports/", "editor_reports-list", "Review editors' reports; file one's own, a PDF.",
       "chapter.read", **in_cycle, get=Listing(finding.visible_reports, shapes.EditorReport),
       post=Act(acting.file_report, shapes.EditorReport, inputs.Report, status=201, file=True)),
    at(f"{CYCLE}publications/", "publications-list", "Publications; carry out an act of publication.",
       "cycle.view", **in_cycle, get=Listing(finding.visible_publications, shapes.Publication),
       post=Act(acting.publish, shapes.Publication, inputs.NewPublication, "cycle.take_part", 202)),
    at(f"{CYCLE}publications/<slug:act>/", "publications-detail", "A publication and its files.",
       "cycle.view", load=finding.find_publication, get=One(shapes.Publication)),
]  # fmt: skip

SEARCH = [
    at("search/", "search-find", "What answers a question among what one may see, best first.", PUBLIC,
       get=Asked(rows.found, shapes.Found, {
           "q": "Words, or phrases in quotation marks; all must be there.",
           "kind": "Only this kind, as the facets name it.",
           "cycle": "Only in this cycle.",
           "typing": "1: the last word may go on, and nothing is counted."})),
]  # fmt: skip

RECORD = [
    at("streams/", "record-streams", "The streams of the record that one sees.", PUBLIC,
       get=Listing(rows.streams, shapes.Stream, ("key",), {"kind": "kind"})),
    at("streams/<path:key>/entries/", "record-entries", "A stream's entries, as one may see them.", PUBLIC,
       **in_stream, get=Tail(rows.entries, shapes.Entry, lambda shown: shown.entry.seq)),
    at("streams/<path:key>/entries/<int:seq>/erase/", "record-erase", "Erase an entry's content by law.",
       PUBLIC, load=find_entry, post=Act(acting.erase, shapes.Entry, inputs.Erasure, "records.erase", 201)),
    at("streams/<path:key>/export/", "record-export", "A stream as a file to be verified.", PUBLIC,
       **in_stream, get=Raw(rows.export, "application/jsonl")),
    at("streams/<path:key>/", "record-stream", "A stream and its head.", PUBLIC, **in_stream,
       get=One(shapes.Stream, lambda _u, found: found[0])),
    at("jobs/", "jobs-list", "One's own jobs, newest first.", ACCOUNT,
       get=Listing(finding.own_jobs, shapes.Job, ("-pk",), {"status": "status", "kind": "kind"})),
    at("jobs/<int:pk>/", "jobs-detail", "A job and how far it is.", ACCOUNT, load=find_job,
       get=One(shapes.Job)),
]  # fmt: skip

urlpatterns = [*PEOPLE, *CYCLES, *DRAFTING, *SNAPSHOTS, *ROUNDS, *SESSIONS, *PUBLISHING, *SEARCH, *RECORD]
