"""The parts of the benchmarks that run inside the portal, so that a change of the portal does not leave them behind."""

import json

import pytest

from benchmarks import _inside
from panels.models import User
from records.models import Job, Notice
from reviews.approval import texts
from reviews.approval.models import Proposal
from tests import world
from tests.reviews.approval import conftest

pytestmark = pytest.mark.django_db(transaction=True)


def test_drills_order_letters_and_drafts_and_hear_what_became_of_them(capsys):
    made = world.build_world()
    message_id = _inside.order_letter(1)
    assert Notice.objects.get(message_id=message_id).to == _inside.PERSON
    chapter = made.adv.chapter("1")
    system = User.objects.system()
    draft, job = _inside.order_draft(10, made.adv.cycle, {str(chapter.pk): chapter.current_id}, system)
    assert made.adv.cycle.snapshots.get(pk=draft).job_id == job
    Job.objects.filter(pk=job).delete()
    capsys.readouterr()
    _inside.jobs_of([job])
    told = json.loads(capsys.readouterr().out)
    assert [kind for _pk, kind, *_more in told["left"]] == ["mail.send"] and told["gone"] == 1


def test_drills_hear_what_the_record_says_of_the_proposals(capsys):
    room = conftest.build_plenary()
    conftest.open_room(room)
    line = room.call()
    texts.propose(line, line.text_hash, "Other words.", "Clearer.", by=room.delegate_a, now=room.now)
    _inside.record_of(room.session.stream.key)
    told = json.loads(capsys.readouterr().out)
    assert told["gapless"] and told["recorded"] == told["proposed"] == ["Clearer."]
    Proposal.objects.all().delete()
    _inside.record_of(room.session.stream.key)
    assert json.loads(capsys.readouterr().out)["proposed"] == []
