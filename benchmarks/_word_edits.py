"""Known edits made in a document's XML, as a person's typing would leave it; nothing of our reader is used."""

from __future__ import annotations

import io
import random
import re
import zipfile

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ARABIC = "التقييم الدولي"
KINDS = ("replace", "insert", "delete", "right-to-left")


def edited(data: bytes, count: int, seed: int) -> tuple[bytes, dict[str, str]]:
    """The file with ``count`` edits, each in a block of its own (as many as there are blocks at most), and the words
    that each edited run now has, by block."""
    rng = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    truth: dict[str, str] = {}
    trees = {n: etree.fromstring(parts[n]) for n in ("word/document.xml", "word/footnotes.xml")}
    runs = []
    for root in trees.values():
        for paragraph in root.iter(f"{W}p"):
            mark = next(
                (m for m in paragraph.iter(f"{W}bookmarkStart") if m.get(f"{W}name").startswith("_c_")), None
            )
            texts = [t for t in paragraph.iterfind(f"{W}r/{W}t") if len((t.text or "").split()) >= 1]
            if mark is not None and texts and re.search(r"\w{2}", texts[-1].text):
                runs.append((mark.get(f"{W}name")[3:], max(texts, key=lambda t: len(t.text))))
    rng.shuffle(runs)
    for number, (name, run) in enumerate(runs[:count]):
        run.text = _changed(run.text, KINDS[number % len(KINDS)], rng, number)
        truth[name] = run.text
    for name, root in trees.items():
        parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue(), truth


def _changed(text: str, kind: str, rng: random.Random, number: int) -> str:
    words = [m.span() for m in re.finditer(r"\w+", text)]
    start, end = rng.choice(words)
    if kind == "delete":
        sentences = [m.span() for m in re.finditer(r"[^.]+\.\s*", text)]
        if len(sentences) > 1:
            start, end = rng.choice(sentences)
            return text[:start] + text[end:]
        kind = "replace"
    new = {"replace": f"changed{number}", "insert": f"added{number} words", "right-to-left": ARABIC}[kind]
    return f"{text[:start]}{new}{text[end:]}" if kind == "replace" else f"{text[:end]} {new}{text[end:]}"
