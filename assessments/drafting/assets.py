"""Images and their versions: re-made, with words for those who cannot see them, origin and licence (procedure 4.6)."""

from __future__ import annotations

import io
import secrets
import struct
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from functools import reduce
from operator import or_
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.text import get_valid_filename, slugify
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from assessments.drafting import guards
from assessments.drafting.models import Asset
from assessments.drafting.pictures import Picture, PictureError, remake
from panels.models import User
from records import addresses, chain, files
from records.obstacles import refuse, refuse_if, require

MAX_ALT = 500
MAX_DATA = 20 * 1024 * 1024
# What the figures of a report are drawn from. Books of sheets are kept as they came, but for those with programs.
TABLES = (".csv", ".tsv", ".json")
BOOKS = (".xlsx", ".ods")


@dataclass(frozen=True)
class Facts:
    """What an image comes with: ``origin`` says in words whose it is, ``data`` is a file's (name, content)."""

    alt: str
    origin: str
    licence: str
    code: str = ""
    data: tuple[str, bytes] | None = None


@transaction.atomic
def upload(
    cycle: Cycle, key: str, picture: tuple[str, bytes], facts: Facts, *, by: User, now: datetime
) -> tuple[Asset, tuple[str, ...]]:
    """Keep an image (name of its file, content) under ``key``, made from the file's name if empty.

    Returns it with the names of what a drawing held and was not kept. Raises PermissionDenied; Blocked: wrong
    stage, key taken, no picture or too large a one, and what ``_checked`` refuses.
    """
    cycle = _open(cycle, by)
    facts = _checked(facts)
    key = slugify(key or Path(picture[0]).stem)[:80] or f"image-{secrets.token_hex(3)}"
    if cycle.assets.filter(key=key).exists():
        refuse("key-taken", _("There is an image %(key)s already.") % {"key": key}, rule="4.6",
               remedy=_("Give this one another key, or put it up on its page as a new version."))  # fmt: skip
    drawn = _drawn(picture)
    parts = _as_picture(drawn) | (_as_data(facts.data) if facts.data else {})
    asset = Asset(cycle=cycle, key=key, by=by, at=now, **_said(facts), **parts)
    _enter(asset, "asset.uploaded", {"alt": asset.alt}, drawn, facts.data)
    return asset, drawn.left_out


@transaction.atomic
def renew(
    asset: Asset,
    facts: Facts,
    *,
    note: str = "",
    picture: tuple[str, bytes] | None = None,
    without_data: bool = False,
    by: User,
    now: datetime,
) -> tuple[Asset, tuple[str, ...]]:
    """A new version of an image, which drafts show from now on; frozen and published texts keep theirs (4.6).

    Without ``picture`` the image stays, and without data in ``facts`` those that it had, unless ``without_data``.
    Returns the version with what a drawing held and was not kept. Raises as ``upload`` does; Blocked too: another
    version came in between, or nothing is new.
    """
    cycle = _open(asset.cycle, by)
    last = cycle.assets.newest().get(key=asset.key)
    if last.pk != asset.pk:
        refuse(
            "changed-meanwhile",
            _("Version %(number)s came in meanwhile, by %(by)s.") % {"number": last.number, "by": last.by},
            rule="4.6",
            remedy=_("Look at it, and say again what should change."),
        )
    facts = _checked(facts)
    note = " ".join(note.split())
    if len(note) > 200:
        refuse("long-note", _("What changed is said in 200 characters."), rule="4.6")
    drawn = _drawn(picture) if picture else None
    parts = _as_picture(drawn) if drawn else _same(last, "file", "mime", "sha256", "width", "height")
    if facts.data:
        parts |= _as_data(facts.data)
    elif not without_data:
        parts |= _same(last, "data", "data_name", "data_sha256")
    base = {"cycle": cycle, "key": last.key, "number": last.number + 1, "by": by, "at": now}
    made = Asset(**base, note=note, **_said(facts), **parts)
    compared = ("alt", "origin", "licence", "code", "data_name", "data_sha256", "sha256")
    if _same(made, *compared) == _same(last, *compared):
        refuse("no-change", _("Nothing of this image is new."), rule="4.6")
    told = {"number": made.number, "alt": made.alt, "note": note or made.alt}
    _enter(made, "asset.renewed", told, drawn, facts.data)
    return made, drawn.left_out if drawn else ()


def used_in(asset: Asset) -> list:
    """The chapters whose draft shows the image, in their order."""
    named = (Q(current__markdown__contains=f"(figure:{asset.key}{end}") for end in (" ", ")"))
    return list(asset.cycle.chapters.filter(reduce(or_, named)).order_by("place"))


def credits_of(cycle: Cycle, names: Collection[str]) -> dict[str, dict]:
    """What a report says of the images that it shows: {name: {key, origin, licence, code, data}}, in words.

    ``data`` is the name of the file of a publication in which they lie (publishing.building).
    """
    return {
        row.name: {
            "key": row.key,
            "origin": row.origin,
            "licence": row.get_licence_display() if row.licence else "",
            "code": row.code,
            "data": data_file(row),
        }
        for row in cycle.assets.filter(name__in=names)
        if row.origin or row.licence or row.code or row.data
    }


