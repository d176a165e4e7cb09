"""A long title of a cycle is cut in the bar, whole for screen readers and on hovering, and pushes nothing away."""

import pytest

from assessments.cycles.models import Cycle
from tests.world import build_world

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Global assessment of the capabilities, risks and governance of general-purpose systems, second cycle"


@pytest.mark.parametrize("width", [390, 700, 1000, 1280])
def test_a_long_title_is_cut_and_the_bar_fits(page, live_server, client, width):
    world = build_world(texts=False)
    Cycle.objects.filter(pk=world.un.cycle.pk).update(title=LONG)
    client.force_login(world.un.la)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server.url}/c/un-test/")
    title = page.locator(".cycle > summary b")
    assert (title.text_content(), title.get_attribute("title")) == (LONG, LONG)
    assert title.evaluate("e => e.scrollWidth > e.clientWidth && e.clientWidth > 40")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [item.bounding_box() for item in page.locator(".bar > *").all()]
    assert all(a["x"] + a["width"] <= b["x"] + 1 for a, b in zip(boxes, boxes[1:], strict=False))
