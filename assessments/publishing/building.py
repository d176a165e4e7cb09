"""Job ``publication.build``: the files of a publication, then the entry that makes it public."""

from __future__ import annotations

import html
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _

import records.append
from assessments.procedures.titles import titled
from assessments.publishing import pages, registry
from assessments.publishing.models import Publication, PublicationFile
from assessments.rendering import run as rendering
from assessments.snapshots.actions import request_for
from records import chain, files, heads, reading
from records.models import Job, Stream
from records.search import index
from records.storage import StoreAway


def build(job: Job, progress) -> dict:
    """Make every file, then mark the publication done in one transaction; running twice makes it once."""
    publication = Publication.objects.select_related("cycle", "snapshot", "by").get(
        pk=job.args["publication"]
    )
    href = {"href": f"/c/{publication.cycle.slug}/publications/"}
    if publication.done_at:
        return href
    made = Made(f"published/{publication.pk}-{secrets.token_hex(16)}")
    try:
        with override(publication.cycle.language):
            _texts(publication, made, progress)
            for content in registry.contents(publication):
                made.keep(*content)
            published = _finish(publication, made)
    except BaseException:
        made.undo()
        raise
    if not published:
        made.undo()
    return href


@dataclass
class Made:
    """The files of one try, in a folder whose name nothing has had."""

    folder: str
    rows: list[dict] = field(default_factory=list)

    def keep(self, kind: str, name: str, title: str, data: bytes) -> None:
        path = f"{self.folder}/{name}"
        files.keep(path, data)
        self.rows.append(
            {
                "kind": kind,
                "name": name,
                "title": title[:250],
                "path": path,
                "sha256": chain.digest(data),
                "size": len(data),
            }
        )

    def undo(self) -> None:
        """Let go of files that no row will name; where the storage does not answer they stay, named by nothing."""
        for row in self.rows:
            with suppress(OSError, StoreAway):
                files.remove(row["path"])


def _texts(publication: Publication, made: Made, progress) -> None:
    act, cycle = publication.act, publication.cycle
    parts = []
    summary = registry.approved_summary(cycle) if act != "chapters.post" else None
    if summary is not None:
        title = cycle.chapters.filter(kind="summary").values_list("title", flat=True).first() or cycle.title
        parts.append(("SPM", title, summary_html(summary)))
    if act != "summary.release":
        rows = publication.snapshot.chapters.select_related("chapter").order_by("chapter__place")
        parts += [
            (row.chapter.number, row.title, row.html)
            for row in rows
            if row.chapter.kind != "summary" or (summary is None and act != "chapters.post")
        ]
    for place, (number, title, text) in enumerate(parts):
        progress(place, len(parts), title)
        name = f"{'summary' if number == 'SPM' else 'chapter-' + number}"
        made.keep("html", f"{name}.html", f"{number} {title}", _page(cycle, f"{number} {title}", text))
        if rendering.available()[0]:
            pdf = _printed(publication, number, title, text)
            made.keep("pdf", f"{name}.pdf", f"{number} {title}", pdf)


def _page(cycle, title: str, text: str) -> bytes:
    """The text with its pictures in one file."""
    images = cycle.assets.filter(key__in=pages.shown_in(text))
    pictures = {image.key: (image.mime, files.read(image.file, image.sha256)) for image in images}
    made = pages.page(text, title=title, language=cycle.language, rtl=get_language_bidi(), pictures=pictures)
    return made.encode()


def summary_html(lines: list[dict]) -> str:
    """The approved summary as HTML, each line with its label and the differing views where it stands."""
    found = []
    for line in lines:
        if "heading" in line:
            found.append(f'<h2 data-b="h{len(found)}">{html.escape(line["heading"])}</h2>')
            continue
        label = html.escape(line["label"])
        tag = "strong" if line["headline"] else "span"
        sight = f' <span class="sight">{html.escape(line["sight"])}</span>' if line["sight"] else ""
        found.append(
            f'<p data-b="{label}" id="{label}"><b class="label">{label}</b> '
            f"<{tag}>{html.escape(line['text'])}</{tag}>{sight}</p>"
        )
        for place, view in enumerate(line["views"], 1):
            found.append(
                f'<blockquote class="dissent"><p data-b="{label}-view-{place}">{html.escape(view["by"])}: '
                f"{html.escape(view['text'])}</p></blockquote>"
            )
    return "\n".join(found)


def _printed(publication, number: str, title: str, text: str) -> bytes:
    cycle = publication.cycle
    rule = cycle.procedure.publication[publication.act]
    with tempfile.TemporaryDirectory(prefix="concord-print-") as folder:
        path = Path(folder, "edition.pdf")
        rendering.render(
            request_for(
                cycle,
                out=path,
                lines=False,
                kind="publication",
                variant="pdf/ua-1",
                html=text,
                title=title,
                chapter_label=number,
                toc=False,
                running={"title": cycle.title},
                front={
                    "title": title,
                    "subtitle": cycle.title,
                    "edition": titled(rule.title),
                    "date": date_format(publication.at, "j F Y"),
                    "notice": _("Subject to final edits.") if publication.act == "chapters.post" else "",
                },
            )
        )
        return path.read_bytes()


@transaction.atomic
def _finish(publication: Publication, made: Made) -> bool:
    """Make it public; False where another worker has done so meanwhile."""
    publication = Publication.objects.select_for_update().select_related("cycle", "by").get(pk=publication.pk)
    if publication.done_at:
        return False
    now = timezone.now()
    publication.done_at = now
    publication.save(update_fields=["done_at"])
    cycle = publication.cycle
    records.append.append(
        cycle.stream,
        "publication.done",
        {
            "cycle": cycle.slug,
            "act": publication.act,
            "title": cycle.procedure.publication[publication.act].title,
            "files": len(made.rows),
            "files_root": chain.merkle_root([row["sha256"] for row in made.rows]),
            **publication.counts,
        },
        by=publication.by,
        at=now,
        visibility="public",
    )
    heads.sign(now)
    for stream in Stream.objects.filter(key__regex=rf"^(cycle|session)/{cycle.slug}(/|$)"):
        allowed = reading.visibilities(AnonymousUser(), stream) or frozenset()
        data = b"".join(reading.export(stream, allowed, now))
        name = f"record-{stream.key.replace('/', '-')}.jsonl"
        made.keep("record", name, _("Record: %(key)s") % {"key": stream.key}, data)
    made.keep("key", "record-key.pem", _("The key of the record"), heads.public_pem())
    rows = PublicationFile.objects.bulk_create(
        PublicationFile(publication=publication, **row) for row in made.rows
    )
    index.touch("publication", [row.pk for row in rows])
    return True


def give_up(job: Job, error: Exception) -> None:
    """The files could not be made: say why; the act may be pressed again."""
    Publication.objects.filter(pk=job.args["publication"], done_at__isnull=True).update(error=str(error))
