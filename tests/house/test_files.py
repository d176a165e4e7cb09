"""Kept files have one door: whoever opened them by their path would not find them in a storage."""

from __future__ import annotations

from tests.support import ROOT

ROOMS = ("records", "panels", "assessments", "reviews", "portal")
# The door itself, and who looks after the folder as a folder.
MAY = {
    "records/files/__init__.py",
    "portal/settings.py",
    "portal/doctor/store.py",
    "portal/backup/restoring.py",
    "portal/management/commands/storage.py",
    "portal/management/commands/demo_reset.py",
}


def test_nobody_but_the_door_knows_the_folder_of_files():
    named = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "MEDIA_ROOT" in path.read_text(encoding="utf-8")
    }
    assert named == MAY
