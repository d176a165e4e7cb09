"""Where upper floors add what a publication contains: the approved summary's text, comments and answers."""

from __future__ import annotations

from collections.abc import Callable

from records.looking import once

_contents: list[Callable] = []
_counts: list[Callable] = []
_summaries: list[Callable] = []
_beside: list[Callable] = []
_reviewers: list[Callable] = []
_remarks: list[Callable] = []


def add_contents(make: Callable) -> None:
    """``make(publication) -> list[(kind, name, title, bytes)]`` gives more files for a publication."""
    if make not in _contents:
        _contents.append(make)


def contents(publication) -> list[tuple[str, str, str, bytes]]:
    return [file for make in _contents for file in make(publication)]


def add_counts(count: Callable) -> None:
    """``count(cycle) -> dict[str, int]`` gives figures that are published with the act."""
    if count not in _counts:
        _counts.append(count)


def counts(cycle) -> dict[str, int]:
    return {name: n for count in _counts for name, n in count(cycle).items()}


def add_beside(pages_of: Callable) -> None:
    """``pages_of(cycle, user) -> list[(title, href)]`` gives pages that belong beside the published files."""
    if pages_of not in _beside:
        _beside.append(pages_of)


def beside(cycle, user) -> list[tuple[str, str]]:
    def ask() -> list[tuple[str, str]]:
        return [page for pages_of in _beside for page in pages_of(cycle, user)]

    return once(("beside", cycle.pk, user.pk), ask)


def add_summary(text_of: Callable) -> None:
    """``text_of(cycle)`` gives the summary as a session approved it (see ``approved_summary``), or None."""
    if text_of not in _summaries:
        _summaries.append(text_of)


def approved_summary(cycle) -> list[dict] | None:
    """The approved summary, or None: headings {"heading"} and lines {"label", "text", "sight", "headline", "views"}."""
    for text_of in _summaries:
        found = text_of(cycle)
        if found is not None:
            return found
    return None


def add_reviewers(people_of: Callable) -> None:
    """``people_of(cycle) -> list[Person]`` gives reviewers who agreed to be named in the report."""
    if people_of not in _reviewers:
        _reviewers.append(people_of)


def reviewers(cycle) -> list:
    return [person for people_of in _reviewers for person in people_of(cycle)]


def add_remarks(remarks_of: Callable) -> None:
    """``remarks_of(snapshot, user) -> list[dict]`` gives what was said of a frozen draft, as that reader may see it.

    Each is {"chapter", "block", "start", "end", "author", "at", "text"}; block "" speaks of the whole chapter.
    """
    if remarks_of not in _remarks:
        _remarks.append(remarks_of)


def remarks(snapshot, user) -> list[dict]:
    return [remark for remarks_of in _remarks for remark in remarks_of(snapshot, user)]
