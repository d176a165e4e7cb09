"""The plain bundle: chapters as they were written, sources, pictures, and a list of it all with hashes. No Django."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from assessments.text import dialect

from .errors import RenderFailed
from .requests import Request

STAMP = (1980, 1, 1, 0, 0, 0)
# Stands where sources and other chapters answer: how a citation reads and what a reference is called.
ANSWER = "\ufffc"
_SPACE = re.compile(r"\s+")


def write(request: Request) -> None:
    """Write the zip: ``chapters/N.md``, ``references.json`` (CSL), ``images/``, ``manifest.json``.

    The manifest names each file with its SHA-256 and size, the report's facts, and the descriptions of pictures.
    """
    files: dict[str, bytes] = {}
    chapters = []
    for place, chapter in enumerate(request.chapters, 1):
        name = f"chapters/{re.sub(r'[^A-Za-z0-9-]+', '-', chapter.label) or place}.md"
        files[name] = chapter.markdown.encode()
        chapters.append({"number": chapter.label, "title": chapter.title, "file": name})
    files["references.json"] = _json(request.sources)
    pictures = []
    alts = {
        name: alt
        for chapter in request.chapters
        for name, alt in re.findall(r'<img src="asset:([\w.-]+)" alt="([^"]*)"', chapter.html)
    }
    for name, alt in sorted(alts.items()):
        path = request.assets.get(name)
        if path and path.is_file():
            # The Markdown names an image by its key; a version of it has a name of its own (drafting.models.Asset).
            stated = (request.matter.get("figures") or {}).get(name, {})
            key = name.partition(".")[0]
            held = f"images/{key}{path.suffix.lower()}"
            files[held] = path.read_bytes()
            pictures.append({"key": key, "file": held, "alt": alt, **stated})
    manifest = {
        "title": request.title,
        "language": request.language,
        "edition": (request.front or {}).get("edition", ""),
        "note": request.banner or "",
        "metadata": request.metadata,
        "chapters": chapters,
        "images": pictures,
        "glossary": request.matter.get("glossary", []),
        "acronyms": request.matter.get("acronyms", []),
        "files": [
            {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(files.items())
        ],
    }
    with zipfile.ZipFile(request.out, "w") as held:
        for name, data in [("manifest.json", _json(manifest)), *sorted(files.items())]:
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            held.writestr(entry, data)


def _json(value) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def lost(file: Path, chapters: Iterable[dict]) -> int:
    """How many blocks of the ``chapters`` {label, html, texts} the bundle's Markdown does not give, read as ours.

    Every word of a block must be there but those with which citations and references are answered; for the entries of
    a list of references, the cited sources in ``references.json``. A chapter without ``texts`` is not asked for.
    Raises RenderFailed where the bundle cannot be read.
    """
    try:
        with zipfile.ZipFile(file) as held:
            manifest = json.loads(held.read("manifest.json"))
            sources = {source["id"] for source in json.loads(held.read("references.json"))}
            names = {row["number"]: row["file"] for row in manifest["chapters"]}
            images = {row["key"] for row in manifest["images"]}
            return sum(
                _lost(held.read(names[chapter["label"]]).decode(), chapter, sources, images)
                for chapter in chapters
                if chapter.get("texts")
            )
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise RenderFailed(
            "read-back", f"The file that was made cannot be read back. {error}".strip()
        ) from error


def _lost(markdown: str, chapter: dict, sources: set[str], images: set[str]) -> int:
    read = dialect.parse(
        markdown,
        cite=lambda items: f"({ANSWER}",
        figure=lambda key: key if key in images else None,
        number=chapter["label"],
        labels=dict.fromkeys(dialect.LABELS, ANSWER),
        elsewhere=lambda key: [dialect.Place(ANSWER, "", "")],
    )
    texts = list(chapter["texts"])
    listed = len(re.findall(r'\sdata-b="(?:references|ref-[^"]*)"', chapter["html"]))
    own = texts[: len(texts) - listed]
    blocks = [_pattern(block.text) for block in read.blocks]
    missing, at = 0, 0
    for text in own:
        plain = _SPACE.sub("", text)
        found = next((n for n in range(at, len(blocks)) if blocks[n].fullmatch(plain)), None)
        if found is None:
            missing += 1
        else:
            at = found + 1
    entries = max(listed - 1, 0)
    return missing + max(entries - len(sources.intersection(read.cited)), 0)


def _pattern(text: str) -> re.Pattern:
    """A block's text without white space; the bracket before an answer is its style's."""
    *before, last = _SPACE.sub("", text).split(ANSWER)
    pieces = [re.escape(piece).replace(re.escape("("), r"[(\[]?") for piece in before]
    return re.compile(".*?".join([*pieces, re.escape(last)]), re.DOTALL)
