"""Which of the kinds that procedures speak of a source is, told from its CSL entry.

Pure: no Django.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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
