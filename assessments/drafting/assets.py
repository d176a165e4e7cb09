"""Putting up images: re-made, with words for those who cannot see them (procedure 4.6)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

import records.append
from assessments.cycles.models import Cycle
from assessments.drafting import guards
from assessments.drafting.models import Asset
from assessments.drafting.pictures import PictureError, remake
from panels.models import User
from records import files
from records.obstacles import refuse, refuse_if, require

MAX_ALT = 500


@transaction.atomic
def upload(
    cycle: Cycle, key: str, filename: str, data: bytes, alt: str, *, by: User, now: datetime
) -> tuple[Asset, tuple[str, ...]]:
    """Keep an image under ``key`` (made from the file's name if empty), re-made and under a random file name.

    Returns it with the names of what a drawing held and was not kept. Raises PermissionDenied; Blocked: wrong
    stage, no description, key taken, no picture or too large a one.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    require(by, "asset.upload", cycle)
    refuse_if(guards.obstacles_to_images(cycle))
    alt = " ".join(alt.split())
    if not alt or len(alt) > MAX_ALT:
        refuse(
            "no-alt",
            _("An image needs a description of 1 to %(most)s characters for those who cannot see it.")
            % {"most": MAX_ALT},
            rule="4.6",
        )
    key = slugify(key or Path(filename).stem)[:80] or f"image-{secrets.token_hex(3)}"
    if cycle.assets.filter(key=key).exists():
        refuse("key-taken", _("There is an image %(key)s already.") % {"key": key}, rule="4.6",
               remedy=_("Give this one another key."))  # fmt: skip
    try:
        picture = remake(data, filename)
    except PictureError as error:
        refuse("bad-picture", str(error), rule="4.6")
    file = files.new_name("assets", picture.ending)
    asset = Asset.objects.create(
        cycle=cycle,
        key=key,
        file=file,
        mime=picture.mime,
        alt=alt,
        sha256=hashlib.sha256(picture.data).hexdigest(),
        width=picture.width,
        height=picture.height,
        by=by,
        at=now,
    )
    records.append.append(
        cycle.stream,
        "asset.uploaded",
        {"key": key, "alt": alt, "sha256": asset.sha256},
        by=by,
        at=now,
        visibility="team",
    )
    files.keep(file, picture.data)
    return asset, picture.left_out
