"""A chapter goes to Word and comes back: only what was changed there is suggested, on its own passage (4.15)."""

import html
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from assessments.drafting import actions as drafting
from assessments.drafting.margin import actions as margin
from assessments.drafting.margin.models import Suggestion, Thread
from assessments.drafting.word import exchange
from assessments.imports.models import ImportAttempt
from assessments.sources.importing import import_sources
from assessments.sources.models import SourceTerms
from records.obstacles import Blocked
from tests.assessments.drafting.word_files import packed, parts, retyped
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture
def world(db):
    return build_world()


@pytest.fixture
def chapter(world):
    return world.un.chapter("1")


def brought(chapter, data, by, name="copy.docx"):
    return exchange.take_back(chapter, data, name, by=by, now=NOW)


def refused(chapter, data, by) -> str:
    with pytest.raises(Blocked) as refusal:
        brought(chapter, data, by)
    return refusal.value.obstacles[0].code


def test_an_untouched_copy_brings_nothing_back(world, chapter):
    back = brought(chapter, exchange.working_copy(chapter), world.un.la)
    assert back.nothing and back.version == chapter.current
    assert not Suggestion.objects.exists()


def test_an_edit_comes_back_as_one_suggestion_on_its_words_and_the_text_stays(world, chapter):
    copy = retyped(exchange.working_copy(chapter), "simple to state", "easily stated")
    back = brought(chapter, copy, world.un.la, "from-nairobi.docx")
    (one,) = back.suggestions
    text = chapter.current.markdown
    assert text[: one.start] + one.text + text[one.end :] == text.replace("simple to state", "easily stated")
    assert one.source == "from-nairobi.docx"
    chapter.refresh_from_db()
    assert "simple to state" in chapter.current.markdown
    margin.accept(one, by=world.un.cla, now=NOW)
    chapter.refresh_from_db()
    assert "easily stated" in chapter.current.markdown


def test_the_same_copy_brought_back_twice_suggests_once(world, chapter):
    copy = retyped(exchange.working_copy(chapter), "simple to state", "easily stated")
    assert len(brought(chapter, copy, world.un.la).suggestions) == 1
    assert brought(chapter, copy, world.un.la).nothing
    assert Suggestion.objects.count() == 1


def test_a_copy_of_an_earlier_version_finds_its_words_in_the_text_of_now(world, chapter):
    copy = retyped(exchange.working_copy(chapter), "simple to state", "easily stated")
    text = chapter.current.markdown.replace("# What agents can do", "# What agents can do today")
    drafting.save(chapter, chapter.current, text, by=world.un.cla, now=NOW + timedelta(minutes=1))
    chapter.refresh_from_db()
    (one,) = brought(chapter, copy, world.un.la).suggestions
    one.refresh_from_db()
    assert one.version.number == chapter.current.number - 1
    assert chapter.current.markdown[one.here : one.there] == one.quote


def test_a_tracked_change_keeps_the_name_of_who_made_it(world, chapter):
    copy = exchange.working_copy(chapter)
    found = parts(copy)
    text = found["word/document.xml"].decode()
    at = text.index("<w:r>", text.index("<w:p>"))
    added = (
        '<w:ins w:id="900" w:author="Amina Diallo" w:date="2027-01-05T09:00:00Z">'
        "<w:r><w:t>Indeed: </w:t></w:r></w:ins>"
    )
    found["word/document.xml"] = (text[:at] + added + text[at:]).encode()
    back = brought(chapter, packed(found), world.un.la)
    assert [one.author for one in back.suggestions] == ["Amina Diallo"]
    assert "Indeed:" in back.suggestions[0].text


