"""Where a bucket is, read from an address; and what is known of a file that lies somewhere. No Django."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KNOWN = {"endpoint", "region", "timeout"}


@dataclass(frozen=True)
class Kept:
    """A kept file: its name, its size in bytes and when it was kept (UTC)."""

    name: str
    size: int
    at: datetime


@dataclass(frozen=True)
class Place:
    """A bucket of an S3 storage, with what opens it; ``timeout_s`` bounds each wait for an answer."""

    bucket: str
    endpoint: str | None
    region: str
    key_id: str
    secret: str = field(repr=False)
    timeout_s: float = 20.0


def place_from(url: str, key_id: str, secret: str) -> Place | None:
    """The bucket that ``s3://BUCKET?endpoint=https://…&region=…&timeout=20`` names; None where nothing is said.

    Raises ValueError, with the sentence to show, for half a configuration.
    """
    if not url:
        if key_id or secret:
            raise ValueError(
                "FILES_KEY_ID and FILES_SECRET are set, and FILES_URL is not: s3://BUCKET?endpoint=https://…"
            )
        return None
    parts = urlsplit(url)
    if parts.scheme != "s3":
        raise ValueError(
            f"FILES_URL begins with {parts.scheme or url!r}; it must be s3://BUCKET?endpoint=https://…"
        )
    if not _BUCKET.fullmatch(parts.netloc) or parts.path.strip("/"):
        raise ValueError(
            f"FILES_URL names the bucket {parts.netloc + parts.path!r}; expected 3 to 63 of a-z 0-9 . -"
        )
    said = parse_qs(parts.query, keep_blank_values=True)
    if unknown := sorted(said.keys() - _KNOWN):
        raise ValueError(f"FILES_URL says {unknown[0]}=; it may say endpoint=, region= and timeout=.")
    endpoint = said.get("endpoint", [""])[0]
    if "endpoint" in said and not (re.match(r"https?://[^/?#]+/?$", endpoint)):
        raise ValueError(
            f"FILES_URL has the endpoint {endpoint!r}; it must be http(s)://HOST or http(s)://HOST:PORT."
        )
    if not (key_id and secret):
        missing = "FILES_SECRET" if key_id else "FILES_KEY_ID"
        raise ValueError(f"FILES_URL is set, and {missing} is not: the storage asks for both key and secret.")
    wait = said.get("timeout", ["20"])[0]
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", wait) or not float(wait):
        raise ValueError(f"FILES_URL has timeout={wait}; it must be a number of seconds above 0, such as 20.")
    region = said.get("region", ["us-east-1"])[0]
    return Place(parts.netloc, endpoint or None, region, key_id, secret, float(wait))
