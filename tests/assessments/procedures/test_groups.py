"""Groups form and dissolve by an act, and what they did stays (procedure 2.11)."""

import pytest
from django.core.exceptions import PermissionDenied

from assessments.cycles import actions as cycles
from assessments.cycles import groups
from assessments.cycles.standing import roles_of
from tests.assessments.procedures.walking import Walk, blocked

pytestmark = pytest.mark.django_db


def test_groups_of_the_platform_form_and_dissolve_and_their_history_stays(no_pango):
    walk = Walk("ipbes")
    walk.appoint("chair")
    with pytest.raises(PermissionDenied):
        groups.form_group(walk.cycle, "Pollination", "Settle the wording.", by=walk.secretariat, now=walk.now)
    assert blocked(groups.form_group, walk.cycle, "Pollination", " ", by=walk.chair, now=walk.now) == [
        "incomplete"
    ]
    group = groups.form_group(walk.cycle, "Pollination", "Settle the wording.", by=walk.chair, now=walk.now)
    assert blocked(groups.form_group, walk.cycle, "pollination", "Again.", by=walk.chair, now=walk.now) == [
        "group-exists"
    ]
    lead = walk.appoint("group-chair", body=group)
    assert roles_of(lead, walk.cycle) == {"group-chair"}
    end = {"by": walk.chair, "now": walk.now}
    assert blocked(groups.dissolve_group, walk.cycle, group, reason="", **end) == ["no-reason"]
    groups.dissolve_group(walk.cycle, group, reason="The text is agreed.", **end)
    assert roles_of(lead, walk.cycle) == frozenset()
    assert blocked(groups.dissolve_group, walk.cycle, group, reason="Again.", **end) == ["no-such-group"]
    group.refresh_from_db()
    assert [a.person for a in group.appointments.all()] == [lead.person]
    verbs = [e.verb for e in walk.cycle.stream.entries.filter(verb__startswith="group.")]
    assert verbs == ["group.formed", "group.dissolved"]
    other = walk.candidate("group-member")
    assert blocked(
        cycles.appoint, walk.cycle, other.person, "group-member", group, by=walk.secretariat, now=walk.now
    ) == ["dissolved"]
    walk.side.at("drafting")
    assert blocked(groups.form_group, walk.cycle, "Late", "Too late.", by=walk.chair, now=walk.now) == [
        "wrong-stage"
    ]


def test_a_group_is_formed_and_dissolved_on_its_page_and_by_a_program(client):
    walk = Walk("ipbes")
    walk.appoint("chair")
    address = f"/c/{walk.cycle.slug}/groups/"
    client.force_login(walk.secretariat)
    assert client.post(address, {"name": "Pollination", "task": "Settle it."}).status_code == 403
    client.force_login(walk.chair)
    assert client.post(address, {"name": "Pollination", "task": "Settle it."}).status_code == 302
    page = client.get(address).content.decode()
    assert "Pollination" in page
    (made,) = client.get(f"/api/v1/cycles/{walk.cycle.slug}/groups/").json()["results"]
    assert made["ceased_at"] is None
    assert client.post(f"{address}{made['id']}/dissolve/", {"reason": ""}).status_code == 409
    assert client.post(f"{address}{made['id']}/dissolve/", {"reason": "Agreed."}).status_code == 302
    assert client.post(f"{address}{made['id'] + 9}/dissolve/", {"reason": "Agreed."}).status_code == 404
    api = f"/api/v1/cycles/{walk.cycle.slug}/groups/"
    said = {"content_type": "application/json"}
    made = client.post(api, {"name": "Friends of the chair", "task": "Talk."}, **said)
    assert made.status_code == 201
    ended = client.post(f"{api}{made.json()['id']}/dissolve/", {"reason": "Done."}, **said)
    assert (ended.status_code, ended.json()["ceased_at"] is None) == (200, False)
    assert "dissolved" in client.get(address).content.decode()
