"""The whole report as a rendering request: one way for what is published and for ``manage.py render``."""

from __future__ import annotations

from pathlib import Path

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle
from assessments.rendering import bundle, editions, tagged
from assessments.rendering import run as rendering
from assessments.rendering.wording import wording
from assessments.snapshots.actions import request_for

# A volume has at most so many pages (decision 0005): what one render holds in memory and a reader opens.
VOLUME_PAGES = 300
# What stands around the chapters takes some; a chapter whose pages nobody counted is taken for this long.
AROUND, UNCOUNTED = 30, 40
TIMEOUT_S = 1800


def request_of(cycle: Cycle, chapters: list[dict], matter: dict, *, out: Path, kind: str, **more) -> dict:
    """The rendering request of the report. ``matter`` as from ``imprint.matter.matter_of``.

    ``chapters``: [{label, title, html}], optional ``markdown`` and ``remarks``. ``more`` goes over what is made here.
    """
    front = {**matter["front"], **more.pop("front", {})}
    cite = next(
        (value for label, value in matter["matter"]["imprint"] if label == wording(cycle.language)["cite"]),
        "",
    )
    given = [
        {
            **chapter,
            "by": matter["by"].get(chapter["label"], []),
            "cite": _cite(chapter, cite) if kind == "publication" and len(chapters) > 1 else "",
        }
        for chapter in chapters
        if chapter["html"].strip()
    ]
    return request_for(
        cycle,
        out=out,
        **{
            "kind": kind,
            "chapters": given,
            "title": cycle.title,
            "toc": len(given) > 1,
            "front": front,
            "matter": matter["matter"],
            "metadata": matter["metadata"],
            "sources": sources_of(cycle) if out.suffix == ".zip" else [],
            "running": {"title": cycle.title},
            **more,
        },
    )


def _cite(chapter: dict, report: str) -> str:
    return f"{chapter['title']}. {_('In:')} {report}" if report else ""


def sources_of(cycle: Cycle) -> list[dict]:
    """The cycle's sources as CSL-JSON, each under its key."""
    return [{**row.csl, "id": row.key} for row in cycle.sources.all()]


def volumes(chapters: list[dict]) -> list[list[dict]]:
    """The chapters in volumes of at most ``VOLUME_PAGES``, by the pages that each had when it was frozen."""
    found: list[list[dict]] = [[]]
    pages = AROUND
    for chapter in chapters:
        its = chapter.get("pages") or UNCOUNTED
        if found[-1] and pages + its > VOLUME_PAGES:
            found.append([])
            pages = AROUND
        found[-1].append(chapter)
        pages += its
    return found


def print_volumes(
    cycle: Cycle, chapters: list[dict], matter: dict, *, folder: Path, name: str, **more
) -> list[Path]:
    """Print the report as tagged PDFs, one a volume; a volume that came out too long is divided and printed again."""
    waiting = volumes(chapters)
    while True:
        paths = []
        for place, held in enumerate(waiting):
            path = folder / (f"{name}.pdf" if len(waiting) == 1 else f"{name}-{place + 1}.pdf")
            pages = _print(cycle, held, _share(matter, place, len(waiting)), path, place, len(waiting), more)
            if pages > VOLUME_PAGES and len(held) > 1:
                middle = len(held) // 2
                waiting[place : place + 1] = [held[:middle], held[middle:]]
                for made in paths:
                    made.unlink()
                path.unlink()
                break
            paths.append(path)
        else:
            return paths


def _share(matter: dict, place: int, count: int) -> dict:
    """What of the matter stands in one volume: texts and people in the first, glossary and acronyms in the last."""
    inner = dict(matter["matter"])
    if place:
        inner |= {"texts": [], "people": []}
    if place < count - 1:
        inner |= {"glossary": [], "acronyms": []}
    return {**matter, "matter": inner}


def _print(cycle, held: list[dict], matter: dict, path: Path, place: int, count: int, more: dict) -> int:
    front = dict(more.get("front", {}))
    if count > 1:
        front["volume"] = f"{wording(cycle.language)['volume']} {place + 1}"
    asked = request_of(
        cycle, held, matter, out=path, kind="publication", variant="pdf/ua-1", **{**more, "front": front}
    )
    for chapter in asked["chapters"]:
        chapter.pop("markdown", None)  # what the drawing program needs not, it does not get
    made = rendering.render(asked, timeout_s=TIMEOUT_S)
    tagged.describe(path, asked["metadata"])
    return made.pages


def write_edition(request: dict, modified: str, texts: list[str]) -> int:
    """Write an edition and read it back; how many of the blocks' texts it lost. Raises RenderFailed."""
    editions.write(request, modified)
    out = Path(request["out"])
    if out.suffix == ".zip":
        return bundle.lost(out, request["chapters"])
    return editions.lost(out, texts)


def dated(moment) -> str:
    """A date in words, in the language that is active."""
    return date_format(moment, "j F Y")