def test_a_comment_comes_back_as_a_thread_and_is_not_doubled(world, chapter):
    found = parts(exchange.working_copy(chapter))
    text = found["word/document.xml"].decode()
    at = text.index("<w:r>", text.index("simple to state") - 400)
    while text.index("</w:r>", at) < text.index("simple to state"):
        at = text.index("<w:r>", at + 1)
    end = text.index("</w:r>", at) + len("</w:r>")
    reference = '<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>'
    text = text[:at] + '<w:commentRangeStart w:id="1"/>' + text[at:end] + reference + text[end:]
    found["word/document.xml"] = text.encode()
    found["word/comments.xml"] = (
        f'<w:comments {W}><w:comment w:id="1" w:author="Kofi Mensah"><w:p><w:r><w:t>Says who?</w:t></w:r></w:p>'
        "</w:comment></w:comments>"
    ).encode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    rels = found["word/_rels/document.xml.rels"].decode()
    made = f'<Relationship Id="rC" Type="{kind}" Target="comments.xml"/></Relationships>'
    found["word/_rels/document.xml.rels"] = rels.replace("</Relationships>", made).encode()
    back = brought(chapter, packed(found), world.un.la)
    (thread,) = back.threads
    assert (thread.author, thread.remarks.get().text) == ("Kofi Mensah", "Says who?")
    assert "simple to state" in thread.quote
    assert not back.suggestions
    assert brought(chapter, packed(found), world.un.la).nothing
    assert Thread.objects.count() == 1


def test_a_file_that_is_no_working_copy_of_the_chapter_is_refused_and_the_attempt_noted(world, chapter):
    copy, la = exchange.working_copy(chapter), world.un.la
    strange = parts(copy)
    for name in list(strange):
        if "custom" in name:
            strange[name] = strange[name].replace(b"Concord", b"Another")
    assert refused(chapter, packed(strange), la) == "no-working-copy"
    other = world.un.chapter("2")
    if other.current_id is None:
        drafting.save(other, None, "# Another\n\nQuite other words.\n", by=world.un.secretariat, now=NOW)
        other.refresh_from_db()
    assert refused(chapter, exchange.working_copy(other), la) == "other-chapter"
    attempt = ImportAttempt.objects.order_by("-pk").first()
    assert (attempt.outcome, attempt.file, attempt.place) == ("refused", "copy.docx", "1")
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda found: {"word/document.xml": b"<broken"}, "broken"),
        (lambda found: {"word/vbaProject.bin": b"x"}, "macros"),
        (
            lambda found: {
                "word/document.xml": b'<!DOCTYPE w [<!ENTITY a "b">]>'
                + found["word/document.xml"].partition(b"?>")[2]
            },
            "entities",
        ),
        (lambda found: {"word/media/big.bin": b"\0" * (210 * 1024 * 1024)}, "bomb"),
        (
            lambda found: {
                "word/_rels/document.xml.rels": found["word/_rels/document.xml.rels"].replace(
                    b"</Relationships>",
                    b'<Relationship Id="rX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
                    b'image" Target="http://192.0.2.1/x.png" TargetMode="External"/></Relationships>',
                )
            },
            "outside",
        ),
    ],
    ids=["broken", "macros", "entities", "bomb", "outside"],
)
def test_a_broken_or_hostile_file_is_refused_in_words_and_nothing_is_kept(world, chapter, change, code):
    found = parts(exchange.working_copy(chapter))
    assert refused(chapter, packed(found | change(found)), world.un.la) == code
    assert not Suggestion.objects.exists() and not Thread.objects.exists()


