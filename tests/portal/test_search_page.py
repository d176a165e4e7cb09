"""The page of the search, its API, and the places of the palette."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import translation

from assessments.drafting import actions as drafting
from records.registry import streams
from records.search import index
from tests.portal.api.caller import BACKEND, Caller
from tests.world import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = build_world(texts=False)
    text = "# Title\n\nZebras \\<b> graze & sleep.\n"
    drafting.save(made.un.chapter("1"), None, text, by=made.un.la, now=NOW)
    index.catch_up()
    return made


def page(user, address: str) -> str:
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_hit_is_shown_with_its_words_marked_and_nothing_of_it_as_markup(world):
    shown = page(world.un.la, "/search/?q=zebra")
    assert "<mark>Zebras</mark> &lt;b&gt; graze &amp; sleep." in shown
    assert 'href="/c/un-test/chapters/1/"' in shown
    assert "<script>" not in page(world.un.la, "/search/?q=<script>alert(1)</script>")


def test_who_may_not_see_it_gets_the_page_of_no_hits(world):
    assert "Nothing with all these words" in page(world.outsider, "/search/?q=zebra")
    assert "Nothing with all these words" in page(None, "/search/?q=zebra&cycle=un-test")


def test_filters_stay_in_the_address_and_lead_on(world):
    shown = page(world.un.la, "/search/?q=chapter&kind=chapter&cycle=un-test")
    assert '<input type="hidden" name="kind" value="chapter">' in shown
    assert '<option value="un-test" selected>' in shown
    assert 'aria-current="true">Chapters <span class="num">2</span>' in shown
    assert "?q=chapter&amp;kind=entry&amp;cycle=un-test" in shown
    assert "Look in everything" in page(world.un.la, "/search/?q=zebra&kind=source")


def test_pages_of_hits_follow_each_other_without_gap_or_repetition(world):
    caller, seen, after = Caller(world.un.secretariat), [], ""
    while True:
        status, body = caller.get("search/", q="chapter", limit=3, **({"after": after} if after else {}))
        assert status == 200
        seen += [(hit["kind"], hit["href"], hit["title"]) for hit in body["results"]]
        after = body["next"]
        if not after:
            break
    whole = caller.get("search/", q="chapter", limit=200)[1]["results"]
    assert seen == [(hit["kind"], hit["href"], hit["title"]) for hit in whole]
    assert len(seen) == len(set(seen)) > 6
    assert caller.get("search/", q="chapter", after="here")[0] == 400
    assert Client().get("/search/?q=x&after=here").status_code == 404


def test_the_api_gives_pieces_and_completes_the_last_word_while_typing(world):
    body = Caller(world.un.la).get("search/", q="zeb", typing="1")[1]
    assert body["results"][0]["snippet"][1] == {"text": "Zebras", "lit": True}
    assert body["facets"] == []
    assert Caller(world.un.la).get("search/", q="zeb")[1]["results"] == []
    assert Caller().get("search/", q="zeb", typing="1")[1] == {
        "results": [], "next": "", "facets": [], "bounded": False
    }  # fmt: skip


@pytest.mark.parametrize("who", ["secretariat", "chair", "la", "reviewer", "delegate_a", "observer", None])
def test_every_place_that_the_palette_names_opens_for_that_person(world, who):
    client = Client()
    user = getattr(world.un, who) if who else None
    if user is not None:
        client.force_login(user, backend=BACKEND)
    places = client.get("/search/places.json").json()["places"]
    assert [p["href"] for p in places if client.get(p["href"]).status_code != 200] == []
    names = {resolve(p["href"]).url_name for p in places}
    assert ("cycle_new" in names) == (who == "secretariat")
    assert ("chapter" in names) == (who in ("secretariat", "la"))
    assert "record" in names


def test_an_entry_is_found_in_any_language_and_shown_in_the_readers(world):
    with translation.override("ar"):
        said = str(streams.sentence("chapter.added")).split(" ")[0]
    assert not said.isascii()
    hits = Caller(world.un.la).get("search/", q=said, kind="entry")[1]["results"]
    assert "added chapter" in "".join(piece["text"] for piece in hits[0]["snippet"])


def test_a_long_or_strange_question_is_answered(world):
    for question in (
        "a " * 500,
        '"""',
        "' OR 1=1 --",
        "k:comment s:writers-1",
        "NEAR(a b)",
        "\\",
        "🦓",
        "\x00a",
    ):
        assert Caller(world.un.la).get("search/", q=question, cycle="un-test")[0] == 200
    for cycle in ("a b", "a' | 's:public", 'a" OR "s:public', "é", "*"):
        assert Caller(world.un.la).get("search/", q="zebra", cycle=cycle)[1]["results"] == []
