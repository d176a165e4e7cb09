"""The editor as people meet it: several type at once, go away and come back, and use it as they use Word."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from assessments.drafting import actions
from panels.models import Appointment
from tests.assessments.drafting.rooms.conftest import Rooms
from tests.assessments.drafting.rooms.helping import stored
from tests.world import CHAPTER, NOW, build_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


class Seat:
    """One person at a window of their own."""

    def __init__(self, browser, context, url: str) -> None:
        self.context, self.faults = context, []
        self.page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.goto(url)

    def ready(self) -> Seat:
        self.page.wait_for_selector("[data-room-text][data-ready]")
        return self

    @property
    def text(self) -> str:
        """All of the text, also what is not painted: kept in the state of the editor."""
        return self.page.evaluate(
            "() => document.querySelector('.cm-content').cmTile.view.state.doc.toString()"
        )

    def put(self, at: str, words: str) -> None:
        """Click behind the words ``at`` and type."""
        self.page.evaluate(
            """([at]) => {
              const { view } = document.querySelector('.cm-content').cmTile;
              const found = view.state.doc.toString().indexOf(at) + at.length;
              view.dispatch({ selection: { anchor: found } });
              view.focus();
            }""",
            [at],
        )
        self.page.keyboard.type(words)

    def state(self, name: str) -> None:
        self.page.wait_for_selector(f"[data-room-state][data-state={name}]")

    def reads(self, words: str) -> None:
        self.page.wait_for_function(
            "words => document.querySelector('.cm-content').cmTile.view.state.doc.toString().includes(words)",
            arg=words,
        )


@pytest.fixture
def house(browser, live_server, settings):
    """A world, rooms and a way to open the editor as somebody: ``house.open(user)``."""
    settings.PORT = int(live_server.url.rpartition(":")[2])
    made = House(browser, live_server.url, settings)
    yield made
    made.close()


class House:
    def __init__(self, browser, url, settings) -> None:
        self.browser, self.url = browser, url
        self.world = build_world()
        self.rooms = Rooms().start()
        self.contexts = []
        settings.ROOMS_URL = f"ws://localhost:{self.rooms.port}/rooms"
        self.chapter = self.world.un.chapter("1")

    def context(self, user, language: str = "en", width: int = 1280):
        context = self.browser.new_context(viewport={"width": width, "height": 800})
        cookies = {"sessionid": self.rooms.session(user), "django_language": language}
        context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in cookies.items()]
        )
        self.contexts.append(context)
        return context

    def open(self, user, *, context=None, number: str = "1", **more) -> Seat:
        address = self.url + reverse("chapter_edit", args=["un-test", number])
        return Seat(self.browser, context or self.context(user, **more), address)

    def stop_rooms(self) -> None:
        self.rooms.stop()

    def start_rooms(self) -> None:
        sessions = self.rooms.sessions
        self.rooms = Rooms(self.rooms.port).start()
        self.rooms.sessions = sessions

    def stored(self) -> str:
        return stored(self.chapter)

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.rooms.stop()


def test_three_people_type_at_once_and_each_undoes_their_own(house):
    un = house.world.un
    seats = [house.open(user).ready() for user in (un.la, un.cla, un.secretariat)]
    for turn in range(8):
        seats[0].put("# What agents can do", f" a{turn}")
        seats[1].put("is simple to state", f" ب{turn}😀")
        seats[2].put("family of test suites.", f" 中{turn}")
    for seat in seats:
        seat.state("kept")
        for words in ("a7", "ب7😀", "中7"):
            seat.reads(words)
    assert len({seat.text for seat in seats}) == 1
    assert house.stored() == seats[0].text
    names = seats[0].page.locator("[data-room-people] li")
    assert sorted(names.all_inner_texts()) == sorted([str(un.cla), str(un.secretariat)])
    assert seats[0].page.locator(".caret").count() == 2

    before = seats[0].text
    seats[1].put("# What agents can do", " mistake")
    seats[0].reads("mistake")
    seats[1].page.keyboard.press("Control+z")
    seats[0].page.wait_for_function(
        "words => !document.querySelector('.cm-content').cmTile.view.state.doc.toString().includes(words)",
        arg="mistake",
    )
    assert seats[0].text == before
    assert [fault for seat in seats for fault in seat.faults] == []


def test_what_is_typed_without_a_connection_survives_the_window_and_merges_on_return(house):
    un = house.world.un
    context = house.context(un.la)
    la = house.open(un.la, context=context).ready()
    house.stop_rooms()
    la.state("offline")
    assert "goes in when the connection is back" in la.page.locator("[data-room-state]").inner_text()
    la.put("# What agents can do", " typed on a train")
    la.page.wait_for_timeout(300)
    la.page.close()
    house.start_rooms()
    cla = house.open(un.cla).ready()
    cla.put("family of test suites.", " From the office.")
    cla.state("kept")
    again = house.open(un.la, context=context).ready()
    again.state("kept")
    for seat in (again, cla):
        seat.reads("typed on a train")
        seat.reads("From the office.")
    assert again.text == cla.text == house.stored()


def test_two_windows_of_one_person_merge(house):
    un = house.world.un
    context = house.context(un.la)
    one, other = (house.open(un.la, context=context).ready() for _ in range(2))
    house.stop_rooms()
    one.state("offline")
    other.state("offline")
    one.put("# What agents can do", " first window")
    other.put("family of test suites.", " Second window.")
    house.start_rooms()
    for seat in (one, other):
        seat.reads("first window")
        seat.reads("Second window.")
        seat.state("kept")
    assert one.text == other.text == house.stored()


def test_who_may_not_write_reads_along(house):
    editor = house.open(house.world.un.editor).ready()
    assert editor.page.locator("[data-room-why]").inner_text() == (
        "You read along. Writing belongs to the authors of this chapter."
    )
    assert editor.page.locator("[data-room-tools]").is_hidden()
    editor.put("# What agents can do", " graffiti")
    assert editor.text == CHAPTER
    la = house.open(house.world.un.la).ready()
    la.put("# What agents can do", " seen")
    editor.reads("do seen")
    assert editor.faults == []


def test_a_removed_author_is_told_and_may_take_their_words_away(house):
    un = house.world.un
    la = house.open(un.la).ready()
    Appointment.objects.filter(person__user=un.la).update(ends=timezone.now())
    la.state("ended")
    assert la.page.locator("[data-room-why]").inner_text() == "This text is not there for you any more."
    la.put("# What agents can do", " too late")
    assert house.stored() == CHAPTER


def test_a_version_restored_elsewhere_comes_in_while_somebody_writes(house):
    un = house.world.un
    first = house.chapter.current
    la = house.open(un.la).ready()
    la.put("# What agents can do", " live")
    la.state("kept")
    new = CHAPTER.replace("simple to state", "easy to state")
    actions.save(un.chapter("1"), first, new, by=un.cla, now=NOW)
    la.reads("easy to state")
    assert la.text == new.replace("can do\n", "can do live\n", 1)
    assert la.page.locator("[data-room-why]").is_hidden()  # saved, as by anybody who types
    chapter = un.chapter("1")
    actions.restore(chapter, first, chapter.current, by=un.cla, now=NOW)
    la.reads("simple to state")
    told = "Un Cla: Version 1 brought back. What stood before is among the versions."
    la.page.locator("[data-room-why]", has_text=told).wait_for()
    assert f"version {un.chapter('1').current.number}," in la.page.locator("[data-room-version]").inner_text()
    assert la.text == CHAPTER


def paste(seat: Seat, html: str, plain: str = "") -> None:
    seat.page.evaluate(
        """([html, plain]) => {
          const data = new DataTransfer();
          if (html) data.setData('text/html', html);
          data.setData('text/plain', plain);
          document.querySelector('.cm-content').dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        [html, plain],
    )


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p{color:red}</style></head><body>
<h2 style="mso-x:y"><b>Heading from Word<o:p></o:p></b></h2>
<p class=MsoNormal>Plain, <b>bold</b>, <i>italic </i>and 5 * 3 [x].<a href="#_ftn1"><sup>[1]</sup></a></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>
<span style='mso-list:Ignore'>·<span>&nbsp; </span></span>one</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o&nbsp;</span>two</p>
<table><tr><th>Year</th><th>A|B</th></tr><tr><td>2025</td><td><p>1</p></td></tr></table>
<img src="https://elsewhere.example/x.png" onerror="alert(1)"><script>alert(2)</script>
<div id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1">[1]</a> The note.</p></div></body></html>"""
CLEAN = """## Heading from Word

Plain, **bold**, *italic* and 5 \\* 3 \\[x\\].[^1]

- one
   - two

| Year | A\\|B |
| --- | --- |
| 2025 | 1 |

[^1]: """


