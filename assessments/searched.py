"""What of cycles and their texts can be found, and by whom: permissions.py, asked for all cycles at once."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from assessments.cycles import standing
from assessments.cycles.models import Cycle, CycleBody
from assessments.cycles.streams import group
from assessments.drafting.models import Chapter
from assessments.permissions import readers_with
from assessments.publishing import pages
from assessments.publishing.models import Publication, PublicationFile
from assessments.snapshots.models import Snapshot, SnapshotChapter
from assessments.sources.models import Source, SourceTerms
from panels.models import Appointment, Body, Person
from records import files
from records.search import entries, registry
from records.search.registry import Document

STATE_NAMES = ("name_en", "name_fr", "name_es", "name_ru", "name_ar", "name_zh")


def of_cycle(cycle_id: int) -> str:
    """The sight of those who see the cycle (permission cycle.view)."""
    return f"cycle-{cycle_id}"


def of_writers(cycle_id: int) -> str:
    """The sight of those who make the report (permission chapter.read)."""
    return f"writers-{cycle_id}"


def of_draft(snapshot_id: int) -> str:
    """The sight of those whom a round lets read a frozen draft (permission snapshot.read)."""
    return f"draft-{snapshot_id}"


def visible(user):
    """Sights from standing in the visible cycles: two queries."""
    cycles = list(Cycle.objects.visible_to(user))
    held = standing.held_in(user, cycles)
    for cycle in cycles:
        yield of_cycle(cycle.pk)
        if "writers" in readers_with(held[cycle.pk]):
            yield of_writers(cycle.pk)


def visible_record(user):
    """Sights of the record of the visible cycles, as their pinned procedures show it (procedure 1.8)."""
    cycles = list(Cycle.objects.visible_to(user))
    held = standing.held_in(user, cycles)
    for cycle in cycles:
        for reader in readers_with(held[cycle.pk]):
            for visibility in cycle.procedure.visible_to(reader, cycle.stage):
                yield entries.sight(group(f"cycle/{cycle.slug}"), visibility)


def _by_key(found) -> dict:
    return {str(row.pk): row for row in found}


def _all(model):
    return lambda: model.objects.order_by("pk").values_list("pk", flat=True)


def _own(row) -> list[int]:
    return [row.pk]


# Cycles and chapters


def cycle_document(cycle: Cycle) -> Document:
    return Document(
        title=cycle.title,
        text=f"{cycle.slug} {cycle.stage_title} {cycle.procedure.title}",
        sights=frozenset({of_cycle(cycle.pk)}),
        at=cycle.created_at,
        scope=cycle.slug,
        language=cycle.language,
    )


def chapter_rows(keys: list[str]) -> dict[str, Chapter]:
    return _by_key(Chapter.objects.filter(pk__in=keys).select_related("cycle", "current"))


def chapter_document(chapter: Chapter) -> Document:
    """The current text; it is its writers' alone until it is frozen for others."""
    version = chapter.current
    return Document(
        title=f"{chapter.number} {chapter.title}",
        text="\n".join(block["text"] for block in version.blocks) if version else "",
        sights=frozenset({of_writers(chapter.cycle_id)}),
        at=version.at if version else chapter.cycle.created_at,
        scope=chapter.cycle.slug,
        language=chapter.cycle.language,
    )


# Frozen drafts, block by block; a key is "SNAPSHOTCHAPTER:BLOCK"


def passage_keys_of(frozen: SnapshotChapter) -> list[str]:
    return [f"{frozen.pk}:{block['id']}" for block in frozen.blocks]


def passage_keys():
    for frozen in SnapshotChapter.objects.order_by("pk").only("blocks").iterator(chunk_size=10):
        yield from passage_keys_of(frozen)


def passage_rows(keys: list[str]) -> dict[str, tuple[SnapshotChapter, dict, tuple[str, int] | None]]:
    """Each passage with its frozen text and the page and line on which it begins (None: nothing was printed)."""
    wanted = set(keys)
    found = (
        SnapshotChapter.objects.filter(
            pk__in={key.partition(":")[0] for key in keys}, snapshot__status=Snapshot.Status.READY
        )
        .select_related("snapshot__cycle", "chapter")
        .defer("html")
    )
    result = {}
    for frozen in found:
        places = _places(frozen.line_map)
        for block in frozen.blocks:
            key = f"{frozen.pk}:{block['id']}"
            if key in wanted:
                result[key] = (frozen, block, places.get(block["id"]))
    return result


def _places(line_map: dict | None) -> dict[str, tuple[str, int]]:
    places: dict[str, tuple[str, int]] = {}
    for page in (line_map or {}).get("pages", []):
        for number, spans in page["lines"]:
            for block, _start, _end in spans:
                places.setdefault(block, (page["label"], number))
    return places


