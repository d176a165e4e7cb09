"""The house has floors, and an import goes down, never up; its pure rooms know no Django."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

FLOORS = ("records", "panels", "assessments", "reviews", "portal")
# These run without the web framework: for a second verifier, in the rendering child, in plain tests.
PURE = (
    "records/chain.py",
    "records/verify.py",
    "records/search/words.py",
    "records/search/asking.py",
    "assessments/text",
    "assessments/sources/parse.py",
    "assessments/sources/clean.py",
    "assessments/sources/style.py",
    "assessments/sources/kinds.py",
    "assessments/sources/duplicates.py",
    "assessments/sources/industry.py",
    "assessments/sources/folding.py",
    "assessments/sources/retractions.py",
    "assessments/findings/scale.py",
    "assessments/findings/reading.py",
    "assessments/findings/noticing.py",
    "assessments/rendering",
    "reviews/comments/sheets.py",
    "reviews/comments/positions.py",
)


def imported(path: Path, source: str, root: Path = ROOT) -> Iterator[tuple[int, str]]:
    """Each module that the source imports, wherever in it, with its line; relative ones made absolute."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(source, str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield node.lineno, ".".join((*base, *filter(None, [node.module])))


def upward(path: Path, source: str, root: Path = ROOT) -> list[str]:
    """The imports of one file that go to a higher floor."""
    floor = FLOORS.index(path.relative_to(root).parts[0])
    above = set(FLOORS[floor + 1 :])
    return [
        f"{path.relative_to(root)}:{line} imports {module}"
        for line, module in imported(path, source, root)
        if module.split(".")[0] in above
    ]


def python_files(place: Path) -> list[Path]:
    return [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))


@pytest.mark.parametrize("floor", FLOORS)
def test_no_floor_imports_from_one_above_it(floor):
    found = [line for path in python_files(ROOT / floor) for line in upward(path, path.read_text())]
    assert found == []


@pytest.mark.parametrize("place", PURE)
def test_a_pure_room_imports_no_django(place):
    # The package files above a pure module run when it is imported, so they must be as pure as it is.
    packages = [folder / "__init__.py" for folder in (ROOT / place).parents if ROOT in folder.parents]
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in (*python_files(ROOT / place), *packages)
        for line, module in imported(path, path.read_text())
        if module.split(".")[0] in ("django", "rest_framework", "celery")
    ]
    assert found == []


@pytest.mark.parametrize("place", PURE)
def test_every_pure_room_that_is_named_here_exists(place):
    assert (ROOT / place).exists()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import panels.models", ["records/jobs/tasks.py:1 imports panels.models"]),
        ("from portal import demo", ["records/jobs/tasks.py:1 imports portal"]),
        ("def late():\n    from reviews import x", ["records/jobs/tasks.py:2 imports reviews"]),
        ("from ..append import append\nimport records", []),
        ("import portalocker", []),
    ],
)
def test_the_check_itself_sees_upward_imports_and_no_others(source, found):
    assert upward(ROOT / "records" / "jobs" / "tasks.py", source) == found