def test_what_is_pasted_from_word_and_excel_becomes_clean_text(house):
    un = house.world.un
    actions.save(un.chapter("2"), un.chapter("2").current, "", by=un.other_la, now=NOW)
    seat = house.open(un.other_la, number="2").ready()
    seat.page.click(".cm-content")
    paste(seat, WORD)
    assert seat.text.startswith(CLEAN)
    assert "elsewhere" not in seat.text
    assert seat.text.rstrip().endswith("The note.")
    seat.page.keyboard.press("Control+a")
    seat.page.keyboard.press("Delete")
    paste(seat, "", "Year\tNumber\n2025\t*1*\n")
    assert seat.text == "| Year | Number |\n| --- | --- |\n| 2025 | \\*1\\* |"


def test_a_paste_of_fifty_megabytes_is_refused_with_a_sentence(house):
    seat = house.open(house.world.un.la).ready()
    seat.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData('text/plain', 'x'.repeat(50_000_000));
          document.querySelector('.cm-content').dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    assert "more than a chapter can hold (3 MB)" in seat.page.locator("[data-room-why]").inner_text()
    assert seat.text == CHAPTER
    seat.put("# What agents can do", " and goes on")
    seat.state("kept")


def test_toolbar_table_outline_and_marks_do_what_they_say(house):
    un = house.world.un
    text = "# Title\n\n## One\n\nfirst\n\n## Two\n\nsecond\n\n### Deeper\n\nthird\n"
    actions.save(un.chapter("1"), un.chapter("1").current, text, by=un.la, now=NOW)
    seat = house.open(un.la).ready()
    page = seat.page
    outline = page.locator("[data-room-outline]")
    outline.get_by_role("button", name="Move “Two” up").click()
    assert seat.text == "# Title\n\n## Two\n\nsecond\n\n### Deeper\n\nthird\n\n## One\n\nfirst\n\n"
    page.locator("[data-do=undo]").click()
    assert seat.text == text

    seat.put("second", "")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.locator("[data-do=bold]").click()
    assert "**second**" in seat.text
    page.locator("[data-do=bold]").click()
    assert "**" not in seat.text

    seat.put("first", "\n\n")
    page.locator("[data-room-choose=heading]").select_option("3")
    page.keyboard.type("Within")
    assert "first\n\n### Within\n" in seat.text
    page.keyboard.type("\n")
    page.locator("[data-do=bullets]").click()
    page.keyboard.type("an item")
    assert "### Within\n- an item\n" in seat.text

    seat.put("first", "")
    page.locator("[data-do=table]").click()
    page.keyboard.type("Year")
    page.keyboard.press("Tab")
    page.keyboard.type("Number")
    page.keyboard.press("Tab")
    page.keyboard.type("2025")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert "| Year | Number |\n| ---- | ------ |\n| 2025 |        |\n|      |        |" in seat.text
    page.locator("[data-table-do=rowAway]").click()
    page.locator("[data-table-do=columnEnd]").click()
    assert "| Number | Year |\n| ------ | ---- |\n|        | 2025 |" in seat.text
    page.locator("[data-table-do=columnAway]").click()
    assert "| Number |\n| ------ |\n|        |" in seat.text

    assert "#" not in page.locator(".cm-line", has_text="Deeper").inner_text()
    page.locator("[data-room-marks]").click()
    assert "### Deeper" in page.locator(".cm-line", has_text="Deeper").inner_text()
    page.locator("[data-room-calm]").click()
    assert page.locator(".pv").is_hidden()
    page.keyboard.press("Escape")
    assert page.locator(".pv").is_visible()
    assert seat.faults == []


