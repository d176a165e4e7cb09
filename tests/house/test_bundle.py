"""The editor's bundle is what its sources say, and no heavier than it may be; seen without Node.

``.ci/run`` builds it anew and compares byte for byte; here the hash that the build left beside it is made again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re

from tests.support import ROOT

DIST = ROOT / "static" / "js" / "dist"
LOCK = ROOT / "frontend" / "package-lock.json"


def _sources() -> list[str]:
    named = ["frontend/build.js", "frontend/package.json", "frontend/package-lock.json", "static/js/kit.js"]
    return sorted(named + [f"frontend/src/{path.name}" for path in (ROOT / "frontend" / "src").iterdir()])


def test_the_bundle_was_built_from_these_sources():
    made = hashlib.sha256()
    for name in _sources():
        made.update(f"{name}\0".encode() + (ROOT / name).read_bytes() + b"\0")
    kept = (DIST / "room.sources.sha256").read_text().strip()
    assert made.hexdigest() == kept, "build it anew: cd frontend && npm ci && npm run build"


def test_the_bundle_is_light_enough_for_a_slow_line():
    assert len(gzip.compress((DIST / "room.js").read_bytes(), 9, mtime=0)) <= 220_000


def test_every_part_of_the_bundle_has_its_licence_beside_it():
    text = (DIST / "room.LICENSES.txt").read_text()
    parts = json.loads(LOCK.read_text())["packages"]
    carried = {
        name.removeprefix("node_modules/") for name, part in parts.items() if name and not part.get("dev")
    }
    told = set(
        re.findall(
            r"^((?:@[\w.-]+/)?[\w.-]+) \d+\.\d+\.\d+ \((?:MIT|ISC|BSD-3-Clause)\)$", text, re.MULTILINE
        )
    )
    assert {"yjs", "@codemirror/view", "style-mod", "lib0", "y-codemirror.next"} <= told <= carried


def test_the_lock_file_names_no_address_and_checks_every_part():
    parts = json.loads(LOCK.read_text())["packages"]
    assert [
        name for name, part in parts.items() if name and ("resolved" in part or "integrity" not in part)
    ] == []


def test_sources_and_bundle_put_no_style_and_no_code_into_the_page():
    for path in [*(ROOT / "frontend" / "src").iterdir()]:
        text = path.read_text()
        assert (
            re.findall(r"\beval\(|new Function\(|\.innerHTML\s*=|setAttribute\(\s*[\"'](?:style|on)", text)
            == []
        ), path
