"""A reminder from the chase list: by an officer, to one person, once a day; recorded, and in their words."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from portal.desk import reminding
from portal.desk.desks import desk_of
from records.jobs import queue
from records.models import Entry, Notice
from records.obstacles import Blocked
from tests.portal.api.caller import Caller, codes


def address(world, name: str = "silent", cycle: str = "un-test", kind: str = "comments") -> str:
    return f"/desk/owed/{cycle}/{kind}/{world.un.people[name].person.pk}/remind/"


def owed(world, reviewed):
    desk = desk_of(world.un.secretariat).narrowed("un-test")
    return reminding.owing(desk, "comments", world.un.people["silent"].person.pk, timezone.now())


def test_an_officer_reminds_who_owes_something_by_the_button_of_the_list(world, reviewed, sign_in):
    silent = world.un.people["silent"]
    silent.language = "ar"
    silent.save()
    client = sign_in(world.un.secretariat)
    assert address(world) in client.get("/desk/owed/").content.decode()
    answer = client.post(address(world), follow=True)
    assert answer.redirect_chain[-1][0] == "/desk/owed/"
    page = answer.content.decode()
    assert f"{silent.person.name} is reminded." in page
    assert "Reminded within a day" in page
    assert address(world) not in page
    entry = Entry.objects.get(verb="duty.reminded")
    assert (entry.stream.key, entry.visibility) == ("cycle/un-test", "officers")
    assert (entry.content.fields["duty"], entry.content.fields["n"]) == ("comments", 1)
    queue.work_off("work")
    letter = Notice.objects.get(kind="duty.reminded", channel="mail")
    assert (letter.user, letter.language) == (silent, "ar")
    assert reviewed.get_absolute_url() in letter.body
    assert "تذكير" in letter.subject


def test_nobody_is_reminded_twice_within_a_day_of_the_same(world, reviewed):
    found, now = owed(world, reviewed), timezone.now()
    reminding.remind(found, by=world.un.secretariat, now=now)
    for after in (timedelta(0), timedelta(hours=23)):
        with pytest.raises(Blocked) as refused:
            reminding.remind(found, by=world.un.secretariat, now=now + after)
        assert [o.code for o in refused.value.obstacles] == ["reminded"]
    reminding.remind(found, by=world.un.secretariat, now=now + timedelta(hours=24, minutes=1))
    assert Entry.objects.filter(verb="duty.reminded").count() == 2


def test_who_has_no_account_or_has_done_it_is_not_reminded(world, reviewed):
    found, silent = owed(world, reviewed), world.un.people["silent"]
    silent.is_active = False
    silent.save()
    with pytest.raises(Blocked) as refused:
        reminding.remind(found, by=world.un.secretariat, now=timezone.now())
    assert [o.code for o in refused.value.obstacles] == ["no-account"]
    silent.is_active = True
    silent.save()
    with pytest.raises(Blocked) as refused:
        reminding.remind(found, by=world.un.secretariat, now=reviewed.closes_at - timedelta(days=40))
    assert [o.code for o in refused.value.obstacles] == ["done"]
    assert not Entry.objects.filter(verb="duty.reminded").exists()


def test_only_who_runs_the_cycle_reminds_and_others_do_not_find_it(world, reviewed, sign_in):
    with pytest.raises(PermissionDenied):
        reminding.remind(owed(world, reviewed), by=world.un.la, now=timezone.now())
    for user in (world.un.la, world.un.people["silent"], world.adv.secretariat):
        assert sign_in(user).post(address(world)).status_code == 404
    client = sign_in(world.un.secretariat)
    for wrong in (address(world, "la"), address(world, kind="nothing"), address(world, cycle="adv-test")):
        assert client.post(wrong).status_code == 404
    assert not Entry.objects.filter(verb="duty.reminded").exists()


def test_a_program_reminds_by_the_same_act(world, reviewed):
    caller = Caller(world.un.secretariat)
    path = address(world).removeprefix("/")
    _status, body = caller.post(path)
    assert (body["kind"], body["cycle"], body["person"]) == (
        "comments",
        "un-test",
        world.un.people["silent"].person.pk,
    )
    assert codes(caller.post(path)) == (409, ["reminded"])


def test_the_list_asks_as_often_however_many_were_reminded(world, reviewed, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(world.un.secretariat)
    client.get("/desk/owed/")
    with CaptureQueriesContext(connection) as before:
        client.get("/desk/owed/")
    reminding.remind(owed(world, reviewed), by=world.un.secretariat, now=timezone.now())
    with CaptureQueriesContext(connection) as after:
        client.get("/desk/owed/")
    assert len(after) <= len(before) + 1
