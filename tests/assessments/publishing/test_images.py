"""An image follows the texts in which it stands: nobody sees one whose text is hidden from them (invariant 7)."""

import io
import json
import zipfile
from dataclasses import replace

import pdfplumber
import pytest
from django.urls import reverse
from PIL import Image

from assessments.cycles import actions as cycles
from assessments.drafting import actions as drafting
from assessments.drafting import assets
from assessments.publishing import actions
from assessments.snapshots import actions as snapshots
from records import files
from records.jobs import queue
from tests.world import CHAPTER, NOW, build_world

pytestmark = pytest.mark.django_db

DATA = ("curve.csv", b"year,flops\n2020,1\n")
FACTS = assets.Facts(
    alt="A curve.",
    origin="The authors",
    licence="CC-BY-4.0",
    code="https://doi.org/10.5281/zenodo.1",
    data=DATA,
)
SHOWN, KEPT = "/c/adv-test/images/curve/file", "/c/adv-test/images/spare/file"


@pytest.fixture
def side():
    """A frozen draft that shows one image of the two that were put up."""
    world = build_world()
    side = world.adv
    side.outsider = world.outsider
    out = io.BytesIO()
    Image.new("RGB", (40, 20)).save(out, "PNG")
    for key in ("curve", "spare"):
        assets.upload(side.cycle, key, ("a.png", out.getvalue()), FACTS, by=side.writer, now=NOW)
    chapter = side.chapter("1")
    text = f'{CHAPTER}\n![A rising curve.](figure:curve "A curve.")\n'
    drafting.save(chapter, chapter.current, text, by=side.writer, now=NOW)
    made = snapshots.freeze(side.cycle, "DRAFT", by=side.secretariat, now=NOW)
    assert queue.wait_for(made.job).status == "done"
    return side


def sight(client, user) -> tuple[bool, bool]:
    """Whether the person sees the image in the text, and the one that stands in none."""
    if user is None:
        client.logout()
    else:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answers = [client.get(address) for address in (SHOWN, KEPT)]
    for answer in answers:
        b"".join(answer.streaming_content) if answer.streaming else None
    return tuple(answer.status_code == 200 for answer in answers)


def test_the_images_of_a_draft_are_for_those_who_write_it(side, client):
    assert sight(client, side.writer) == (True, True)
    for hidden_from in (side.reviewer, side.panel, side.contact, side.outsider, None):
        assert sight(client, hidden_from) == (False, False)


def test_everybody_sees_the_images_of_a_published_text_and_no_others(side, client):
    side.at("sign-off")
    cycles.decide(side.cycle, "sign-off", "I sign this edition.", by=side.chair, now=NOW)
    made = actions.publish(side.cycle, "edition.publish", by=side.chair, now=NOW)
    assert queue.wait_for(made.job).status == "done"
    assert sight(client, None) == (True, False)
    page = client.get("/c/adv-test/publications/edition-publish/read/chapter-1.html").content.decode()
    assert f'src="{SHOWN}"' in page and "asset:" not in page
    # Whose it is, its data and its program are published with it, and those of no other.
    assert [f.name for f in made.files.filter(kind="data")] == ["figure-curve.csv"]
    answer = client.get("/c/adv-test/publications/edition-publish/figure-curve.csv")
    assert b"".join(answer.streaming_content) == DATA[1]
    page = client.get(
        reverse("publication_statements", args=["adv-test", "edition-publish"])
    ).content.decode()
    for said in ("The authors", "CC BY 4.0", "https://doi.org/10.5281/zenodo.1", "figure-curve.csv"):
        assert said in page
    assert "spare" not in page
    with zipfile.ZipFile(io.BytesIO(files.read(made.files.get(kind="markdown").path))) as held:
        (stated,) = json.loads(held.read("manifest.json"))["images"]
        assert (stated["key"], stated["file"], stated["licence"]) == (
            "curve",
            "images/curve.png",
            "CC BY 4.0",
        )
    jats = files.read(made.files.get(kind="jats").path).decode()
    assert "<copyright-statement>The authors. CC BY 4.0. https://doi.org" in jats
    whole = made.files.get(kind="pdf", name="report.pdf")
    with pdfplumber.open(io.BytesIO(files.read(whole.path))) as pdf:
        assert any("The authors. CC BY 4.0." in (p.extract_text() or "") for p in pdf.pages)


def test_a_later_version_is_seen_by_no_reader_of_the_published_one(side, client):
    test_everybody_sees_the_images_of_a_published_text_and_no_others(side, client)
    first = side.cycle.assets.get(key="curve")
    assets.renew(first, replace(FACTS, origin="Others"), by=side.writer, now=NOW)
    client.logout()
    for name, shown in (("curve", True), ("curve.2", False)):
        for what in ("file", "data"):
            answer = client.get(f"/c/adv-test/images/{name}/{what}")
            b"".join(answer.streaming_content) if answer.streaming else None
            assert (answer.status_code == 200) == shown
