"""The Arabic catalogue says all that the sources say, with the same names to fill in, and is compiled."""

from __future__ import annotations

import ast
import gettext
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from tests.support import ROOT, need

CATALOGUE = ROOT / "locale" / "ar" / "LC_MESSAGES" / "django.po"
FORMS = 6
# Forms for none, one and two may say the number in a word: one number only leads to each of them.
SPELT_OUT = 3
# Folders without a string for people; some are large, and one holds the catalogue itself.
APART = (
    *(".*", "var", "node_modules", "locale", "tests", "benchmarks", "docs", "static", "deploy"),
    "__pycache__",
)
LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])? )?(".*")')
PLACE = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")


@dataclass
class Message:
    """One entry of a catalogue: ``texts`` by number of the plural form, 0 alone where there is no plural."""

    context: str | None = None
    id: str = ""
    plural: str | None = None
    texts: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """As a compiled catalogue names it."""
        return self.id if self.context is None else f"{self.context}\x04{self.id}"


def read(text: str) -> list[Message]:
    """The entries of a catalogue in form ``.po``, its header first; entries no longer used are left out."""
    found, now, name, form = [], Message(), "", 0
    for line in [*text.splitlines(), ""]:
        match = LINE.fullmatch(line)
        if match:
            if match[1]:
                name, form = match[1], int(match[2] or 0)
            words = ast.literal_eval(match[3])
            if name == "msgstr":
                now.texts[form] = now.texts.get(form, "") + words
            elif name == "msgid":
                now.id += words
            elif name == "msgid_plural":
                now.plural = (now.plural or "") + words
            else:
                now.context = (now.context or "") + words
        elif line.startswith("#,"):
            now.fuzzy = "fuzzy" in line
        elif not line.strip():
            found += [now] if now.texts else []
            now = Message()
    return found


def messages() -> list[Message]:
    return read(CATALOGUE.read_text(encoding="utf-8"))[1:]


def untranslated(found: list[Message]) -> list[str]:
    """The ids of entries that are in doubt, or lack a text or one of the plural forms."""
    return [
        m.id
        for m in found
        if m.fuzzy or sorted(m.texts) != list(range(FORMS if m.plural else 1)) or not all(m.texts.values())
    ]


def misfilled(found: list[Message]) -> list[tuple[str, str]]:
    """The texts whose names to fill in are not those of the original."""
    faults = []
    for m in found:
        wanted = set(PLACE.findall(m.id)) | set(PLACE.findall(m.plural or ""))
        for form, text in m.texts.items():
            places = set(PLACE.findall(text))
            spelt_out = m.plural is not None and form < SPELT_OUT and places <= wanted
            if places != wanted and not spelt_out:
                faults.append((m.id, text))
    return faults


def test_every_string_of_the_sources_is_translated(tmp_path):
    need("gettext")
    copy = tmp_path / "house"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*APART))
    (copy / "locale").mkdir()
    made = subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "ar"],
        cwd=copy,
        env={**os.environ, "DATA_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    fresh = read((copy / CATALOGUE.relative_to(ROOT)).read_text(encoding="utf-8"))[1:]
    known = {(m.key, m.plural) for m in messages()}
    assert [m.id for m in fresh if (m.key, m.plural) not in known] == []


def test_every_entry_of_the_catalogue_is_translated_in_all_its_forms():
    assert untranslated(messages()) == []


def test_translations_fill_in_the_same_names():
    assert misfilled(messages()) == []


def test_no_message_stands_twice():
    keys = [m.key for m in messages()]
    assert [key for key in set(keys) if keys.count(key) > 1] == []


def test_the_compiled_catalogue_is_that_of_the_sources():
    wanted: dict = {}
    for m in messages():
        if m.plural is None:
            wanted[m.key] = m.texts[0]
        else:
            wanted |= {(m.key, form): text for form, text in m.texts.items()}
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    del compiled[""]  # the header, which msgfmt shortens
    assert compiled == wanted


@pytest.mark.parametrize(
    ("n", "form"),
    [(0, 0), (1, 1), (2, 2), (3, 3), (10, 3), (11, 4), (99, 4), (100, 5), (103, 3)],
)
def test_a_number_leads_to_its_form_of_the_plural(n, form):
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).plural(n) == form


PO = 'msgid ""\nmsgstr "Language: ar\\n"\n\n'


@pytest.mark.parametrize(
    ("text", "untranslated_ids"),
    [
        ('msgid "a"\nmsgstr "ب"\n', []),
        ('msgid "a"\nmsgstr ""\n', ["a"]),
        ('#, fuzzy\nmsgid "a"\nmsgstr "ب"\n', ["a"]),
        ('msgid "a"\nmsgid_plural "as"\nmsgstr[0] "ب"\nmsgstr[1] "ت"\n', ["a"]),
        ('#~ msgid "a"\n#~ msgstr ""\n', []),
        ('msgid ""\n"long"\n" text"\nmsgstr ""\n"نص"\n" طويل"\n', []),
    ],
)
def test_what_is_not_translated_would_be_found(text, untranslated_ids):
    assert untranslated(read(PO + text)[1:]) == untranslated_ids


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('msgid "%(a)s and {b}"\nmsgstr "{b} و%(a)s"\n', 0),
        ('msgid "%(a)s"\nmsgstr "%(b)s"\n', 1),
        ('msgid "all"\nmsgstr "100%%"\n', 1),
        ('msgid "one"\nmsgid_plural "%(n)s"\nmsgstr[1] "واحد"\nmsgstr[3] "%(n)s"\n', 0),
        ('msgid "one"\nmsgid_plural "%(n)s"\nmsgstr[1] "%(m)s"\nmsgstr[3] "ثلاثة"\n', 2),
    ],
)
def test_a_wrong_name_to_fill_in_would_be_found(text, faults):
    assert len(misfilled(read(PO + text)[1:])) == faults
