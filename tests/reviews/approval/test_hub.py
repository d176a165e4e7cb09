"""The hub's rooms: what a page that comes back is given, and how a slow one is cut off."""

from reviews.approval.hub import BATCH, QUEUE, RING, Frame, Listener, Room
from reviews.approval.live import _after, _cookies


def frames(first: int, last: int) -> list[Frame]:
    return [
        Frame(n, "plenary", {"en": f"full {n}", "ar": f"كامل {n}"}, f"stub {n}")
        for n in range(first, last + 1)
    ]


def test_a_page_is_given_what_it_missed_and_nothing_twice():
    room = Room(stream=1)
    room.deliver(frames(1, 5))
    assert [f.seq for f in room.after(3)] == [4, 5]
    assert room.after(5) == []
    assert room.after(99) == []


def test_what_lies_further_back_than_the_ring_asks_for_a_fresh_page():
    room = Room(stream=1)
    room.deliver(frames(1, RING + 10))
    assert room.after(9) is None
    assert [f.seq for f in room.after(10)][:2] == [11, 12]


def test_a_page_that_reads_too_slowly_is_cut_off_and_costs_the_others_nothing():
    room, slow, quick, cut = Room(stream=1), Listener(), Listener(), []
    slow.cut = lambda: cut.append("slow")
    room.listeners |= {slow, quick}
    for first in range(1, QUEUE + 2):
        room.deliver(frames(first, first))
        assert [f.seq for f in quick.take()] == [first]
    assert (room.listeners, slow.lost, cut) == ({quick}, True, ["slow"])


def test_a_whole_batch_finds_room_at_a_page_that_keeps_up():
    room, quick = Room(stream=1), Listener()
    room.listeners.add(quick)
    for first in range(1, 5 * BATCH, BATCH):
        room.deliver(frames(first, first + BATCH - 1))
        assert [f.seq for f in quick.take()] == list(range(first, first + BATCH))
    assert room.listeners == {quick}


def test_readers_who_are_shown_the_same_are_sent_the_same_bytes():
    [frame] = frames(7, 7)
    plenary, public = frozenset({"plenary"}), frozenset({"public"})
    one = frame.event(plenary, "en")
    assert one == b"id: 7\nevent: entry\ndata: full 7\n\n"
    assert frame.event(frozenset({"plenary", "officers"}), "en") is one
    assert frame.event(public, "en") == frame.event(public, "ar") == b"id: 7\nevent: entry\ndata: stub 7\n\n"
    assert frame.event(plenary, "ar") == "id: 7\nevent: entry\ndata: كامل 7\n\n".encode()


def test_who_may_not_see_inside_gets_the_stub_and_others_their_language():
    [frame] = frames(7, 7)
    assert frame.data(frozenset({"public"}), "en") == "stub 7"
    assert frame.data(frozenset({"plenary"}), "ar") == "كامل 7"
    assert frame.data(frozenset({"plenary"}), "xx") == "full 7"


def test_the_newer_of_the_two_numbers_that_a_browser_sends_counts():
    assert _after({"last-event-id": "12"}, b"after=7") == 12
    assert _after({}, b"after=7") == 7
    assert _after({"last-event-id": "x"}, b"after=-1&after=9") is None
    assert _after({}, b"") is None


def test_a_malformed_cookie_header_counts_as_none():
    assert _cookies("sessionid=abc; django_language=ar") == ("abc", "ar")
    assert _cookies("][;=,") == ("", "")