def test_what_is_no_archive_is_refused(world, chapter):
    for data, code in (
        (b"PK\x03\x04 and no more", "broken"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old-or-locked"),
    ):
        assert refused(chapter, data, world.un.la) == code
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert refused(chapter, empty.getvalue(), world.un.la) == "no-word"


def test_only_who_may_suggest_brings_a_copy_back(client, world, chapter):
    copy = exchange.working_copy(chapter)
    for user in (world.un.editor, world.un.reviewer):
        with pytest.raises(PermissionDenied):
            brought(chapter, copy, user)
    page = reverse("chapter_word", args=["un-test", "1"])
    client.force_login(world.un.editor, backend=BACKEND)
    assert "Back from Word" not in client.get(page).content.decode()
    client.force_login(world.un.reviewer, backend=BACKEND)
    assert client.get(page).status_code == 404
    assert client.get(reverse("chapter_word_copy", args=["un-test", "1"])).status_code == 404


def test_outside_the_stages_of_drafting_nothing_is_brought_back(world, chapter):
    copy = retyped(exchange.working_copy(chapter), "simple to state", "easily stated")
    world.un.at("published")
    assert refused(chapter, copy, world.un.la) == "wrong-stage"


def test_the_page_gives_the_copy_and_says_what_came_back(client, world, chapter):
    client.force_login(world.un.la, backend=BACKEND)
    page = reverse("chapter_word", args=["un-test", "1"])
    assert "Download the working copy" in client.get(page).content.decode()
    answer = client.get(reverse("chapter_word_copy", args=["un-test", "1"]))
    assert answer["Content-Disposition"].endswith('un-test-1-v1.docx"')
    copy = io.BytesIO(retyped(answer.content, "simple to state", "easily stated"))
    copy.name = "copy.docx"
    said = client.post(page, {"file": copy}).content.decode()
    assert "What came back" in said and "1 suggestion" in said
    broken = io.BytesIO(b"no archive")
    broken.name = "broken.docx"
    answer = client.post(page, {"file": broken})
    assert answer.status_code == 409 and "damaged" in answer.content.decode()


CITING = """# What agents can do

Agents finish tasks of an hour [@smith2026; @jones2025, p. 4], as {ref} shows, and nobody knows why [@nobody].

## Growth {#sec:growth}

The line rises.
"""


def test_a_copy_prints_citations_and_references_as_the_chapter_does(world, chapter):
    entries = [
        {"id": "smith2026", "type": "article-journal", "title": "Hours", "author": [{"family": "Smith"}],
         "issued": {"date-parts": [[2026]]}},
        {"id": "jones2025", "type": "article-journal", "title": "Minutes", "author": [{"family": "Jones"}],
         "issued": {"date-parts": [[2025]]}},
    ]  # fmt: skip
    import_sources(world.un.cycle, json.dumps(entries).encode(), "s.json", by=world.un.secretariat, now=NOW)
    text = CITING.replace("{ref}", "[#sec:growth]")
    drafting.save(chapter, chapter.current, text, by=world.un.la, now=NOW)
    chapter.refresh_from_db()
    copy = exchange.working_copy(chapter)
    document = parts(copy)["word/document.xml"].decode()
    for shown in ("(Smith, 2026; Jones, 2025, p. 4)", "Section 1.1", "[@nobody]"):
        assert f">{shown}<" in document
    assert '"title": "Hours"' in html.unescape(document)
    assert brought(chapter, copy, world.un.la).nothing
    (one,) = brought(chapter, retyped(copy, "nobody knows why", "we know why"), world.un.la).suggestions
    assert text[: one.start] + one.text + text[one.end :] == text.replace("nobody knows why", "we know why")


def test_a_copy_holds_nothing_of_a_source_that_its_holders_let_nobody_see(world, chapter):
    entry = (
        b'[{"id": "told", "type": "interview", "title": "What the elders said", "custom": {"kind": "ilk"}}]'
    )
    import_sources(world.un.cycle, entry, "s.json", by=world.un.secretariat, now=NOW)
    SourceTerms.objects.create(
        source=world.un.cycle.sources.get(key="told"), consent="Given in council.", attribution="A community",
        access="named", by=world.un.secretariat, at=NOW,
    )  # fmt: skip
    drafting.save(
        chapter, chapter.current, "# Told\n\nThe ice is thinner [@told].\n", by=world.un.la, now=NOW
    )
    chapter.refresh_from_db()
    document = parts(exchange.working_copy(chapter))["word/document.xml"].decode()
    assert ("A community" in document, "What the elders said" in document) == (True, False)
