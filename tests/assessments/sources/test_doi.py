"""Looking up a DOI, at a registry on this machine: nothing leaves it, and what comes back is a stranger's."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.exceptions import PermissionDenied

from assessments.sources import doi
from records.obstacles import Blocked
from tests.world import NOW, build_world


@pytest.fixture
def world(db):
    return build_world(texts=False)


def source(side, key):
    return side.cycle.sources.get(key=key)


def refusal(act, *args, **kwargs):
    with pytest.raises(Blocked) as refused:
        act(*args, **kwargs)
    return [o.code for o in refused.value.obstacles]


@pytest.fixture
def registry(settings):
    answers = {
        "/10.1234/known": {"type": "article-journal", "title": "Known", "author": [{"family": "Farrow"}],
                           "issued": {"date-parts": [[2025]]}},
        "/10.1234/hostile": {"title": "<script>alert(1)</script>Words", "author": "none"},
        "/10.1234/list": [1, 2],
    }  # fmt: skip

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self):
            found = answers.get(self.path)
            self.send_response(200 if found is not None else 404)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Registry)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.DOI_REGISTRY = f"http://127.0.0.1:{server.server_port}"
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_doi_is_looked_up_and_taken_in_like_an_entry_of_a_file(world, registry):
    by = {"by": world.un.la, "now": NOW}
    assert doi.add(world.un.cycle, "https://doi.org/10.1234/known", **by).added == ["Farrow2025"]
    assert source(world.un, "Farrow2025").csl["title"] == "Known"
    assert doi.add(world.un.cycle, "10.1234/hostile", **by).added != []
    assert not any("<" in str(row.csl) for row in world.un.cycle.sources.all())
    assert refusal(doi.add, world.un.cycle, "10.1234/nothing", **by) == ["unknown-doi"]
    assert refusal(doi.add, world.un.cycle, "10.1234/list", **by) == ["no-answer"]
    assert refusal(doi.add, world.un.cycle, "not a doi", **by) == ["no-doi"]
    with pytest.raises(PermissionDenied):
        doi.add(world.un.cycle, "10.1234/known", by=world.un.reviewer, now=NOW)


def test_without_a_registry_nobody_is_asked(world, settings):
    settings.DOI_REGISTRY = ""
    assert refusal(doi.add, world.un.cycle, "10.1234/known", by=world.un.la, now=NOW) == ["no-registry"]
    settings.DOI_REGISTRY = "http://127.0.0.1:9"
    assert refusal(doi.add, world.un.cycle, "10.1234/known", by=world.un.la, now=NOW) == ["no-answer"]
