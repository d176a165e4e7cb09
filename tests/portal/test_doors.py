"""Every address, as every role: what the doors declare is what the pages answer (invariant 7).

The walk is generated: from the resolver, from the doors' own declarations and from the apps' permissions. A page
without a door fails; an object that could leak exists for every pattern.
"""

import pytest
from django.http import Http404

from assessments.drafting.rooms import standing
from tests.permissions_table import addresses, door_of
from tests.world import build_world
from tests.world_samples import sample_kwargs


def test_every_page_has_a_door():
    assert [path for path, entry in addresses() if door_of(entry) is None] == []


@pytest.mark.django_db
def test_every_page_answers_each_role_as_its_door_says(client, django_user_model):
    world = build_world()
    samples = sample_kwargs(world)
    people = {
        "anonymous": None,
        "outsider": world.outsider,
        **{f"un {name}": user for name, user in world.un.people.items()},
        **{f"adv {name}": user for name, user in world.adv.people.items()},
    }
    wrong, looked = [], 0
    for path, entry in addresses():
        door = door_of(entry)
        if "GET" not in door.methods:
            continue
        for kwargs in samples.get(entry.name, [{}] if "<" not in path else []):
            for name, user in people.items():
                if user is None:
                    client.logout()
                else:
                    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
                expected = _expected(door, user, kwargs)
                address = _address(entry, kwargs)
                response = client.get(address)
                status = response.status_code
                for close in response._resource_closers:  # not close(): that would end the test's connection
                    close()
                looked += 1
                if (
                    status == 403
                    and expected
                    and door.post
                    and not user.has_perm(door.post, _target(door, user, kwargs))
                ):
                    continue  # seen, but only those who may act get the page of the act
                if (status in (200, 302, 410)) != expected and not (user is None and status == 302):
                    wrong.append(
                        f"{address} as {name}: {status}, expected {'to see' if expected else 'hidden'}"
                    )
    assert not wrong, "\n".join(wrong)
    assert looked > 500


def _target(door, user, kwargs):
    return door.load(user, **kwargs) if door.load else None


def _address(entry, kwargs):
    from django.urls import reverse

    return reverse(entry.name, kwargs=kwargs)


def _expected(door, user, kwargs) -> bool:
    from django.contrib.auth.models import AnonymousUser

    who = user or AnonymousUser()
    try:
        target = door.load(who, **kwargs) if door.load else None
    except Http404:
        return False
    return door.visible(who, target)


@pytest.mark.django_db
def test_the_websocket_of_a_room_answers_each_role_as_its_door_says(client):
    world = build_world()
    chapters = {side.cycle.slug: side.chapter("1") for side in (world.un, world.adv)}
    people = [world.outsider, *world.un.people.values(), *world.adv.people.values()]
    seen = set()
    for user in people:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        for slug, chapter in chapters.items():
            found = standing.find(client.cookies["sessionid"].value, "en", slug, "1")
            assert (found is not None) == user.has_perm(standing.SEE, chapter), (user, slug)
            if found is not None:
                assert found.may_write == user.has_perm(standing.ACT, chapter), (user, slug)
                assert bool(found.why) != found.may_write
                seen.add(found.may_write)
            assert standing.find(client.cookies["sessionid"].value, "en", slug, "99") is None
    assert seen == {True, False}
    assert standing.find("", "en", "un-test", "1") is None


@pytest.mark.django_db
def test_an_act_is_refused_to_those_who_see_but_may_not(client):
    world = build_world()
    client.force_login(world.un.la, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/c/un-test/advance/").status_code == 403
    client.force_login(world.outsider, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/c/un-test/advance/").status_code == 404
