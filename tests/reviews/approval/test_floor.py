"""The floor (procedure 7.5)."""

import pytest
from django.core.exceptions import PermissionDenied

from records.obstacles import Blocked
from reviews.approval import floor


def codes(refused) -> list[str]:
    return [o.code for o in refused.value.obstacles]


def test_the_floor_goes_in_the_order_of_asking_and_points_of_order_come_first(room):
    a = floor.ask(room.session, by=room.delegate_a, now=room.now)
    b = floor.ask(room.session, by=room.delegate_b, now=room.now)
    authors = floor.ask(room.session, "clarification", by=room.la, now=room.now)
    point = floor.ask(room.session, "point-of-order", by=room.delegate_b, now=room.now)
    assert [r.pk for r in room.session.floor.waiting()] == [point.pk, a.pk, b.pk, authors.pk]
    with pytest.raises(Blocked) as refused:
        floor.give(a, by=room.chair, now=room.now)
    assert codes(refused) == ["not-first"]
    assert floor.give(point, by=room.chair, now=room.now).status == "speaking"


def test_a_delegation_asks_as_its_body_and_stands_once(room):
    one = floor.ask(room.session, by=room.delegate_a, now=room.now)
    two = floor.ask(room.session, by=room.colleague_a, now=room.now)
    assert (one.pk, one.body.key) == (two.pk, "delegation-a")
    assert room.verbs().count("floor.asked") == 1


def test_one_speaks_at_a_time_and_an_ended_turn_makes_room(room):
    a = floor.ask(room.session, by=room.delegate_a, now=room.now)
    b = floor.ask(room.session, by=room.delegate_b, now=room.now)
    floor.give(a, by=room.chair, now=room.now)
    with pytest.raises(Blocked) as refused:
        floor.give(b, by=room.chair, now=room.now)
    assert codes(refused) == ["somebody-speaking"]
    floor.end(a, by=room.chair, now=room.wait(42))
    assert room.session.stream.entries.last().content.fields["seconds"] == 42
    assert floor.give(b, by=room.chair, now=room.now).status == "speaking"


def test_places_are_never_tied_not_even_after_a_withdrawal(room):
    a = floor.ask(room.session, by=room.delegate_a, now=room.now)
    floor.withdraw(a, by=room.colleague_a, now=room.now)
    again = floor.ask(room.session, by=room.delegate_a, now=room.now)
    b = floor.ask(room.session, by=room.delegate_b, now=room.now)
    assert [a.place, again.place, b.place] == [1, 2, 3]


def test_others_do_not_withdraw_what_is_not_theirs(room):
    a = floor.ask(room.session, by=room.delegate_a, now=room.now)
    for who in ("delegate_b", "observer", "la"):
        with pytest.raises(PermissionDenied):
            floor.withdraw(a, by=room.people[who], now=room.now)
    assert floor.withdraw(a, by=room.chair, now=room.now).status == "withdrawn"


def test_a_raised_flag_entered_by_the_desk_records_both(room):
    request = floor.ask(room.session, by=room.secretariat, now=room.now, for_body=room.body("b"))
    fields = room.session.stream.entries.last().content.fields
    assert (request.body.key, fields["@actor"], fields["@for"]) == (
        "delegation-b",
        "secretariat",
        "Delegation b",
    )


def test_roles_without_a_voice_do_not_ask(room):
    for who in ("reviewer", "outsider", "secretariat", "la"):
        with pytest.raises(PermissionDenied):
            floor.ask(room.session, by=room.people[who], now=room.now)
    with pytest.raises(PermissionDenied):
        floor.ask(room.session, "clarification", by=room.delegate_a, now=room.now)
    assert floor.ask(room.session, by=room.observer, now=room.now).body is None
