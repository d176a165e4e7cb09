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
from assessments.drafting.assets import data_file
from assessments.imprint.matter import matter_of
from assessments.procedures.titles import titled
from assessments.publishing import documents, pages, registry
from assessments.publishing.models import Publication, PublicationFile
from assessments.rendering import run as rendering
from assessments.rendering import tagged
from assessments.rendering.errors import RenderFailed
from assessments.rendering.wording import wording
from assessments.snapshots.actions import request_for
from assessments.text.images import shown_in
from records import chain, files, heads, reading
from records.jobs.queue import enqueue
from records.models import Job, Stream
from records.search import index
from records.storage import StoreAway


def build(job: Job, progress) -> dict:
    """Make every file, then mark the publication done in one transaction; running twice makes it once."""
    publication = Publication.objects.select_related("cycle", "snapshot", "by").get(
        pk=job.args["publication"]
    )
    href = {"href": f"/c/{publication.cycle.slug}/publications/"}
    if publication.done_at or publication.ready_at:
        return href
    made = Made(f"published/{publication.pk}-{secrets.token_hex(16)}")
    try:
        with override(publication.cycle.language):
            with tempfile.TemporaryDirectory(prefix="concord-publication-") as folder:
                _texts(publication, Path(folder), made, progress)
            for content in registry.contents(publication):
                made.keep(*content)
            if publication.embargo_until and publication.embargo_until > timezone.now():
                published = _hold(publication, made)
            else:
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


def lift(job: Job, _progress) -> dict:
    """Job ``publication.lift``: the embargo is over, and what lies there becomes public."""
    publication = Publication.objects.select_related("cycle", "by").get(pk=job.args["publication"])
    if publication.ready_at and not publication.done_at:
        made = Made(f"published/{publication.pk}-{secrets.token_hex(16)}")
        try:
            with override(publication.cycle.language):
                published = _finish(publication, made)
        except BaseException:
            made.undo()
            raise
        if not published:
            made.undo()
    return {"href": f"/c/{publication.cycle.slug}/publications/"}


def _texts(publication: Publication, folder: Path, made: Made, progress) -> None:
    """Every form of the texts; ``folder`` is for what is drawn before it is kept."""
    parts = parts_of(publication)
    steps = len(parts) + 2 + len(EDITIONS)
    able = rendering.available()[0]
    progress(0, steps, _("The whole report as PDF"))
    if able:
        _whole(publication, folder, made, parts)
    for place, part in enumerate(parts):
        progress(place + 1, steps, part["title"])
        name = "summary" if part["label"] == "SPM" else f"chapter-{part['label']}"
        title = f"{part['label']} {part['title']}"
        made.keep("html", f"{name}.html", title, _page(publication.cycle, title, part["html"]))
        if able:
            made.keep("pdf", f"{name}.pdf", title, _printed(publication, folder, name, part))
    _editions(publication, folder, made, parts, progress, steps)
    _data(publication.cycle, made, parts)


def _page(cycle, title: str, text: str) -> bytes:
    """The text with its pictures in one file."""
    images = cycle.assets.filter(name__in=shown_in(text))
    pictures = {image.name: (image.mime, files.read(image.file, image.sha256)) for image in images}
    made = pages.page(text, title=title, language=cycle.language, rtl=get_language_bidi(), pictures=pictures)
    return made.encode()


def _data(cycle, made: Made, parts: list[dict]) -> None:
    """What the figures were drawn from, under the names that their credits have (procedure 4.6)."""
    shown = shown_in(*(part["html"] for part in parts))
    for image in cycle.assets.filter(name__in=shown).exclude(data=""):
        title = _("Data of the figure %(key)s") % {"key": image.key}
        made.keep("data", data_file(image), title, files.read(image.data, image.data_sha256))


def parts_of(publication: Publication) -> list[dict]:
    """The texts of a publication in order: {label, title, html, markdown, texts, pages}."""
    act, cycle = publication.act, publication.cycle
    parts = []
    summary = registry.approved_summary(cycle) if act != "chapters.post" else None
    if summary is not None:
        title = cycle.chapters.filter(kind="summary").values_list("title", flat=True).first() or cycle.title
        written = summary_html(summary)
        parts.append({"label": "SPM", "title": title, "html": written, "markdown": summary_markdown(summary)})
    if act != "summary.release":
        rows = publication.snapshot.chapters.select_related("chapter", "version").order_by("chapter__place")
        parts += [
            {
                "label": row.chapter.number,
                "title": row.title,
                "html": row.html,
                "markdown": row.version.markdown,
                "texts": [block["text"] for block in row.blocks],
                "pages": row.pages,
            }
            for row in rows
            if row.chapter.kind != "summary" or (summary is None and act != "chapters.post")
        ]
    return parts


def _matter(publication: Publication) -> dict:
    """What stood around the chapters when the act was done; one of an earlier release pinned nothing."""
    return publication.matter or matter_of(publication.cycle, publication.at)


def _shown(publication: Publication) -> dict:
    """What the cover says beside the title."""
    rule = publication.cycle.procedure.publication[publication.act]
    notices = [_("Subject to final edits.")] if publication.act == "chapters.post" else []
    if publication.embargo_until:
        until = date_format(publication.embargo_until, "j F Y, H:i")
        notices.append(_("Under embargo until %(moment)s UTC.") % {"moment": until})
    return {
        "edition": titled(rule.title),
        "date": date_format(publication.at, "j F Y"),
        "notice": " ".join(notices),
    }


