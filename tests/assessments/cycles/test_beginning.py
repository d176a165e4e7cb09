"""The page on which a cycle begins: nothing that was typed is lost, and what is chosen fits together."""

import pytest

from assessments.cycles import actions, guards
from assessments.cycles.models import Cycle
from panels.models import User
from tests.world import NOW, make_user

pytestmark = pytest.mark.django_db
TYPED = {
    "slug": "new-1",
    "title": "A long title",
    "procedure": "independent",
    "chapters": "7",
    "at_stage": "",
    "why": "",
}


@pytest.fixture
def founder(client):
    user = make_user("founder")
    user.is_staff = True
    user.save()
    client.force_login(user)
    return user


def typed_again(page) -> bool:
    text = page.content.decode()
    return all(f'value="{TYPED[name]}"' in text for name in ("title", "chapters"))


def test_a_name_that_is_taken_keeps_everything_typed(founder, client):
    actions.create_cycle("new-1", procedure="ipcc", title="X", by=User.objects.system(), now=NOW)
    page = client.post("/cycles/new/", TYPED)
    assert page.status_code == 200
    assert "A cycle named new-1 exists already." in page.content.decode()
    assert typed_again(page)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"at_stage": "ipcc:approval", "why": "x"}, "belongs to another procedure"),
        ({"at_stage": "independent:drafting"}, "says why"),
        ({"at_stage": "independent:nowhere", "why": "x"}, "nowhere"),
        ({"chapters": "61"}, "60"),
    ],
)
def test_a_stage_that_does_not_fit_is_said_and_nothing_begins(founder, client, sent, said):
    page = client.post("/cycles/new/", {**TYPED, **sent})
    assert said in page.content.decode()
    assert not Cycle.objects.exists()


def test_the_stages_are_chosen_by_name_and_each_procedure_is_explained(founder, client):
    text = client.get("/cycles/new/").content.decode()
    assert '<option value="independent:sign-off">Sign-off by the chair</option>' in text
    assert "<optgroup" in text
    assert "Approved line by line in a session, by consensus" in text
    sent = {**TYPED, "at_stage": "independent:drafting", "why": "It moved in."}
    assert client.post("/cycles/new/", sent).status_code == 302
    assert Cycle.objects.get().stage == "drafting"


def test_a_cycle_without_chapters_has_no_text_to_show_for_itself(founder):
    made = actions.create_cycle("none", procedure="independent", title="X", by=User.objects.system(), now=NOW)
    assert [o.code for o in guards.all_chapters_have_text(made, None)] == ["no-chapters"]
