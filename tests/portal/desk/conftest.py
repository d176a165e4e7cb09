from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.portal.desk.sending import send
from tests.reviews import held
from tests.world import build_world, seat

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world(db):
    return build_world()


@pytest.fixture
def sign_in(client):
    def as_(user):
        client.force_login(user, backend=BACKEND)
        return client

    return as_


@pytest.fixture
def reviewed(world):
    """An expert round in ``un`` that ends in five days: one reviewer has sent a comment, one is silent."""
    now = timezone.now()
    found = held.open_round(world.un, now=now)
    world.un.people["silent"] = seat(world.un, "un_silent", "expert-reviewer", "reviewers")
    for name in ("reviewer", "silent"):
        held.register(found, world.un.people[name], now)
    found.closes_at = now + timedelta(days=5)
    found.save()
    send(found, world.un, "What is a task?")
    return found
