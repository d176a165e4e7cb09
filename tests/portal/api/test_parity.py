"""Everything a page can do is there in the API: each page that posts has its acts, or a reason why not."""

from __future__ import annotations

from portal.api.engine import Endpoint
from reviews.approval.acts import ACTS
from tests.permissions_table import FOREIGN, addresses, door_of

# Page → the rows of the API that do what can be posted there.
SAME = {
    "cycle_new": ["cycles-list"],
    "cycle_advance": ["cycles-advance"],
    "cycle_decide": ["cycles-decide"],
    "people": [
        "people-invite",
        "people-invited",
        "people-resend",
        "people-withdraw",
        "people-seats",
        "people-end",
        "disclosures-ask",
    ],
    "disclosure_decide": ["disclosures-decide"],
    "disclosures": ["disclosures-own"],
    "settings": ["me-detail"],
    "invitation": ["people-accept"],
    "tokens": ["tokens-list"],
    "token_revoke": ["tokens-detail"],
    "webhooks": ["webhooks-list"],
    "webhook": ["webhooks-detail"],
    "webhook_secret": ["webhooks-secret"],
    "webhook_act": [
        "webhooks-ping",
        "webhooks-try-again",
        "webhooks-stop",
        "webhooks-start",
        "webhooks-detail",
    ],
    "chapter_new": ["chapters-list"],
    "chapter_rename": ["chapters-rename"],
    "chapter_edit": ["chapters-text"],
    "chapter_save": ["chapters-text"],
    "chapter_preview": ["chapters-preview"],
    "chapter_import": ["chapters-import"],
    "chapter_word": ["chapters-word"],
    "chapter_collision": ["versions-settle"],
    "chapter_version_name": ["versions-name"],
    "chapter_restore": ["versions-restore"],
    "chapter_suggest": ["suggestions-list"],
    "chapter_remark": ["threads-list"],
    "suggestions_accept": ["suggestions-accept_all"],
    "suggestions_reject": ["suggestions-reject_all"],
    "suggestion_accept": ["suggestions-accept"],
    "suggestion_reject": ["suggestions-reject"],
    "suggestion_withdraw": ["suggestions-withdraw"],
    "thread_answer": ["threads-answer"],
    "thread_assign": ["threads-assign"],
    "thread_resolve": ["threads-resolve"],
    "thread_reopen": ["threads-reopen"],
    "section": ["chapters-text"],
    "section_plan": ["chapters-plan_section"],
    "section_mark": ["chapters-mark_section"],
    "section_invite": ["chapters-invite", "chapters-ask_disclosure"],
    "section_end": ["chapters-end_invitation"],
    "section_save": ["chapters-text"],
    "meetings": ["meetings-list"],
    "meeting_act": [
        "meetings-change",
        "meetings-cancel",
        "meetings-agenda",
        "meetings-add_document",
        "meetings-answer",
        "meetings-attendance",
        "meetings-minutes",
        "meetings-close",
        "meetings-add_task",
        "meetings-finish_task",
    ],
    "sources": ["sources-list", "sources-doi", "sources-retractions", "sources-cut_off"],
    "source_act": [
        "sources-vet",
        "sources-copies",
        "sources-detail",
        "sources-read",
        "sources-terms",
        "sources-withdraw",
        "sources-sign_off",
        "sources-part",
    ],
    "finding_confirm": ["findings-confirm"],
    "finding_dismiss": ["findings-dismiss"],
    "findings_scale": ["findings-scale"],
    "note_answer": ["findings-answer"],
    "assets": ["images-list"],
    "asset": ["images-detail"],
    "terms": ["terms-list", "terms-import", "terms-approve", "terms-detail"],
    "imprint": ["imprint-detail"],
    "snapshots": ["snapshots-list"],
    "rounds": ["rounds-list"],
    "round_register": ["rounds-register"],
    "round_act": ["rounds-extend", "rounds-reopen", "rounds-close", "rounds-publish", "comments-send"],
    "round_read": ["comments-list"],
    "comment": ["comments-detail", "comments-send", "comments-withdraw", "comments-rewrite"],
    "answering": ["rounds-answer", "rounds-take_back_answers"],
    "anchors": ["comments-place", "comments-place-reopen", "comments-project"],
    "national": ["submissions-list"],
    "round_import": ["comments-workbook-check", "comments-workbook", "comments-workbook-own"],
    "session_new": ["sessions-list"],
    "groups": ["groups-list"],
    "group_dissolve": ["groups-dissolve"],
    "entry_erase": ["record-erase"],
    "notice_read": ["notices-read"],
    "notices_read": ["notices-read"],
    "notices_settings": ["notices-preferences"],
    "calendar_renew": ["notices-calendar"],
    "mail_resend": ["notices-resend"],
    "desk_job_again": ["desk-again"],
    "desk_remind": ["desk-remind"],
    "session_act": [f"sessions-{key}" for key in ACTS],
    "trickle_backs": ["trickle_backs-list", "trickle_backs-close"],
    "editor_reports": ["editor_reports-list"],
    "publications": ["publications-list"],
}
# Page → why a program has no need of it.
BESIDE = {
    "notices_unsubscribe": "the link in a letter, for somebody who is not signed in",
    "notices_address": "the link in a letter that proves an address",
    "notices_check": "asks for that letter",
}
# Parts of other people's apps: why they are not in the API.
ELSEWHERE = {
    "accounts/": "signing in, out, and a new password: a program signs in with a token",
    "admin/": "the keepers' own view of the tables, for accounts and repairs",
    "language/": "the API answers in the language that Accept-Language asks for",
    "api/schema/": "it is the API's own description",
    "static/": "files",
}
# Pages that only show, and files: each has its reading in the API too, where it is more than a layout.
READ = {
    "cycle": "cycles-detail",
    "chapter": "chapters-text",
    "chapter_history": "versions-list",
    "chapter_version": "versions-detail",
    "chapter_written": "versions-written",
    "chapter_margin": "suggestions-list",
    "chapter_word_copy": "chapters-word",
    "asset_file": "images-file",
    "asset_data": "images-data",
    "source": "sources-detail",
    "source_copy": "sources-copy",
    "cite": "sources-find",
    "findings": "findings-list",
    "finding": "findings-detail",
    "snapshot": "snapshots-detail",
    "snapshot_chapter": "snapshots-text",
    "snapshot_pdf": "snapshots-pdf",
    "publication_file": "publications-file",
    "publication_statements": "publications-detail",
    "publication_read": "publications-file",
    "editor_report_file": "editor_reports-file",
    "round": "rounds-detail",
    "round_comments": "comments-list",
    "round_became": "comments-became",
    "anchors_list": "comments-projections",
    "round_receipt": "comments-receipt",
    "round_workbook": "comments-workbook",
    "sessions": "sessions-list",
    "session": "sessions-detail",
    "session_lines": "sessions-lines",
    "session_plan": "sessions-detail",
    "session_screen": "sessions-lines",
    "chapter_board": "chapters-sections",
    "meeting": "meetings-detail",
    "meeting_document": "meetings-document",
    "record": "record-streams",
    "stream": "record-entries",
    "stream_export": "record-export",
    "job": "jobs-detail",
    "notices": "notices-list",
    "mail_log": "notices-log",
    "search": "search-find",
    "desk": "desk-list",
    "desk_due": "desk-due",
    "desk_owed": "desk-owed",
    "desk_imports": "desk-imports",
    "desk_jobs": "desk-jobs",
    "desk_record": "desk-record",
}
LAYOUT = {
    "chapter_cards": "parts of a page, for the editor's own script",
    "procedures": "pictures of files that come with the program",
    "procedure": "a picture of a file that comes with the program",
    "cycle_procedure": "the same picture, with a mark",
    "search_places": "for the palette of the pages",
    "board": "counted from the boards of its chapters, which the API gives",
    "meeting_calendar": "one event as a file; the feed gives all",
    "chapter_offers": "for the editor while somebody types; the API offers sources of its own",
    "calendar": "a feed of its own kind, whose address the API gives",
    "operating": "the doctor, for operators",
    "metrics": "for the operators' monitor",
    "home": "the front page; its parts are lists of the API",
    "help": "words for people",
    "chapter_compare": "made from two versions, which the API gives",
    "compare_choose": "a form that leads to a comparison",
    "compare_drafts": "made from two frozen drafts, which the API gives",
    "compare_chapter": "made from two frozen chapters, which the API gives",
    "session_regions": "parts of a page, for the page's own script",
    "record_key": "a public file beside the API, of which every export tells",
    "healthz": "for the watcher of the process",
    "readyz": "for the watcher of the process",
    "problems": "explains the API",
    "problem": "explains the API",
}


