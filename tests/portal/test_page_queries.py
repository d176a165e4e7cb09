"""What a page asks of the database: at most twenty questions, whoever looks, and no more when there is more.

The walk is generated from the resolver and the doors, as that over the doors themselves.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.permissions_table import addresses, door_of
from tests.world import build_world
from tests.world_grown import grow
from tests.world_samples import sample_kwargs

MOST = 20
# Whose pages are asked again when there are three cycles of each procedure, and more of everything.
AGAIN = ("secretariat", "cla", "delegate_a")
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
    connection.queries_log.clear()  # it holds no more than 9,000
    with CaptureQueriesContext(connection) as made:
        answer = client.get(path)
        for close in answer._resource_closers:  # not close(): that would end the test's connection
            close()
    return len(made), answer.status_code


def asked_by(client, world, who, paths) -> dict[tuple[str, str], int]:
    """By path and person: how many queries each page made that opened."""
    found = {}
    for name in who:
        if name is None:
            client.logout()
        else:
            client.force_login(world.un.people[name], backend=BACKEND)
        for path in paths:
            number, status = asked(client, path)
            if status == 200:
                found[path, name or "nobody"] = number
    return found


def test_no_page_asks_more_than_twenty_questions_nor_more_when_there_is_more(client):
    world = build_world()
    paths = list(pages(sample_kwargs(world)))
    few = asked_by(client, world, (None, *WHO), paths)
    dear = [f"{number} queries: {path} as {name}" for (path, name), number in few.items() if number > MOST]
    assert not dear, "\n".join(dear)
    assert len(few) > 200

    grow(world)
    many = asked_by(client, world, AGAIN, paths)
    grown = [
        f"{few[key]} → {number} queries: {key[0]} as {key[1]}"
        for key, number in many.items()
        if number > few.get(key, 0)
    ]
    assert not grown, "\n".join(grown)
    assert len(many) > 100
