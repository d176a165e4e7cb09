from __future__ import annotations

import pytest

from assessments.rendering import run as rendering
from tests.world import build_world


@pytest.fixture
def world(db):
    return build_world()


@pytest.fixture
def without_pdf(monkeypatch):
    monkeypatch.setattr(rendering, "available", lambda: (False, "for the test"))