def _whole(publication: Publication, folder: Path, made: Made, parts: list[dict]) -> None:
    cycle = publication.cycle
    paths = documents.print_volumes(
        cycle, parts, _matter(publication), folder=folder, name="report", front=_shown(publication)
    )
    for number, path in enumerate(paths, 1):
        volume = f", {wording(cycle.language)['volume']} {number}" if len(paths) > 1 else ""
        made.keep("pdf", path.name, f"{cycle.title}{volume}", path.read_bytes())


EDITIONS = {"epub": ".epub", "docx": ".docx", "jats": ".xml", "offline": ".html", "markdown": ".zip"}


def _editions(
    publication: Publication, folder: Path, made: Made, parts: list[dict], progress, steps: int
) -> None:
    """The other forms of the whole; one that would lose text stops the build."""
    texts = [text for part in parts for text in part.get("texts", ())]
    for place, (kind, ending) in enumerate(EDITIONS.items()):
        progress(len(parts) + 2 + place, steps, ending)
        path = folder / f"report{ending}"
        asked = documents.request_of(
            publication.cycle,
            parts,
            _matter(publication),
            out=path,
            kind="publication",
            front=_shown(publication),
        )
        lost = documents.write_edition(asked, f"{publication.at:%Y-%m-%dT%H:%M:%SZ}", texts)
        if lost:
            raise RenderFailed(
                "lost-text", f"The edition {ending} lost the text of {lost} blocks, so nothing is published."
            )
        made.keep(kind, path.name, f"{publication.cycle.title} ({ending[1:]})", path.read_bytes())


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


def summary_markdown(lines: list[dict]) -> str:
    """The approved summary as Markdown, for the plain bundle."""
    found = []
    for line in lines:
        if "heading" in line:
            found.append(f"## {line['heading']}")
            continue
        text = f"**{line['text']}**" if line["headline"] else line["text"]
        found.append(" ".join(filter(None, (f"**{line['label']}**", text, line["sight"]))))
        found += [f"> {view['by']}: {view['text']}" for view in line["views"]]
    return "\n\n".join(found) + "\n"


def _printed(publication, folder: Path, name: str, part: dict) -> bytes:
    """One text as a PDF of its own, for those who read or cite it alone."""
    cycle, matter = publication.cycle, _matter(publication)
    path = folder / f"{name}.pdf"
    shown = _shown(publication)
    rendering.render(
        request_for(
            cycle,
            out=path,
            lines=False,
            kind="publication",
            variant="pdf/ua-1",
            chapters=[
                {
                    **{key: part[key] for key in ("label", "title", "html")},
                    "by": matter["by"].get(part["label"], []),
                }
            ],
            title=part["title"],
            toc=False,
            running={"title": cycle.title},
            front={**shown, "title": part["title"], "subtitle": cycle.title, "body": matter["front"]["body"]},
            matter={"imprint": matter["matter"]["imprint"], "notes": matter["matter"]["notes"]},
            metadata=matter["metadata"],
        )
    )
    tagged.describe(path, matter["metadata"])
    return path.read_bytes()


@transaction.atomic
def _hold(publication: Publication, made: Made) -> bool:
    """The files lie there under embargo (8.9): those who take part read them; a job opens them when it is over."""
    publication = Publication.objects.select_for_update().select_related("cycle", "by").get(pk=publication.pk)
    if publication.done_at or publication.ready_at:
        return False
    now = timezone.now()
    publication.ready_at = now
    publication.save(update_fields=["ready_at"])
    PublicationFile.objects.bulk_create(PublicationFile(publication=publication, **row) for row in made.rows)
    enqueue(
        "publication.lift",
        {"publication": publication.pk},
        scope=publication.cycle.slug,
        by=publication.by,
        lane="reserved",
        not_before=publication.embargo_until,
    )
    records.append.append(
        publication.cycle.stream,
        "publication.embargoed",
        {
            "title": publication.cycle.procedure.publication[publication.act].title,
            "until": f"{publication.embargo_until:%Y-%m-%d %H:%M} UTC",
            "files_root": chain.merkle_root([row["sha256"] for row in made.rows]),
        },
        by=publication.by,
        at=now,
        visibility="team",
    )
    return True


@transaction.atomic
def _finish(publication: Publication, made: Made) -> bool:
    """Make it public: the entry, the signed records, the index; False where another worker has done so meanwhile.

    ``made`` are the files that do not lie there yet; after an embargo the others do.
    """
    publication = Publication.objects.select_for_update().select_related("cycle", "by").get(pk=publication.pk)
    if publication.done_at:
        return False
    held = list(publication.files.all())
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
            "files": len(held) + len(made.rows),
            "files_root": chain.merkle_root([f.sha256 for f in held] + [row["sha256"] for row in made.rows]),
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
    index.touch("publication", [file.pk for file in (*held, *rows)])
    return True


def give_up(job: Job, error: Exception) -> None:
    """The files could not be made: say why; the act may be pressed again."""
    Publication.objects.filter(
        pk=job.args["publication"], done_at__isnull=True, ready_at__isnull=True
    ).update(error=str(error))
