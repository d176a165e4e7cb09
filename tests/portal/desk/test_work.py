"""Jobs on the desk: whose, and when a failed one is tried again."""

import pytest
from django.core.exceptions import PermissionDenied

from portal.desk import work
from portal.desk.desks import desk_of
from records.models import Entry, Job
from records.obstacles import Blocked
from tests.portal.api.caller import Caller, codes
from tests.world import NOW


@pytest.fixture
def world(world):
    """Without the jobs that its texts ordered."""
    Job.objects.all().delete()
    return world


def job(kind: str = "notices.send", scope: str = "un-test", status: str = "failed", **more) -> Job:
    ended = {"finished_at": NOW, "error": "No route to host"} if status == "failed" else {}
    return Job.objects.create(
        kind=kind, scope=scope, status=status, tries=5, run_after=NOW, created_at=NOW, **ended, **more
    )


def test_the_jobs_are_those_of_ones_cycles_ones_own_and_the_portals(world):
    of_un, of_adv, of_none = job(), job(scope="adv-test"), job("mail.send", "")
    mine = job(scope="adv-test", by=world.un.secretariat)
    assert set(work.jobs_of(desk_of(world.un.secretariat))) == {of_un, of_none, mine}
    assert set(work.jobs_of(desk_of(world.adv.chair))) == {of_adv, of_none, mine}


def test_a_failed_job_is_tried_again_once_and_that_stands_in_the_record(world, sign_in):
    failed = job()
    client = sign_in(world.un.secretariat)
    assert f"Try job {failed.pk} again" in client.get("/desk/jobs/?state=failed").content.decode()
    assert client.post(f"/desk/jobs/{failed.pk}/again/").status_code == 302
    failed.refresh_from_db()
    assert (failed.status, failed.tries, failed.error, failed.finished_at) == ("queued", 0, "", None)
    entry = Entry.objects.get(verb="job.tried_again")
    assert (entry.stream.key, entry.visibility) == ("cycle/un-test", "team")
    assert entry.content.fields["error"] == "No route to host"
    with pytest.raises(Blocked):
        work.try_again(failed, by=world.un.secretariat, now=NOW)


def test_a_job_of_no_cycle_is_recorded_for_the_officers(world):
    work.try_again(job("mail.send", ""), by=world.un.secretariat, now=NOW)
    entry = Entry.objects.get(verb="job.tried_again")
    assert (entry.stream.key, entry.visibility) == ("portal/jobs", "officers")


@pytest.mark.parametrize("kind", ["snapshot.build", "publication.build"])
def test_what_an_act_ordered_is_ordered_anew_by_that_act(world, sign_in, kind):
    failed = job(kind)
    assert (
        "is ordered anew by its own act" in sign_in(world.un.secretariat).get("/desk/jobs/").content.decode()
    )
    with pytest.raises(Blocked) as refused:
        work.try_again(failed, by=world.un.secretariat, now=NOW)
    assert [o.code for o in refused.value.obstacles] == ["ordered-anew"]
    assert Job.objects.get(pk=failed.pk).status == "failed"


def test_nobody_tries_a_job_of_another_cycle_again(world, sign_in):
    failed = job(scope="adv-test")
    assert sign_in(world.un.secretariat).post(f"/desk/jobs/{failed.pk}/again/").status_code == 404
    with pytest.raises(PermissionDenied):
        work.try_again(failed, by=world.un.secretariat, now=NOW)
    # One's own job in a cycle of others is seen, and left to them.
    own = job(scope="adv-test", by=world.un.secretariat)
    assert sign_in(world.un.secretariat).post(f"/desk/jobs/{own.pk}/again/").status_code == 403


def test_pages_of_jobs_go_on_by_key(world, sign_in):
    made = [job(status="done", finished_at=NOW).pk for _n in range(work.PAGE + 5)]
    page = sign_in(world.un.secretariat).get("/desk/jobs/")
    assert [row["job"].pk for row in page.context["rows"]] == made[::-1][: work.PAGE]
    page = sign_in(world.un.secretariat).get(f"/desk/jobs/?before={page.context['before']}")
    assert [row["job"].pk for row in page.context["rows"]] == made[4::-1]
    assert page.context["before"] is None


def test_the_same_through_the_api(world):
    failed, frozen = job(), job("snapshot.build")
    officer = Caller(world.un.secretariat)
    assert [j["id"] for j in officer.get("desk/jobs/", status="failed")[1]["results"]] == [
        frozen.pk,
        failed.pk,
    ]
    assert officer.post(f"desk/jobs/{failed.pk}/again/")[1]["status"] == "queued"
    assert codes(officer.post(f"desk/jobs/{frozen.pk}/again/")) == (409, ["ordered-anew"])
    for path in ("desk/", "desk/due/", "desk/owed/", "desk/imports/", "desk/record/"):
        assert officer.get(path)[0] == 200, path
        assert Caller(world.un.cla).get(path)[0] == 404, path
    assert officer.get("desk/")[1]["results"][0]["cycle"] == "un-test"
    assert Caller(world.un.chair).get("desk/owed/")[0] == 404