def passage_document(row) -> Document:
    frozen, block, place = row
    snapshot = frozen.snapshot
    printed = f" {place[0]}:{place[1]}" if place else ""
    return Document(
        title=f"{snapshot.label} {frozen.chapter.number}{printed}",
        text=block["text"],
        sights=frozenset({of_writers(snapshot.cycle_id), of_draft(snapshot.pk)}),
        at=snapshot.created_at,
        scope=snapshot.cycle.slug,
        language=snapshot.cycle.language,
    )


def passage_href(row) -> str:
    frozen, _block, place = row
    snapshot = frozen.snapshot
    address = reverse("snapshot_chapter", args=[snapshot.cycle.slug, snapshot.label, frozen.chapter.number])
    return f"{address}?page={place[0]}#l{place[1]}" if place else address


def passages_of_snapshot(snapshot: Snapshot) -> list[str]:
    if snapshot.status == Snapshot.Status.BUILDING:
        return []
    return [key for frozen in snapshot.chapters.only("blocks") for key in passage_keys_of(frozen)]


# Sources


def source_rows(keys: list[str]) -> dict[str, Source]:
    return _by_key(Source.objects.filter(pk__in=keys).select_related("cycle", "terms"))


def of_source(source: Source) -> str:
    """Those who make the report see a source; one that its holders lent to named people is not in the search."""
    terms = getattr(source, "terms", None)
    if terms and (terms.withdrawn_at or terms.access == SourceTerms.Access.NAMED):
        return f"source-{source.pk}"
    return of_writers(source.cycle_id)


def source_document(source: Source) -> Document:
    csl = source.csl
    people = [
        n.get(part, "") for role in ("author", "editor") for n in csl.get(role, []) for part in _NAME_PARTS
    ]
    dates = [str(year) for dated in csl.get("issued", {}).get("date-parts", []) for year in dated[:1]]
    said = [csl.get(name, "") for name in ("container-title", "publisher", "DOI", "ISBN", "URL", "abstract")]
    return Document(
        title=str(csl.get("title") or source.key),
        text=" ".join(filter(None, [source.key, *people, *dates, *map(str, said), source.translated_title])),
        sights=frozenset({of_source(source)}),
        at=source.added_at,
        scope=source.cycle.slug,
        language=source.language or "en",
    )


_NAME_PARTS = ("given", "family", "literal")


# People and bodies, cycle by cycle: a key is "PERSON:CYCLE" or "BODY:CYCLE"


def _pairs(keys: list[str]) -> tuple[set[int], set[int]]:
    split = [key.split(":") for key in keys]
    return {int(one) for one, _cycle in split}, {int(cycle) for _one, cycle in split}


def _seats():
    rows = Appointment.objects.current(timezone.now()).filter(body__cycle_bodies__isnull=False)
    return rows.order_by("person", "body__cycle_bodies__cycle")


def person_keys():
    rows = _seats().values_list("person", "body__cycle_bodies__cycle").distinct()
    return [f"{person}:{cycle}" for person, cycle in rows]


def person_rows(keys: list[str]) -> dict[str, tuple[Person, Cycle, list[Appointment]]]:
    """Those who have a seat in a cycle now."""
    people, cycles = _pairs(keys)
    by_pk = Cycle.objects.in_bulk(cycles)
    parts = CycleBody.objects.filter(cycle__in=cycles)
    cycles_of: dict[int, set[int]] = {}
    for body, cycle in parts.values_list("body", "cycle"):
        cycles_of.setdefault(body, set()).add(cycle)
    result: dict[str, tuple] = {}
    seats = Appointment.objects.current(timezone.now()).filter(person__in=people, body__in=cycles_of)
    for seat in seats.select_related("person", "body__state").order_by("pk"):
        for cycle in cycles_of[seat.body_id]:
            key = f"{seat.person_id}:{cycle}"
            if key in keys:
                result.setdefault(key, (seat.person, by_pk[cycle], []))[2].append(seat)
    return result


def person_document(row) -> Document:
    person, cycle, seats = row
    return Document(
        title=person.name,
        text=". ".join(
            [*(f"{seat.role}, {seat.body.name}" for seat in seats), *filter(None, [person.affiliation])]
        ),
        sights=frozenset({of_writers(cycle.pk)}),
        at=max(seat.starts for seat in seats),
        scope=cycle.slug,
        language=cycle.language,
    )


def persons_of_seat(seat: Appointment) -> list[str]:
    cycles = CycleBody.objects.filter(body=seat.body_id).values_list("cycle", flat=True).distinct()
    return [f"{seat.person_id}:{cycle}" for cycle in cycles]


