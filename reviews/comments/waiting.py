"""Sheets that were checked and wait, for two hours, until their owner enters them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from records import files

FOLDER = "sheets"
KEPT = timedelta(hours=2)


def keep(data: bytes) -> dict[str, str]:
    """Keep a checked sheet; returns what a token says of it."""
    name = files.new_name(FOLDER, "sheet")
    files.keep(name, data)
    return {"file": name, "sha256": hashlib.sha256(data).hexdigest()}


def sheet(said: dict) -> bytes | None:
    """The sheet that a token names; None once it is gone."""
    try:
        return files.read(said["file"], said["sha256"])
    except FileNotFoundError:
        return None


def let_go(said: dict) -> None:
    files.remove(said["file"])


def forget_old(now: datetime, dry: bool = False) -> int:
    """Let go of the sheets that nobody entered in time; returns how many (``dry`` only counts them)."""
    late = [kept.name for kept in files.names(f"{FOLDER}/") if kept.at < now - KEPT]
    for name in () if dry else late:
        files.remove(name)
    return len(late)
