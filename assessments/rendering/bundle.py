"""The plain bundle: chapters as they were written, sources, pictures, and a list of it all with hashes. No Django."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile

from .requests import Request

STAMP = (1980, 1, 1, 0, 0, 0)


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
        key: alt
        for chapter in request.chapters
        for key, alt in re.findall(r'<img src="asset:([\w-]+)" alt="([^"]*)"', chapter.html)
    }
    for key, alt in sorted(alts.items()):
        path = request.assets.get(key)
        if path and path.is_file():
            name = f"images/{key}{path.suffix.lower()}"
            files[name] = path.read_bytes()
            pictures.append({"key": key, "file": name, "alt": alt})
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
