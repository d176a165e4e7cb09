"""The main job in a browser, once a track: several people, from the beginning of a cycle to a verified record."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.e2e import cast
from tests.e2e.portal import ROOT, Desk
from tests.support import need

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHAPTER = """# What agents can do

Agents now complete software tasks of half an hour with success rates of about 80 per cent (*medium confidence*).

The doubling time of the task length was roughly seven months.[^1]

[^1]: The tasks come from one family of test suites.
"""
SUMMARY = """# Summary for policymakers

## A Introduction

**Agents complete longer tasks each year.** {1.1}

It is *likely* that agents may complete tasks of a working day by the end of 2028. {1.1}
"""


def write(desk: Desk, slug: str, number: str, text: str) -> None:
    desk.go(f"/c/{slug}/chapters/{number}/edit/").accessible()
    desk.go(f"/c/{slug}/chapters/{number}/edit/?plain=1").accessible()
    desk.page.locator("#markdown").fill(text)
    desk.page.locator("[data-autosave-state]", has_text=re.compile("^Kept")).wait_for()


def freeze(desk: Desk, slug: str, label: str) -> None:
    desk.go(f"/c/{slug}/drafts/").confirm(f"Freeze {label}")
    desk.page.get_by_text("Its text, pages and lines never change.").wait_for(timeout=90_000)


def advance(desk: Desk, slug: str, to: str) -> None:
    desk.go(f"/c/{slug}/").accessible().confirm("Go on to").reads(f"now stands in “{to}”")


def open_round(desk: Desk, slug: str, rule: str) -> None:
    desk.go(f"/c/{slug}/rounds/").accessible().choose("Round", rule).press("Open")


def register(desk: Desk, slug: str, rule: str) -> None:
    desk.go(f"/c/{slug}/rounds/{rule}/register/").accessible().fill("Your expertise", "Measurement of agents")
    desk.page.get_by_label("I will keep the draft confidential").check()
    desk.page.get_by_label("I consent to the publication").check()
    desk.press("Register")


def comment(desk: Desk, slug: str, rule: str, number: str, text: str, keep: str = "Keep as a draft") -> None:
    """By page and line; a page that does not exist is refused first, and the words stay."""
    desk.go(f"/c/{slug}/rounds/{rule}/read/{number}/#comment")
    form = desk.accessible().page.locator("form#comment")
    form.get_by_text("By page and line").click()
    form.locator("[name=text]").fill(text)
    form.locator("[name=page]").fill("999")
    form.locator("[name=line_from]").fill("2")
    desk.press(keep).reads("There is no page 999")
    assert form.locator("[name=text]").input_value() == text
    form.locator("[name=page]").fill(f"{number}-1")
    desk.press(keep).reads(text)


def publish(desk: Desk, slug: str, title: str, name: str, tmp_path):
    desk.go(f"/c/{slug}/publications/").accessible().press(f"Publish: {title}")
    link = desk.page.locator(f"a[href$='/{name}']").first
    link.wait_for(timeout=90_000)
    path = tmp_path / name.replace("/", "-")
    path.write_bytes(desk.context.request.get(desk.portal.url + link.get_attribute("href")).body())
    return path


def verified(path, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "records.verify", str(path), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return f"{done.returncode}: {done.stdout}"


def test_independent_report_from_first_word_to_verified_record(browser, portal, tmp_path):
    need("pango")
    slug = "advanced-e2e"
    office = Desk(browser, portal, cast.founder(portal))
    office.go("/cycles/new/").fill("Short name", slug).fill("Title", "An independent report")
    office.choose("Procedure", "independent").fill("Number of chapters", "1").press("Begin the cycle")
    office.reads("The cycle has begun")
    cast.seat_people(
        portal,
        slug,
        {
            "leadchair": ("chair", "chair"),
            "writer": ("writer", "team:1"),
            "reviewer": ("external-reviewer", "reviewers"),
        },
    )
    chair = Desk(browser, portal, "leadchair@example.org")
    writer = Desk(browser, portal, "writer@example.org")
    reviewer = Desk(browser, portal, "reviewer@example.org")
    advance(chair, slug, "Endorsement of the questions")
    advance(chair, slug, "Drafting")
    write(writer, slug, "1", CHAPTER)
    freeze(chair, slug, "DRAFT")
    advance(chair, slug, "External specialist review")
    open_round(chair, slug, "external-experts")
    register(reviewer, slug, "external-experts")
    comment(reviewer, slug, "external-experts", "1", "From which tasks?")
    reviewer.go(f"/c/{slug}/rounds/external-experts/").press("Send")
    reviewer.reads("1-1")
    writer.go(f"/c/{slug}/rounds/external-experts/answer/1/1/").accessible()
    writer.page.get_by_label("Accepted", exact=True).check()
    writer.fill("Reason", "The footnote now says so.").press("Answer")
    advance(chair, slug, "Consolidated draft to panel, advisers, industry and civil society")
    advance(chair, slug, "Sign-off by the chair")
    chair.go(f"/c/{slug}/").fill("Its words", "I sign this edition.").press("Record the decision")
    chair.reads("The decision is recorded")
    pdf = publish(chair, slug, "Publication of the edition", "chapter-1.pdf", tmp_path)
    assert pdf.read_bytes().startswith(b"%PDF-")
    anybody = Desk(browser, portal)
    anybody.go(f"/c/{slug}/publications/edition-publish/read/chapter-1.html").accessible().reads(
        "roughly seven months"
    )
    for name in (f"record-cycle-{slug}.jsonl", "record-key.pem"):
        address = f"{portal.url}/c/{slug}/publications/edition-publish/{name}"
        (tmp_path / name).write_bytes(anybody.context.request.get(address).body())
    record, key = tmp_path / f"record-cycle-{slug}.jsonl", tmp_path / "record-key.pem"
    assert verified(record, "--key", str(key)).startswith("0:")
    record.write_bytes(record.read_bytes().replace(b"An independent report", b"An Independent report", 1))
    assert verified(record, "--key", str(key)).startswith("10:")
    for desk in (office, chair, writer, reviewer, anybody):
        assert [f for f in desk.faults if "409" not in f] == []


def test_member_state_report_is_reviewed_approved_line_by_line_and_published(browser, portal, tmp_path):
    need("pango")
    slug = "un-e2e"
    office = Desk(browser, portal, cast.founder(portal))
    office.go("/cycles/new/").fill("Short name", slug).fill("Title", "A member-state report")
    office.choose("Procedure", "ipcc").fill("Number of chapters", "1")
    office.choose("Begins at another stage", "ipcc:final-draft").fill(
        "Why it begins there", "Reviewed elsewhere."
    )
    office.press("Begin the cycle").reads("The cycle has begun")
    portal.python(
        "from assessments.cycles.models import Cycle\nfrom assessments.drafting import actions\n"
        "from panels.models import User\nfrom django.utils import timezone\n"
        f"actions.add_chapter(Cycle.objects.get(slug={slug!r}), 'SPM', 'Summary for policymakers',"
        " by=User.objects.system(), now=timezone.now(), kind='summary')"
    )
    cast.seat_people(
        portal,
        slug,
        {
            "chair": ("chair", "plenary"),
            "cla": ("cla", "team:1"),
            "spmcla": ("cla", "team:SPM"),
            "editor": ("review-editor", "editors:1"),
            "focal": ("focal-point", "delegation:a"),
            "delegate": ("head-of-delegation", "delegation:b"),
        },
    )
    author = Desk(browser, portal, "cla@example.org")
    summary_author = Desk(browser, portal, "spmcla@example.org")
    write(author, slug, "1", CHAPTER)
    write(summary_author, slug, "SPM", SUMMARY)
    freeze(office, slug, "FGD")
    open_round(office, slug, "fgd-governments")
    focal = Desk(browser, portal, "focal@example.org")
    register(focal, slug, "fgd-governments")
    comment(focal, slug, "fgd-governments", "SPM", "Which tasks are meant?", "Keep for the submission")
    focal.go(f"/c/{slug}/rounds/fgd-governments/national/").press("File")
    cast.ring_the_bell(portal, f"{slug}/fgd-governments")
    office.go(f"/c/{slug}/rounds/fgd-governments/").confirm("Close")
    office.go(f"/c/{slug}/sessions/new/").press("Prepare")
    advance(office, slug, "Approval session")
    approve_every_line(browser, portal, slug, summary_author)
    office.go(f"/c/{slug}/").choose("Decision", "chapters-accepted").fill("Its words", "Accepted.")
    office.press("Record the decision")
    advance(office, slug, "Release of the summary, posting of the chapters")
    pdf = publish(office, slug, "Release of the approved summary", "summary.pdf", tmp_path)
    assert pdf.read_bytes().startswith(b"%PDF-")
    publish(
        office, slug, "Posting of the accepted chapters, subject to final edits", "chapter-1.pdf", tmp_path
    )
    advance(office, slug, "Trickle-backs and final edition")
    editor = Desk(browser, portal, "editor@example.org")
    editor.go(f"/c/{slug}/editor-reports/")
    editor.page.locator("select[name=chapter]").select_option(index=1)
    editor.page.locator("input[type=file]").set_input_files(
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 report"}
    )
    editor.press("File the report").reads("It is published with the chapter")
    portal.python(
        "from assessments.cycles.models import Cycle\nfrom assessments.findings import actions, syncing\n"
        "from assessments.findings.models import Note\nfrom panels.models import User\n"
        "from django.utils import timezone\n"
        f"syncing.read_cycle(Cycle.objects.get(slug={slug!r}), timezone.now())\n"
        f"for note in Note.objects.filter(chapter__cycle__slug={slug!r}, status='open'):\n"
        "    actions.answer(note, 'It stands so.', by=User.objects.system(), now=timezone.now())\n"
    )
    edition = publish(office, slug, "Final edition", "edition-publish/chapter-1.pdf", tmp_path)
    assert edition.read_bytes().startswith(b"%PDF-")
    anybody = Desk(browser, portal)
    anybody.go(f"/c/{slug}/publications/summary-release/read/summary.html").reads("could complete tasks")
    for name in (f"record-session-{slug}-1.jsonl", "record-key.pem"):
        address = f"{portal.url}/c/{slug}/publications/summary-release/{name}"
        (tmp_path / name).write_bytes(anybody.context.request.get(address).body())
    answer = verified(tmp_path / f"record-session-{slug}-1.jsonl", "--key", str(tmp_path / "record-key.pem"))
    assert answer.startswith("0:")


def approve_every_line(browser, portal, slug: str, author: Desk) -> None:
    """The session: live in four browsers; one line is changed by a delegation, all are approved."""
    room = f"/c/{slug}/sessions/1/"
    chair = Desk(browser, portal, "chair@example.org").go(room)
    delegate = Desk(browser, portal, "delegate@example.org", width=390).go(room)
    screen = Desk(browser, portal, "founder@example.org").go(room + "screen/")
    author.go(room)
    chair.press("Open the sitting")
    changed = False
    for _line in range(10):
        chair.go(room)
        call = chair.page.get_by_role("button", name=re.compile("^Bring up (?!the line)")).first
        if not call.is_visible():
            break
        call.click()
        label = chair.page.locator("h1#l").inner_text()
        delegate.page.get_by_role("heading", name=label).first.wait_for(timeout=3_000)
        screen.page.get_by_text(label).first.wait_for(timeout=3_000)
        for desk in (chair, delegate, screen, author):
            desk.accessible()
        if not changed and "may complete" in chair.page.locator(".theline").inner_text():
            change_a_word(chair, delegate, author, room)
            changed = True
        chair.page.get_by_text("acknowledged by the projector").first.wait_for(timeout=5_000)
        chair.press("Call for objections")
        chair.page.wait_for_timeout(10_500)
        chair.go(room).press("Let the gavel fall")
    assert changed
    chair.go(room).confirm("Close the session")


def change_a_word(chair: Desk, delegate: Desk, author: Desk, room: str) -> None:
    delegate.page.get_by_role("button", name="Ask for the floor").click()
    chair.page.get_by_role("button", name="Give the floor").first.click()
    chair.press("End the intervention")
    delegate.go(room)
    delegate.page.locator("#propose summary").click()
    words = delegate.page.locator("#propose-text")
    words.fill(words.input_value().replace("may complete", "could complete"))
    delegate.press("Put the proposal")
    chair.page.get_by_role("button", name="Put A on the screen").wait_for(timeout=3_000)
    chair.press("Put A on the screen")
    author.page.get_by_text("text 2").first.wait_for(timeout=3_000)
    author.press("Consistent")
