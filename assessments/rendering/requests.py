"""What is asked of a render: the request's shape, read and checked before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
VARIANTS = (None, "pdf/ua-1", "pdf/a-3a", "pdf/a-3u")
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}


@dataclass(frozen=True)
class Chapter:
    """One chapter: the label that leads its page numbers, its title, its HTML with ``data-b`` ids.

    ``by``: lines of people for its first page, [(what they are, names)]; ``cite``: how the chapter is cited.
    ``markdown`` is the text as written, for the plain bundle. ``remarks`` become comments in Word:
    [{id, block, start, end, author, at, text}], places counted without white space, block "" for the whole.
    """

    label: str
    title: str
    html: str
    by: tuple[tuple[str, str], ...] = ()
    cite: str = ""
    markdown: str = ""
    remarks: tuple[dict, ...] = ()


@dataclass(frozen=True)
class Request:
    """A request, complete. See ``read_request`` for the JSON it is read from."""

    kind: str
    out: Path
    chapters: tuple[Chapter, ...]
    language: str = "en"
    title: str = ""
    front: dict | None = None
    toc: bool = False
    matter: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    sources: list = field(default_factory=list)
    assets: dict[str, Path] = field(default_factory=dict)
    lines: bool = False
    running: dict = field(default_factory=dict)
    banner: str | None = None
    watermark: str | None = None
    variant: str | None = None
    first_page: int = 1
    formulae: Path | None = None
    part: bool = False
    contents: tuple[dict, ...] = ()
    fonts: Path = STATIC / "fonts"
    css: Path = STATIC / "css" / "print"

    @property
    def right_to_left(self) -> bool:
        return self.language.split("-")[0].lower() in RIGHT_TO_LEFT


def read_request(given: dict) -> Request:
    """The request in JSON as a Request. Raises ValueError that names the key and what was expected.

    Keys: ``kind`` ("draft" or "publication"), ``out`` (absolute path of the file), ``html`` with
    ``chapter_label`` and ``title``, or ``chapters`` [{label, title, html}]; optional ``language``,
    ``front`` {title, subtitle, edition, volume, date, body, notice}, ``toc``, ``matter`` (what stands around
    the chapters, see below), ``metadata`` {author, description, keywords, isbn, doi, licence}, ``sources``
    (CSL-JSON, for the plain bundle), ``assets`` {key: absolute path}, ``lines``, ``running`` {title, draft},
    ``banner``, ``watermark``, ``variant``, ``first_page`` (of a single chapter), ``formulae`` (a folder that
    keeps drawn formulae), ``part`` (it will be joined to others: see ``joining``), ``contents`` (rows of the part
    before the chapters, which has none itself), ``fonts`` and ``css`` (folders; those of the repository unless
    given). A chapter may have ``by`` [[label, names]], ``cite``, ``markdown`` and ``remarks``.

    ``matter``: ``imprint`` [[label, text]], ``notes`` [text], ``texts`` [{key, title, html, signed}], ``people``
    [{title, groups: [{title, rows: [{name, role, affiliation, state}]}]}], ``glossary`` and ``acronyms``
    [{term, definition, chapters}], ``index`` (true: lists of figures and the index of statements), ``figures``
    {name of an asset: {key, origin, licence, code, data}}.
    """
    if given.get("kind") not in ("draft", "publication"):
        raise ValueError(f'kind: expected "draft" or "publication", not {given.get("kind")!r}.')
    out = Path(_text(given, "out"))
    if not out.is_absolute():
        raise ValueError(f"out: expected an absolute path, not {out}.")
    if given.get("variant") not in VARIANTS:
        raise ValueError(f"variant: expected one of {VARIANTS}, not {given['variant']!r}.")
    first_page = given.get("first_page", 1)
    if type(first_page) is not int or first_page < 1:
        raise ValueError(f"first_page: expected a whole number from 1, not {first_page!r}.")
    return Request(
        kind=given["kind"],
        out=out,
        chapters=_chapters(given),
        language=given.get("language") or "en",
        title=given.get("title") or "",
        front=given.get("front") or None,
        toc=bool(given.get("toc")),
        matter=given.get("matter") or {},
        metadata=given.get("metadata") or {},
        sources=given.get("sources") or [],
        assets={key: Path(path) for key, path in (given.get("assets") or {}).items()},
        lines=bool(given.get("lines")),
        running=given.get("running") or {},
        banner=given.get("banner") or None,
        watermark=given.get("watermark") or None,
        variant=given.get("variant"),
        first_page=first_page,
        formulae=Path(given["formulae"]) if given.get("formulae") else None,
        part=bool(given.get("part")),
        contents=tuple(given.get("contents") or ()),
        fonts=Path(given.get("fonts") or STATIC / "fonts"),
        css=Path(given.get("css") or STATIC / "css" / "print"),
    )


def _chapters(given: dict) -> tuple[Chapter, ...]:
    if ("html" in given) == ("chapters" in given):
        raise ValueError("html, chapters: expected one of the two.")
    if "html" in given:
        label = given.get("chapter_label") or ""
        return (Chapter(label, given.get("title") or "", _text(given, "html")),)
    if not given["chapters"] and not given.get("part"):
        raise ValueError("chapters: expected at least one.")
    labels = [chapter.get("label") or "" for chapter in given["chapters"]]
    doubled = sorted({label for label in labels if labels.count(label) > 1})
    if doubled:
        raise ValueError(f"chapters: two have the label {doubled[0]!r}; page numbers would be ambiguous.")
    return tuple(
        Chapter(
            label,
            chapter.get("title") or "",
            _text(chapter, "html"),
            tuple((name, people) for name, people in chapter.get("by") or ()),
            chapter.get("cite") or "",
            chapter.get("markdown") or "",
            tuple(chapter.get("remarks") or ()),
        )
        for label, chapter in zip(labels, given["chapters"], strict=True)
    )


def _text(given: dict, key: str) -> str:
    value = given.get(key)
    # A chapter that nobody has begun is printed with its title alone.
    if not isinstance(value, str):
        raise ValueError(f"{key}: expected text, not {value!r}.")
    return value
