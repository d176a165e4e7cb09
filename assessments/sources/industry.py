"""Whether a company that sells AI published a source, or supplied over half of its authors (procedure 11.3).

The companies are data: ``companies.toml``. Pure: no Django.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_DATA = tomllib.loads(Path(__file__).with_name("companies.toml").read_text("utf-8"))
_NAMES = {
    re.sub(r"\W+", " ", name).casefold().strip(): key for key, c in _DATA.items() for name in c["names"]
}
_HOSTS = {host: key for key, company in _DATA.items() for host in company["hosts"]}
TITLES = {key: company["names"][0] for key, company in _DATA.items()}


def company_of(csl: Mapping[str, Any]) -> str:
    """The company, by its name, to which the entry belongs under the rule; "" where it is none.

    Publisher, authors that are bodies, and the host of the address say who published; ``custom.industry-authors``
    ("7/10") says how many of the authors work for companies, where somebody counted them.
    """
    bodies = [str(name["literal"]) for name in csl.get("author") or () if name.get("literal")]
    for said in [str(csl.get("publisher", "")), *bodies]:
        key = _NAMES.get(re.sub(r"\W+", " ", said).casefold().strip())
        if key:
            return TITLES[key]
    host = (urlsplit(str(csl.get("URL", ""))).hostname or "").removeprefix("www.") if _is_url(csl) else ""
    if host in _HOSTS:
        return TITLES[_HOSTS[host]]
    counted = re.fullmatch(r"(\d+)\s*/\s*(\d+)", str((csl.get("custom") or {}).get("industry-authors", "")))
    if counted and int(counted[1]) * 2 > int(counted[2]) > 0:
        return f"{counted[1]}/{counted[2]}"
    return ""


def _is_url(csl: Mapping[str, Any]) -> bool:
    try:
        return bool(urlsplit(str(csl.get("URL", ""))).hostname)
    except ValueError:
        return False
