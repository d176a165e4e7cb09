"""Which of the kinds that procedures speak of a source is, told from its CSL entry, and what the kind asks for.

The kinds themselves are data: ``kinds.toml``. Pure: no Django.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of source. ``alone``: it may be the only support of a statement; for the others see ``kinds.toml``."""

    key: str
    alone: bool
    consent: bool
    sign_off: bool


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        key: Kind(key, **asked)
        for key, asked in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
    }
)
# What a procedure may name and this file does not know asks for nothing of its own.
_UNKNOWN = Kind("", alone=True, consent=False, sign_off=False)

_BY_TYPE = {
    "article-journal": "peer-reviewed",
    "paper-conference": "peer-reviewed",
    "chapter": "peer-reviewed",
    "book": "peer-reviewed",
    "review": "peer-reviewed",
    "article-newspaper": "newspaper",
    "post-weblog": "blog",
    "post": "social-media",
    "broadcast": "broadcast",
}
_PREPRINT = re.compile(r"\b(?:arxiv|biorxiv|medrxiv|ssrn|osf preprints|preprint)\b", re.IGNORECASE)
_PEOPLE = ("author", "editor")
_SUBMITTED = re.compile(r"\b(?:submitted|under review|in review|in preparation)\b", re.IGNORECASE)
_ACCEPTED = re.compile(r"\b(?:accepted|in press|forthcoming|advance online)\b", re.IGNORECASE)


def kind_named(key: str) -> Kind:
    """What the kind of that name asks for."""
    return KINDS.get(key, _UNKNOWN)


def kind_of(csl: Mapping[str, Any]) -> str:
    """The kind of a cleaned entry; ``csl["custom"]["kind"]``, set by a person, stands above what is told
    here.

    What is of no other kind is "grey": printed, and not reviewed by peers.
    """
    custom = csl.get("custom") or {}
    if isinstance(custom.get("kind"), str):
        return custom["kind"]
    if custom.get("industry") is True:
        return "industry-data"
    where = " ".join(
        str(csl.get(name, "")) for name in ("container-title", "publisher", "genre", "URL", "DOI")
    )
    if csl.get("type") in ("article", "manuscript") or _PREPRINT.search(where):
        return "preprint"
    return _BY_TYPE.get(str(csl.get("type", "")), "grey")


def stand_of(csl: Mapping[str, Any]) -> str:
    """How far a paper has come: "submitted", "accepted", or "published", which is also said of what says nothing."""
    issued = csl.get("issued") or {}
    said = " ".join(map(str, (csl.get("status", ""), issued.get("literal", ""), csl.get("genre", ""))))
    if _SUBMITTED.search(said):
        return "submitted"
    if _ACCEPTED.search(said):
        return "accepted"
    return "published"


def people_of(csl: Mapping[str, Any]) -> list[str]:
    """The names of those who wrote or edited it, as printed, once each."""
    names = [name for field in _PEOPLE for name in csl.get(field) or ()]
    said = (name.get("literal") or f"{name.get('given', '')} {name.get('family', '')}" for name in names)
    return list(dict.fromkeys(filter(None, (" ".join(one.split()) for one in said))))
