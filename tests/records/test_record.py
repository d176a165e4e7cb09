"""The record as the portal keeps it: append-only on both databases, verifiable, withheld and erased in the open."""

import pytest
from django.db import DatabaseError, connection, transaction

import records.append
from panels.models import User
from records import heads, reading, verify
from records.models import Entry, SignedHeads, Stream
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def stream():
    system = User.objects.system()
    found = records.append.stream("portal/people", "portal")
    for name in ("Ada", "Béla", "Chidi"):
        records.append.append(
            found, "person.invited", {"name": name, "email": "x@example.org"}, by=system, at=NOW,
            visibility="officers" if name == "Chidi" else "public",
        )  # fmt: skip
    return found


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_entry SET verb = 'x'",
        "DELETE FROM records_entry",
        "DELETE FROM records_entrycontent",
        'UPDATE records_entrycontent SET fields = \'{"name": "Eve"}\'',
        "UPDATE records_stream SET last_seq = 1",
    ],
)
def test_the_database_itself_refuses_to_rewrite_the_record(stream, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert stream.entries.count() == 3


def test_signed_heads_cannot_be_taken_back(stream):
    heads.sign(NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SignedHeads.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_cannot_be_recorded():
    found = records.append.stream("portal/people", "portal")
    with pytest.raises(RuntimeError):
        records.append.append(found, "person.invited", {}, by=None, at=NOW)


def test_an_unregistered_verb_is_refused(stream):
    with pytest.raises(LookupError):
        records.append.append(stream, "person.teleported", {}, by=None, at=NOW)


def exported(stream, tmp_path, allowed=frozenset({"public", "officers"})):
    path = tmp_path / "record.jsonl"
    path.write_bytes(b"".join(reading.export(stream, allowed, NOW)))
    return path


def answer(path, *options):
    return verify.main([str(path), *options])


def test_the_verifier_gives_its_five_answers(stream, tmp_path, capsys):
    heads.sign(NOW)
    key = tmp_path / "key.pem"
    key.write_bytes(heads.public_pem())
    stream.refresh_from_db()
    path = exported(stream, tmp_path)
    whole = path.read_bytes()
    assert answer(path, "--key", str(key)) == 0
    assert answer(path) == 12
    path.write_bytes(whole.replace(b"Ada", b"Eve"))
    assert answer(path, "--key", str(key)) == 10
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]))
    assert answer(path, "--head", stream.head) == 11
    other = records.append.stream("portal/people-2", "portal")
    for name in ("Ada", "Eve", "Chidi"):
        records.append.append(other, "person.invited", {"name": name, "email": ""}, by=None, at=NOW)
    rewritten = b"".join(reading.export(other, frozenset(), NOW))
    path.write_bytes(rewritten)
    assert answer(path, "--head", stream.head) == 13


def test_what_a_reader_may_not_see_is_withheld_and_still_verifies(stream, tmp_path):
    stream.refresh_from_db()
    path = exported(stream, tmp_path, frozenset({"public"}))
    assert b"Chidi" not in path.read_bytes()
    assert answer(path, "--head", stream.head) == 0


def test_an_export_names_no_other_stream(stream, tmp_path):
    records.append.append(
        records.append.stream("body/secret", "body"), "disclosure.filed", {"body": "x"}, by=None, at=NOW
    )
    heads.sign(NOW)
    assert b"body/secret" not in exported(stream, tmp_path).read_bytes()


@pytest.mark.django_db(transaction=True)
def test_two_who_append_at_once_leave_no_gap_and_no_double():
    import threading

    from django.db import connections

    records.append.stream("portal/people", "portal")

    def act():
        try:
            with transaction.atomic():
                held = Stream.objects.get(key="portal/people")
                records.append.append(held, "person.invited", {"name": "N", "email": ""}, by=None, at=NOW)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(12)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 13))
