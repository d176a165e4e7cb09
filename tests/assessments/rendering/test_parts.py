"""Parts are drawn once, by the content of what enters them; stamps and joining make drafts of them."""

from __future__ import annotations

import threading
import time

import pdfplumber
import pikepdf
import pytest

from assessments.rendering import joining, parts, run, stamping, whole
from assessments.rendering.errors import RenderFailed
from tests.assessments.rendering.samples import DRAWING
from tests.support import need

ONE = (
    '<h1 data-b="a" id="sec-one">First</h1>'
    '<p data-b="b" id="p">One. <a class="xref" data-at="2#sec-two">Section 2</a>, '
    '<a class="xref" data-at="2#">Chapter 2</a>, <a class="xref" data-at="9#x">Chapter 9</a>. '
    '<a href="#p">Itself</a></p><figure><img src="asset:plot" alt="x"></figure>'
)
TWO = '<h1 data-b="a">Second</h1><h2 data-b="c" id="sec-two">Within</h2><p data-b="b" id="p">Two.</p>'


@pytest.fixture(autouse=True)
def pango():
    need("pango")


@pytest.fixture
def draft(tmp_path):
    plot = tmp_path / "plot.svg"
    plot.write_text(DRAWING)

    def make(label: str = "FOD", one: str = ONE, **more) -> dict:
        chapters = [
            {"label": "1", "title": "First", "html": one},
            {"label": "2", "title": "Second", "html": TWO},
        ]
        return {
            "kind": "draft",
            "language": "en",
            "lines": True,
            "title": "The report",
            "assets": {"plot": str(plot)},
            "running": {"title": "The report", "draft": f"un-2027 {label}"},
            "watermark": f"Draft {label}: do not cite",
            # The cover has no foot: it bears the notice itself.
            "front": {"title": "The report", "edition": label, "notice": f"Draft {label}: do not cite"},
            "toc": True,
            "chapters": chapters,
            "out": str(tmp_path / f"{label}.pdf"),
            **more,
        }

    return make


@pytest.fixture
def drawn(monkeypatch):
    """The requests for which a program was started."""
    asked, own = [], run.render

    def render(request, **more):
        asked.append(request)
        return own(request, **more)

    monkeypatch.setattr(run, "render", render)
    return asked


def chapters_in(asked: list[dict]) -> list[str]:
    return sorted(c["label"] for request in asked if not request.get("stamps") for c in request["chapters"])


def make(request: dict, folder) -> whole.Whole:
    with parts.Press(folder) as press:
        return whole.make(request, press)


def test_a_second_draft_lays_out_only_the_chapter_that_changed(draft, drawn, tmp_path):
    folder = tmp_path / "parts"
    first = make(draft("FOD"), folder)
    assert (chapters_in(drawn), first.drawn, first.lost) == (["1", "2"], 2, [])
    drawn.clear()
    changed = make(draft("SOD", ONE.replace("One.", "One more.")), folder)
    assert (chapters_in(drawn), changed.drawn) == (["1"], 1)
    assert changed.maps["2"] == first.maps["2"]
    drawn.clear()
    make(draft("SOD", ONE.replace("One.", "One more.")), folder)
    assert drawn == []


def test_each_page_bears_the_label_of_its_own_draft(draft, tmp_path):
    for label in ("FOD", "SOD"):
        made = make(draft(label), tmp_path / "parts")
        with pdfplumber.open(draft(label)["out"]) as pdf:
            texts = [page.extract_text() for page in pdf.pages]
        assert len(texts) == made.pages
        assert [f"Draft {label}: do not cite" in text for text in texts] == [True] * made.pages
        assert [f"The report · un-2027 {label}" in text for text in texts[-2:]] == [True, True]


def test_links_outline_and_labels_lead_through_the_joined_file(draft, tmp_path):
    make(draft(), tmp_path / "parts")
    with pikepdf.open(draft()["out"]) as pdf:
        labels = [page.label for page in pdf.pages]
        assert labels == ["i", "ii", "1-1", "2-1"]
        listed = list(pdf.Root.Names.Dests.Names)
        names = dict(zip(map(str, listed[::2]), listed[1::2], strict=True))

        def lead(page) -> list[str]:
            found = []
            for one in page.Annots:
                target = names[str(one.Dest)] if isinstance(one.Dest, pikepdf.String) else one.Dest
                at = next(n for n, p in enumerate(pdf.pages) if p.obj.objgen == target[0].objgen)
                found.append(labels[at])
            return found

        # The reference to a chapter that is not there is words alone.
        assert lead(pdf.pages[2]) == ["2-1", "2-1", "1-1"]
        assert set(lead(pdf.pages[1])) == {"1-1", "2-1"}
        with pdf.open_outline() as outline:
            found = [(item.title, [child.title for child in item.children]) for item in outline.root]
        assert found == [("1 First", []), ("2 Second", ["Within"])]
    with pdfplumber.open(draft()["out"]) as pdf:
        contents = pdf.pages[1].extract_text()
    assert "Second" in contents and "2-1" in contents


def test_a_chapter_alone_has_no_link_that_leads_nowhere(draft, tmp_path):
    request = draft()
    with parts.Press(tmp_path / "parts") as press:
        part = press.submit(stamping.bare(request, request["chapters"][0])).result()
        marks = press.submit(stamping.stamps(request, ["First"])).result()
    out = tmp_path / "one.pdf"
    sha256 = stamping.stamp(part.pdf, marks.pdf, 0, out)
    assert sha256 == parts.file_hash(out)
    with pikepdf.open(out) as pdf:
        assert [str(one.Dest) for one in pdf.pages[0].Annots] == ["p"]


