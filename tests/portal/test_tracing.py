"""One name from a request through its job to the letter; log lines that tell no secret."""

import io
import json
import logging.config
import re
import time

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import connection

from panels.models import User
from portal import logs
from records import tracing
from records.jobs import queue, registry
from records.models import Job, Notice
from tests.e2e.portal import PASSWORD, Portal
from tests.world import build_world

NAME = "follow-me-0123456789"
INVITE = {"name": "Ada", "email": "ada.secret@example.org"}


@pytest.fixture
def lines():
    """What the console of production would show, as objects."""
    said = io.StringIO()
    made = logging.config.DictConfigurator(logs.configuration("json", "INFO"))
    handler = logging.StreamHandler(said)
    handler.setFormatter(made.configure_formatter({"()": logs.JsonLines}))
    handler.addFilter(logs.Named())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in said.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.django_db
@pytest.mark.databases
def test_one_name_leads_from_a_request_through_its_job_to_the_letter(client, lines):
    world = build_world(texts=False)
    client.force_login(world.un.secretariat)
    answer = client.post(
        "/api/v1/invitations/", INVITE, content_type="application/json", headers={"X-Request-ID": NAME}
    )
    assert (answer.status_code, answer["X-Request-ID"]) == (201, NAME)
    assert list(Job.objects.filter(kind="mail.send").values_list("request_id", flat=True)) == [NAME]
    queue.work_off("work")
    assert Notice.objects.get(to=INVITE["email"]).request_id == NAME
    assert mail.outbox[-1].extra_headers["X-Request-ID"] == NAME
    named = [line for line in lines() if line["request_id"] == NAME]
    request, job = (next(x for x in named if x["message"].startswith(what)) for what in ("request", "job"))
    assert (request["method"], request["status"], request["user"]) == ("POST", 201, world.un.secretariat.pk)
    assert request["route"].startswith("api")
    assert request["queries"] > 3
    assert (job["kind"], job["ended"]) == ("mail.send", "well")
    assert tracing.current() == ""


@pytest.mark.django_db
def test_a_job_that_a_job_orders_goes_under_the_same_name(monkeypatch):
    def order(job, progress):
        queue.enqueue("test.second", {})

    monkeypatch.setitem(registry._kinds, "test.first", registry.Kind("test.first", order, "work", 1, None))
    monkeypatch.setitem(
        registry._kinds, "test.second", registry.Kind("test.second", lambda *_: None, "work", 1, None)
    )
    with tracing.traced(NAME):
        queue.enqueue("test.first", {})
    queue.work_off("work")
    assert set(Job.objects.values_list("kind", "request_id")) == {("test.first", NAME), ("test.second", NAME)}
    # What nobody asked for by a request has a name of its own.
    assert re.fullmatch("[0-9a-f]{32}", queue.enqueue("test.second", {}).request_id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "written", ["short", "x" * 65, "a b c d e f g h", "line\nbreak12", "<script>alert", "", "…………………"]
)
def test_a_name_that_is_not_sane_is_replaced(client, written):
    answered = client.get("/healthz", headers={"X-Request-ID": written.encode().decode("latin-1")})[
        "X-Request-ID"
    ]
    assert re.fullmatch("[0-9a-f]{32}", answered)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/c/un-test/advance/"])
def test_a_refusal_shows_the_name_to_be_quoted(client, path):
    world = build_world(texts=False)
    client.force_login(world.un.la)
    answer = client.post(path, headers={"X-Request-ID": NAME})
    assert answer.status_code in (403, 404)
    assert NAME in answer.content.decode()


@pytest.mark.django_db
def test_a_failure_of_ours_shows_the_name_and_logs_it_without_the_path(client, lines):
    client.raise_request_exception = False

    def broken(execute, sql, *query):
        raise RuntimeError("fault with ada@example.org")

    with connection.execute_wrapper(broken):
        answer = client.get("/invitations/a-secret-token/", headers={"X-Request-ID": NAME})
    assert answer.status_code == 500
    assert NAME in answer.content.decode()
    said = json.dumps(lines())
    assert "fault with [address]" in said
    assert "a-secret-token" not in said
    assert {line["request_id"] for line in lines()} == {NAME}


@pytest.mark.django_db
def test_no_line_tells_an_address_a_secret_or_a_query_string(client, lines):
    world = build_world(texts=False)
    User.objects.filter(pk=world.un.secretariat.pk).update(password=make_password(PASSWORD))
    client.post("/accounts/login/", {"login": world.un.secretariat.email, "password": PASSWORD})
    client.post("/api/v1/invitations/", INVITE, content_type="application/json")
    queue.work_off("work")
    token = next(w for w in mail.outbox[-1].body.split() if "/invitations/" in w).rstrip("/").split("/")[-1]
    client.get(f"/invitations/{token}/?ref={token}")
    client.get(f"/invitations/{token}x/?token=hidden")
    said = json.dumps(lines())
    for secret in (
        token,
        "hidden",
        INVITE["email"],
        world.un.secretariat.email,
        PASSWORD,
        client.session.session_key,
    ):
        assert secret not in said
    assert sum(line["message"].startswith("request") for line in lines()) == 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot write to ada.b+c@mail.example.org", "cannot write to [address]"),
        ("postgres://concord:pa55word@db:5432/x", "postgres://[secret]@db:5432/x"),
        ("GET /x/?token=abc&next=/y HTTP", "GET /x/?[query] HTTP"),
        ("Authorization: Bearer abcdefghij", "Authorization: Bearer [secret]"),
        ("sessionid=k3j4h5k3j4h5", "sessionid=[secret]"),
        ("/invitations/" + "aB3-_" * 9 + "/", "/invitations/[secret]/"),
        ("head 12:" + "0af9" * 16, "head 12:" + "0af9" * 16),
        ("records.models.Stream.DoesNotExist", "records.models.Stream.DoesNotExist"),
        ("What is it? no=thing", "What is it? no=thing"),
    ],
)  # fmt: skip
def test_what_an_exception_says_is_struck_of_people_and_secrets(text, shown):
    assert logs.strike(text) == shown


@pytest.mark.slow
def test_one_name_crosses_processes_and_every_line_of_production_is_json(tmp_path):
    portal = Portal(tmp_path)
    portal.env |= {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO"}
    try:
        portal.start()
        portal.python(
            "from panels.models import *; from records.jobs.queue import enqueue\n"
            "from records.notices.send import compose; from records import tracing\n"
            f"with tracing.traced('{NAME}'):\n"
            "    m = compose('k.1', 'ada@example.org', 'en', 'invitation', {'token': 't', 'name': 'Ada'})\n"
            "    enqueue('mail.send', {'mail': m.pk})\n"
        )
        letter = _wait(lambda: next(iter((tmp_path / "mail").glob("*.log")), None))
        assert f"X-Request-ID: {NAME}" in letter.read_text()
        _wait(lambda: f'"request_id": "{NAME}"' in portal.log())
    finally:
        portal.stop()
    # The scheduler's and the workers' banners, which --quiet keeps away in earnest, are no log lines.
    lines = [json.loads(line) for line in portal.log().splitlines() if line.startswith("{")]
    assert not re.search(r"(?m)^(\[?\d{4}-|INFO|WARNING|Traceback)", portal.log())
    job = next(line for line in lines if line["request_id"] == NAME and line.get("kind") == "mail.send")
    web = next(line for line in lines if line.get("route") == "healthz")
    assert job["process"] != web["process"]


def _wait(found, *, seconds: float = 20):
    for _try in range(int(seconds / 0.2)):
        if value := found():
            return value
        time.sleep(0.2)
    raise AssertionError("it did not come about in time")
