"""Job ``publication.build``: the files of a publication, then the entry that makes it public."""

from __future__ import annotations

import html
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

import records.append
from assessments.procedures.titles import titled
from assessments.publishing import registry
from assessments.publishing.models import Publication, PublicationFile
from assessments.rendering import run as rendering
from assessments.snapshots.actions import request_for
from records import chain, heads, reading
from records.models import Job, Stream
from records.search import index


def build(job: Job, progress) -> dict:
    """Make every file, then mark the publication done in one transaction; running twice makes it once."""
    publication = Publication.objects.select_related("cycle", "snapshot", "by").get(
        pk=job.args["publication"]
    )
    href = {"href": f"/c/{publication.cycle.slug}/publications/"}
    if publication.done_at:
        return href
    folder = Path(settings.MEDIA_ROOT, "published", f"{publication.pk}-{secrets.token_hex(6)}")
    folder.mkdir(parents=True)
    with override(publication.cycle.language):
        files = _texts(publication, folder, progress)
        files += [_stored(folder, *content) for content in registry.contents(publication)]
        _finish(publication, folder, files)
    return href


def _texts(publication: Publication, folder: Path, progress) -> list[dict]:
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
    files = []
    for place, (number, title, text) in enumerate(parts):
        progress(place, len(parts), title)
        name = f"{'summary' if number == 'SPM' else 'chapter-' + number}"
        files.append(_stored(folder, "html", f"{name}.html", f"{number} {title}", text.encode()))
        if rendering.available()[0]:
            files.append(_printed(publication, folder, name, number, title, text))
    return files


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


def _printed(publication, folder: Path, name: str, number: str, title: str, text: str) -> dict:
    cycle = publication.cycle
    rule = cycle.procedure.publication[publication.act]
    path = folder / f"{name}.pdf"
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
    return _described(path, "pdf", f"{number} {title}")


def _stored(folder: Path, kind: str, name: str, title: str, data: bytes) -> dict:
    path = folder / name
    path.write_bytes(data)
    return _described(path, kind, title)


def _described(path: Path, kind: str, title: str) -> dict:
    data = path.read_bytes()
    return {
        "kind": kind,
        "name": path.name,
        "title": title[:250],
        "path": str(path.relative_to(settings.MEDIA_ROOT)),
        "sha256": chain.digest(data),
        "size": len(data),
    }


@transaction.atomic
def _finish(publication: Publication, folder: Path, files: list[dict]) -> None:
    publication = Publication.objects.select_for_update().select_related("cycle", "by").get(pk=publication.pk)
    if publication.done_at:
        return
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
            "files": len(files),
            "files_root": chain.merkle_root([f["sha256"] for f in files]),
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
        files.append(_stored(folder, "record", name, _("Record: %(key)s") % {"key": stream.key}, data))
    files.append(_stored(folder, "key", "record-key.pem", _("The key of the record"), heads.public_pem()))
    made = PublicationFile.objects.bulk_create(PublicationFile(publication=publication, **f) for f in files)
    index.touch("publication", [file.pk for file in made])


def give_up(job: Job, error: Exception) -> None:
    """The files could not be made: say why; the act may be pressed again."""
    Publication.objects.filter(pk=job.args["publication"], done_at__isnull=True).update(error=str(error))
