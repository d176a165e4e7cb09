"""Writes the page that our program lays out as files for WeasyPrint alone: ``python -m benchmarks._plain FOLDER``.

A process of its own, because it imports WeasyPrint. Reads rendering requests (JSON) from its standard input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as etree


def main(folder: Path) -> None:
    from weasyprint import HTML

    from assessments.rendering import document, formulae, outline
    from assessments.rendering.requests import STATIC, read_request
    from assessments.rendering.sheets import own_rules

    folder.mkdir(parents=True)
    given = json.load(sys.stdin)
    chapters = [chapter for one in given for chapter in one["chapters"]]
    request = read_request(
        {**given[0], "out": str(folder / "unused.pdf"), "chapters": chapters, "title": "Report"}
    )
    root = HTML(string=document.shell(request)).etree_element
    document.prepare(root, request, endnotes=set(), kept=set())
    drawings, _failed = formulae.put(root, None)
    for address, drawn in drawings.items():
        (folder / f"{address.removeprefix(formulae.SCHEME)}.svg").write_bytes(drawn)
    for image in root.iter("img"):
        source = image.get("src", "")
        if source.startswith("asset:"):
            image.set("src", request.assets[source.removeprefix("asset:")].as_uri())
        else:
            image.set("src", f"{source.removeprefix(formulae.SCHEME)}.svg")
    page = etree.tostring(root, encoding="unicode", method="html")
    (folder / "page.html").write_text(f"<!doctype html>{page}", encoding="utf-8")
    rules = (STATIC / "css" / "print" / "report.css").read_text(encoding="utf-8")
    (folder / "report.css").write_text(rules + own_rules(request) + outline.RULES, encoding="utf-8")
    faces = (STATIC / "css" / "print" / "fonts.css").read_text(encoding="utf-8")
    (folder / "fonts.css").write_text(faces.replace("../../fonts", str(STATIC / "fonts")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
