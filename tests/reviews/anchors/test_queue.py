"""The queue in the hands of its people, without scripts: what each sees, decides and takes back."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import escape

from assessments.cycles.models import Cycle
from portal.waiting import waiting_for
from reviews.anchors import deciding, projecting
from reviews.anchors.models import Projection
from reviews.comments.anchoring import Places
from tests.reviews.anchors.conftest import COUNTED, GOES, STAYS
from tests.world import NOW

PAGE = "/c/un-test/anchors/FOD/SOD/"


def read(client, user, address=PAGE):
    client.force_login(user)
    answer = client.get(address)
    return answer.status_code, answer.content.decode()


def test_the_doubtful_one_stands_with_both_texts_the_reason_and_its_buttons(client, held):
    code, page = read(client, held.world.un.cla)
    assert code == 200
    for words in (
        COUNTED,
        COUNTED.replace("nine", "twelve"),
        "<del>nine</del><ins>twelve</ins>",
        "Something much like it stands there now",
        "another number",
        "0 of 1 decided",
        'data-key="1"',
        'data-key="d"',
        'data-key="w"',
    ):
        assert words in page, words
    assert GOES not in page


def test_writers_see_it_and_only_authors_and_the_secretariat_get_buttons(client, held):
    un = held.world.un
    for user in (un.cla, un.secretariat):
        assert 'value="place-1"' in read(client, user)[1]
    code, page = read(client, un.other_la)
    assert code == 200 and 'value="place-1"' not in page
    assert "The authors of the chapter and the secretariat decide." in page


def test_it_is_hidden_from_everybody_else(client, held):
    for user in (held.world.un.reviewer, held.world.un.delegate_a, held.world.outsider, held.world.adv.chair):
        assert read(client, user)[0] == 404
        assert read(client, user, "/c/un-test/anchors/")[0] == 404
    for address in ("/c/un-test/anchors/SOD/FOD/", "/c/un-test/anchors/FOD/FGD/"):
        assert read(client, held.world.un.cla, address)[0] == 404


@pytest.mark.parametrize(
    ("act", "outcome"), [("place-1", "edited"), ("deleted", "deleted"), ("section", "edited")]
)
def test_a_button_decides_and_undo_takes_it_back(client, held, act, outcome):
    client.force_login(held.world.un.cla)
    key = held.of(COUNTED).pk
    answer = client.post(PAGE, {"act": act, "projection": key}, follow=True)
    assert held.of(COUNTED).standing["outcome"] == outcome
    assert "1 of 1 decided" in answer.content.decode()
    assert "Every doubtful place is decided" in answer.content.decode()
    client.post(PAGE, {"act": "undo", "projection": key})
    assert held.of(COUNTED).waits


def test_what_nobody_may_do_is_refused_and_changes_nothing(client, held):
    key = held.of(COUNTED).pk
    client.force_login(held.world.un.other_la)
    assert client.post(PAGE, {"act": "deleted", "projection": key}).status_code == 403
    client.force_login(held.world.un.cla)
    assert client.post(PAGE, {"act": "place-7", "projection": key}).status_code in (403, 409)
    for wrong in ("", "x", "99999999", "9" * 30):
        assert client.post(PAGE, {"act": "deleted", "projection": wrong}).status_code == 404
    assert held.of(COUNTED).waits


def test_filters_live_in_the_address_and_survive_a_decision(client, held):
    client.force_login(held.world.un.cla)
    assert COUNTED in client.get(PAGE + "?reason=differs&chapter=1").content.decode()
    assert COUNTED not in client.get(PAGE + "?reason=rivals").content.decode()
    assert GOES in client.get(PAGE + "?show=gone").content.decode()
    answer = client.post(PAGE + "?reason=differs", {"act": "deleted", "projection": held.of(COUNTED).pk})
    assert answer["Location"] == PAGE + "?reason=differs"
    assert COUNTED in client.get(PAGE + "?show=decided").content.decode()


def test_the_next_that_waits_follows_a_decision_and_queries_do_not_grow(
    client, held, django_assert_max_num_queries
):
    client.force_login(held.world.un.cla)
    first = held.of(COUNTED)
    Projection.objects.filter(pk=held.of(GOES).pk).update(outcome="ambiguous", reason="apart")
    page = client.get(PAGE).content.decode()
    assert "1 of 2" in page and f"at={held.of(GOES).pk}" in page
    answer = client.post(PAGE, {"act": "deleted", "projection": first.pk})
    assert answer["Location"].endswith(f"at={held.of(GOES).pk}")
    with django_assert_max_num_queries(60):
        client.get(PAGE)


def test_looking_up_again_is_ordered_from_the_page(client, held):
    client.force_login(held.world.un.secretariat)
    answer = client.post(PAGE, {"act": "again"}, follow=True)
    assert "being looked up again" in answer.content.decode()


def test_the_list_counts_what_waits_and_an_empty_one_teaches(client, held):
    _code, page = read(client, held.world.un.cla, "/c/un-test/anchors/")
    assert f'href="{PAGE}"' in page
    _code, page = read(client, held.world.adv.chair, "/c/adv-test/anchors/")
    assert "No reviewed draft has a later one yet" in page
    Projection.objects.all().delete()
    assert "No comment was looked up in this draft yet" in read(client, held.world.un.cla)[1]


def test_words_of_reviewers_are_shown_as_text(client, held):
    nasty = "<script>alert(1)</script>"
    comment = held.comments[COUNTED]
    type(comment).objects.filter(pk=comment.pk).update(text=nasty)
    page = read(client, held.world.un.cla)[1]
    assert nasty not in page and escape(nasty) in page


def test_the_api_lists_decides_and_takes_back(client, held):
    client.force_login(held.world.un.cla)
    base = "/api/v1/cycles/un-test/projections/"
    rows = client.get(base + "?outcome=ambiguous&later=SOD").json()["results"]
    assert [(row["reason"], row["standing"]["outcome"]) for row in rows] == [("differs", "ambiguous")]
    one = f"{base}{rows[0]['id']}/"

    def post(address, **data):
        return client.post(address, data, content_type="application/json")

    made = post(one + "decide/", decision="place", candidate=1)
    assert (made.status_code, made.json()["standing"]["outcome"]) == (200, "edited")
    assert post(one + "reopen/").json()["standing"]["outcome"] == "ambiguous"
    assert post(one + "decide/", decision="place").status_code == 409
    assert post(base + "again/", earlier="FOD", later="SOD").status_code == 202
    client.force_login(held.world.un.reviewer)
    assert client.get(base).status_code == post(one + "reopen/").status_code == 404


def test_the_whole_section_of_a_passage_without_heading_is_the_chapter(held):
    row = held.of(COUNTED)
    later = held.later.chapters.get(chapter__number="1")
    later.blocks = [block for block in later.blocks if block["kind"] != "heading"]
    later.save(update_fields=["blocks"])
    assert deciding.section_of(row) == {"chapter": "1", "block": "", "start": 0, "end": 0}


def test_a_cycle_pairs_reviewed_drafts_with_those_after_them(held):
    cycle = Cycle.objects.get(slug="un-test")
    assert [(a.label, b.label) for a, b in projecting.pairs(cycle)] == [("FOD", "SOD")]


def test_places_are_those_of_the_reviewed_draft(held):
    frozen = held.earlier.chapters.get(chapter__number="1")
    assert Places(frozen).selection("", 0, 0, STAYS)["block"] == held.comments[STAYS].anchor["block"]
    assert reverse("anchors", args=["un-test", "FOD", "SOD"]) == PAGE


def test_a_doubtful_place_waits_on_the_first_page_of_the_chapter_s_authors_until_it_is_decided(held):
    un = held.world.un

    def waits(user) -> list[tuple[str, str]]:
        return [(wait.title, wait.href) for wait in waiting_for(user, NOW) if "certain place" in wait.title]

    page = reverse("anchors", args=["un-test", "FOD", "SOD"]) + "?chapter=1"
    assert waits(un.la) == waits(un.cla) == [("1 comment on chapter 1 has no certain place in SOD", page)]
    for user in (un.other_la, un.reviewer, un.delegate_a, un.observer, held.world.adv.writer):
        assert waits(user) == []
    deciding.decide(held.of(COUNTED), "deleted", by=un.la, now=NOW)
    assert waits(un.la) == []
