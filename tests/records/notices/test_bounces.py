"""Letters that come back: reports of real servers' shapes, an address that fails, its owner who confirms it."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from records.jobs import queue
from records.models import Address, Notice
from records.notices import bounces
from records.obstacles import Blocked
from tests.portal.api.caller import BACKEND
from tests.world import build_world

pytestmark = pytest.mark.django_db

# As Postfix writes them: the letter itself is the third part.
POSTFIX = """\
Return-Path: <>
Date: Mon, 23 Nov 2026 09:00:01 +0000
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: concord@demo.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="9B2F.1/mx.example.org"

--9B2F.1/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--9B2F.1/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 9B2F
Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address
    rejected: User unknown

--9B2F.1/mx.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822

Message-ID: {message_id}
From: Concord <concord@demo.example>
To: {address}
Subject: Something

Words.
--9B2F.1/mx.example.org--
"""
# As Exchange writes them: headers alone in the third part, no Original-Recipient, a capital address.
EXCHANGE = """\
From: <postmaster@example.org>
To: <concord@demo.example>
Subject: Undeliverable: Something
In-Reply-To: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="_4e1d_"

--_4e1d_
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PGI+WW91ciBtZXNzYWdlIGNvdWxkbid0IGJlIGRlbGl2ZXJlZDwvYj4=

--_4e1d_
Content-Type: message/delivery-status

Reporting-MTA: dns;DB7PR01.example.org
Received-From-MTA: dns;mx.demo.example

Final-Recipient: rfc822;ADA@Example.org
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound

--_4e1d_
Content-Type: text/rfc822-headers

From: Concord <concord@demo.example>
Message-ID: {message_id}
To: ADA@Example.org

