"""Notices in the portal: one's own, one query for the count, read one by one or all."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.models import Notice
from records.notices import reading
from tests.portal.api.caller import BACKEND
from tests.world import make_user

pytestmark = pytest.mark.django_db


def test_the_list_shows_ones_own_notices_and_where_they_lead(ada, tell, client):
    tell([make_user("bob")], "other", address="bob@example.org")
    tell([ada], scope="")
    client.force_login(ada, backend=BACKEND)
    page = client.get("/notices/").content.decode()
    assert '<a href="/help/"><bdi>Letters to x@example.org come back</bdi></a>' in page
    assert "bob@example.org" not in page


def test_one_is_marked_read_or_all_and_never_a_strangers(ada, tell, client):
    bob = make_user("bob")
    for n in range(3):
        tell([ada, bob], str(n), scope="")
    first = Notice.objects.filter(user=ada, channel="portal").first()
    client.force_login(bob, backend=BACKEND)
    assert client.post(f"/notices/{first.pk}/read/").status_code == 404
    client.force_login(ada, backend=BACKEND)
    assert client.post(f"/notices/{first.pk}/read/").status_code == 302
    assert reading.unread_count(ada, []) == 2
    client.post("/notices/read/")
    assert (reading.unread_count(ada, []), reading.unread_count(bob, [])) == (0, 3)


def test_a_notice_of_a_report_that_one_sees_no_longer_is_gone_from_list_and_count(ada, tell, monkeypatch):
    from records.notices import kinds

    tell([ada])
    assert (reading.own(ada).count(), reading.unread_count(ada, ["report"])) == (1, 1)
    monkeypatch.setattr(kinds, "_scopes", [lambda user: {}])
    assert (reading.own(ada).count(), reading.unread_count(ada, [])) == (0, 0)


def test_the_count_costs_a_page_one_query_however_many_there_are(ada, tell, client):
    client.force_login(ada, backend=BACKEND)
    client.get("/help/")
    counts = []
    for n in (1, 40):
        for event in range(n):
            tell([ada], f"{n}.{event}", scope="")
        with CaptureQueriesContext(connection) as found:
            page = client.get("/help/").content.decode()
        counts.append(sum("records_notice" in q["sql"] for q in found))
        assert f'<span class="count">{41 if n == 40 else 1}' in page
    assert counts == [1, 1]
