"""The demonstration's pages as its people see them, and the embedded mode's own figures; then the real servers.

``p95_ms`` and ``max_queries`` come from a walk: each of several roles follows the links from their first page.
``requests_per_s`` is what eight visitors at once get. The figures of the real servers (PostgreSQL, Redis, nginx)
are left out, and said to be, where one of the three is not installed.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from benchmarks import _crowd
from benchmarks._embedded import Embedded
from benchmarks._figures import job_start_p95, load, memory_mb, percentile
from tests.visiting import Visitor

PASSWORD = "concord-demo-2027"  # as the demonstration prints it
ROLES = (
    "secretariat",
    "chair",
    "author",
    "editor",
    "reviewer",
    "delegate.a",
    "focal.a",
    "leadchair",
    "panel",
    None,
)
PAGES = 120  # of each role
AT_ONCE, BUSY_S = 8, 20.0
LINK = re.compile(rb'<a\s[^>]*?href="([^"#][^"]*)"')
# Signing out ends the walk; files are not pages.
PASSED_BY = re.compile(r"/accounts/|\.(pdf|xlsx|csv|jsonl|pem|zip|bib|md)$|^/static/|/export|/workbook")


def run() -> dict:
    with tempfile.TemporaryDirectory(prefix="concord-bench-") as folder:
        portal = Embedded(Path(folder))
        try:
            figures = embedded(portal)
        finally:
            portal.end()
    return figures | _crowd.figures()


def embedded(portal: Embedded) -> dict:
    first = portal.start()
    portal.end()
    restart = portal.start()
    time.sleep(15)
    idle = memory_mb(portal.process.pid)
    started = job_start_p95(portal.python)
    walked = [step for role in ROLES for step in walk(portal, role)]
    queries = queries_of(portal.log)
    dearest = max(walked, key=lambda step: queries.get(step["id"], 0))
    slowest = sorted(walked, key=lambda step: -step["ms"])[:5]
    for step in slowest:
        print(
            f"slow: {step['ms']:.0f} ms, {queries.get(step['id'])} queries, {step['path']} as {step['role']}"
        )
    for step in sorted(walked, key=lambda step: -queries.get(step["id"], 0))[:8]:
        print(
            f"dear: {queries.get(step['id'])} queries, {step['ms']:.0f} ms, {step['path']} as {step['role']}"
        )
    rate, busy, wrong = crowded(portal, walked)
    return {
        "p95_ms": percentile((step["ms"] for step in walked), 0.95),
        "max_queries": queries[dearest["id"]],
        "max_queries_page": f"{dearest['path']} as {dearest['role'] or 'nobody'}",
        "requests_per_s": rate,
        "errors": sum(step["status"] >= 500 for step in walked) + wrong,
        "restart_s": restart,
        "idle_mb": idle,
        "first_start_s": first,
        "pages": len(walked),
        "busy_p95_ms": busy,
        "after_walk_mb": memory_mb(portal.process.pid),
        "job_start_embedded_p95_ms": started,
        "load_embedded": load(),
    }


def walk(portal: Embedded, role: str | None) -> list[dict]:
    """Follow the links, each kind of page at most eight times; what each page took."""
    visitor = Visitor(portal.url)
    if role:
        visitor.sign_in(f"{role}@demo.example", PASSWORD)
    waiting, seen, kinds, steps = deque(["/"]), {"/"}, {}, []
    while waiting and len(steps) < PAGES:
        path = waiting.popleft()
        kind = re.sub(r"\d+", "0", urlsplit(path).path)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > 8:
            continue
        name = f"walk-{role or 'nobody'}-{len(steps):04}"
        began = time.monotonic()
        answer = visitor.ask("GET", path, **{"X-Request-ID": name})
        ms = (time.monotonic() - began) * 1000
        steps.append({"id": name, "path": path, "role": role, "ms": ms, "status": answer.status})
        for link in map(unescape, (found.decode() for found in LINK.findall(answer.body))):
            there = urldefrag(link)[0]
            if there.startswith("/") and there not in seen and not PASSED_BY.search(there):
                seen.add(there)
                waiting.append(there)
    visitor.close()
    return steps


def queries_of(log: Path) -> dict[str, int]:
    """Request id → how many queries it made, as the portal's own log tells."""
    found = {}
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("{") and '"queries"' in line:
            told = json.loads(line)
            found[told["request_id"]] = told["queries"]
    return found


def crowded(portal: Embedded, walked: list[dict]) -> tuple[float, float, int]:
    """Several people at once go through the same pages again: requests a second, p95 in ms, answers of 500."""
    ends = time.monotonic() + BUSY_S

    def one(n: int) -> list[tuple[float, int]]:
        role = ROLES[n % len(ROLES)]
        visitor, found = Visitor(portal.url), []
        if role:
            visitor.sign_in(f"{role}@demo.example", PASSWORD)
        paths = [step["path"] for step in walked if step["role"] == role]
        while time.monotonic() < ends:
            began = time.monotonic()
            status = visitor.get(paths[len(found) % len(paths)]).status
            found.append(((time.monotonic() - began) * 1000, status))
        visitor.close()
        return found

    with ThreadPoolExecutor(AT_ONCE) as people:
        answers = [answer for found in people.map(one, range(AT_ONCE)) for answer in found]
    wrong = sum(status >= 500 for _ms, status in answers)
    return round(len(answers) / BUSY_S, 1), percentile((ms for ms, _status in answers), 0.95), wrong
