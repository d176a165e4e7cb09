"""Citations that Zotero and Mendeley keep in a document: CSL-JSON in a field. No Django."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from assessments.sources.clean import safe_key
from assessments.text.inline import CITED

from .pieces import citation

MAX_FIELD = 400_000
LABELS = {
    "page": ("p.", "pp."),
    "chapter": ("chap.", "chaps."),
    "section": ("sec.", "secs."),
    "figure": ("fig.", "figs."),
}


class Citations:
    """Reads the fields of one document; ``new`` holds the entries that the register does not have, by their key."""

    def __init__(self, known: Callable[[dict], str | None]):
        self.known = known
        self.new: dict[str, dict[str, Any]] = {}
        self._by_address: dict[str, str] = {}

    def read(self, code: str) -> str:
        """The Markdown of the citation in a field's code; "" where it cannot be read."""
        at = code.find("CSL_CITATION")
        begin = code.find("{", at)
        if begin < 0 or len(code) > MAX_FIELD:
            return ""
        try:
            said, _end = json.JSONDecoder().raw_decode(code[begin:])
        except (ValueError, RecursionError):
            return ""
        items = said.get("citationItems") if isinstance(said, dict) else None
        written = (
            [self._item(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        )
        written = [text for text in written if text]
        return citation("; ".join(written)) if written else ""

    def _item(self, item: dict[str, Any]) -> str:
        key = self._key(item)
        if not key:
            return ""
        if item.get("uris") == [f"concord:{key}"] and not item.get("locator"):
            # A citation of ours says word for word what stood in the text.
            prefix, suffix = str(item.get("prefix") or ""), str(item.get("suffix") or "")
            return f"{prefix} @{key}".strip() + (f", {suffix}" if suffix else "")
        place = _words(item.get("locator"))
        if place:
            one, many = LABELS.get(str(item.get("label", "page")), ("", ""))
            place = f"{many if re.search(r'[-–,]', place) else one} {place}".strip()
        suffix = _words(item.get("suffix")).lstrip(",; ")
        place = ", ".join(part for part in (place, suffix) if part)
        prefix = _words(item.get("prefix"))
        return f"{prefix} @{key}".strip() + (f", {place}" if place else "")

    def _key(self, item: dict[str, Any]) -> str:
        uris = item.get("uris") or item.get("uri") or []
        uris = [str(uri) for uri in (uris if isinstance(uris, list) else [uris])]
        for uri in uris:
            if uri.startswith("concord:") and CITED.fullmatch(f"@{uri[8:]}"):
                return uri[8:]
        csl = item.get("itemData")
        if not isinstance(csl, dict):
            return ""
        address = uris[0] if uris else json.dumps(csl.get("id", csl.get("title", "")))
        if address not in self._by_address:
            self._by_address[address] = self.known(csl) or self._made(csl)
        return self._by_address[address]

    def _made(self, csl: dict[str, Any]) -> str:
        """A key of name and year, as people make them, that no other entry has."""
        names = csl.get("author") or csl.get("editor") or []
        first = names[0] if isinstance(names, list) and names and isinstance(names[0], dict) else {}
        name = str(
            first.get("family") or first.get("literal") or str(csl.get("title", "source")).split(" ")[0]
        )
        issued = csl.get("issued")
        year = re.search(r"\d{4}", json.dumps(issued)) if issued else None
        stem = safe_key(re.sub(r"\W+", "", name).lower() + (year[0] if year else "")) or "source"
        key, n = stem, 1
        while key in self.new or self.known({"id": key}) is not None:
            n += 1
            key = f"{stem}-{n}"
        self.new[key] = {**csl, "id": key}
        return key


def printed(code: str) -> str:
    """What the program that made a citation printed for it; "" where it does not say."""
    found = re.search(r'"plainCitation":\s*("(?:[^"\\]|\\.)*")', code[:MAX_FIELD])
    return " ".join(json.loads(found[1]).split()) if found else ""


def _words(value: object) -> str:
    text = re.sub(r"<[^<>]*>", "", value) if isinstance(value, str) else ""
    return " ".join(re.sub(r"[\[\];@]", " ", text).split())
