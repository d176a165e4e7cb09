"""From the checked input to the action: each function hands one act on, and adds nothing to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _
from rest_framework.serializers import ValidationError

from assessments.cycles import actions as cycles
from assessments.cycles import groups, standing
from assessments.cycles.models import Cycle
from assessments.drafting import actions as drafting
from assessments.drafting import assets
from assessments.drafting.files import import_file
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.drafting.rendered import render_chapter
from assessments.findings import actions as finding_acts
from assessments.imprint import actions as imprint
from assessments.imprint.matter import imprint_of
from assessments.procedures.loader import ProcedureError
from assessments.publishing import actions as publishing
from assessments.snapshots import actions as snapshots
from assessments.snapshots.models import SnapshotChapter
from assessments.sources import doi, keeping, vetting
from assessments.sources import importing as sources
from assessments.sources.acts import people_of
from assessments.text.model import TextTooComplex
from panels import actions as panels
from panels.forms import AcceptForm, SettingsForm
from panels.models import Body, DisclosureRequest, Person, User
from portal.api.finding import visible_comments
from portal.api.inputs import checked, one_of
from portal.api.rows import scale as scale_shown
from portal.tokens import actions as tokens
from records import erasure
from records import reading as record
from records.models import Entry, Webhook
from records.notices import calendar, preferences, reading
from records.obstacles import require
from records.reading import Shown
from records.webhooks import actions as hooks
from reviews.anchors import projecting
from reviews.approval import sessions
from reviews.approval.acts import ACTS
from reviews.approval.models import Session
from reviews.comments import actions as comments
from reviews.comments import answers, importing, national
from reviews.comments.actions import reviewer_for
from reviews.comments.anchoring import PlaceError, Places
from reviews.comments.models import Comment
from reviews.rounds import actions as rounds
from reviews.rounds.models import ReviewRound


def chapter_of(cycle: Cycle, number: str, field: str = "chapter") -> Chapter:
    rows = cycle.chapters.select_related("cycle", "current")
    return one_of(rows.filter(number=number), number, field, cycle.slug)


def version_of(chapter: Chapter, number: int | None) -> ChapterVersion | None:
    """The version of that number; None for None, an empty page."""
    if number is None:
        return None
    rows = chapter.versions.filter(number=number)
    return one_of(rows, number, "base_version", str(chapter))


# ---- Cycles and people ----------------------------------------------------------------------------


def create_cycle(_target, data: dict, *, by: User, now: datetime) -> Cycle:
    try:
        return cycles.create_cycle(data.pop("slug"), **data, by=by, now=now)
    except ProcedureError as error:
        raise ValidationError({"procedure": str(error)}) from error


def appoint(cycle: Cycle, data: dict, **who):
    return cycles.appoint(cycle, data["person"], data["role"], data["body"], **who)


def invite_to_seat(cycle: Cycle, data: dict, **who):
    return cycles.invite(cycle, data.pop("role"), data.pop("body"), **data, **who)


def ask_disclosure(cycle: Cycle, data: dict, **who):
    return cycles.ask_disclosure(cycle, data["person"], data["role"], data["body"], **who)


def asked_disclosures(_user, cycle: Cycle):
    """Disclosures that were asked for and not filed yet."""
    waiting = DisclosureRequest.objects.filter(body__in=standing.bodies_of(cycle), disclosure=None)
    return waiting.select_related("person", "body").distinct()


def of_item(action: Callable) -> Callable:
    """The action on what was found within its cycle."""
    return lambda target, _data, **who: action(target.item, **who)


def end_appointment(target, data: dict, **who):
    return cycles.end_appointment(target.cycle, target.item, data["reason"], **who)


def dissolve_group(target, data: dict, **who):
    return groups.dissolve_group(target.cycle, target.item, reason=data["reason"], **who)


def decide_disclosure(target, data: dict, **who):
    cycle = target.cycle
    return panels.decide_disclosure(
        target.item, data["status"], data["reasons"], authority=cycle, stream=cycle.stream, **who
    )


def accept(token: str, data: dict, *, by: User, now: datetime) -> User:
    return panels.accept_invitation(token, **checked(AcceptForm(data)), now=now)


def change_settings(_target, data: dict, *, by: User, now: datetime) -> User:
    form = SettingsForm(data, instance=by)
    checked(form)
    return form.save()


def shown_cycle(user, cycle: Cycle) -> Cycle:
    """The cycle with what its next gate needs, for those with a part in it."""
    from assessments.cycles.guards import obstacles_to_advancing

    following = cycle.procedure.next_stage(cycle.stage)
    cycle.next_stage = following.key if following else None
    cycle.obstacles = obstacles_to_advancing(cycle) if user.has_perm("cycle.take_part", cycle) else []
    return cycle


def reader(user, _target) -> dict:
    """Who asks, and with which roles."""
    seen = Cycle.objects.visible_to(user)
    roles = {cycle.slug: sorted(standing.roles_of(user, cycle)) for cycle in seen}
    return {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "zone": user.zone,
        "roles": {slug: held for slug, held in roles.items() if held},
    }


def calendar_link(user, _target=None) -> dict:
    return {"address": calendar.address(user)}


def renew_calendar(_target, _data: dict, *, by: User, now: datetime) -> dict:
    calendar.renew(by)
    return calendar_link(by)


def read_notices(_target, data: dict, *, by: User, now: datetime) -> dict:
    return {"marked": reading.mark_read(by, now=now, pks=data.get("ids"))}


def notice_preferences(user, _target) -> dict:
    return {"kinds": preferences.table(user)}


def choose_pace(_target, data: dict, *, by: User, now: datetime) -> dict:
    preferences.choose(by, data["kind"], data["scope"], data["pace"], now=now)
    return notice_preferences(by, None)


# ---- Texts, sources, images -----------------------------------------------------------------------


def add_chapter(cycle: Cycle, data: dict, **who) -> Chapter:
    return drafting.add_chapter(
        cycle, data["number"], data["title"], kind=data.get("kind", Chapter.Kind.CHAPTER), **who
    )


def save(chapter: Chapter, data: dict, **who):
    base = version_of(chapter, data["base_version"])
    return drafting.save(chapter, base, data["markdown"], note=data["note"], **who)


def import_text(chapter: Chapter, data: dict, **who):
    file = data["file"]
    author = data["author"]
    if author is not None:
        team = Person.objects.filter(appointments__body=chapter.team).distinct()
        author = one_of(team.filter(pk=author), author, "author", str(chapter))
    base = version_of(chapter, data["base_version"])
    return import_file(chapter, base, file.read(), file.name, for_=author, **who)


def preview(chapter: Chapter, data: dict, **_who):
    try:
        return render_chapter(chapter, data["markdown"])
    except TextTooComplex as error:
        raise ValidationError({"markdown": str(error)}) from error


def restore(version: ChapterVersion, data: dict, **who):
    chapter = version.chapter
    return drafting.restore(chapter, version, version_of(chapter, data["base_version"]), **who)


def settle(aside: ChapterVersion, data: dict, **who):
    return drafting.settle(aside, version_of(aside.chapter, data["base_version"]), data["markdown"], **who)


def confirm_finding(finding, data: dict, **who):
    return finding_acts.confirm(finding, **data, **who)


def choose_scale(cycle: Cycle, data: dict, **who):
    finding_acts.choose_scale(cycle, data["scale"], **who)
    return scale_shown(who["by"], cycle)


def vet(source, data: dict, **who):
    return vetting.vet(source, **data, **who)


def keep_copy(source, data: dict, **who):
    return vetting.keep_copy(source, data["file"].read(), data["file"].name, **who)


def describe_source(source, data: dict, **who):
    return keeping.describe(source, **data, **who)


def set_terms(source, data: dict, **who):
    readers = people_of(source).filter(email__in=data.pop("readers", []))
    return keeping.set_terms(source, **data, readers=readers, **who)


def part_sources(target, data: dict, **who):
    return keeping.part(target.item, data["reason"], **who)


def add_doi(cycle: Cycle, data: dict, **who):
    return doi.add(cycle, data["doi"], **who)


def set_cut_off(cycle: Cycle, data: dict, **who):
    return keeping.set_cut_off(cycle, data["until"], **who)


def import_retractions(cycle: Cycle, data: dict, **who):
    return keeping.import_retractions(cycle, data["file"].read(), data["file"].name, **who)


def import_sources(cycle: Cycle, data: dict, **who):
    return sources.import_sources(cycle, data["file"].read(), data["file"].name, **who)


def import_terms(cycle: Cycle, data: dict, **who):
    return imprint.import_terms(cycle, data["file"].read(), data["file"].name, **who)


def remove_term(term, _data, **who) -> None:
    imprint.remove_term(term, **who)


def shown_imprint(_user, cycle: Cycle):
    return imprint_of(cycle)


def upload(cycle: Cycle, data: dict, **who):
    return assets.upload(cycle, data["key"], _named(data["file"]), _facts(data), **who)[0]


def renew(asset, data: dict, **who):
    base = one_of(
        asset.cycle.assets.filter(key=asset.key, number=data["number"]), data["number"], "number", asset.key
    )
    picture = _named(data["file"]) if data.get("file") else None
    more = {"note": data["note"], "picture": picture, "without_data": data["without_data"]}
    return assets.renew(base, _facts(data), **more, **who)[0]


def _facts(data: dict) -> assets.Facts:
    said = {name: data[name] for name in ("alt", "origin", "licence", "code")}
    return assets.Facts(**said, data=_named(data["data"]) if data.get("data") else None)


def _named(file) -> tuple[str, bytes]:
    return file.name, file.read()


def freeze(cycle: Cycle, data: dict, **who):
    chosen = data.get("chapters")
    chapters = None if chosen is None else [chapter_of(cycle, number, "chapters") for number in chosen]
    return snapshots.freeze(cycle, data["label"], chapters=chapters, **who)


# ---- Rounds and comments --------------------------------------------------------------------------


def open_round(cycle: Cycle, data: dict, **who) -> ReviewRound:
    try:
        return rounds.open_round(
            cycle, data["rule"], closes_at=data["closes_at"], reason=data["reason"], **who
        )
    except LookupError as error:
        known = ", ".join(rule.key for rule in cycle.procedure.rounds)
        raise ValidationError({"rule": _("Expected one of: %(words)s.") % {"words": known}}) from error


def reopen_round(review_round: ReviewRound, data: dict, **who) -> ReviewRound:
    return rounds.reopen_round(review_round, data["closes_at"], reason=data["reason"], **who)


def extend_round(review_round: ReviewRound, data: dict, **who) -> ReviewRound:
    return rounds.extend_round(review_round, data["closes_at"], reason=data["reason"], **who)


def write_comment(review_round: ReviewRound, data: dict, **who) -> Comment:
    frozen = frozen_in(review_round, data.pop("chapter"))
    place = data.pop("place", {})
    return comments.save_draft(review_round, frozen.chapter, anchor=anchor_at(frozen, place), **data, **who)


def change_comment(comment: Comment, data: dict, **who) -> Comment:
    """Change a draft; its place stays unless a new one is given."""
    place = data.pop("place", None)
    anchor = anchor_at(frozen_in(comment.round, comment.chapter.number), place) if place is not None else {}
    return comments.save_draft(comment.round, comment.chapter, anchor=anchor, comment=comment, **data, **who)


def frozen_in(review_round: ReviewRound, number: str) -> SnapshotChapter:
    rows = review_round.snapshot.chapters.select_related("chapter", "snapshot__cycle")
    return one_of(rows.filter(chapter__number=number), number, "chapter", review_round.key)


def anchor_at(frozen: SnapshotChapter, place: dict) -> dict:
    """The anchor that a place names, held against the frozen text."""
    places = Places(frozen)
    try:
        if place.get("block"):
            return places.selection(place["block"], place["start"], place["end"], place["quote"])
        if place.get("page"):
            return places.page_line(place["page"], place["line_from"], place["line_to"])
    except PlaceError as error:
        field = {"line": "line_from", "last_line": "line_to"}.get(error.field, error.field)
        raise ValidationError({f"place.{field}": str(error)}) from error
    return places.whole()


def comments_named(review_round: ReviewRound, user, ids: list[int], field: str) -> list[Comment]:
    """The comments of these ids among those the person sees; an unknown one is named."""
    found = {comment.pk: comment for comment in visible_comments(user, review_round).filter(pk__in=ids)}
    missing = [str(pk) for pk in ids if pk not in found]
    if missing:
        raise ValidationError({field: _("There is no comment %(ids)s here.") % {"ids": ", ".join(missing)}})
    return [found[pk] for pk in dict.fromkeys(ids)]


def send(review_round: ReviewRound, data: dict, *, by: User, now: datetime):
    ids = data.get("comments")
    chosen = None if ids is None else comments_named(review_round, by, ids, "comments")
    return comments.send_drafts(review_round, comments=chosen, by=by, now=now)


def answer(review_round: ReviewRound, data: dict, *, by: User, now: datetime):
    chosen = comments_named(review_round, by, data["comments"], "comments")
    made = answers.answer(
        chosen, data["disposition"], data["text"], changed_block=data["changed_block"], by=by, now=now
    )
    return {"answers": made}


def take_back_answers(review_round: ReviewRound, data: dict, **who):
    return {"taken_back": answers.take_back(review_round, data["at"], **who)}


def project_again(cycle: Cycle, data: dict, **who):
    rows = cycle.snapshots.filter(status="ready").select_related("cycle")
    drafts = {name: one_of(rows.filter(label=data[name]), data[name], name, cycle.slug) for name in data}
    return projecting.project_again(drafts["earlier"], drafts["later"], **who)


def file_submission(review_round: ReviewRound, data: dict, *, by: User, now: datetime):
    left_out = comments_named(review_round, by, data["leave_out"], "leave_out")
    return national.file_submission(review_round, leave_out=left_out, by=by, now=now)


def import_sheet(review_round: ReviewRound, data: dict, **who) -> dict:
    file = data["file"]
    made = importing.import_sheet(
        review_round, file.read(), file.name, print_label=data["print_label"], **who
    )
    return made.counts(imported=True)


def check_sheet(review_round: ReviewRound, data: dict, *, by: User, now: datetime) -> dict:
    """What the sheet would do, as the page shows it before it is entered."""
    for_others = by.has_perm("comment.import", review_round.cycle)
    if not for_others:
        require(by, "round.comment", review_round)
    own = None if for_others else reviewer_for(review_round, by)
    file = data["file"]
    made = importing.plan(review_round, file.read(), file.name, print_label=data["print_label"], own=own)
    return {**made.counts(imported=True), "refusals": made.refused}


def import_own(review_round: ReviewRound, data: dict, **who) -> dict:
    made = importing.import_own(review_round, data["file"].read(), data["file"].name, **who)
    return made.counts(imported=True)


# ---- Sessions -------------------------------------------------------------------------------------


def create_session(cycle: Cycle, data: dict, **who) -> Session:
    rows = SnapshotChapter.objects.filter(
        snapshot__cycle=cycle, snapshot__status="ready", snapshot__label=data["snapshot"]
    ).select_related("snapshot", "chapter")
    found = one_of(
        rows.filter(chapter__number=data["chapter"]),
        data["chapter"],
        "chapter",
        data["snapshot"],
    )
    return sessions.create_session(
        cycle, found, data["title"], unit=data["unit"], opens_at=data["opens_at"], **who
    )


def session_act(key: str):
    """The act of that key in the page's own table, with the page's own form."""

    def run(session: Session, data: dict, *, by: User, now: datetime):
        act = ACTS[key]
        act.run(session, checked(act.form(data, session=session)), by=by, now=now)
        return session.stream

    return run


# ---- Publication ----------------------------------------------------------------------------------


def open_trickle_back(cycle: Cycle, data: dict, **who):
    return publishing.open_trickle_back(chapter_of(cycle, data.pop("chapter")), **data, **who)


def file_report(cycle: Cycle, data: dict, **who):
    file = data["file"]
    chapter = chapter_of(cycle, data["chapter"])
    return publishing.file_editor_report(chapter, file.name, file.read(), **who)


def publish(cycle: Cycle, data: dict, **who):
    return publishing.publish(cycle, data["act"], **who)


# ---- Webhooks -------------------------------------------------------------------------------------


def webhooks_of(_user, cycle: Cycle):
    return Webhook.objects.filter(scope=cycle.slug).select_related("by")


def register_webhook(cycle: Cycle, data: dict, **who) -> Webhook:
    return hooks.register(cycle.slug, **data, **who)


def deliveries_of(_user, hook: Webhook):
    return hook.deliveries.select_related("entry__stream")


# ---- Tokens ---------------------------------------------------------------------------------------


def own_tokens(user, _target):
    return user.tokens.all()


def make_token(_target, data: dict, *, by: User, now: datetime):
    token, secret = tokens.make(by, **data, by=by, now=now)
    token.secret = secret
    return token


def bodies(_user, cycle: Cycle):
    return Body.objects.filter(cycle_bodies__cycle=cycle).select_related("state").distinct()


# ---- The record -----------------------------------------------------------------------------------


def erase(entry: Entry, data: dict, *, by: User, now: datetime) -> Shown:
    note = erasure.erase(entry, reason=data["reason"], by=by, at=now)
    return record.show(note, frozenset({note.visibility}))
