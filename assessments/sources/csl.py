"""Citations and lists of references by a CSL style, made by pandoc in one call for a text. Pure: no Django.

The house's own style is ``style.py`` (decision 0011); this is for a cycle that chooses another. Nothing is fetched:
a dependent style is read as its parent, which must lie beside it.
"""

from __future__ import annotations

import html
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import nh3

FOLDER = Path(__file__).resolve().parents[2] / "static" / "csl"
CSL = "{http://purl.org/net/xbiblio/csl}"
KEPT = {"i", "em", "b", "strong", "sup", "sub", "a"}
_RAISED = str.maketrans("0123456789-–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")

Items = tuple[tuple[str, str], ...]


class StyleError(ValueError):
    """The style cannot be used; the text says why and what was expected."""


@dataclass(frozen=True)
class Formatted:
    """``cites``: the words of each citation; ``entries``: (key, safe HTML) in the order of the list."""

    cites: Mapping[Items, str]
    entries: tuple[tuple[str, str], ...]


def names() -> tuple[str, ...]:
    """The styles that lie here, but for the house's own."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csl") if path.stem != "concord-author-date"))


def resolve(name: str, folder: Path = FOLDER) -> Path:
    """The file of an independent style; of a dependent one, its parent's.

    Raises StyleError: no such file, no XML, a parent that is not here, a style of footnotes.
    """
    seen: list[str] = []
    while True:
        if not re.fullmatch(r"[A-Za-z0-9-]{1,80}", name):
            raise StyleError(f"{name[:80]} is no name of a style.")
        path = folder / f"{name}.csl"
        if not path.is_file():
            named = f", which {seen[-1]} names as its parent," if seen else ""
            raise StyleError(f"The style {name}{named} is not here; lay {name}.csl beside the others.")
        try:
            root = ElementTree.fromstring(path.read_bytes())
        except ElementTree.ParseError as error:
            raise StyleError(f"{name}.csl is no XML: {error}.") from None
        if root.tag != f"{CSL}style":
            raise StyleError(f"{name}.csl is no style; expected <style> of CSL.")
        parent = _parent(root)
        if not parent:
            break
        seen.append(name)
        name = parent
        if name in seen:
            raise StyleError(f"{seen[0]} leads back to itself through its parents.")
    if root.get("class") != "in-text":
        raise StyleError(f"{name} cites in footnotes; expected a style that cites in the text.")
    return path


def _parent(root) -> str:
    for link in root.iter(f"{CSL}link"):
        if link.get("rel") == "independent-parent":
            return link.get("href", "").rstrip("/").rpartition("/")[2]
    return ""


def format_text(style: str, sources: Sequence[Mapping], cites: Sequence[Items], language: str) -> Formatted:
    """The citations of one text in their order, and its list of references. ``sources`` are cleaned, with ``id``.

    Raises StyleError where the style or pandoc cannot.
    """
    held = json.dumps(list(sources), ensure_ascii=False, sort_keys=True)
    return _formatted(str(resolve(style)), held, tuple(cites), language)


@lru_cache(maxsize=64)
def _formatted(path: str, held: str, cites: tuple[Items, ...], language: str) -> Formatted:
    """Formatted once for the same style, sources and citations; a preview asks again and again."""
    import pypandoc

    # Keys as people write them mean something to pandoc; it gets names of our own.
    sources = json.loads(held)
    short = {source["id"]: f"r{place}" for place, source in enumerate(sources)}
    keys = {name: key for key, name in short.items()}
    clusters = [
        "[" + "; ".join(f"@{short[key]}" + (f", {_plain(at)}" if at else "") for key, at in items) + "]"
        for items in cites
    ]
    text = "\n\n".join(f"C{place}. {cluster}" for place, cluster in enumerate(clusters))
    with tempfile.TemporaryDirectory(prefix="concord-csl-") as folder:
        library = Path(folder, "sources.json")
        library.write_text(
            json.dumps([{**source, "id": short[source["id"]]} for source in sources]), encoding="utf-8"
        )
        try:
            made = pypandoc.convert_text(
                text,
                "html",
                format="markdown-smart",
                extra_args=[
                    *("--citeproc", "--quiet", "--wrap=none", "--csl", path, "--bibliography", str(library)),
                    *("--metadata", f"lang={language}", "--metadata", "link-citations=false"),
                ],
            )
        except (RuntimeError, OSError) as error:
            raise StyleError(f"pandoc could not format the references. {str(error)[:200]}") from None
    body, _sep, listed = made.partition('<div id="refs"')
    found = re.findall(r'<p>C(\d+)\.\s*<span class="citation"[^>]*>(.*?)</span></p>', body, re.DOTALL)
    said = {cites[int(place)]: _words(inside) for place, inside in found}
    missing = [items for items in cites if items not in said]
    if missing:
        raise StyleError(f"The style gave no words for the citation of {missing[0][0][0]}.")
    pieces = re.split(r'<div id="ref-(r\d+)" class="csl-entry"[^>]*>', listed)[1:]
    entries = tuple(
        (keys[name], _entry(inside))
        for name, inside in zip(pieces[::2], pieces[1::2], strict=True)
        if name in keys
    )
    return Formatted(said, entries)


def _plain(locator: str) -> str:
    return re.sub(r"[^\w\s.,:–-]", " ", locator).strip()


def _words(inside: str) -> str:
    """A citation is words in a sentence: what the style raises is written with raised digits."""

    def raised(match: re.Match) -> str:
        return re.sub(r"<[^>]*>", "", match[1]).translate(_RAISED)

    text = re.sub(r"<sup>(.*?)</sup>", raised, inside, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()


def _entry(inside: str) -> str:
    safe = nh3.clean(
        inside, tags=KEPT, attributes={"a": {"href"}}, url_schemes={"http", "https"}, link_rel=None
    )
    return " ".join(safe.split())