def data_file(asset: Asset) -> str:
    """The name under which an image's data are published, empty without any."""
    return f"figure-{asset.name}{Path(asset.data_name).suffix}" if asset.data else ""


# ---------------------------------------------------------------------------------------------- its parts


def _open(cycle: Cycle, by: User) -> Cycle:
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "asset.upload", cycle)
    refuse_if(guards.obstacles_to_images(cycle))
    return cycle


def _checked(facts: Facts) -> Facts:
    """The words of it with single spaces. Raises Blocked: a description, origin or licence that is missing or too
    long, an address that is none."""
    said = {field.name: getattr(facts, field.name) for field in fields(facts)}
    said |= {name: " ".join(said[name].split()) for name in ("alt", "origin", "code")}
    if not said["alt"] or len(said["alt"]) > MAX_ALT:
        refuse(
            "no-alt",
            _("An image needs a description of 1 to %(most)s characters for those who cannot see it.")
            % {"most": MAX_ALT},
            rule="4.6",
        )
    if not said["origin"] or len(said["origin"]) > 300:
        refuse("no-origin", _("An image needs its origin in 1 to 300 characters."), rule="4.6",
               remedy=_("Say who made it, or from which work it was taken."))  # fmt: skip
    if said["licence"] not in Asset.Licence.values:
        refuse("no-licence", _("An image needs a licence: %(known)s.")
               % {"known": ", ".join(Asset.Licence.values)}, rule="4.6")  # fmt: skip
    addresses.check(said["code"], rule="4.6")
    return Facts(**said)


def _drawn(picture: tuple[str, bytes]) -> Picture:
    name, content = picture
    try:
        return remake(content, name)
    except PictureError as error:
        refuse("bad-picture", str(error), rule="4.6")


def _as_picture(picture: Picture) -> dict:
    return {
        "file": files.new_name("assets", picture.ending),
        "mime": picture.mime,
        "sha256": chain.digest(picture.data),
        "width": picture.width,
        "height": picture.height,
    }


def _as_data(data: tuple[str, bytes]) -> dict:
    """What is noted of a figure's data. Raises Blocked: of no kind that is taken, too large, not what it says."""
    name, content = Path(data[0]).name[-120:], data[1]
    ending = Path(name).suffix.lower()
    if ending not in TABLES + BOOKS:
        refuse("bad-data", _("Data of a figure are taken as %(known)s; this file is %(name)s.")
               % {"known": ", ".join(TABLES + BOOKS), "name": name or "?"}, rule="4.6")  # fmt: skip
    if len(content) > MAX_DATA:
        refuse("bad-data", _("The data have %(size)s MB; at most %(most)s MB are taken.")
               % {"size": len(content) // 1048576 + 1, "most": MAX_DATA // 1048576}, rule="4.6",
               remedy=_("Keep them in an archive for data, and give its address as that of the program."))  # fmt: skip
    fault = _fault_of_book(content) if ending in BOOKS else _fault_of_table(content)
    if fault:
        refuse("bad-data", f"{name}: {fault}", rule="4.6")
    return {
        "data": files.new_name("assets", ending.removeprefix(".")),
        "data_name": get_valid_filename(name),
        "data_sha256": chain.digest(content),
    }


def _fault_of_table(content: bytes) -> str:
    if not content.strip():
        return _("the file is empty.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _("byte %(place)s is no UTF-8. Save it as UTF-8.") % {"place": error.start + 1}
    return _("it holds null characters and is no text.") if "\0" in text else ""


def _fault_of_book(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = {name.lower() for name in book.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, RuntimeError):
        return _("it is no workbook, or a broken or locked one.")
    if "[content_types].xml" not in names and "content.xml" not in names:
        return _("it is no workbook, or a broken or locked one.")
    if any(name.endswith("vbaproject.bin") or name.startswith("basic/") for name in names):
        return _("it holds programs (macros). Save it without them.")
    return ""


def _said(facts: Facts) -> dict:
    return _same(facts, "alt", "origin", "licence", "code")


def _same(of, *names: str) -> dict:
    return {name: getattr(of, name) for name in names}


def _enter(
    asset: Asset, verb: str, said: dict, drawn: Picture | None, data: tuple[str, bytes] | None
) -> None:
    """The row, its entry, and last its files: what is refused before leaves none behind."""
    asset.save()
    told = {
        "key": asset.key,
        **said,
        "sha256": asset.sha256,
        "licence": asset.licence,
        "origin": asset.origin,
    }
    if asset.data:
        told["data_sha256"] = asset.data_sha256
    records.append.append(asset.cycle.stream, verb, told, by=asset.by, at=asset.at, visibility="team")
    if drawn:
        files.keep(asset.file, drawn.data)
    if data:
        files.keep(asset.data, data[1])