def test_the_key_takes_in_all_that_is_drawn_and_nothing_that_is_stamped_on(draft, tmp_path):
    def key(request: dict) -> str:
        return parts.key(stamping.bare(request, request["chapters"][0]))

    same = key(draft("FOD"))
    assert key(draft("SOD")) == key(draft(banner="Invented.", out="/elsewhere.pdf")) == same
    other_picture = tmp_path / "other.svg"
    other_picture.write_text(DRAWING.replace("470", "460"))
    css = tmp_path / "css"
    css.mkdir()
    (css / "report.css").write_text("p { color: red }")
    changes = [
        draft(one=ONE + " "),
        draft(language="fr"),
        draft(lines=False),
        draft(assets={"plot": str(other_picture)}),
        draft(css=str(css)),
    ]
    assert len({same, *map(key, changes)}) == 1 + len(changes)


def test_a_part_that_was_altered_on_the_disk_is_drawn_again(draft, drawn, tmp_path):
    request = stamping.bare(draft(), draft()["chapters"][1])
    with parts.Press(tmp_path) as press:
        pdf = press.submit(request).result().pdf
        pdf.write_bytes(pdf.read_bytes() + b"\n%")
        again = press.submit(request).result()
        pdf.with_suffix(".json").write_text("{")
        third = press.submit(request).result()
    assert (again.drawn, third.drawn, len(drawn)) == (True, True, 3)


def test_two_who_want_the_same_part_share_one_drawing(draft, drawn, tmp_path):
    request = stamping.bare(draft(), draft()["chapters"][1])
    with parts.Press(tmp_path, at_once=2) as one, parts.Press(tmp_path, at_once=2) as other:
        found = [press.submit(request) for press in (one, other, one, other)]
        assert sorted(future.result().drawn for future in found) == [False, False, False, True]
    assert len(drawn) == 1


def test_a_part_that_fails_ends_the_queue_and_is_named(draft, drawn, tmp_path):
    bad = {"label": "3", "title": "Bad", "html": '<p data-b="x">Words of it <br style="color:red"></p>'}
    request = draft()
    request["chapters"] = [*request["chapters"], bad]
    with pytest.raises(RenderFailed) as failed:
        make(request, tmp_path / "parts")
    assert "Chapter 3" in failed.value.text and "Words of it" in failed.value.text
    assert failed.value.final


def test_no_more_programs_run_at_once_than_were_allowed(monkeypatch, tmp_path):
    running, most, guard = 0, 0, threading.Lock()

    def render(request, **_more):
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with guard:
            running -= 1
        raise RenderFailed("timeout", "x")

    monkeypatch.setattr(run, "render", render)
    with parts.Press(tmp_path, at_once=2) as press:
        waiting = [press.submit({"kind": "draft", "html": str(n)}) for n in range(8)]
        assert [type(future.exception()) for future in waiting] == [RenderFailed] * 8
    assert most == 2
    assert 1 <= parts.programs_at_once() <= 64
    monkeypatch.setattr(parts, "_free_mb", lambda: 100)
    assert parts.programs_at_once() == 1


def test_what_nobody_asked_for_longest_goes_first_and_nothing_young(tmp_path):
    import os

    now = time.time()
    (tmp_path / "aa").mkdir()
    for age, name in (
        (10_000, "old.pdf"),
        (9_000, "middle.pdf"),
        (10, "young.pdf"),
        (20_000, "left.7.new.pdf"),
    ):
        path = tmp_path / "aa" / name
        path.write_bytes(b"x" * 100)
        os.utime(path, (now - age, now - age))
    assert parts.tidy(tmp_path, 1000, now=now) == 1
    assert parts.tidy(tmp_path, 250, now=now) == 1
    assert sorted(path.name for path in (tmp_path / "aa").iterdir()) == ["middle.pdf", "young.pdf"]
    assert parts.tidy(tmp_path, 0, now=now) == 1
    assert [path.name for path in (tmp_path / "aa").iterdir()] == ["young.pdf"]


def test_matter_behind_the_chapters_goes_behind_them(tmp_path):
    for name in ("around", "one", "stamps"):
        pdf = pikepdf.new()
        for _ in range(2):
            pdf.add_blank_page()
        pdf.save(tmp_path / f"{name}.pdf")
    around = joining.Piece(tmp_path / "around.pdf", ["i", "A-1"])
    one = joining.Piece(tmp_path / "one.pdf", ["1-1", "1-2"], "1", "One")
    joining.join([around, one], tmp_path / "stamps.pdf", tmp_path / "out.pdf", language="en", title="T")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert [page.label for page in pdf.pages] == ["i", "1-1", "1-2", "A-1"]
        assert (str(pdf.Root.Lang), str(pdf.docinfo["/Title"])) == ("en", "T")


def test_a_part_that_waits_for_another_process_is_not_begun_once_the_build_has_stopped(
    tmp_path, draft, drawn
):
    request = {**draft(), "chapters": draft()["chapters"][:1], "part": True}
    name = parts.key({**request, "out": ""})
    lock = tmp_path / "parts" / name[:2] / f"{name}.lock"
    lock.parent.mkdir(parents=True)
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with parts._alone(lock):
            held.set()
            let_go.wait(30)

    threading.Thread(target=hold, daemon=True).start()
    assert held.wait(30)
    with pytest.raises(KeyError), parts.Press(tmp_path / "parts", at_once=1) as press:
        waiting = press.submit(request)
        while not waiting.running():
            time.sleep(0.01)
        time.sleep(0.2)
        # The other process ends its drawing a moment after this build was given up.
        threading.Timer(0.3, let_go.set).start()
        raise KeyError("given up")
    with pytest.raises(RenderFailed, match="stopped"):
        waiting.result()
    assert drawn == []
