"""Django's administration is for looking: every model that is in it is walked as a superuser, and nothing gives way."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from panels.models import User
from records.models import Entry, EntryContent, Job, Notice, Stream
from reviews.models import Comment
from tests.world import NOW, build_world, waiting_letter
from tests.world_samples import sample_kwargs

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
EXPECTED = {
    "records.Stream", "records.Entry", "records.Job", "records.Notice",
    "panels.User", "panels.Person", "panels.State", "panels.Body", "panels.Appointment",
    "assessments.Cycle", "assessments.Chapter", "assessments.Snapshot", "assessments.Publication",
    "assessments.ImportAttempt", "reviews.ReviewRound", "reviews.Comment", "reviews.Session",
}  # fmt: skip


@pytest.fixture
def world(db):
    world = build_world()
    sample_kwargs(world)
    world.un.cycle.import_attempts.create(
        kind="sources", file="a.bib", reasons=["secret"], by=world.system, at=NOW
    )
    letter = waiting_letter(NOW)
    letter.body = "hush-hush"
    letter.save()
    return world


@pytest.fixture
def staff(world, client):
    user = User.objects.create_superuser("root@example.org", "a long enough password", name="Root")
    client.force_login(user, backend=BACKEND)
    client.user = user
    return client


def address(model, which: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{which}", args=args)


def rows(model) -> list:
    return list(model._base_manager.order_by("pk").values_list())


def test_what_is_registered_is_what_is_meant_and_nothing_of_other_peoples_apps():
    assert {model._meta.label for model in MODELS} == EXPECTED


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_it_is_looked_at_and_nothing_is_added_changed_or_deleted(staff, model):
    one = admin.site._registry[model].get_queryset(None).order_by("pk").first()
    assert one is not None, "no sample"
    listed = staff.get(address(model, "changelist"))
    assert (listed.status_code, "delete_selected" in listed.content.decode()) == (200, False)
    assert staff.get(address(model, "changelist"), {"q": "no such thing"}).context["cl"].result_count == 0
    shown = staff.get(address(model, "change", one.pk))
    assert shown.status_code == 200
    before = rows(model)
    assert staff.get(address(model, "add")).status_code == 403
    assert staff.post(address(model, "add"), {"name": "x"}).status_code == 403
    assert staff.get(address(model, "delete", one.pk)).status_code == 403
    assert staff.post(address(model, "delete", one.pk), {"post": "yes"}).status_code == 403
    staff.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [one.pk], "post": "yes"},
    )
    if model is not User:
        written = {field.name: "altered" for field in model._meta.concrete_fields}
        assert staff.post(address(model, "change", one.pk), written).status_code == 403
    assert rows(model) == before


def test_filters_and_searches_find_rows(staff, world):
    for model in MODELS:
        for name, value in (("q", "un"), ("status__exact", "done"), ("is_active__exact", "1")):
            assert staff.get(address(model, "changelist"), {name: value}).status_code in (200, 302)
    found = staff.get(address(Stream, "changelist"), {"q": "cycle/un-test"}).context["cl"]
    assert [stream.key for stream in found.result_list] == ["cycle/un-test"]


def test_an_entry_cannot_be_altered_and_its_content_is_not_shown(staff):
    entry = Entry.objects.select_related("content").order_by("-pk").first()
    before = rows(Entry), rows(EntryContent)
    page = staff.get(address(Entry, "change", entry.pk)).content.decode()
    assert entry.hash in page and "csrfmiddlewaretoken" in page and 'name="_save"' not in page
    assert staff.post(address(Entry, "change", entry.pk), {"verb": "cycle.decided"}).status_code == 403
    assert (rows(Entry), rows(EntryContent)) == before
    assert all(str(value) not in page for value in entry.content.salts.values())


def test_what_was_said_and_what_is_secret_is_not_shown(staff, world):
    draft = Comment.objects.get(text="Secret?")
    assert b"Secret?" not in staff.get(address(Comment, "change", draft.pk)).content
    Comment.objects.create(
        round=draft.round, chapter=draft.chapter, reviewer=draft.reviewer, text="A draft", entered_by=world.system,
        created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    unsent = Comment.objects.get(text="A draft")
    assert staff.get(address(Comment, "change", unsent.pk)).status_code == 302
    assert b"hush-hush" not in staff.get(address(Notice, "change", Notice.objects.get(event="k").pk)).content
    notes = list(world.un.cycle.import_attempts.all())
    assert notes
    for note in notes:
        assert b"secret" not in staff.get(address(type(note), "change", note.pk)).content


def test_an_account_is_closed_and_opened_by_its_act_and_nothing_else_of_it_changes(staff, world, client):
    user = world.un.la
    change = address(User, "change", user.pk)
    page = staff.get(change).content.decode()
    assert 'name="is_active"' in page
    assert [
        name for name in ("email", "password", "is_staff", "is_superuser") if f'name="{name}"' in page
    ] == []
    written = {"email": "x@example.org", "password": "x", "is_staff": "on", "is_superuser": "on"}
    assert staff.post(change, written).status_code == 302
    before = user.password, user.email
    user.refresh_from_db()
    assert (user.is_active, user.is_staff, user.is_superuser) == (False, False, False)
    assert (user.password, user.email) == before
    entry = Entry.objects.get(verb="account.closed")
    assert (entry.stream.key, entry.visibility, entry.content.fields["email"]) == (
        "portal/people", "officers", user.email
    )  # fmt: skip
    staff.post(change, {"is_active": "on"})
    user.refresh_from_db()
    assert user.is_active and Entry.objects.filter(verb="account.opened").count() == 1


def test_nobody_closes_their_own_account_or_the_portals(staff, world):
    for user in (staff.user, world.system):
        assert staff.post(address(User, "change", user.pk), {}).status_code == 409
        user.refresh_from_db()
        assert user.is_active
    assert staff.get(f"/admin/panels/user/{world.un.la.pk}/password/").status_code in (302, 404)


def test_a_closed_account_is_out_at_once(staff, world):
    from django.test import Client

    theirs = Client()
    theirs.force_login(world.un.la, backend=BACKEND)
    assert theirs.get("/settings/").status_code == 200
    staff.post(address(User, "change", world.un.la.pk), {})
    assert theirs.get("/settings/").status_code == 302


def test_the_reset_link_goes_to_its_owner_and_sets_nothing(staff, world):
    user = world.un.la
    user.set_password("the old long password")
    user.save()
    before = user.password
    chosen = {"action": "send_reset_link", "_selected_action": [user.pk]}
    assert staff.post(address(User, "changelist"), chosen).status_code == 302
    letter = Notice.objects.get(channel="mail", user=user)
    assert "/accounts/password/reset/key/" in letter.body
    user.refresh_from_db()
    assert user.password == before


def test_who_is_no_staff_comes_to_nothing(world, client):
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/")["Location"].startswith("/accounts/login/")
    for user in (world.outsider, world.un.secretariat):
        client.force_login(user, backend=BACKEND)
        for model in MODELS:
            assert client.get(address(model, "changelist")).status_code == 302
        assert client.get("/admin/login/").status_code == 403
    plain = User.objects.create_user(
        "plain@example.org", "a long enough password", name="Plain", is_staff=True
    )
    client.force_login(plain, backend=BACKEND)
    assert client.get(address(Job, "changelist")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_pages_keep_the_strict_policy_in_a_browser(page, live_server, client):
    world = build_world()
    user = User.objects.create_superuser("root@example.org", "a long enough password", name="Root")
    client.force_login(user, backend=BACKEND)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    said = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in (
        "/admin/", "/admin/panels/user/", f"/admin/panels/user/{world.un.la.pk}/change/", "/admin/records/entry/",
        f"/admin/records/entry/{Entry.objects.first().pk}/change/", "/admin/panels/state/?sids__exact=1",
    ):  # fmt: skip
        assert page.goto(live_server.url + path).status == 200
        assert page.locator("#header").evaluate("e => getComputedStyle(e).display") == "flex"
    assert said == []
