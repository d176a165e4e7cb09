"""docker-compose.yml as compose reads it: anchors merged, every ``${VARIABLE}`` put in from an environment."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tests.support import ROOT

VARIABLE = re.compile(r"\$\{(\w+)(?:(:?[-?])([^}]*))?\}")


class Missing(Exception):
    """A variable has no value; the words are those that the file gives for this case."""


def dotenv(path: Path) -> dict[str, str]:
    """The lines NAME=VALUE of a file such as ``./concord env`` writes."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def composed(environment: dict[str, str]) -> dict:
    """The whole file with its variables filled in. Raises Missing where compose would stop."""
    return _filled(yaml.safe_load((ROOT / "docker-compose.yml").read_text()), environment)


def _filled(part, environment: dict[str, str]):
    if isinstance(part, dict):
        return {name: _filled(value, environment) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, environment) for value in part]
    if isinstance(part, str):
        return VARIABLE.sub(lambda found: _value(found, environment), part)
    return part


def _value(found: re.Match, environment: dict[str, str]) -> str:
    name, how, words = found.groups()
    value = environment.get(name)
    if value or (value is not None and not (how or "").startswith(":")):
        return value
    if how in ("-", ":-"):
        return words
    raise Missing(f"{name}: {words or 'has no value and no default'}")
