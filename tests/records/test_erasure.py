"""Erasing by law: who may, what goes, what stays; the chain verifies and says "erased" (procedure 1.9)."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

import records.append
from assessments.cycles import actions as cycles
from panels import actions as panels
from records import erasure, heads, reading, verify
from records.models import EntryContent, Stream
from records.obstacles import Blocked
from tests.portal.api.caller import Caller, codes
from tests.world import NOW, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
ORDER = "Order 12/2026 of the data protection authority."


@pytest.fixture
def world():
    return build_world(texts=False)


@pytest.fixture
def entry(world):
    """An invitation in the officers' record, by the un cycle's secretariat."""
    panels.invite(name="Ada", email="ada@example.org", by=world.un.secretariat, now=NOW)
    return Stream.objects.get(key="portal/people").entries.get(verb="person.invited")


@pytest.fixture
def decided(world):
    """An entry of the un cycle's own record that everybody in it may read."""
    world.un.at("approval")
    cycles.decide(world.un.cycle, "chapters-accepted", "Accepted by Ada.", by=world.un.chair, now=NOW)
    return world.un.cycle.stream.entries.get(verb="cycle.decided")


def refusal(entry, by, reason=ORDER) -> list[str]:
    before = EntryContent.objects.get(pk=entry.pk).fields
    with pytest.raises(Blocked) as refused:
        erasure.erase(entry, reason=reason, by=by, at=NOW)
    assert EntryContent.objects.get(pk=entry.pk).fields == before
    return [o.code for o in refused.value.obstacles]


def exported(stream, allowed=frozenset({"public", "officers"})) -> bytes:
    stream.refresh_from_db()
    return b"".join(reading.export(stream, allowed, NOW))


def test_content_goes_and_the_chain_still_verifies_and_says_erased(world, entry, tmp_path):
    heads.sign(NOW)
    note = erasure.erase(entry, reason=ORDER, by=world.un.co_chair, at=NOW)
    content = EntryContent.objects.get(pk=entry.pk)
    assert (content.fields, content.salts, content.erased_at) == ({}, {}, NOW)
    path = tmp_path / "record.jsonl"
    path.write_bytes(exported(entry.stream))
    assert b"ada@example.org" not in path.read_bytes()
    (tmp_path / "key.pem").write_bytes(heads.public_pem())
    heads.sign(NOW)
    assert verify.main([str(path), "--head", entry.stream.head]) == 0
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    states = {r["entry"]["seq"]: r["content"]["state"] for r in rows if "entry" in r}
    assert (states[entry.seq], states[note.seq]) == ("erased", "shown")


def test_the_records_own_entry_says_which_by_whom_when_and_why(world, entry):
    note = erasure.erase(entry, reason=f"  {ORDER} ", by=world.un.co_chair, at=NOW)
    assert (note.verb, note.visibility, note.at) == ("content.erased", "public", NOW)
    assert note.content.fields == {"seq": entry.seq, "reason": ORDER, "@actor": "Un Co Chair"}
    shown = reading.entries(entry.stream, frozenset({"public"}), after=entry.seq - 1)
    assert shown[0].sentence == "Erased as the law asks; the chain still verifies."
    assert shown[-1].sentence == f"Un Co Chair erased the content of entry {entry.seq}: {ORDER}"


@pytest.mark.parametrize("who", ["la", "reviewer", "delegate_a", "chair", "cla"])
def test_nobody_but_an_officer_erases(world, decided, who):
    with pytest.raises(PermissionDenied):
        erasure.erase(decided, reason=ORDER, by=getattr(world.un, who), at=NOW)
    assert EntryContent.objects.get(pk=decided.pk).erased_at is None


def test_officers_of_the_other_cycle_and_the_portal_itself_erase_nothing_here(world, decided):
    for who in (world.adv.secretariat, world.adv.chair, world.system, world.outsider):
        with pytest.raises(PermissionDenied):
            erasure.erase(decided, reason=ORDER, by=who, at=NOW)
    assert erasure.erase(decided, reason=ORDER, by=world.un.secretariat, at=NOW).stream == decided.stream


