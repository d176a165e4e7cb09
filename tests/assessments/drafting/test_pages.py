"""The pages of drafting: who sees them, what they keep, what they answer to bad input."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.drafting import actions
from assessments.drafting.models import ChapterVersion
from assessments.imprint import actions as imprint
from tests.assessments.drafting.test_assets import png
from tests.world import CHAPTER, NOW, build_world

LINES = "# Title\n\nThe first sentence stands here.\n\nThe second sentence stands there.\n"


@pytest.fixture
def world(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return build_world(texts=False)


@pytest.fixture
def chapter(world):
    return world.un.chapter("1")


@pytest.fixture
def saved(world, chapter):
    return actions.save(chapter, None, LINES, by=world.un.la, now=NOW).version


def signed_in(user, **options) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def url(name: str, *more) -> str:
    return reverse(name, args=["un-test", *more])


def autosave(client, text, base):
    return client.post(
        url("chapter_save", "1"),
        json.dumps({"base": base, "markdown": text}),
        content_type="application/json",
    )


PAGES = ["chapter_edit", "chapter_history", "chapter_import", "chapter_compare"]


def test_authors_see_every_page_of_their_chapter(world, saved):
    client = signed_in(world.un.la)
    for name in ["chapter", *PAGES]:
        assert client.get(url(name, "1")).status_code == 200, name
    assert client.get(url("chapter_version", "1", 1)).status_code == 200
    assert client.get(url("sources")).status_code == 200
    assert client.get(url("assets")).status_code == 200


def test_editors_read_the_draft_and_its_versions_and_do_not_write(world, saved):
    client = signed_in(world.un.editor)
    assert b"The first sentence" in client.get(url("chapter", "1")).content
    assert client.get(url("chapter_history", "1")).status_code == 200
    page = client.get(url("chapter_edit", "1"))  # the room, in which they read along
    assert (page.status_code, b'id="markdown"' in page.content) == (200, False)
    assert client.get(url("chapter_edit", "1") + "?plain=1").status_code == 403
    assert client.post(url("chapter_edit", "1"), {"base": "1", "markdown": "Mine."}).status_code == 403
    assert autosave(client, "Mine.", 1).status_code == 403
    assert ChapterVersion.objects.count() == 1


@pytest.mark.parametrize("who", ["reviewer", "delegate_a", "observer"])
def test_those_who_do_not_make_the_report_see_the_title_and_no_word_of_the_draft(world, saved, who):
    client = signed_in(getattr(world.un, who))
    page = client.get(url("chapter", "1"))
    assert page.status_code == 200
    assert b"Chapter 1" in page.content and b"The first sentence" not in page.content
    for name in PAGES:
        assert client.get(url(name, "1")).status_code == 404, name
    assert client.get(url("chapter_version", "1", 1)).status_code == 404
    assert client.get(url("sources")).status_code == 404
    assert client.post(url("chapter_preview", "1"), "{}", content_type="application/json").status_code == 404


def test_what_could_stand_here_is_offered_to_those_who_read_the_draft(world, saved):
    client = signed_in(world.un.la)
    chapters = client.get(url("chapter_offers", "1"), {"kind": "chapter"}).json()["offers"]
    assert [each["key"] for each in chapters] == ["ch:SPM", "ch:2"]
    assert client.get(url("chapter_offers", "1"), {"kind": "source", "q": "nothing"}).json() == {"offers": []}
    assert client.get(url("chapter_offers", "1"), {"kind": "image"}).json() == {"offers": []}
    assert client.get(url("chapter_offers", "1"), {"kind": "term", "q": "agent"}).json() == {"offers": []}
    imprint.define(world.un.cycle, kind="term", term="Agent", definition="It acts.", by=world.un.la, now=NOW)
    told = [{"key": "Agent", "text": "It acts.", "kind": "term"}]
    assert client.get(url("chapter_offers", "1"), {"kind": "term", "q": "agent"}).json() == {"offers": told}
    assert client.get(url("chapter_offers", "1"), {"kind": "term", "q": "cost"}).json() == {"offers": []}
    # The term itself comes first, however many hold its words.
    for n in range(13):
        term = f"A {n} agent"
        imprint.define(world.un.cycle, kind="term", term=term, definition=".", by=world.un.la, now=NOW)
    offers = client.get(url("chapter_offers", "1"), {"kind": "term", "q": "AGENT"}).json()["offers"]
    assert (len(offers), offers[0]["key"]) == (12, "Agent")
    assert client.get(url("chapter_offers", "1"), {"kind": "other"}).status_code == 400
    assert (
        signed_in(world.un.reviewer).get(url("chapter_offers", "1"), {"kind": "chapter"}).status_code == 404
    )


def test_only_the_page_of_the_editor_may_reach_the_rooms(world, saved):
    client = signed_in(world.un.la)
    policy = client.get(url("chapter_edit", "1"))["Content-Security-Policy"]
    assert "connect-src 'self' ws://testserver:8001;" in policy
    for page in (url("chapter", "1"), url("chapter_edit", "1") + "?plain=1"):
        assert "connect-src 'self';" in client.get(page)["Content-Security-Policy"]


def test_for_an_outsider_the_chapter_does_not_exist_and_a_stranger_is_asked_who_they_are(world, saved):
    assert signed_in(world.outsider).get(url("chapter", "1")).status_code == 404
    assert Client().get(url("chapter", "1")).status_code == 302
    answer = autosave(Client(), "Mine.", 1)
    assert (answer.status_code, "signed out" in answer.json()["error"]) == (403, True)


def test_autosave_answers_saved_merged_and_collision_as_its_module_expects(world, chapter, saved):
    la, cla = signed_in(world.un.la), signed_in(world.un.cla)
    assert autosave(cla, LINES.replace("first", "opening"), 1).json() == {"status": "saved", "version": 2}
    merged = autosave(la, LINES.replace("there", "yonder"), 1).json()
    both = LINES.replace("first", "opening").replace("there", "yonder")
    assert merged == {"status": "merged", "version": 3, "markdown": both}
    assert autosave(la, both, 3).json() == {"status": "saved", "version": 3}
    collided = autosave(la, LINES.replace("first", "initial"), 1).json()
    assert collided == {
        "status": "collision",
        "version": 4,
        "collision_url": url("chapter_collision", "1", 4),
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("not json", 400),
        ("[]", 400),
        ('{"base": 1}', 400),
        ('{"base": 99, "markdown": "x"}', 409),
        ('{"base": null, "markdown": "x"}', 409),
        (json.dumps({"base": 1, "markdown": "[" * 5000}), 409),
    ],
)
def test_autosave_says_what_is_wrong_with_what_it_cannot_keep(world, saved, body, status):
    answer = signed_in(world.un.la).post(url("chapter_save", "1"), body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json()["error"]
    assert ChapterVersion.objects.count() == 1


def test_in_a_stage_without_drafting_autosave_is_refused_in_words(world, saved):
    world.un.at("approval")
    answer = autosave(signed_in(world.un.la), "Mine.", 1)
    assert (answer.status_code, "no place" in answer.json()["error"]) == (409, True)


def test_the_editor_without_scripts_keeps_the_text_and_loses_none_when_refused(world, chapter, saved):
    client = signed_in(world.un.la)
    sent = {"base": "1", "markdown": LINES + "\r\nMore.\r\n"}
    assert client.post(url("chapter_edit", "1"), sent).status_code == 302
    assert world.un.chapter("1").current.markdown == LINES + "\nMore.\n"
    refused = client.post(
        url("chapter_edit", "1"), {"base": "77", "markdown": "A text that must not be lost"}
    )
    assert refused.status_code == 200
    assert b"A text that must not be lost" in refused.content
    assert b"has no version 77" in refused.content


def test_the_preview_shows_the_text_and_a_broken_table_with_its_line(world, saved):
    body = json.dumps({"markdown": "# Title\n\n| a | b |\n| c | d | e |\n"})
    page = signed_in(world.un.la).post(url("chapter_preview", "1"), body, content_type="application/json")
    assert b'data-line="3"' in page.content and b"not a row of dashes" in page.content
    assert b"<h1" in page.content and b"<html" not in page.content
    hard = json.dumps({"markdown": "x\n\n" + "[" * 5000})
    page = signed_in(world.un.la).post(url("chapter_preview", "1"), hard, content_type="application/json")
    assert b'data-line="3"' in page.content


def test_a_collision_is_shown_with_both_texts_and_settled(world, chapter, saved):
    la, cla = signed_in(world.un.la), signed_in(world.un.cla)
    autosave(cla, LINES.replace("first", "opening"), 1)
    autosave(la, LINES.replace("first", "initial"), 1)
    page = la.get(url("chapter_collision", "1", 3))
    assert b"<del>opening</del>" in page.content and b"<ins>initial</ins>" in page.content
    assert b"kept aside" in la.get(url("chapter", "1")).content
    chosen = LINES.replace("first", "only")
    assert la.post(url("chapter_collision", "1", 3), {"base": "2", "markdown": chosen}).status_code == 302
    assert world.un.chapter("1").current.markdown == chosen
    assert b"was settled" in la.get(url("chapter_collision", "1", 3)).content
    again = la.post(url("chapter_collision", "1", 3), {"base": "4", "markdown": "A text not to be lost"})
    assert b"settled already" in again.content
    assert world.un.chapter("1").current.markdown == chosen


def test_two_versions_are_compared_with_moves_as_moves(world, chapter, saved):
    moved = "# Title\n\nThe second sentence stands there.\n\nThe first sentence stands here.\n\nA new one.\n"
    actions.save(chapter, saved, moved, by=world.un.la, now=NOW)
    page = signed_in(world.un.editor).get(url("chapter_compare", "1") + "?from=1&to=2").content.decode()
    assert "Paragraph: moved</h3>" in page and "A new one.</ins>" in page and "taken out</h3>" not in page
    assert signed_in(world.un.editor).get(url("chapter_compare", "1") + "?from=1&to=9").status_code == 404
    assert signed_in(world.un.editor).get(url("chapter_compare", "1") + "?from=x&to=1").status_code == 404


def test_a_version_is_named_and_brought_back(world, chapter, saved):
    actions.save(chapter, saved, "All gone.\n", by=world.un.la, now=NOW)
    client = signed_in(world.un.la)
    assert client.post(url("chapter_version_name", "1", 1), {"name": "The good one"}).status_code == 302
    assert b"The good one" in client.get(url("chapter_history", "1") + "?named=1").content
    assert client.post(url("chapter_restore", "1", 1), {"seen": "2"}).status_code == 302
    assert world.un.chapter("1").current.markdown == LINES
    client.post(url("chapter_restore", "1", 2), {"seen": "1"})
    assert world.un.chapter("1").current.markdown == LINES
    assert signed_in(world.un.editor).post(url("chapter_restore", "1", 2), {"seen": "3"}).status_code == 403


def test_a_markdown_file_is_taken_in_for_its_author(world, chapter, saved):
    file = SimpleUploadedFile("chapter.md", (LINES + "\nMore.\n").encode())
    sent = {"base": "1", "file": file, "author": world.un.la.person.pk}
    assert signed_in(world.un.secretariat).post(url("chapter_import", "1"), sent).status_code == 302
    assert world.un.chapter("1").current.note == "Imported from chapter.md"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("chapter.pdf", b"%PDF", "Markdown (.md) or Word (.docx)"),
        ("chapter.md", "ein Stück".encode("latin-1"), "line 1: this is not UTF-8"),
        ("chapter.md", b"\n", "holds no text"),
        ("chapter.docx", b"no archive", "cannot be read as a Word file"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_refused_by_name(world, saved, name, data, said):
    sent = {"base": "1", "file": SimpleUploadedFile(name, data)}
    page = signed_in(world.un.la).post(url("chapter_import", "1"), sent)
    assert page.status_code == 200
    assert name in page.content.decode() and said in page.content.decode()
    assert ChapterVersion.objects.count() == 1


def test_a_word_file_becomes_markdown(world, saved, tmp_path):
    pypandoc = pytest.importorskip("pypandoc")
    path = tmp_path / "chapter.docx"
    pypandoc.convert_text("# Title\n\nSome *words* here.\n", "docx", format="markdown", outputfile=str(path))
    sent = {"base": "1", "file": SimpleUploadedFile("chapter.docx", path.read_bytes())}
    assert signed_in(world.un.la).post(url("chapter_import", "1"), sent).status_code == 302
    newest = ChapterVersion.objects.order_by("-number").first()
    assert newest.markdown == "# Title\n\nSome *words* here.\n"


def test_unreadable_bibtex_is_answered_on_the_page_and_a_good_one_reported(world):
    client = signed_in(world.un.la)
    page = client.post(url("sources"), {"file": SimpleUploadedFile("letter.bib", b"Dear colleagues")})
    assert b"letter.bib holds no entry" in page.content
    good = b"@book{vale2025, title={Risk}, author={Vale, D.}, year={2025}}\n@book{bad, title={open\n"
    page = client.post(url("sources"), {"file": SimpleUploadedFile("good.bib", good)}).content.decode()
    assert "line 2" in page and "[@vale2025]" in page
    assert "[@vale2025]" in client.get(url("sources") + "?q=vale+risk").content.decode()
    assert "[@vale2025]" not in client.get(url("sources") + "?q=vale+nothing").content.decode()
    editor = signed_in(world.un.editor)
    assert editor.get(url("sources")).status_code == 200
    assert editor.post(url("sources"), {"file": SimpleUploadedFile("good.bib", good)}).status_code == 403


class Unread(io.BytesIO):
    """A body of which no byte may be read."""

    def read(self, *args):
        raise AssertionError("the body was read")


@pytest.mark.parametrize(("name", "most"), [("sources", 51), ("assets", 46)])
def test_two_hundred_megabytes_are_refused_by_their_announced_size_before_a_byte_is_read(world, name, most):
    client = signed_in(world.un.la, enforce_csrf_checks=True)
    answer = client.generic(
        "POST",
        url(name),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
        **{"wsgi.input": Unread()},
    )
    assert answer.status_code == 413
    assert f"200 MB; at most {most} MB" in answer.content.decode()


def test_an_upload_without_the_forms_token_is_refused(world):
    client = signed_in(world.un.la, enforce_csrf_checks=True)
    assert client.post(url("assets"), {"alt": "A map."}).status_code == 403


FACTS = {"alt": "A map.", "origin": "The authors", "licence": "report"}


def test_an_image_is_put_up_described_and_served_as_nothing_but_an_image(world):
    client = signed_in(world.un.la)
    sent = {"file": SimpleUploadedFile("map.png", png()), "key": "", **FACTS}
    assert client.post(url("assets"), sent).status_code == 302
    assert b'alt="A map."' in client.get(url("assets")).content
    answer = client.get(url("asset_file", "map"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    # It stands in no text that they read.
    for hidden_from in (world.un.reviewer, world.outsider, world.adv.writer):
        assert signed_in(hidden_from).get(url("asset_file", "map")).status_code == 404


def test_an_image_without_description_keeps_what_was_typed(world):
    sent = {"file": SimpleUploadedFile("map.gif", b"GIF89a"), **FACTS, "alt": "What I typed", "key": "my-map"}
    page = signed_in(world.un.la).post(url("assets"), sent).content.decode()
    assert "expected PNG, JPEG or SVG" in page and "What I typed" in page and "my-map" in page
    sent = {"file": SimpleUploadedFile("map.png", png()), **FACTS, "alt": "", "key": "my-map"}
    assert signed_in(world.un.la).post(url("assets"), sent).status_code == 200
    assert world.un.cycle.assets.count() == 0


def test_a_chapter_is_added_and_renamed_by_the_secretariat_alone(world, chapter):
    client = signed_in(world.un.secretariat)
    sent = {"number": "3", "title": "Risks", "kind": "chapter"}
    assert client.post(url("chapter_new"), sent).status_code == 302
    assert b"There is a chapter 3 already" in client.post(url("chapter_new"), sent).content
    assert client.post(url("chapter_rename", "3"), {"title": "Harms"}).status_code == 302
    assert world.un.chapter("3").title == "Harms"
    assert signed_in(world.un.la).get(url("chapter_new")).status_code == 404
    assert signed_in(world.un.la).post(url("chapter_rename", "3"), {"title": "No"}).status_code == 403


def test_settling_begins_with_both_texts_put_together_so_that_nobodys_other_changes_fall_out(world, saved):
    la, cla = signed_in(world.un.la), signed_in(world.un.cla)
    autosave(cla, LINES.replace("first", "opening").replace("there", "yonder"), 1)
    autosave(la, LINES.replace("first", "initial"), 1)
    page = la.get(url("chapter_collision", "1", 3))
    assert page.context["text"] == LINES.replace("first", "initial").replace("there", "yonder")
    assert len(page.context["collisions"]) == 1


def test_a_changed_table_shows_its_rows_with_the_words_that_changed(world):
    table = "| Year | Cases |\n|---|---|\n| 2023 | 7 |\n| 2024 | {} |\n"
    chapter = world.un.chapter("1")
    for number in ("9", "10"):
        actions.save(chapter, chapter.current, CHAPTER + "\n" + table.format(number), by=world.un.la, now=NOW)
        chapter = world.un.chapter("1")
    page = signed_in(world.un.editor).get(url("chapter_compare", "1") + "?from=1&to=2").content.decode()
    rows = [
        re.sub(r"<[^<>]*>", " ", row).split()
        for row in re.findall(r"<tr class=\"is-.*?</tr>", page, re.DOTALL)
    ]
    assert rows == [
        ["row", "unchanged", "Year", "Cases"],
        ["row", "unchanged", "2023", "7"],
        ["±", "row", "changed", "2024", "old:", "9", "new:", "10"],
    ]
    assert re.search(r"<del>.*?9</del><ins>.*?10</ins></td>", page)
