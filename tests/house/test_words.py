"""What no file of the house contains: places only one machine knows, work left undone, files without end."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support import ROOT

CODE = (".py", ".html", ".js", ".css", ".sh", ".toml", ".yml")
LONGEST = 400  # lines of a Python file, after which a concept inside wants a name
# Whole for a reason; each may grow no longer than stands here.
WHOLE = {
    "portal/api/inputs.py": 440,  # one table of what acts take
    "assessments/procedures/model.py": 450,  # every value of a procedure on one page
    "assessments/searched.py": 420,  # one table of what can be found on this floor, with who finds it
    "portal/api/acting.py": 520,  # one function an act, each handing it on
    "assessments/drafting/word/reading.py": 630,  # one walk through Word's format, element by element
    "assessments/drafting/word/writing.py": 530,  # the same, the other way
    "assessments/drafting/word/returning.py": 430,  # one comparison, kind of block by kind of block
    "assessments/drafting/word/diffing.py": 420,  # one comparison, word by word
    "portal/api/urls.py": 610,  # one table of addresses
    "portal/api/shapes.py": 740,  # one table of shapes, a row or two each
    "tests/portal/test_doctor.py": 420,  # each thing that can be wrong, broken and mended
    "records/chain.py": 600,  # one file to copy beside verify.py: all that an outsider needs
    "assessments/text/blocks.py": 500,  # one grammar, read from top to bottom
    "tests/records/test_verify.py": 520,  # the verifier's answers as one table of stories
    "tests/reviews/comments/test_sheets.py": 520,  # the same for what reviewers' sheets hold
    "tests/assessments/sources/test_parse.py": 520,  # the same for bibliographies
}


def _any(*words: tuple[str, ...]) -> str:
    """An alternative of words that are given in pieces, so that this file does not contain them."""
    return "|".join(re.escape("".join(pieces)) for pieces in words)


HOSTS = re.compile(
    _any(
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("registry.", "npmjs"),
        ("registry.", "yarnpkg"),
        ("deb.", "debian.org"),
        ("archive.", "ubuntu.com"),
        ("proxy.", "golang.org"),
    )
    + r"|(?m:^\s*--(?:extra-)?index-url)"
)
MACHINE = re.compile(
    rf"(?:^|[^A-Za-z0-9_.])/(?:{_any(('wo', 'rk'), ('fa', 'rm'), ('ro', 'ot'), ('home/', 'plain'))})/"
)
UNDONE = re.compile(
    rf"\b(?:{_any(('NotImplemented', 'Error'), ('TO', 'DO'), ('FIX', 'ME'), ('X', 'XX'))})\b"
    rf"|(?i:{_any(('coming', ' soon'), ('not yet', ' implemented'))})"
)


@cache
def files() -> tuple[Path, ...]:
    """The files of the repository: those under version control and those about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("not a git repository: its own files cannot be told from others")
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def finds(pattern: re.Pattern, endings: tuple[str, ...] = ()) -> list[str]:
    found = []
    for path in files():
        if (endings and path.suffix not in endings) or "dist" in path.parts:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line}: {match[0].strip()}")
    return found


def test_no_file_names_a_package_registry():
    assert finds(HOSTS) == []


def test_no_file_names_a_place_of_one_machine():
    assert finds(MACHINE) == []


def test_no_code_says_of_itself_that_it_is_unfinished():
    assert finds(UNDONE, CODE) == []


def test_no_python_file_is_too_long():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in files()
        if path.suffix == ".py" and "migrations" not in path.parts
    }
    assert {name: length for name, length in lengths.items() if length > WHOLE.get(name, LONGEST)} == {}


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (HOSTS, "see https://" + "py" + "pi.org/simple", True),
        (HOSTS, "--index" + "-url https://example.org", True),
        (HOSTS, "the index of names", False),
        (MACHINE, "open('/wo" + "rk/main/x')", True),
        (MACHINE, "team/wo" + "rk/later", False),
        (UNDONE, "# TO" + "DO: later", True),
        (UNDONE, "TODOS_LOS_SANTOS", False),
    ],
)
def test_the_patterns_find_what_they_are_for_and_nothing_else(pattern, text, matches):
    assert bool(pattern.search(text)) is matches