def persons_of(person: Person) -> list[str]:
    rows = _seats().filter(person=person).values_list("body__cycle_bodies__cycle", flat=True).distinct()
    return [f"{person.pk}:{cycle}" for cycle in rows]


def persons_of_part(part: CycleBody) -> list[str]:
    rows = Appointment.objects.filter(body=part.body_id).values_list("person", flat=True).distinct()
    return [f"{person}:{part.cycle_id}" for person in rows]


def body_keys():
    rows = CycleBody.objects.order_by("body", "cycle").values_list("body", "cycle").distinct()
    return [f"{body}:{cycle}" for body, cycle in rows]


def body_rows(keys: list[str]) -> dict[str, CycleBody]:
    bodies, cycles = _pairs(keys)
    found = CycleBody.objects.filter(body__in=bodies, cycle__in=cycles).select_related("body__state", "cycle")
    rows = {f"{part.body_id}:{part.cycle_id}": part for part in found.order_by("-pk")}
    return {key: row for key, row in rows.items() if key in keys}


def body_document(part: CycleBody) -> Document:
    body, state = part.body, part.body.state
    names = [getattr(state, name) for name in STATE_NAMES] if state else []
    return Document(
        title=body.name,
        text=" ".join([*names, body.kind, body.key]),
        sights=frozenset({of_writers(part.cycle_id)}),
        at=part.cycle.created_at,
        scope=part.cycle.slug,
        language=part.cycle.language,
    )


def bodies_of(body: Body) -> list[str]:
    return [f"{body.pk}:{cycle}" for cycle in body.cycle_bodies.values_list("cycle", flat=True)]


# Publications: one published text each


def publication_rows(keys: list[str]) -> dict[str, PublicationFile]:
    found = PublicationFile.objects.filter(pk__in=keys, kind="html", publication__done_at__isnull=False)
    return _by_key(found.select_related("publication__cycle"))


def publication_document(file: PublicationFile) -> Document | None:
    try:
        text = pages.text_of(files.read(file.path, file.sha256).decode())
    except FileNotFoundError:
        return None
    cycle = file.publication.cycle
    return Document(
        title=file.title,
        text=strip_tags(text.replace("<", " <")),
        sights=frozenset({registry.PUBLIC}),
        at=file.publication.done_at,
        scope=cycle.slug,
        language=cycle.language,
    )


def publication_href(file: PublicationFile) -> str:
    publication = file.publication
    return reverse(
        "publication_read", args=[publication.cycle.slug, publication.act.replace(".", "-"), file.name]
    )


def register() -> None:
    """Put the kinds in place (called from the app's ready)."""
    entries.readers.append(visible_record)
    registry.register(
        "cycle",
        title=_("Reports"),
        rows=lambda keys: _by_key(Cycle.objects.filter(pk__in=keys)),
        every=_all(Cycle),
        document=cycle_document,
        href=Cycle.get_absolute_url,
        visible=visible,
        weight=60,
        changes={Cycle: _own},
    )
    registry.register(
        "publication",
        title=_("Published texts"),
        rows=publication_rows,
        every=_all(PublicationFile),
        document=publication_document,
        href=publication_href,
        visible=visible,
        weight=20,
        changes={PublicationFile: _own, Publication: lambda made: made.files.values_list("pk", flat=True)},
    )
    registry.register(
        "chapter",
        title=_("Chapters"),
        rows=chapter_rows,
        every=_all(Chapter),
        document=chapter_document,
        href=Chapter.get_absolute_url,
        visible=visible,
        weight=15,
        changes={Chapter: _own},
    )
    registry.register(
        "passage",
        title=_("Frozen drafts"),
        rows=passage_rows,
        every=passage_keys,
        document=passage_document,
        href=passage_href,
        visible=visible,
        weight=5,
        changes={SnapshotChapter: passage_keys_of, Snapshot: passages_of_snapshot},
    )
    registry.register(
        "source",
        title=_("Sources"),
        rows=source_rows,
        every=_all(Source),
        document=source_document,
        href=lambda source: source.get_absolute_url(),
        visible=visible,
        weight=5,
        changes={Source: _own},
    )
    registry.register(
        "person",
        title=_("People"),
        rows=person_rows,
        every=person_keys,
        document=person_document,
        href=lambda row: reverse("people", args=[row[1].slug]),
        visible=visible,
        weight=10,
        changes={Appointment: persons_of_seat, Person: persons_of, CycleBody: persons_of_part},
    )
    registry.register(
        "body",
        title=_("Bodies"),
        rows=body_rows,
        every=body_keys,
        document=body_document,
        href=lambda part: reverse("people", args=[part.cycle.slug]),
        visible=visible,
        weight=5,
        changes={Body: bodies_of, CycleBody: lambda part: [f"{part.body_id}:{part.cycle_id}"]},
    )