--_4e1d_--
"""


def sent_letter(tell, ada, event="1"):
    tell([ada], event)
    queue.work_off("work")
    return Notice.objects.get(event=event, channel="mail")


def enter(template=POSTFIX, **fields):
    given = {"address": "ada@example.org", "action": "failed", "status": "5.1.1", **fields}
    found = bounces.read(template.format(**given).encode())
    return [bounces.take_in(report, now=timezone.now()) for report in found]


@pytest.mark.parametrize("template", [POSTFIX, EXCHANGE])
def test_a_report_marks_the_letter_with_the_servers_words(ada, tell, template):
    letter = sent_letter(tell, ada)
    assert enter(template, message_id=letter.message_id) == ["counted"]
    letter.refresh_from_db()
    assert letter.state == "bounced"
    assert letter.error.startswith("5.1.1")
    assert Address.objects.get().bounces == 1


def test_the_same_report_counts_once(ada, tell):
    letter = sent_letter(tell, ada)
    assert enter(message_id=letter.message_id) == ["counted"]
    assert enter(message_id=letter.message_id) == ["known"]
    assert Address.objects.get().bounces == 1


def test_a_forged_report_of_a_letter_that_we_never_sent_stops_nobody(ada, tell):
    sent_letter(tell, ada)
    assert enter(message_id="<guess@localhost>") == ["unknown"]
    assert enter(address="bob@example.org", message_id="<guess@localhost>") == ["unknown"]
    assert not Address.objects.exists()


def test_a_report_without_a_message_id_is_believed_of_an_address_written_to_lately(ada, tell):
    letter = sent_letter(tell, ada)
    bare = POSTFIX.replace("Message-ID: {message_id}\n", "")
    assert enter(bare) == ["counted"]
    Notice.objects.filter(pk=letter.pk).update(state="sent", sent_at=timezone.now() - timedelta(days=30))
    assert enter(bare) == ["unknown"]


def test_delay_and_expiry_are_no_hard_bounces(ada, tell):
    letter = sent_letter(tell, ada)
    assert enter(message_id=letter.message_id, action="delayed", status="4.4.1") == ["delayed"]
    assert enter(message_id=letter.message_id, status="4.4.7") == ["bounced"]
    assert not Address.objects.exists()


def test_an_address_that_bounced_three_times_is_written_to_no_more_until_its_owner_confirms_it(
    ada, tell, client
):
    for n in range(bounces.LIMIT):
        assert bounces.failing(ada) is None
        enter(message_id=sent_letter(tell, ada, str(n)).message_id)
    assert bounces.failing(ada).email == ada.email
    mail.outbox.clear()
    assert sent_letter(tell, ada, "more").state == "dropped"
    client.force_login(ada, backend=BACKEND)
    assert "Letters to ada@example.org come back." in client.get("/notices/").content.decode()
    assert Notice.objects.filter(channel="portal", kind="address.failing", user=ada).count() == 1
    client.post("/settings/notices/check/")
    queue.work_off("work")
    [check] = mail.outbox
    link = re.search(r"http://localhost:8000(/notices/address/\S+)", check.body)[1]
    client.logout()
    assert client.get(link).status_code == 200
    assert bounces.failing(ada) is not None
    assert client.post(link).status_code == 200
    assert bounces.failing(ada) is None
    assert sent_letter(tell, ada, "again").state == "sent"


def test_a_guessed_or_old_link_confirms_nothing(ada, client, monkeypatch):
    Address.objects.create(email=ada.email, bounces=3, failing_since=timezone.now())
    bounces.send_check(ada, now=timezone.now())
    link = re.search(r"http://localhost:8000(/notices/address/\S+)", Notice.objects.get().body)[1]
    assert client.post("/notices/address/guess/").status_code == 404
    monkeypatch.setattr(bounces, "CHECK_DAYS", 0)
    assert client.post(link).status_code == 404
    assert bounces.failing(ada) is not None


def test_nobody_checks_an_address_that_works(ada):
    with pytest.raises(Blocked) as refused:
        bounces.send_check(ada, now=timezone.now())
    assert [o.code for o in refused.value.obstacles] == ["works"]


def test_the_command_takes_a_file_or_standard_input(ada, tell, tmp_path, monkeypatch):
    letter = sent_letter(tell, ada)
    report = tmp_path / "report.eml"
    fields = {"address": ada.email, "action": "failed", "status": "5.1.1", "message_id": letter.message_id}
    report.write_text(POSTFIX.format(**fields))
    out = io.StringIO()
    call_command("bounce", str(report), stdout=out)
    assert json.loads(out.getvalue()) == {"recipients": 1, "counted": 1}
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(report.read_bytes())))
    out = io.StringIO()
    call_command("bounce", stdout=out)
    assert json.loads(out.getvalue()) == {"recipients": 1, "known": 1}


@pytest.mark.parametrize(
    "data", [b"", b"Subject: Out of office\n\nI am away.", b"\xff\xfe\x00" * 50, POSTFIX[:700].encode()]
)
def test_what_is_no_report_is_refused_in_a_sentence(data):
    with pytest.raises(ValueError, match="delivery report"):
        bounces.read(data)


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("bounce", str(tmp_path / "none"))
    assert refused.value.returncode == 2


# ---- The log of the secretariat -----------------------------------------------------------------------


@pytest.fixture
def world(db):
    return build_world(texts=False)


def test_the_secretariat_sees_what_became_of_each_letter_and_sends_a_failed_one_again(
    world, tell, ada, client
):
    letter = sent_letter(tell, ada)
    enter(message_id=letter.message_id)
    client.force_login(world.un.secretariat, backend=BACKEND)
    page = client.get("/mail/?state=bounced&q=ada").content.decode()
    assert "came back" in page
    assert "User unknown" in page
    assert '<option value="bounced" selected>' in page
    assert "We stopped writing" not in page
    assert "No letter to see here" in client.get("/mail/?state=failed").content.decode()
    mail.outbox.clear()
    client.post(f"/mail/{letter.pk}/resend/", {"next": "/mail/?state=bounced"})
    queue.work_off("work")
    assert mail.outbox[0].message()["Message-ID"] == letter.message_id


def test_only_the_secretariat_sees_the_log_and_only_what_failed_goes_again(world, tell, ada, client):
    letter = sent_letter(tell, ada)
    client.force_login(world.un.la, backend=BACKEND)
    assert client.get("/mail/").status_code == 404
    assert client.post(f"/mail/{letter.pk}/resend/").status_code == 404
    client.force_login(world.un.secretariat, backend=BACKEND)
    assert client.post(f"/mail/{letter.pk}/resend/").status_code == 409
    foreign = client.post(f"/mail/{letter.pk}/resend/", {"next": "https://evil.example/"})
    assert foreign.status_code == 409
