"""Looking up a DOI: the one place that asks a registry, and only where the settings name one (procedure 11.2)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle
from assessments.sources import guards
from assessments.sources.clean import safe_doi
from assessments.sources.importing import SourcesReport, import_sources
from panels.models import User
from records.obstacles import refuse, refuse_if, require

ACCEPT = "application/vnd.citationstyles.csl+json"
WITHIN_S = 10
MAX_BYTES = 2 * 1024 * 1024


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow the registry to another address of http or https, never to a file or another scheme."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if not newurl.startswith(("https://", "http://")):
            raise urllib.error.HTTPError(newurl, code, "another scheme", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def available() -> bool:
    """Whether the settings name a registry (``DOI_REGISTRY``); without one nothing ever leaves the machine."""
    return bool(settings.DOI_REGISTRY)


def look_up(doi: str) -> dict:
    """The registry's entry of a DOI as CSL-JSON. Raises Blocked: none named, no DOI, not known, no answer."""
    if not available():
        refuse(
            "no-registry",
            _("This portal asks no registry of DOIs; import the entry from a file."),
            rule="11.2",
        )
    bare = safe_doi(doi)
    if bare is None:
        text = _("“%(doi)s” is no DOI; expected 10.NNNN/…, with or without https://doi.org/.")
        refuse("no-doi", text % {"doi": doi[:80]}, rule="11.2")
    address = settings.DOI_REGISTRY.rstrip("/") + "/" + quote(bare, safe="/:;().,-_~!*")
    request = urllib.request.Request(address, headers={"Accept": ACCEPT, "User-Agent": "Concord"})
    opener = urllib.request.build_opener(_Stay)
    try:
        with opener.open(request, timeout=WITHIN_S) as answer:
            data = answer.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 404:
            refuse("unknown-doi", _("The registry knows no DOI %(doi)s.") % {"doi": bare}, rule="11.2")
        _no_answer(bare)
    except OSError:
        _no_answer(bare)
    try:
        found = json.loads(data) if len(data) <= MAX_BYTES else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        _no_answer(bare)
    return {**found, "DOI": bare, "id": _key(found)}


def add(cycle: Cycle, doi: str, *, by: User, now: datetime) -> SourcesReport:
    """Look a DOI up and take its entry in like one of a file (procedure 4.5). Raises as both do."""
    require(by, "source.import", cycle)
    refuse_if(guards.obstacles_to_sources(cycle))
    entry = look_up(doi)
    if entry["id"] and cycle.sources.filter(key=entry["id"]).exclude(doi=entry["DOI"].lower()).exists():
        entry["id"] = ""  # the key is another work's; one is made that is free
    return import_sources(cycle, json.dumps([entry]).encode(), f"{entry['DOI']}.json", by=by, now=now)


def _key(found: dict) -> str:
    """Author and year, as people write keys; "" leaves it to the import."""
    names = found.get("author") or found.get("editor") or []
    name = names[0] if names and isinstance(names[0], dict) else {}
    family = "".join(c for c in str(name.get("family", "")) if c.isascii() and c.isalnum())
    parts = (found.get("issued") or {}).get("date-parts") if isinstance(found.get("issued"), dict) else None
    year = parts[0][0] if parts and isinstance(parts[0], list) and parts[0] else ""
    return f"{family}{year}" if family and year else ""


def _no_answer(doi: str):
    text = _("The registry gave no entry for %(doi)s just now.") % {"doi": doi}
    refuse("no-answer", text, rule="11.2", remedy=_("Try again later, or import the entry from a file."))
