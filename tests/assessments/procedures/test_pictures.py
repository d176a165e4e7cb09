"""The pictures of procedures: drawn from the data, mirrored where one reads from the right, said again in words."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.test import Client
from django.utils import translation

from assessments.procedures import loader, picture
from assessments.procedures.model import ACTS, CONDITIONS
from assessments.procedures.words import ACT_WORDS, CONDITION_WORDS, condition_title
from tests.world import build_world

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def in_english():
    """A test client leaves its reader's language behind; here each test begins in English."""
    with translation.override("en"):
        yield


def drawn(page: str) -> ET.Element:
    """The picture in the page, as XML: what is not well-formed fails here."""
    (found,) = re.findall(r"<svg class=\"pic\".*?</svg>", page, re.S)
    return ET.fromstring(found.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_every_act_and_every_condition_has_words():
    assert set(ACT_WORDS) == set(ACTS)
    assert set(CONDITION_WORDS) == set(CONDITIONS)


@pytest.mark.parametrize("key", loader.keys())
def test_a_picture_shows_every_stage_gate_round_and_publication(key):
    procedure = loader.load(key)
    found = picture.draw(procedure)
    said = " ".join(line.text for line in found.lines)
    for stage in procedure.stages:
        assert stage.title in said
        for condition in (*stage.leave, *stage.advise):
            assert condition_title(procedure, condition) in said
    for part in (*procedure.rounds, *procedure.publication.values()):
        assert part.title in said
    kinds = [box.kind for box in found.boxes]
    assert kinds.count("pic__stage") == len(procedure.stages)
    assert kinds.count("pic__round") == len(procedure.rounds)
    assert kinds.count("pic__publication") == len(procedure.publication)
    bars = [stroke for stroke in found.strokes if stroke.kind == "pic__bar"]
    assert len(bars) == sum(1 for stage in procedure.stages if stage.leave)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("key", loader.keys())
def test_nothing_overlaps_and_nothing_leaves_the_picture(key, language):
    with translation.override(language):
        found = picture.draw(loader.load(key))
    for box in found.boxes:
        assert 0 <= box.x <= box.x + box.width <= found.width
        assert 0 <= box.y <= box.y + box.height <= found.height
    for one in found.boxes:
        for other in found.boxes:
            apart = one.y + one.height <= other.y or other.y + other.height <= one.y
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert one is other or apart or beside, (one, other)
    assert all(0 < line.y < found.height for line in found.lines)
    asked = [line for line in found.lines if line.kind in ("pic__asks", "pic__advice")]
    for line in asked:
        assert not any(b.kind.startswith("pic__stage") and b.y < line.y < b.y + b.height for b in found.boxes)


def test_the_picture_is_mirrored_where_one_reads_from_the_right():
    procedure = loader.load("ipcc")
    left = picture.draw(procedure)
    with translation.override("ar"):
        right = picture.draw(procedure)
    assert left.boxes[0].x == right.width - right.boxes[0].x - right.boxes[0].width
    assert right.boxes[0].x > right.width / 2


def test_the_stage_in_which_a_cycle_stands_is_marked_and_said():
    found = picture.draw(loader.load("ipcc"), "approval")
    marked = [box for box in found.boxes if box.kind == "pic__stage pic__stage--now"]
    assert len(marked) == 1
    here = [line for line in found.lines if line.text == "The cycle stands here"]
    assert marked[0].y < here[0].y < marked[0].y + marked[0].height
    assert "“Approval session”" in found.desc
    assert "stands" not in picture.draw(loader.load("ipcc")).desc


@pytest.mark.django_db
@pytest.mark.parametrize("key", loader.keys())
def test_anybody_reads_the_picture_and_the_tables(client, key):
    assert f'href="/procedures/{key}/"' in client.get("/procedures/").content.decode()
    page = client.get(f"/procedures/{key}/").content.decode()
    svg = drawn(page)
    assert svg.find(f"{SVG}title").text == loader.load(key).title
    assert svg.find(f"{SVG}desc").text.startswith("Stages in their order: ")
    assert "style=" not in ET.tostring(svg).decode()
    procedure = loader.load(key)
    rows = re.findall(r'<th scope="row"', page)
    held = sum(1 for act in procedure.acts.values() if act.roles)
    parts = (procedure.stages, procedure.rounds, procedure.decisions, procedure.publication, procedure.roles)
    assert len(rows) == held + sum(map(len, parts))


@pytest.mark.django_db
def test_a_procedure_that_does_not_exist_has_no_page(client):
    assert client.get("/procedures/stern/").status_code == 404


@pytest.mark.django_db
def test_a_cycle_shows_the_procedure_as_it_has_pinned_it():
    world = build_world()
    cycle = world.un.cycle
    cycle.procedure_text = cycle.procedure_text.replace('title = "Drafting"', 'title = "Writing, as pinned"')
    cycle.save()
    client = Client()
    client.force_login(world.un.la)
    address = f"/c/{cycle.slug}/procedure/"
    assert f'href="{address}"' in client.get(f"/c/{cycle.slug}/").content.decode()
    page = client.get(address).content.decode()
    assert "Writing, as pinned" in page
    here = [text.text for text in drawn(page).iter(f"{SVG}text") if text.get("class") == "pic__here"]
    assert here == ["The cycle stands here"]
    assert "Writing, as pinned" not in Client().get("/procedures/ipcc/").content.decode()
    client.force_login(world.outsider)
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_numbers_of_the_picture_are_written_alike_in_every_language(client):
    client.cookies["django_language"] = "ar"
    svg = drawn(client.get("/procedures/un_panel/").content.decode())
    assert re.fullmatch(r"0 0 \d+ \d+", svg.get("viewBox"))
    assert all(re.fullmatch(r"\d+", text.get("y")) for text in svg.iter(f"{SVG}text"))