def test_nobody_erases_alone_in_their_own_case(world, entry):
    assert refusal(entry, world.un.secretariat) == ["own-case"]  # whose act it is
    with transaction.atomic():
        people = records.append.stream("portal/people", "portal")
        fields = {"name": "un co CHAIR", "email": "x@example.org"}
        naming = records.append.append(
            people, "person.invited", fields, by=None, at=NOW, visibility="officers"
        )
        made_for = records.append.append(
            people,
            "person.invited",
            {"name": "X", "email": ""},
            by=None,
            for_=world.un.co_chair,
            at=NOW,
            visibility="officers",
        )
    assert refusal(naming, world.un.co_chair) == ["own-case"]
    assert refusal(made_for, world.un.co_chair) == ["own-case"]
    assert erasure.erase(naming, reason=ORDER, by=world.un.secretariat, at=NOW)


def test_what_an_officer_may_not_read_another_erases(world):
    with transaction.atomic():
        stream = world.un.cycle.stream
        hidden = records.append.append(
            stream, "cycle.decided", {"title": "x"}, by=None, at=NOW, visibility="officers"
        )
    assert refusal(hidden, world.un.secretariat) == ["withheld"]


@pytest.mark.parametrize("reason", ["", " \n"])
def test_without_a_reason_nothing_is_erased(world, entry, reason):
    assert refusal(entry, world.un.co_chair, reason) == ["no-reason"]


def test_an_entry_is_erased_once_and_its_note_never(world, entry):
    note = erasure.erase(entry, reason=ORDER, by=world.un.co_chair, at=NOW)
    assert refusal(entry, world.un.co_chair) == ["erased"]
    assert refusal(note, world.adv.secretariat) == ["erasure-note"]
    assert entry.stream.entries.filter(verb="content.erased").count() == 1


# ---- The page and the programming interface -------------------------------------------------------


def at(entry) -> str:
    return f"/record/{entry.stream.key}/{entry.seq}/erase/"


def test_the_page_says_what_goes_and_what_stays_and_erases_with_a_reason(world, decided, client):
    client.force_login(world.un.secretariat)
    assert at(decided) in client.get(f"/record/{decided.stream.key}/").content.decode()
    page = client.get(at(decided)).content.decode()
    assert "What goes" in page
    assert "What stays" in page
    assert "Accepted by Ada." in page
    assert client.post(at(decided), {"reason": " "}).status_code == 200
    assert EntryContent.objects.get(pk=decided.pk).erased_at is None
    assert client.post(at(decided), {"reason": ORDER}).status_code == 302
    assert EntryContent.objects.get(pk=decided.pk).fields == {}
    page = client.get(f"/record/{decided.stream.key}/").content.decode()
    assert "Accepted by Ada." not in page
    assert f"erased the content of entry {decided.seq}: {ORDER}" in page
    assert at(decided) not in page
    assert "is erased already" in client.get(at(decided)).content.decode()


def test_others_find_neither_the_link_nor_the_page(world, decided, client):
    client.force_login(world.un.la)
    assert "/erase/" not in client.get(f"/record/{decided.stream.key}/").content.decode()
    assert client.get(at(decided)).status_code == 404
    assert client.post(at(decided), {"reason": ORDER}).status_code == 404
    assert EntryContent.objects.get(pk=decided.pk).erased_at is None


def test_the_programming_interface_does_the_same(world, decided):
    path = f"streams/{decided.stream.key}/entries/{decided.seq}/erase/"
    assert Caller(world.un.la).post(path, reason=ORDER)[0] == 403
    assert Caller(world.outsider).post(path, reason=ORDER)[0] == 404
    officer = Caller(world.un.secretariat)
    assert officer.post(path, reason="")[0] == 400
    status, body = officer.post(path, reason=ORDER)
    assert (status, body["verb"], body["content"]["seq"]) == (201, "content.erased", decided.seq)
    assert codes(officer.post(path, reason=ORDER)) == (409, ["erased"])
    rows = officer.get(f"streams/{decided.stream.key}/entries/")[1]["results"]
    assert [(r["seq"], r["erased"], r["content"]) for r in rows if r["erased"]] == [(decided.seq, True, {})]
