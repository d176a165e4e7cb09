"""What is kept no longer: sessions, letters, jobs, unanswered invitations; of the record, nothing ever."""

import os
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from assessments.snapshots.models import Snapshot
from panels import actions
from panels.models import Invitation, Person
from records import heads, retention
from records.models import Entry, EntryContent, Job, LastTime, Notice, Reference, SignedHeads, Stream
from records.tasks import keep_no_longer
from tests.reviews import held
from tests.world import build_world

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

NOW = timezone.now()
RECORD = (Stream, Entry, EntryContent, Reference, SignedHeads)


def record() -> list:
    return [list(model.objects.order_by("pk").values_list()) for model in RECORD]


def job(age: int, status=Job.Status.DONE) -> Job:
    at = NOW - timedelta(days=age)
    return Job.objects.create(kind="mail.send", status=status, run_after=at, created_at=at, finished_at=at)


def letter(key: str, age: int, state="sent") -> Notice:
    at = NOW - timedelta(days=age)
    sent = at if state == "sent" else None
    return Notice.objects.create(
        event=key, kind="account", channel="mail", to="a@example.org", subject="s", body="a secret",
        message_id=f"<{key}>", at=at, created_at=at, due_at=at, state=state, sent_at=sent,
    )  # fmt: skip


@pytest.fixture
def laid(tmp_path, settings):
    """Old and young of everything, and a record with acts and signed heads."""
    settings.DATA_DIR = tmp_path
    world = build_world()
    world.un.at("review")
    heads.sign(NOW - timedelta(days=400))
    for key, days in (("old", 1), ("young", -1)):
        Session.objects.create(session_key=key, session_data="x", expire_date=NOW - timedelta(days=days))
    job(31), job(29), job(400, Job.Status.FAILED)
    letter("old", 91), letter("young", 89), letter("unsent", 91, "waiting")
    for email, days in (("old@example.org", 45), ("young@example.org", 43)):
        actions.invite(name=email, email=email, by=world.un.secretariat, now=NOW - timedelta(days=days))
    for days in (91, 89):
        at = NOW - timedelta(days=days)
        world.un.cycle.import_attempts.create(kind="sources", file="a.bib", by=world.system, at=at)
    (tmp_path / "mail").mkdir()
    for name, days in (("old.log", 91), ("young.log", 89)):
        (tmp_path / "mail" / name).write_text("a secret")
        os.utime(tmp_path / "mail" / name, ((NOW - timedelta(days=days)).timestamp(),) * 2)
    return world


EXPECTED = {
    "answers": 0,
    "deliveries": 0,
    "imports": 1,
    "invitations": 1,
    "jobs": 1,
    "letter-files": 1,
    "letters": 1,
    "sessions": 1,
    "sheets": 0,
}


def test_what_is_due_goes_and_the_record_is_untouched(laid, tmp_path):
    before = record()
    assert len(before[1]) > 5
    assert keep_no_longer() == EXPECTED
    assert record() == before
    assert [s.session_key for s in Session.objects.all()] == ["young"]
    assert dict(Notice.objects.filter(event__in=["old", "young", "unsent"]).values_list("event", "body")) == {
        "old": "", "young": "a secret", "unsent": "a secret"
    }  # fmt: skip
    assert [f.name for f in (tmp_path / "mail").iterdir()] == ["young.log"]
    assert not Invitation.objects.filter(email="old@example.org").exists()
    assert not Person.objects.filter(email="old@example.org").exists()
    assert Person.objects.filter(email="young@example.org").exists()
    assert LastTime.objects.get(name="retention").detail == EXPECTED
    assert set(keep_no_longer().values()) == {0}


def test_a_dry_run_counts_the_same_and_changes_nothing(laid, capsys):
    models = (*RECORD, Session, Job, Notice, Invitation, Person, LastTime)
    before = [list(m.objects.order_by("pk").values_list()) for m in models]
    call_command("retention", "--dry-run")
    assert [list(m.objects.order_by("pk").values_list()) for m in models] == before
    said = capsys.readouterr().out
    assert "1  background jobs that are done, after 30 days" in said
    assert retention.run(NOW, dry=True) == EXPECTED


def test_a_job_to_which_something_points_and_a_person_who_sits_somewhere_stay(laid):
    world = laid
    pointed = job(400)
    held.freeze(world.un.cycle, "FOD")
    Snapshot.objects.update(job=pointed)
    person = world.un.la.person
    Person.objects.filter(pk=person.pk).update(user=None)
    Invitation.objects.filter(email="old@example.org").update(person=person)
    retention.run(NOW)
    assert Job.objects.filter(pk=pointed.pk).exists()
    assert Person.objects.filter(pk=person.pk).exists()


def test_every_rule_has_its_days_and_its_line_in_the_handbook():
    assert {rule.name for rule in retention.rules()} == set(configured.RETENTION_DAYS)
    handbook = (configured.BASE_DIR / "docs" / "operating.md").read_text()
    assert [
        r.name
        for r in retention.rules()
        if f"`{r.name}` | {configured.RETENTION_DAYS[r.name]} |" not in handbook
    ] == []
