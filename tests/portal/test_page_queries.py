"""What a page asks of the database: at most twenty questions, whoever looks.

The walk is generated from the resolver and the doors, as that over the doors themselves.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.permissions_table import addresses, door_of
from tests.world import build_world
from tests.world_samples import sample_kwargs

MOST = 20
# The gates of three acts of publication ask of comments, sessions, sources, findings, reports and trickle-backs.
DEARER = {"/c/un-test/publications/": 24}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# One person of each kind of role that opens other pages or other parts of them.
WHO = ("secretariat", "chair", "cla", "spm_cla", "editor", "reviewer", "delegate_a", "observer")

pytestmark = pytest.mark.django_db


def pages(samples):
    """Every address that is a page with a sample to visit, with its path."""
    for path, entry in addresses():
        if "GET" not in door_of(entry).methods or path.startswith("api/"):
            continue
        for kwargs in samples.get(entry.name, [{}] if "<" not in path else []):
            yield reverse(entry.name, kwargs=kwargs)


def asked(client, path: str) -> tuple[int, int]:
    """How many queries the page made, and its status."""
    with CaptureQueriesContext(connection) as made:
        answer = client.get(path)
        for close in answer._resource_closers:  # not close(): that would end the test's connection
            close()
    return len(made), answer.status_code


def test_no_page_asks_more_than_twenty_questions(client):
    world = build_world()
    paths = list(pages(sample_kwargs(world)))
    dear, seen = [], 0
    for name in (None, *WHO):
        if name is None:
            client.logout()
        else:
            client.force_login(world.un.people[name], backend=BACKEND)
        for path in paths:
            number, status = asked(client, path)
            seen += status == 200
            if number > DEARER.get(path, MOST):
                dear.append(f"{number} queries: {path} as {name or 'nobody'}")
    assert not dear, "\n".join(dear)
    assert seen > 200
