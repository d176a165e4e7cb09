"""The printing of a frozen draft: chapters side by side on the cores there are, and only those that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils.translation import gettext as _

from assessments.drafting.models import ChapterVersion
from assessments.rendering import parts, stamping
from assessments.snapshots.models import Snapshot, SnapshotChapter

LOOK_EVERY_S = 1.0


def folder() -> Path:
    """Where drawn parts are kept on this machine; it may be emptied at any time."""
    return Path(settings.DATA_DIR, "cache", "parts")


def press() -> parts.Press:
    """A press into that folder; a chapter may take ten minutes."""
    return parts.Press(folder(), timeout_s=600)


def costly_first(snapshot: Snapshot, versions: Iterable[ChapterVersion]) -> list[ChapterVersion]:
    """The texts that the draft before did not hold, then the others; the longest first, so that none ends alone."""
    before = (
        snapshot.cycle.snapshots.filter(status=Snapshot.Status.READY, created_at__lt=snapshot.created_at)
        .order_by("-created_at")
        .first()
    )
    held = set(before.chapters.values_list("version", flat=True)) if before else set()
    return sorted(versions, key=lambda v: (v.pk in held, -len(v.markdown)))


class Printing:
    """Prints the chapters of one snapshot while the next is still being read; a context manager.

    ``ask(row, images)`` gives the rendering request of a chapter's draft (``requests.read_request``), with its images
    where they lie or in that folder;
    ``keep(row, file, part)`` is called in the caller's thread with the finished PDF. ``progress(done, total, text)``
    is told which chapter is at which page.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        chapters: list,
        *,
        ask: Callable[[SnapshotChapter, Path], dict],
        keep: Callable[[SnapshotChapter, Path, parts.Part], None],
        progress: Callable[[int, int, str], None],
    ):
        self.snapshot, self.ask, self.keep, self.progress = snapshot, ask, keep, progress
        self.places = {chapter.pk: place for place, chapter in enumerate(chapters)}
        self.titles = [chapter.title for chapter in chapters]
        self.done = snapshot.chapters.count()
        self.waiting: dict[Future, SnapshotChapter] = {}
        self.pages: dict[str, int] = {}
        self.stamps: Future | None = None
        self.press = press()
        self.images = TemporaryDirectory(prefix="concord-images-")

    def __enter__(self) -> Printing:
        self.press.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self.press.__exit__(*error)
        self.images.cleanup()
        parts.tidy(folder())

    def add(self, row: SnapshotChapter) -> None:
        """Have a chapter printed; one that is finished meanwhile is kept at once."""
        number = row.chapter.number
        # A folder for each chapter: an image laid anew must not be cut short under a program that reads it.
        request = self.ask(row, Path(self.images.name, str(row.chapter_id)))
        if self.stamps is None:
            self.stamps = self.press.submit(stamping.stamps(request, self.titles))
        chapter = {"label": number, "title": row.title, "html": row.html}
        said = partial(self._said, number)
        self.waiting[self.press.submit(stamping.bare(request, chapter), said)] = row
        self._keep_finished(0)

    def finish(self) -> None:
        """Wait until all are printed and kept. Raises RenderFailed of the first that cannot be."""
        while self.waiting:
            self._keep_finished(LOOK_EVERY_S)

    def _said(self, number: str, step: str, pages: int) -> None:
        self.pages[number] = pages

    def _keep_finished(self, seconds: float) -> None:
        for future in wait(self.waiting, timeout=seconds, return_when=FIRST_COMPLETED).done:
            row, part = self.waiting.pop(future), future.result()
            self.pages.pop(row.chapter.number, None)
            made = part.pdf.with_suffix(f".{row.snapshot_id}-{row.chapter_id}.new.pdf")
            try:
                row.pdf_sha256 = stamping.stamp(
                    part.pdf, self.stamps.result().pdf, self.places[row.chapter_id], made
                )
                self.keep(row, made, part)
            finally:
                made.unlink(missing_ok=True)
            self.done += 1
        self.progress(self.done, len(self.titles), self._where())

    def _where(self) -> str:
        """ "Chapter 3: page 40; Chapter 5: page 10", of those that are being laid out."""
        return "; ".join(
            _("Chapter %(number)s: page %(page)s") % {"number": number, "page": page}
            if page
            else _("Chapter %(number)s") % {"number": number}
            for number, page in sorted(self.pages.items())
        )
