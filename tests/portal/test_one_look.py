"""A page asks once who somebody is in the cycle; an act asks each time, and a look forgets when it ends."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.cycles import standing
from panels.models import Appointment
from portal.middleware import asked_once
from tests.world import build_world


@pytest.fixture
def un(db):
    return build_world(texts=False).un


def test_a_page_looks_up_standing_once(un, client):
    client.force_login(un.delegate_a, backend="allauth.account.auth_backends.AuthenticationBackend")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get("/c/un-test/").status_code == 200
    mine = [q["sql"] for q in asked if 'SELECT "assessments_cyclebody"."part"' in q["sql"]]
    assert len(mine) == 1
    assert len(asked) <= 20


@pytest.mark.parametrize(
    ("method", "after"), [("get", {"la"}), ("head", {"la"}), ("post", set()), ("put", set())]
)
def test_only_a_look_goes_by_what_it_found_first(un, method, after):
    def view(request):
        assert standing.roles_of(un.la, un.cycle) == {"la"}
        Appointment.objects.filter(person__user=un.la).update(ends=timezone.now())
        return HttpResponse(",".join(standing.roles_of(un.la, un.cycle)))

    answer = asked_once(view)(getattr(RequestFactory(), method)("/"))
    assert set(filter(None, answer.content.decode().split(","))) == after
    assert standing.roles_of(un.la, un.cycle) == set()
