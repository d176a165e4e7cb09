"""An image follows the texts in which it stands: nobody sees one whose text is hidden from them (invariant 7)."""

import io

import pytest
from PIL import Image

from assessments.cycles import actions as cycles
from assessments.drafting import actions as drafting
from assessments.drafting import assets
from assessments.publishing import actions
from assessments.snapshots import actions as snapshots
from records.jobs import queue
from tests.world import CHAPTER, NOW, build_world

pytestmark = pytest.mark.django_db

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
        assets.upload(side.cycle, key, "a.png", out.getvalue(), "A curve.", by=side.writer, now=NOW)
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
