"""docker-compose.yml, Dockerfile and ``./concord env`` fit each other; no engine is needed to see it."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import stat
import subprocess

import pytest
import yaml

from tests.composed import VARIABLE, Missing, composed, dotenv
from tests.support import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text()
OURS = {"migrate", "bucket", "web", "live", "rooms", "worker", "worker-reserved", "beat"}
OTHERS = {"postgres", "redis", "storage", "mail", "certificate", "proxy"}
ONCE = {"migrate", "bucket", "certificate"}
# Of the compose specification, what this file uses: a misspelt key would be passed over in silence.
SERVICE_KEYS = {
    "build", "command", "depends_on", "environment", "healthcheck", "image", "init", "logging", "networks", "ports",
    "restart", "stop_grace_period", "volumes",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "start_period", "retries"}


@pytest.fixture
def written(tmp_path) -> dict[str, str]:
    """What ``./concord env`` writes, beside a copy of the program."""
    shutil.copy(ROOT / "concord", tmp_path)
    subprocess.run([tmp_path / "concord", "env"], check=True, capture_output=True)
    assert stat.S_IMODE(os.stat(tmp_path / ".env").st_mode) == 0o600
    return dotenv(tmp_path / ".env")


@pytest.fixture
def services(written) -> dict[str, dict]:
    return composed(written)["services"]


def test_env_writes_every_variable_that_has_no_default_and_none_that_nobody_reads(written):
    used = {found[1]: found[2] for found in VARIABLE.finditer(TEXT)}
    needed = {name for name, how in used.items() if how in (None, "?", ":?")}
    assert needed - written.keys() == set()
    assert written.keys() - used.keys() == set()
    assert all(written.values())
    secrets = [written[name] for name in written if name.endswith(("PASSWORD", "KEY", "TOKEN", "SECRET"))]
    assert len(set(secrets)) == len(secrets) == 5
    assert min(map(len, secrets)) >= 48


def test_without_env_compose_stops_and_names_the_command():
    with pytest.raises(Missing, match=r"run \./concord env first"):
        composed({})


def test_env_keeps_what_is_there(tmp_path):
    shutil.copy(ROOT / "concord", tmp_path)
    (tmp_path / ".env").write_text("SECRET_KEY=kept\n")
    done = subprocess.run([tmp_path / "concord", "env"], capture_output=True, text=True)
    assert (done.returncode, (tmp_path / ".env").read_text()) == (1, "SECRET_KEY=kept\n")
    assert "is kept" in done.stderr


def test_every_variable_has_a_value(written):
    assert "${" not in json.dumps(composed(written))


def test_the_services_are_those_of_the_design_in_keys_that_compose_knows(services):
    assert services.keys() == OURS | OTHERS
    for name, service in services.items():
        assert service.keys() <= SERVICE_KEYS, name
        assert service.get("healthcheck", {}).keys() <= HEALTH_KEYS, name
        assert service["restart"] == ("no" if name in ONCE else "unless-stopped"), name
        assert "image" in service, name
        # Of the others a version stands there, so that a new one comes when somebody wants it.
        assert service["image"] == "concord" or re.fullmatch(r"[\w/-]+:v?\d+(\.\d+)*", service["image"]), name


def test_nobody_waits_for_a_state_that_never_comes(services):
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], f"{name} waits for the health of {other}"
            else:
                assert how["condition"] == "service_completed_successfully", name
                assert other in ONCE, f"{name} waits for the end of {other}"
    after = {name: set(service.get("depends_on", {})) for name, service in services.items()}
    while after:
        free = {name for name, others in after.items() if not others & after.keys()}
        assert free, f"they wait for each other: {after}"
        after = {name: others for name, others in after.items() if name not in free}


def test_only_the_proxy_is_open_to_the_outside_and_the_mail_catcher_to_the_machine(services):
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports == {"proxy": ["8443:8443"], "mail": ["127.0.0.1:8025:8025"]}


def test_the_storage_is_reached_by_the_portal_alone_with_the_secrets_of_env(services, written):
    from records.files.place import place_from

    storage = services["storage"]
    assert {name for name, service in services.items() if "files" in service.get("networks", [])} == OURS | {
        "storage"
    }
    assert yaml.safe_load(TEXT)["networks"]["files"] == {"internal": True}
    assert storage["networks"] == ["files"]
    given = services["web"]["environment"]
    place = place_from(given["FILES_URL"], given["FILES_KEY_ID"], given["FILES_SECRET"])
    assert place.endpoint == "http://storage" + storage["environment"]["VGW_PORT"]
    assert (storage["environment"]["ROOT_ACCESS_KEY_ID"], storage["environment"]["ROOT_SECRET_ACCESS_KEY"]) == (
        written["FILES_KEY_ID"], written["FILES_SECRET"],
    )  # fmt: skip
    [url] = [word for word in storage["healthcheck"]["test"] if word.startswith("http")]
    assert (
        url == f"http://127.0.0.1{storage['environment']['VGW_PORT']}{storage['environment']['VGW_HEALTH']}"
    )
    assert storage["command"] == ["posix", storage["volumes"][0].split(":")[1]]
    # Every program that opens files waits until there is a bucket.
    assert services["migrate"]["depends_on"]["bucket"] == {"condition": "service_completed_successfully"}
    assert services["bucket"]["depends_on"]["storage"] == {"condition": "service_healthy"}


def test_every_volume_is_declared_and_used(services):
    used = {part.split(":")[0] for s in services.values() for part in s.get("volumes", [])}
    named = {volume for volume in used if not volume.startswith(".")}
    assert named == set(yaml.safe_load(TEXT)["volumes"])
    assert all((ROOT / volume).exists() for volume in used - named)


def test_the_programs_of_the_commands_exist(services):
    for name in (*OURS, "certificate"):
        program, *words = services[name]["command"]
        if program == "python" and words[0] == "-m":
            assert importlib.util.find_spec(words[1]), name
        elif program == "python":
            assert (ROOT / words[0]).is_file(), name
        else:
            assert importlib.util.find_spec(program), name
            [address] = [word for word in words if ":app" in word]
            module, _, what = address.partition(":")
            assert hasattr(importlib.import_module(module), what), name
    health = services["web"]["healthcheck"]["test"]
    assert (ROOT / health[2]).is_file()


def test_every_lane_has_a_worker_that_alone_takes_it(services):
    from portal.celery import LANES

    lanes = [
        re.search(r"-Q (\w+)", " ".join(service["command"]))
        for service in services.values()
        if "command" in service
    ]
    assert sorted(found[1] for found in lanes if found) == sorted(LANES)


def test_the_portal_is_told_how_many_processes_the_commands_start(written):
    counted = {"WEB_PROCESSES": "7", "LIVE_PROCESSES": "8", "ROOMS_PROCESSES": "6", "WORKER_PROCESSES": "9"}
    services = composed(written | counted)["services"]
    assert counted.items() <= services["web"]["environment"].items()
    assert "--workers=7" in services["web"]["command"]
    assert "--workers=8" in services["live"]["command"]
    assert "--processes=6" in services["rooms"]["command"]
    assert "--concurrency=9" in services["worker"]["command"]


def test_by_default_the_database_allows_what_the_processes_may_need(services, settings):
    from portal import connections

    [allowed] = [word.split("=")[1] for word in services["postgres"]["command"] if "max_connections" in word]
    given = services["web"]["environment"]
    for name in ("WEB_PROCESSES", "LIVE_PROCESSES", "ROOMS_PROCESSES", "WORKER_PROCESSES"):
        setattr(settings, name, int(given[name]))
    assert connections.bound() == 83
    assert connections.bound() <= int(allowed) - 3  # those that PostgreSQL keeps for its superuser


def test_the_proxy_names_services_and_ports_that_there_are(services):
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for service, port in re.findall(r"server (\w+):(\d+);", text):
        assert f"--port={port}" in services[service]["command"]
    assert "listen 8443 ssl;" in text
    assert services["proxy"]["ports"] == ["8443:8443"]


def test_the_image_has_the_database_servers_client_programs_and_takes_no_secrets(services):
    version = services["postgres"]["image"].split(":")[1]
    assert f"postgresql-client-{version}" in (ROOT / "Dockerfile").read_text()
    kept_out = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", ".git", ".venv"} <= set(kept_out)
