"""Images: made anew without what was hidden in them, described, refused where they are no picture."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from PIL import Image, PngImagePlugin

from assessments.drafting import assets, pictures, svg
from records.models import Entry
from records.obstacles import Blocked
from tests.world import NOW, build_world

NS = 'xmlns="http://www.w3.org/2000/svg"'


def png(size=(40, 20), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else None).save(out, "PNG", **options)
    return out.getvalue()


def photograph() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010E] = "taken at my house"
    out = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 10, 10)).save(out, "JPEG", exif=exif, comment=b"secret")
    return out.getvalue()


@pytest.fixture
def world(db):
    return build_world(texts=False)


def up(world, data: bytes, name="map.png", alt="A map.", key="", who="la"):
    facts = assets.Facts(alt=alt, origin="The authors", licence="report")
    return assets.upload(world.un.cycle, key, (name, data), facts, by=getattr(world.un, who), now=NOW)


def test_an_image_is_kept_under_its_key_a_random_name_and_one_entry(world):
    asset, left_out = up(world, png(), "World Map.png")
    assert (asset.key, asset.mime, asset.width, asset.height, left_out) == (
        "world-map",
        "image/png",
        40,
        20,
        (),
    )
    assert "map" not in asset.file
    assert Path(settings.MEDIA_ROOT, asset.file).read_bytes().startswith(b"\x89PNG")
    entry = Entry.objects.get(stream=world.un.cycle.stream, verb="asset.uploaded")
    assert entry.content.fields["key"] == "world-map"


@pytest.mark.parametrize("alt", ["", "  ", "x" * 501])
def test_an_image_without_a_description_or_with_too_long_a_one_is_refused(world, alt):
    with pytest.raises(Blocked) as refusal:
        up(world, png(), alt=alt)
    assert [o.code for o in refusal.value.obstacles] == ["no-alt"]
    assert world.un.cycle.assets.count() == 0


def test_a_key_is_given_once(world):
    up(world, png(), key="map")
    with pytest.raises(Blocked) as refusal:
        up(world, png(), key="map")
    assert [o.code for o in refusal.value.obstacles] == ["key-taken"]


def test_reviewers_put_up_no_images_and_nobody_does_in_the_approval(world):
    with pytest.raises(PermissionDenied):
        up(world, png(), who="reviewer")
    world.un.at("approval")
    with pytest.raises(Blocked):
        up(world, png())


def test_a_photograph_is_turned_upright_and_loses_place_and_comment():
    made = pictures.remake(photograph(), "house.jpg")
    again = Image.open(io.BytesIO(made.data))
    assert (made.width, made.height, dict(again.getexif()), again.info.get("comment")) == (20, 40, {}, None)
    assert b"secret" not in made.data and b"my house" not in made.data


def test_text_hidden_in_a_png_is_not_kept():
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Author", "somebody")
    assert b"somebody" not in pictures.remake(png(pnginfo=hidden), "a.png").data


@pytest.mark.parametrize(
    ("mode", "kept"), [("RGBA", "RGBA"), ("P", "RGB"), ("L", "L"), ("1", "RGB"), ("I;16", "RGB")]
)
def test_every_usual_kind_of_png_is_taken(mode, kept):
    assert Image.open(io.BytesIO(pictures.remake(png(mode=mode), "a.png").data)).mode == kept


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"GIF89a\x01\x00", "expected PNG, JPEG or SVG"),
        (b"%PDF-1.7", "expected PNG, JPEG or SVG"),
        (png()[:60], "damaged"),
        (png((8000, 5001), "1"), "8000 × 5001 pixels; at most 40 million"),
        (png((20000, 20000), "1"), "at most 40 million"),
        (b"x" * (pictures.MAX_BYTES + 1), "at most 25 MB"),
    ],
)
def test_what_is_no_picture_or_too_large_a_one_is_refused_by_name(data, said):
    with pytest.raises(pictures.PictureError) as refusal:
        pictures.remake(data, "figure.png")
    assert "figure.png" in str(refusal.value) and said in str(refusal.value)


def test_a_drawing_keeps_what_draws_and_loses_what_acts():
    hostile = f"""<svg {NS} xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 30 10" onload="a()">
      <script>a()</script><style>@import url(x.css)</style><image href="http://h/x.png"/>
      <foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>
      <a xlink:href="javascript:a()"><rect width="3" height="3"/></a>
      <set attributeName="href" to="javascript:a()"/>
      <use xlink:href="#part"/><use href="http://h/x.svg#part"/>
      <rect id="part" width="3" height="3" style="fill:red;background:url(http://h)" fill="url(http://h/#x)"
            stroke="url(#grad)" onclick="a()"/><text x="1">A &lt; B</text></svg>""".encode()
    made = svg.remake(hostile)
    text = made.data.decode()
    for bad in (
        "script",
        "import",
        "http://h",
        "javascript",
        "foreign",
        "onload",
        "onclick",
        "<set",
        "<image",
        "<a",
    ):
        assert bad not in text, bad
    assert '<use href="#part"' in text and 'fill="red"' in text and 'stroke="url(#grad)"' in text
    assert "A &lt; B" in text
    assert (made.width, made.height) == (30, 10)
    assert {"script (1)", "style (1)", "image (1)", "foreignObject (1)", "a (1)"} <= set(made.left_out)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "entities"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>'.encode("utf-16"), "entities"),
        (b"<svg", "well-formed"),
        (b"<svg/>", "namespace"),
        (f'<svg {NS} width="0" height="5"/>'.encode(), "width or height"),
        (f"<svg {NS}>{'<g>' * 80}{'</g>' * 80}</svg>".encode(), "nests deeper"),
    ],
)
def test_a_drawing_that_cannot_be_kept_is_refused_with_the_reason(data, said):
    with pytest.raises(pictures.PictureError) as refusal:
        pictures.remake(data, "drawing.svg")
    assert said in str(refusal.value)


def test_making_a_drawing_anew_twice_changes_nothing():
    once = svg.remake(f'<svg {NS} width="2cm" height="1in"><path d="M0 0L5 5" stroke="#000"/></svg>'.encode())
    assert svg.remake(once.data).data == once.data
