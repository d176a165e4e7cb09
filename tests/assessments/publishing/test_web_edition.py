"""A downloaded web edition holds its pictures, and the text is read out of it unchanged."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from assessments.cycles import actions as cycles
from assessments.drafting import actions as drafting
from assessments.drafting import assets
from assessments.publishing import actions, pages
from assessments.snapshots import actions as snapshots
from records.jobs import queue
from tests.world import CHAPTER, NOW, build_world

TEXT = '<h1 data-b="b1">A &amp; b</h1>\n<figure><img src="asset:curve" alt="A curve."></figure><p>src="asset:curve"</p>'
words = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="<>"), max_size=40)


def page(text: str, **pictures) -> str:
    return pages.page(text, title="1 <Title>", language="en", rtl=False, pictures=pictures)


def test_a_formula_is_set_in_the_file_and_its_source_comes_out_again():
    text = (
        '<p data-b="a">Where <code class="math">$p &lt; \\frac{1}{2}$</code>, '
        '<code class="math display">$$\\sqrt{n}$$</code> and <code class="math unset">$\\nowhere$</code> stand.</p>'
    )
    made = page(text)
    assert made.count("<math ") == 2 and ".formula__source{display:none}" in made
    assert pages.text_of(made) == text


def test_the_page_stands_alone_and_says_its_language_and_title():
    made = page(TEXT, curve=("image/png", b"\x89PNG"))
    assert made.startswith('<!doctype html>\n<html lang="en" dir="ltr">')
    assert "<title>1 &lt;Title&gt;</title>" in made
    assert '<img src="data:image/png;base64,iVBORw==" data-asset="curve" alt="A curve.">' in made
    # What an author wrote about such an address stays as it was written.
    assert '<p>src="asset:curve"</p>' in made
    assert 'dir="rtl"' in pages.page("<p>x</p>", title="x", language="ar", rtl=True, pictures={})


def test_a_picture_that_is_not_there_keeps_its_name():
    assert 'src="asset:curve"' in page(TEXT)


@given(before=words, alt=words.filter(lambda w: '"' not in w), after=words)
def test_the_text_comes_out_of_the_page_as_it_went_in(before, alt, after):
    text = f'<p>{before}</p><img src="asset:a-b_1" alt="{alt}"><p>{after}\n</main>\n</p>'
    assert pages.text_of(page(text, **{"a-b_1": ("image/png", b"x" * 50)})) == text


def test_an_edition_of_before_is_read_as_it_is():
    assert pages.text_of(TEXT) == TEXT


@pytest.mark.django_db
def test_a_published_text_is_downloaded_with_its_pictures_and_read_on_the_page(client, kept_in):
    side = build_world().adv
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "PNG")
    facts = assets.Facts(alt="A curve.", origin="The authors", licence="report")
    assets.upload(side.cycle, "curve", ("a.png", out.getvalue()), facts, by=side.writer, now=NOW)
    chapter = side.chapter("1")
    drafting.save(
        chapter,
        chapter.current,
        f'{CHAPTER}\n![A rising curve.](figure:curve "A curve.")\n',
        by=side.writer,
        now=NOW,
    )
    assert (
        queue.wait_for(snapshots.freeze(side.cycle, "DRAFT", by=side.secretariat, now=NOW).job).status
        == "done"
    )
    side.at("sign-off")
    cycles.decide(side.cycle, "sign-off", "I sign this edition.", by=side.chair, now=NOW)
    made = actions.publish(side.cycle, "edition.publish", by=side.chair, now=NOW)
    job = queue.wait_for(made.job)
    assert job.status == "done", job.error

    answer = client.get("/c/adv-test/publications/edition-publish/chapter-1.html")
    file = b"".join(answer.streaming_content).decode()
    assert "asset:" not in file
    assert re.search(r'<img [^>]*src="data:image/png;base64,[\w+/=]+" data-asset="curve"', file)
    read = client.get("/c/adv-test/publications/edition-publish/read/chapter-1.html").content.decode()
    assert 'src="/c/adv-test/images/curve/file"' in read
    assert "data:image" not in read
    picture = client.get("/c/adv-test/images/curve/file")
    assert b"".join(picture.streaming_content).startswith(b"\x89PNG")


FORMULAE = (
    "\n$E = mc^2$ begins a statement. Costs were $5 and \\$6, and $\\frac{a$ cannot be set.\n\n"
    "$$\\int_0^1 \\frac{x^2}{\\sqrt{2}}\\,dx = \\sum_{i=1}^{n} \\alpha_i$$\n"
)


def published(side, monkeypatch, text: str) -> str:
    """An edition with that text in its first chapter, without PDFs; the address of that chapter's page."""
    monkeypatch.setattr("assessments.rendering.run.available", lambda: (False, "not asked for"))
    chapter = side.chapter("1")
    drafting.save(chapter, chapter.current, CHAPTER + text, by=side.writer, now=NOW)
    queue.wait_for(snapshots.freeze(side.cycle, "DRAFT", by=side.secretariat, now=NOW).job)
    side.at("sign-off")
    cycles.decide(side.cycle, "sign-off", "I sign this edition.", by=side.chair, now=NOW)
    job = queue.wait_for(actions.publish(side.cycle, "edition.publish", by=side.chair, now=NOW).job)
    assert job.status == "done", job.error
    return "/c/adv-test/publications/edition-publish/read/chapter-1.html"


@pytest.mark.django_db
def test_formulae_of_a_published_text_are_set_on_its_page(client, monkeypatch):
    read = client.get(published(build_world().adv, monkeypatch, FORMULAE)).content.decode()
    assert read.count("<math data-apart ") == 2
    # The link to the statement stands before the formula that begins it, not within.
    assert re.search(
        r'</a><span class="formula"><code class="formula__source"[^>]*>\$E = mc\^2\$</code>', read
    )
    assert '<code class="math unset">$\\frac{a$</code>' in read
    assert "$5 and $6" in read


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_formulae_are_seen_once_and_fit_a_phone(page, live_server, monkeypatch, language):
    address = published(build_world().adv, monkeypatch, FORMULAE)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live_server.url + address)
        formula = page.locator("math").first
        assert formula.bounding_box()["width"] > 30
        assert formula.evaluate("e => getComputedStyle(e).direction") == "ltr"
        source = page.locator(".formula__source").first.bounding_box()
        assert (source["width"], source["height"]) == (1, 1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
