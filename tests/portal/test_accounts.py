"""Letters about an account go through the outbox, so that a mail server that is away loses none."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from records.jobs import queue
from records.models import Notice
from tests.world import make_user

pytestmark = pytest.mark.django_db


def test_a_new_password_is_asked_for_by_a_letter_of_the_outbox_whose_words_are_erased(client):
    make_user("ada").set_password("x")
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    waiting = Notice.objects.get(to="ada@example.org")
    assert (mail.outbox, waiting.state, waiting.kind) == ([], "waiting", "account")
    link = re.search(r"/accounts/password/reset/key/\S+", waiting.body)[0]
    queue.work_off("work")
    assert link in mail.outbox[0].body
    assert Notice.objects.get(pk=waiting.pk).body == ""
