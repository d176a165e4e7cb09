from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from records.models import Job, Notice
from records.notices import kinds, send
from tests.records.notices.smtp import Server
from tests.world import make_user


@pytest.fixture
def news(monkeypatch):
    """A kind of event that can be turned off, in the scope "report", which everybody sees."""
    monkeypatch.setitem(kinds._kinds, "news", kinds.Kind("news", "News"))
    monkeypatch.setattr(kinds, "_scopes", [lambda user: {"report": "The report"}])


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def tell(news):
    """Tell people of an event: ``tell([ada], "1")``."""

    def tell(people, event="1", *, scope="report", kind="news", address="x@example.org", **more):
        context = {"address": address, "href": "/help/", **more}
        return send.tell(kind, event, people, "address_failing", context, at=timezone.now(), scope=scope)

    return tell


@pytest.fixture
def mail_server(settings):
    """Where a mail server would be; it is not there until ``mail_server()`` starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    started = []

    def start() -> Server:
        started.append(Server(port))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def later():
    """Let time pass for what waits: its moments move into the past instead."""

    def pass_by(by: timedelta) -> None:
        for job in Job.objects.filter(status="queued"):
            Job.objects.filter(pk=job.pk).update(run_after=job.run_after - by)
        for notice in Notice.objects.filter(state__in=["waiting", "held"]):
            leased = notice.leased_until - by if notice.leased_until else None
            Notice.objects.filter(pk=notice.pk).update(due_at=notice.due_at - by, leased_until=leased)

    return pass_by
