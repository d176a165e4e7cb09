"""Figures keep their origin, licence, data, program and versions; frozen texts keep the version that they showed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from assessments.drafting import actions as drafting
from assessments.drafting import assets
from assessments.drafting.assets import Facts
from assessments.drafting.models import Asset
from assessments.drafting.rendered import render_chapter
from assessments.snapshots import actions as snapshots
from records.jobs import queue
from records.models import Entry
from records.obstacles import Blocked
from tests.assessments.drafting.test_pages import signed_in
from tests.world import CHAPTER, NOW, build_world

pytestmark = pytest.mark.django_db
CSV = ("growth.csv", b"year,flops\n2020,1\n2025,9\n")


def png(colour=(0, 0, 0)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(out, "PNG")
    return out.getvalue()


def book(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as held:
        for name in names:
            held.writestr(name, "x")
    return out.getvalue()


def facts(**other) -> Facts:
    return Facts(**{"alt": "A line that rises.", "origin": "The authors", "licence": "CC-BY-4.0", **other})


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def un(world):
    return world.un


def up(un, said: Facts | None = None, key="growth") -> Asset:
    return assets.upload(un.cycle, key, ("g.png", png()), said or facts(), by=un.la, now=NOW)[0]


def renewed(asset, un, said: Facts | None = None, **more) -> Asset:
    return assets.renew(asset, said or facts(), by=un.la, now=NOW, **more)[0]


def refused(act) -> str:
    before = (Asset.objects.count(), Entry.objects.count(), kept())
    with pytest.raises(Blocked) as refusal:
        act()
    assert (Asset.objects.count(), Entry.objects.count(), kept()) == before
    return refusal.value.obstacles[0].code


def kept() -> list[str]:
    return sorted(p.name for p in Path(settings.MEDIA_ROOT).rglob("assets/*"))


def test_a_figure_comes_with_origin_licence_data_and_program(un):
    asset = up(un, facts(data=CSV, code="https://doi.org/10.5281/zenodo.1"))
    assert (asset.origin, asset.licence, asset.data_name) == ("The authors", "CC-BY-4.0", "growth.csv")
    answer = signed_in(un.la).get(reverse("asset_data", args=["un-test", "growth"]))
    assert b"".join(answer.streaming_content) == CSV[1]
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert answer["Content-Disposition"] == 'attachment; filename="growth.csv"'
    entry = Entry.objects.get(verb="asset.uploaded").content.fields
    assert (entry["licence"], entry["data_sha256"]) == ("CC-BY-4.0", asset.data_sha256)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"origin": " "}, "no-origin"),
        ({"origin": "x" * 301}, "no-origin"),
        ({"licence": ""}, "no-licence"),
        ({"licence": "all mine"}, "no-licence"),
        ({"code": "javascript:alert(1)"}, "bad-address"),
        ({"code": "ftp://example.org/x"}, "bad-address"),
        ({"data": ("growth.exe", b"MZ")}, "bad-data"),
        ({"data": ("", b"x")}, "bad-data"),
        ({"data": ("growth.csv", b"  \n")}, "bad-data"),
        ({"data": ("growth.csv", b"caf\xe9")}, "bad-data"),
        ({"data": ("growth.csv", b"a\0b")}, "bad-data"),
        ({"data": ("growth.json", b"x" * (assets.MAX_DATA + 1))}, "bad-data"),
        ({"data": ("growth.xlsx", b"PK\x03\x04 broken")}, "bad-data"),
        ({"data": ("growth.xlsx", book("a.txt"))}, "bad-data"),
        ({"data": ("growth.xlsx", book("[Content_Types].xml", "xl/vbaProject.bin"))}, "bad-data"),
        ({"data": ("growth.ods", book("content.xml", "Basic/Standard/Module1.xml"))}, "bad-data"),
    ],
)
def test_what_is_missing_or_no_data_is_refused_and_leaves_nothing(un, said, code):
    assert refused(lambda: up(un, facts(**said))) == code


@pytest.mark.parametrize(
    "data", [CSV, ("a.xlsx", book("[Content_Types].xml")), ("b.ods", book("content.xml")), ("c.json", b"{}")]
)
def test_tables_and_books_without_programs_are_taken(un, data):
    assert up(un, facts(data=data)).data_name == data[0]


def test_a_new_version_is_what_drafts_show_and_the_old_one_stays(un):
    first = up(un, facts(data=CSV))
    second = renewed(first, un, note="Axis named", picture=("g2.png", png((9, 9, 9))))
    assert (second.number, second.name, second.data_sha256) == (2, "growth.2", first.data_sha256)
    text = '![A line.](figure:growth "Growth.")'
    assert 'src="asset:growth.2"' in render_chapter(un.chapter("1"), text, []).html
    assert Entry.objects.get(verb="asset.renewed").content.fields["note"] == "Axis named"
    client = signed_in(un.la)
    for name, asset in (("growth", first), ("growth.2", second)):
        answer = client.get(reverse("asset_file", args=["un-test", name]))
        assert b"".join(answer.streaming_content) == Path(settings.MEDIA_ROOT, asset.file).read_bytes()


def test_facts_alone_make_a_version_and_nothing_new_makes_none(un):
    first = up(un, facts(data=CSV))
    assert refused(lambda: renewed(first, un)) == "no-change"
    assert refused(lambda: renewed(first, un, facts(origin="Others"), note="x" * 201)) == "long-note"
    second = renewed(first, un, facts(licence="CC0-1.0"), without_data=True)
    assert (second.file, second.data, second.licence) == (first.file, "", "CC0-1.0")


def test_of_two_who_renew_one_version_the_second_is_told(un):
    first = up(un)
    renewed(first, un, facts(origin="The authors, after Smith"))
    assert refused(lambda: renewed(first, un, facts(origin="Mine"))) == "changed-meanwhile"


def test_reviewers_renew_nothing_and_nobody_does_in_the_approval(un):
    first = up(un)
    with pytest.raises(PermissionDenied):
        assets.renew(first, facts(origin="Mine"), by=un.reviewer, now=NOW)
    un.at("approval")
    assert refused(lambda: renewed(first, un, facts(origin="Later"))) == "wrong-stage"


def frozen(side, label: str, stage: str = ""):
    if stage:
        side.at(stage)
    made = snapshots.freeze(side.cycle, label, by=side.secretariat, now=NOW)
    assert queue.wait_for(made.job).status == "done"
    return made


def test_a_frozen_text_keeps_its_version_and_shows_no_later_one(un):
    first = up(un, facts(data=CSV))
    chapter = un.chapter("1")
    text = f'{CHAPTER}\n![A line.](figure:growth "Growth.")\n'
    drafting.save(chapter, chapter.current, text, by=un.la, now=NOW)
    one = frozen(un, "FOD")
    assert 'src="asset:growth"' in one.chapters.get(chapter=chapter).html
    renewed(first, un, picture=("g2.png", png((9, 9, 9))))
    assert 'src="asset:growth"' in one.chapters.get(chapter=chapter).html
    assert 'src="asset:growth.2"' in frozen(un, "FGD", "final-draft").chapters.get(chapter=chapter).html
    # Who reads no draft reads neither the version nor the data that no text of theirs shows.
    outsider = signed_in(un.reviewer)
    for name in ("asset_file", "asset_data"):
        assert outsider.get(reverse(name, args=["un-test", "growth.2"])).status_code == 404


def test_the_page_of_an_image_says_what_it_is_where_it_stands_and_takes_the_next_version(un):
    up(un, facts(data=CSV))
    chapter = un.chapter("1")
    text = f'{CHAPTER}\n![A line.](figure:growth "Growth.")\n'
    drafting.save(chapter, chapter.current, text, by=un.la, now=NOW)
    client, address = signed_in(un.la), reverse("asset", args=["un-test", "growth"])
    page = client.get(address).content.decode()
    assert "CC BY 4.0" in page and "growth.csv" in page and f'href="{chapter.get_absolute_url()}"' in page
    sent = {"alt": "A line that rises fast.", "origin": "The authors", "licence": "CC-BY-4.0", "number": 1,
            "note": "Described better", "data": SimpleUploadedFile("new.csv", b"a,b\n1,2\n")}  # fmt: skip
    assert client.post(address, sent).status_code == 302
    made = Asset.objects.newest().get(key="growth")
    assert (made.number, made.alt, made.data_name) == (2, "A line that rises fast.", "new.csv")
    said = client.post(address, {**sent, "data": SimpleUploadedFile("new.csv", b"a,b\n3,4\n")})
    assert said.status_code == 200 and "Version 2 came in meanwhile" in said.content.decode()
    assert Asset.objects.filter(key="growth").count() == 2
    assert signed_in(un.reviewer).get(address).status_code == 404


def test_a_figure_s_page_without_origin_says_so(un):
    asset = up(un)
    Asset.objects.filter(pk=asset.pk).update(origin="", licence="")
    page = signed_in(un.la).get(reverse("asset", args=["un-test", "growth"])).content.decode()
    assert "Origin or licence is not stated." in page
    sent = {"alt": asset.alt, "origin": "", "licence": "", "number": 1}
    said = signed_in(un.la).post(reverse("asset", args=["un-test", "growth"]), sent)
    assert said.status_code == 200 and Asset.objects.count() == 1
