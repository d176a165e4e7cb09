"""What the settings read from the environment, and the sentences with which production refuses to start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlparse

from django.core.exceptions import ImproperlyConfigured

from records.files.place import Place, place_from


def required_in_production(name: str, production: bool, hint: str) -> str:
    """Return the variable's value; in production stop with a plain sentence when it is missing."""
    value = os.environ.get(name, "")
    if production and not value:
        raise ImproperlyConfigured(f"CONCORD_MODE=production needs {name}: {hint}")
    return value


def one_of(name: str, values: tuple[str, ...], default: str) -> str:
    """Return the variable's value; stop with a plain sentence when it is none of ``values``."""
    value = os.environ.get(name) or default
    if value not in values:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(values)}.")
    return value


def whole_number(name: str, default: int) -> int:
    """Return the variable's value, at least 1; stop with a plain sentence when it is no such number."""
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or int(value) < 1:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number from 1.")
    return int(value)


def rooms_url(site: str, production: bool) -> str:
    """Where browsers reach the rooms, without a slash at the end: ROOMS_URL, a ``ws://`` or ``wss://`` address.

    In production the default is the path ``/rooms`` of the site; embedded it is empty, for the next port. Stops with a
    plain sentence for an address of another kind.
    """
    default = f"wss{site.removeprefix('https')}/rooms" if production else ""
    value = (os.environ.get("ROOMS_URL") or default).rstrip("/")
    parts = urlparse(value)
    wanted = ("wss",) if production else ("ws", "wss")
    if value and (parts.scheme not in wanted or not parts.hostname or parts.query or parts.fragment):
        raise ImproperlyConfigured(
            f"ROOMS_URL is {value!r}; it must be an address such as {wanted[0]}://concord.example.org/rooms."
        )
    return value


def secret_key(data_dir: Path, production: bool) -> str:
    """The signing key: from the environment, or in embedded mode one made once and kept in the data folder."""
    value = required_in_production("SECRET_KEY", production, "a random string of at least 50 characters.")
    if value:
        if production and len(value) < 50:
            raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters; make a longer random one.")
        return value
    path = data_dir / "secret-key"
    if path.exists():
        return path.read_text().strip()
    made = secrets.token_urlsafe(64)
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(made)
    except FileExistsError:  # two processes began together: the first one's key counts
        return path.read_text().strip()
    return made


def database(data_dir: Path, production: bool) -> dict:
    """Django's database entry from DATABASE_URL (``postgres://…``), else SQLite in the data folder.

    SQLite runs in WAL with IMMEDIATE transactions and full synchronisation: with Django's defaults a burst of
    proposals loses writes to "database is locked" (docs/decisions/0002).
    """
    url = required_in_production(
        "DATABASE_URL", production, "such as postgres://user:password@host:5432/concord."
    )
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(data_dir / "concord.sqlite3"),
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
            },
            "TEST": {"NAME": os.environ.get("CONCORD_TEST_SQLITE")},
        }
    parts = urlparse(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {parts.scheme!r}; Concord knows postgres:// only."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def files() -> Place | None:
    """The bucket that FILES_URL, FILES_KEY_ID and FILES_SECRET name; None where files lie in the data folder.

    Half a configuration stops with a plain sentence: files must not fall into a folder that nobody watches.
    """
    given = (os.environ.get(name, "") for name in ("FILES_URL", "FILES_KEY_ID", "FILES_SECRET"))
    try:
        return place_from(*given)
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from None
