"""Lists of streams and the signing of heads ask as much of the database for 3 streams as for 30."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

import records.append
from records import heads, reading
from records.models import SignedHeads, Stream
from tests.portal.api.caller import Caller
from tests.world import NOW, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def world():
    return build_world(texts=False)


@transaction.atomic
def more(upto: int) -> None:
    """Streams of bodies, sessions and chapters, with an entry in each, until there are that many."""
    kinds = ("body", "session", "chapter")
    for n in range(upto - Stream.objects.count()):
        kind = kinds[n % 3]
        where = f"body/extra-{upto}-{n}" if kind == "body" else f"{kind}/un-test/{upto}{n}"
        made = records.append.stream(where, kind)
        records.append.append(made, "person.invited", {"name": "N"}, by=None, at=NOW, visibility="public")


def queries(act) -> int:
    with CaptureQueriesContext(connection) as held:
        act()
    return len(held)


@pytest.mark.parametrize("path", ["/record/", "/api/v1/streams/"])
@pytest.mark.parametrize("who", ["secretariat", "la", None])
def test_a_list_of_streams_asks_the_same_for_three_and_for_thirty(world, client, path, who):
    if who:
        client.force_login(getattr(world.un, who))
    more(3)
    client.get(path)  # what is kept between requests is kept before both
    before = queries(lambda: client.get(path))
    more(30)
    assert Stream.objects.count() == 30
    assert queries(lambda: client.get(path)) == before


def test_signing_asks_the_same_for_three_and_for_thirty(world):
    def move():
        with transaction.atomic():
            for stream in Stream.objects.all():
                records.append.append(stream, "person.invited", {"name": "N"}, by=None, at=NOW)

    more(3)
    heads.sign(NOW)
    move()
    before = queries(lambda: heads.sign(NOW))
    more(30)
    heads.sign(NOW)
    move()
    assert queries(lambda: heads.sign(NOW)) == before
    assert SignedHeads.objects.count() == 3 * 2 + 27 + 30


def test_only_what_moved_is_signed_again(world):
    more(3)
    assert (heads.sign(NOW), heads.sign(NOW)) == (3, 0)
    with transaction.atomic():
        moved = Stream.objects.get(key="cycle/un-test")
        records.append.append(moved, "person.invited", {"name": "N"}, by=None, at=NOW)
    assert heads.sign(NOW) == 1
    document = moved.signed.order_by("-pk").first().document
    assert document["heads"] == {moved.key: moved.head}


def test_the_list_holds_exactly_the_streams_that_are_seen_one_by_one(world):
    more(20)
    people = [AnonymousUser(), world.outsider, world.system, *world.un.people.values(), world.adv.chair]
    counts = set()
    for user in people:
        listed = set(reading.visible_streams(user))
        assert listed == {s for s in Stream.objects.all() if reading.visibilities(user, s) is not None}
        counts.add(len(listed))
    assert len(counts) > 2


def test_a_cycle_whose_name_begins_like_another_is_not_taken_for_it(world):
    records.append.stream("session/un-test-2/1", "session")
    shown = {row["key"] for row in Caller(world.un.la).get("streams/")[1]["results"]}
    assert "cycle/un-test" in shown
    assert "session/un-test-2/1" not in shown