def test_the_preview_is_made_by_the_server_and_scrolls_with_the_text(house):
    un = house.world.un
    text = (
        "# Title\n\n" + "\n\n".join(f"## Section {n}\n\nWords of section {n}. " * 1 for n in range(60)) + "\n"
    )
    actions.save(un.chapter("1"), un.chapter("1").current, text, by=un.la, now=NOW)
    seat = house.open(un.la).ready()
    page = seat.page
    page.locator(".pv__page h2").nth(30).wait_for()
    page.evaluate("() => { document.querySelector('.cm-scroller').scrollTop = 2000; }")
    page.wait_for_function("() => document.querySelector('[data-room-scroll]').scrollTop > 200")
    page.wait_for_timeout(400)
    page.evaluate("() => { document.querySelector('[data-room-scroll]').scrollTop = 0; }")
    page.wait_for_function("() => document.querySelector('.cm-scroller').scrollTop < 100")
    assert seat.faults == []


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 390)])
def test_the_page_is_accessible_and_keeps_the_strict_policy(house, language, width):
    seat = house.open(house.world.un.la, language=language, width=width).ready()
    seat.put("# What agents can do", " x")
    seat.page.locator(".pv__page h1").wait_for()
    answer = seat.page.request.get(seat.page.url)
    policy = answer.headers["content-security-policy"]
    assert f"connect-src 'self' ws://localhost:{house.rooms.port};" in policy
    assert "unsafe" not in policy
    found = Axe().run(seat.page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
    assert seat.faults == []
    overflow = seat.page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0


def test_where_the_rooms_cannot_be_reached_the_page_still_takes_the_text(house):
    house.stop_rooms()
    seat = house.open(house.world.un.la)
    link = seat.page.get_by_role("link", name="Write in the plain editor")
    link.wait_for(timeout=15_000)
    assert seat.page.locator("#markdown").is_visible()
    link.click()
    assert seat.page.locator("form[data-autosave]").count() == 1
    house.start_rooms()
