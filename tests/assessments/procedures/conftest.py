"""What the walks share."""

import pytest

from assessments.rendering import run as rendering


@pytest.fixture
def no_pango(monkeypatch):
    """A machine that draws no PDF, for speed; the Panel's walk draws them."""
    monkeypatch.setattr(rendering, "available", lambda: (False, "this machine has no Pango"))
