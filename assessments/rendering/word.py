"""Word, by pandoc from our HTML: real styles, footnotes, captions, and remarks as Word's comments. No Django."""

from __future__ import annotations

import re
import tempfile
import zipfile
from html import escape
from pathlib import Path
from xml.etree.ElementTree import Element

from assessments.text import mathematics

from . import places
from .errors import RenderFailed
from .requests import Request
from .trees import Part, head, parts, serialise

# Our colours and faces in pandoc's own template; the names of its styles stay, so that others may restyle it.
FACES = (("Aptos Display", "Georgia"), ("Aptos", "Georgia"), ("Cambria", "Georgia"), ("Calibri", "Georgia"))
COLOURS = (("0F4761", "1B2430"), ("4F81BD", "1F4E79"), ("345A8A", "1B2430"), ("156082", "1F4E79"))


def write(request: Request) -> None:
    """Write ``request.out`` (.docx). Raises RenderFailed where pandoc cannot."""
    import pypandoc

    found = parts(request)
    texts = {}
    for part in found:
        _footnotes(part.element)
        _boxes(part.element)
        _pictures(part.element, request)
        texts[part.key] = _with_remarks(part, request)
    text = "".join([head(request), "</head>\n<body>\n", _notice(request), *texts.values(), "</body></html>"])
    metadata = {"lang": request.language, "title": request.title or request.chapters[0].title}
    front = request.front or {}
    for key, value in (
        ("subtitle", front.get("subtitle")),
        ("date", front.get("date")),
        ("author", front.get("body")),
    ):
        if value:
            metadata[key] = value
    if request.right_to_left:
        metadata["dir"] = "rtl"
    with tempfile.TemporaryDirectory(prefix="concord-word-") as folder:
        template = Path(folder, "reference.docx")
        arguments = [
            "--standalone",
            "--quiet",
            "--sandbox=false",
            "--toc",
            "--toc-depth=2",
            f"--reference-doc={template}",
        ]
        for name, value in metadata.items():
            arguments += ["--metadata", f"{name}={value}"]
        made = Path(folder, "made.docx")
        try:
            _template(template)
            pypandoc.convert_text(
                text, "docx", format="html+epub_html_exts", outputfile=str(made), extra_args=arguments
            )
        except (RuntimeError, OSError) as error:
            raise RenderFailed("pandoc", f"pandoc could not make the file. {error}".strip()) from error
        request.out.write_bytes(made.read_bytes())


def _notice(request: Request) -> str:
    front = request.front or {}
    said = [front.get("edition"), front.get("notice"), request.banner, request.watermark]
    return "".join(f"<p><strong>{escape(text)}</strong></p>" for text in dict.fromkeys(filter(None, said)))


def _footnotes(section: Element) -> None:
    """Notes as pandoc's reader knows them: an ``aside`` for each, and marks that refer to it."""
    areas = [element for element in section.iter("section") if element.get("class") == "footnotes"]
    for area in areas:
        notes = [item for item in area.iter("li") if item.get("id")]
        area[:] = []
        for note in notes:
            aside = Element("aside", {"epub:type": "footnote", "id": note.get("id")})
            paragraph = Element("p")
            if any(child.tag == "p" for child in note):
                aside[:] = list(note)
                aside.text = note.text
            else:
                paragraph.text, paragraph[:] = note.text, list(note)
                aside.append(paragraph)
            area.append(aside)
    for parent in list(section.iter()):
        for at, child in enumerate(list(parent)):
            if child.tag == "sup" and child.get("class") == "fnref":
                link = child.find("a")
                if link is not None and link.get("href"):
                    link.set("epub:type", "noteref")
                    link.set("role", "doc-noteref")
                    link.tail = child.tail
                    parent[at] = link


def _boxes(section: Element) -> None:
    for element in section.iter():
        if element.tag == "aside" and element.get("class") == "box":
            element.tag = "div"
            element.set("data-custom-style", "Box")
        elif element.get("class") == "box-title":
            element.tag = "p"
        elif element.tag == "section" and element.get("class") == "references":
            element.tag = "div"
            element.set("data-custom-style", "Bibliography")


def _pictures(section: Element, request: Request) -> None:
    for image in section.iter("img"):
        image.set("src", str(request.assets[image.get("src", "").removeprefix("asset:")]))


def _with_remarks(part: Part, request: Request) -> str:
    """The part as HTML with the remarks on it as Word's comments, each around the words it speaks of."""
    text = serialise(part.element)
    if part.chapter is None:
        return mathematics.alone(text)
    inserted: dict[str, list[tuple[int, str]]] = {}
    for remark in part.chapter.remarks:
        name = str(remark["id"])
        begin = (
            f'<span class="comment-start" id="{name}" author="{escape(remark["author"])}" '
            f'date="{escape(remark["at"])}">{escape(remark["text"])}</span>'
        )
        end = f'<span class="comment-end" id="{name}"></span>'
        inserted.setdefault(remark["block"], []).extend([(remark["start"], begin), (remark["end"], end)])
    if inserted.get(""):
        # A remark on the whole chapter stands at its title.
        title = part.element.find(".//h1")
        name = title.get("data-b", "") if title is not None else ""
        inserted.setdefault(name, []).extend((0, html) for _at, html in inserted.pop(""))
    text = places.insert(text, inserted)
    # Pandoc reads MathML into Word's own mathematics.
    return mathematics.alone(re.sub(r'\s(?:data-(?!custom-style)[\w-]+|style)="[^"]*"', "", text))


def _template(path: Path) -> None:
    """Pandoc's own reference document with our colours and a face that every machine has."""
    import subprocess

    import pypandoc

    made = subprocess.run(
        [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    raw = path.with_suffix(".raw")
    raw.write_bytes(made.stdout)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename in ("word/styles.xml", "word/theme/theme1.xml"):
                text = data.decode()
                for before, after in (*FACES, *COLOURS):
                    text = text.replace(f'"{before}"', f'"{after}"')
                data = text.encode()
            new.writestr(item.filename, data)