def pages():
    for path, entry in addresses():
        if not issubclass(getattr(entry.callback, "cls", object), Endpoint):
            yield path, entry


def rows() -> dict:
    return {
        entry.name.removeprefix("api-"): entry.callback.cls
        for _path, entry in addresses()
        if issubclass(getattr(entry.callback, "cls", object), Endpoint)
    }


def test_every_page_that_posts_has_its_acts_in_the_api():
    posting = {entry.name for _path, entry in pages() if "POST" in door_of(entry).methods}
    assert posting == {*SAME, *BESIDE}
    assert all(BESIDE.values())


def test_every_act_named_there_is_one():
    known = rows()
    named = {name for names in SAME.values() for name in names}
    assert sorted(named - set(known)) == []
    assert [name for name in sorted(named) if not known[name].acts] == []


def test_every_act_of_the_api_is_one_of_a_page():
    """The other way round: nothing is done by the API alone."""
    named = {name for names in SAME.values() for name in names}
    assert sorted(name for name, view in rows().items() if view.acts and name not in named) == []


def test_every_page_that_shows_has_its_reading():
    showing = {entry.name for _path, entry in pages() if "POST" not in door_of(entry).methods}
    assert showing == {*READ, *LAYOUT}
    known = rows()
    assert [name for name in READ.values() if known[name].reads is None] == []


def test_what_lies_elsewhere_is_named_with_its_reason():
    assert set(ELSEWHERE) == set(FOREIGN)
