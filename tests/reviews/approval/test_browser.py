"""A line from the call to the gavel, in four real pages that follow each other through the record."""

import pytest
from django.utils import timezone

from reviews.approval import registered, texts
from tests.reviews.approval.conftest import build_plenary, open_room
from tests.reviews.approval.live_server import cookie_of, served, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(tmp_path, browser):
    registered.register()
    room = build_plenary()
    room.now = timezone.now()
    open_room(room)
    with served(tmp_path) as port:
        room.__dict__.update(port=port, browser=browser, contexts=[])
        yield room
        for context in room.contexts:
            context.close()


def visit(world, who: str, path: str = "", width: int = 1280):
    context = world.browser.new_context(viewport={"width": width, "height": 844})
    name, value = cookie_of(world.people[who]).split("=")
    home = f"http://127.0.0.1:{world.port}"
    context.add_cookies([{"name": name, "value": value, "url": home}])
    world.contexts.append(context)
    page = context.new_page()
    page.faults = []
    page.on(
        "console", lambda said: page.faults.append(said.text) if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    page.goto(f"{home}/c/un-test/sessions/1/{path}")
    return page


def test_from_the_call_to_the_gavel_by_keyboard_and_nothing_typed_is_lost(world):
    line = world.call()
    chair, delegate = visit(world, "chair"), visit(world, "delegate_a")
    phone, screen = visit(world, "delegate_b", width=390), visit(world, "secretariat", "screen/")
    until(lambda: "screen.acknowledged" in world.verbs())

    delegate.keyboard.press("p")
    delegate.fill("#propose-text", "Agents may finish such tasks")
    phone.keyboard.press("f")
    delegate.wait_for_selector(".floor >> text=Delegation b")
    assert delegate.input_value("#propose-text") == "Agents may finish such tasks"
    delegate.click("text=Put the proposal")
    screen.wait_for_selector("text=Delegation b")
    chair.wait_for_selector("text=Put A on the screen")

    texts.withdraw_proposal(line.proposals.get(), by=world.delegate_a, now=timezone.now())
    chair.wait_for_selector("text=Nothing. The question may be put.")
    chair.keyboard.press("c")
    chair.wait_for_selector("text=Let the gavel fall on B.1.1")
    screen.wait_for_selector("text=Objections?")
    chair.wait_for_timeout(10_500)
    chair.keyboard.press("g")
    phone.wait_for_selector("text=No line is before the room")
    assert world.line().state == "approved"
    assert world.verbs().count("screen.acknowledged") == 1
    assert [page.faults for page in (chair, delegate, phone, screen)] == [[], [], [], []]


@pytest.mark.parametrize("who", ["chair", "cla", "delegate_a", "observer"])
def test_no_page_of_the_room_is_wider_than_a_phone(world, who):
    line = world.call()
    texts.propose(
        line, line.text_hash, "Agents may finish.", "Too strong.", by=world.delegate_a, now=timezone.now()
    )
    page = visit(world, who, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(f"{page.url}lines/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
