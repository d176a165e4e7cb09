"""The description of the API is made once for each language and form, says what is true, and has a tag."""

from __future__ import annotations

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from portal.api import schema
from tests.portal.api.caller import BACKEND
from tests.world import build_world

pytestmark = pytest.mark.django_db
JSON = "application/vnd.oai.openapi+json"
YAML = "application/vnd.oai.openapi"


@pytest.fixture
def made(monkeypatch):
    """How often a description was made, from a process that has made none."""
    monkeypatch.setattr(schema, "_made", {})
    monkeypatch.setattr(schema, "_descriptions", {})
    times, make = [], SchemaGenerator.get_schema

    def counted(self, **kwargs):
        times.append(kwargs)
        return make(self, **kwargs)

    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    return times


def get(client, accept=JSON, address="/api/schema/", **headers):
    return client.get(address, headers={"accept": accept, **headers})


def test_it_is_what_the_generator_says_whoever_asks_first(made, tmp_path, client):
    world = build_world(texts=False)
    client.force_login(world.un.secretariat, backend=BACKEND)
    first = get(client, YAML)
    nobody = get(Client(), YAML)
    call_command("spectacular", "--file", str(tmp_path / "schema.yml"))
    assert first.content == nobody.content == (tmp_path / "schema.yml").read_bytes()
    assert first["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
    assert get(client, JSON).json() == yaml.safe_load(first.content)


def test_each_language_is_made_once_and_keeps_its_own_words(made, client):
    english = [get(client, accept) for accept in (JSON, YAML, JSON, "application/yaml")]
    arabic = [get(client, **{"accept-language": "ar"}), get(client, address="/api/schema/?lang=ar")]
    again = get(client)
    assert len(made) == 2
    assert arabic[0].content == arabic[1].content != english[0].content == again.content
    assert [a["Content-Language"] for a in (arabic[0], arabic[1], again)] == ["ar", "ar", "en"]
    assert {part.strip() for part in again["Vary"].split(",")} >= {"Accept", "Accept-Language", "Cookie"}


@pytest.mark.parametrize("asked", ["lang=xx", "lang=" + "x" * 2000, "lang=", "version=2"])
def test_what_it_does_not_know_is_made_for_nobody(made, client, asked):
    known = get(client)
    assert get(client, address=f"/api/schema/?{asked}").content == known.content
    assert len(made) == len(schema._made) == 1


def test_a_reader_who_has_it_gets_304_and_one_with_another_tag_gets_it(client):
    english, arabic = get(client), get(client, address="/api/schema/?lang=ar")
    same = get(client, **{"if-none-match": english["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", english["ETag"])
    other = get(client, **{"if-none-match": arabic["ETag"]})
    assert (other.status_code, other.content) == (200, english.content)
    assert len({english["ETag"], arabic["ETag"], get(client, YAML)["ETag"]}) == 3
