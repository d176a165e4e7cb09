"""Pages of notices: one's own list and choices, the doors of letters and calendars, the log of all letters."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from records.doors import ACCOUNT, PUBLIC, door
from records.models import Address, Notice, Preference
from records.notices import bounces, calendar, kinds, preferences, reading

PAGE = 50


def find_notice(user, pk: int) -> Notice:
    """A notice of one's own, or Http404."""
    found = reading.own(user).filter(pk=pk).first() if user.is_authenticated else None
    if found is None:
        raise Http404
    return found


def find_letter(user, pk: int) -> Notice:
    found = Notice.objects.filter(pk=pk, channel=Notice.Channel.MAIL).first()
    if found is None:
        raise Http404
    return found


def find_subscription(user, token: str):
    """What the link turns off; a guess finds nothing."""
    found = preferences.subscription(token)
    if found is None:
        raise Http404
    return found


def find_address(user, token: str) -> Address:
    found = bounces.confirmed(token)
    if found is None:
        raise Http404
    return found


def find_owner(user, token: str):
    found = calendar.owner(token)
    if found is None:
        raise Http404
    return found


@door(ACCOUNT, methods=("GET",))
def notice_list(request):
    """One's own notices in pages, unread ones marked; one kind alone where the address says so."""
    chosen = {name: request.GET.get(name, "") for name in ("kind", "unread")}
    found = reading.own(request.user)
    if chosen["kind"]:
        found = found.filter(kind=chosen["kind"])
    if chosen["unread"]:
        found = found.unread()
    offset = _number(request.GET.get("from"))
    rows = list(found[offset : offset + PAGE + 1])
    return render(
        request,
        "records/notices/notice_list.html",
        {
            "rows": rows[:PAGE],
            "following": offset + PAGE if len(rows) > PAGE else None,
            "filters": chosen,
            "kinds": kinds.shown(),
            "failing": bounces.failing(request.user),
            "may_see_log": request.user.has_perm("mail.view"),
        },
    )


@door(ACCOUNT, load=find_notice, methods=("POST",))
def notice_read(request, notice, **_kwargs):
    reading.mark_read(request.user, now=timezone.now(), pks=[notice.pk])
    return redirect(_back(request, "notices"))


@door(ACCOUNT, methods=("POST",))
def notices_read(request):
    n = reading.mark_read(request.user, now=timezone.now())
    messages.success(request, _("Marked as read: %(n)s.") % {"n": n})
    return redirect(_back(request, "notices"))


@door(ACCOUNT)
def notice_settings(request):
    """What one hears of by mail: a select for each kind, everywhere and in each cycle."""
    if request.method == "POST":
        for row in preferences.table(request.user):
            if row["kind"].mandatory is None:
                _choose(request, row)
        messages.success(request, _("Saved."))
        return redirect("notices_settings")
    table = preferences.table(request.user)
    return render(
        request,
        "records/notices/settings.html",
        {
            "table": table,
            "scopes": table[0]["scopes"] if table else [],
            "paces": Preference.Pace.choices,
            "failing": bounces.failing(request.user),
            "calendar": calendar.address(request.user),
        },
    )


def _choose(request, row: dict) -> None:
    """Keep what has changed of one row of the table."""
    key, now = row["kind"].key, timezone.now()
    places = [("", row["pace"]), *((s["slug"], s["pace"]) for s in row["scopes"])]
    for scope, before in places:
        wanted = request.POST.get(f"{key}:{scope}", before)
        if wanted != before:
            preferences.choose(request.user, key, scope, wanted, now=now)


@csrf_exempt  # the signed link is the right to act; a mail program posts without a cookie (RFC 8058)
@door(PUBLIC, load=find_subscription)
def unsubscribe(request, found, **_kwargs):
    """Ask on GET, since mail scanners follow links; act on POST."""
    if request.method == "POST" and found.kind.mandatory is None:
        preferences.turn_off(found, now=timezone.now())
    title = kinds.scopes_of(found.user).get(found.scope, "") if found.scope else ""
    with translation.override(found.user.language):
        return render(
            request,
            "records/notices/unsubscribe.html",
            {"kind": found.kind, "scope_title": title, "done": request.method == "POST"},
        )


@csrf_exempt  # as above: whoever has the link has read the letter
@door(PUBLIC, load=find_address)
def address(request, found, **_kwargs):
    if request.method == "POST":
        bounces.lift(found)
    return render(
        request, "records/notices/address.html", {"address": found.email, "done": request.method == "POST"}
    )


@door(ACCOUNT, methods=("POST",))
def address_check(request):
    bounces.send_check(request.user, now=timezone.now())
    messages.success(request, _("A letter is on its way; its link confirms the address."))
    return redirect("notices_settings")


@door(ACCOUNT, methods=("POST",))
def calendar_renew(request):
    calendar.renew(request.user)
    messages.success(request, _("The old link shows nothing any more; this is the new one."))
    return redirect("notices_settings")


@door(PUBLIC, load=find_owner, methods=("GET",))
def calendar_feed(request, owner, **_kwargs):
    response = HttpResponse(
        calendar.of_user(owner, timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Cache-Control"] = "private, max-age=900"
    response["Referrer-Policy"] = "no-referrer"
    return response


@door("mail.view", methods=("GET",))
def mail_log(request):
    """Who was written what, and what became of it; the words of the letters are not shown."""
    chosen = {name: request.GET.get(name, "") for name in ("state", "kind", "scope", "q")}
    rows = reading.log(chosen)
    before = _number(request.GET.get("before"))
    if before:
        rows = rows.filter(pk__lt=before)
    rows = list(rows[: PAGE + 1])
    return render(
        request,
        "records/notices/mail_log.html",
        {
            "rows": rows[:PAGE],
            "following": rows[PAGE - 1].pk if len(rows) > PAGE else None,
            "filters": chosen,
            "states": Notice.State.choices,
            "kinds": kinds.every(),
            "scopes": kinds.scopes_of(request.user),
            "failing": Address.objects.filter(failing_since__isnull=False).order_by("-failing_since")[:PAGE],
        },
    )


@door("mail.view", load=find_letter, post="mail.view", methods=("POST",))
def mail_resend(request, letter, **_kwargs):
    reading.resend(letter, by=request.user, now=timezone.now())
    messages.success(request, _("The letter waits in the outbox again."))
    return redirect(_back(request, "mail_log"))


def _back(request, name: str) -> str:
    """The page from which the form was sent, with its filters; else the page of that name."""
    given = request.POST.get("next", "")
    return given if url_has_allowed_host_and_scheme(given, allowed_hosts=None) else reverse(name)


def _number(given) -> int:
    """A number of the address; 0 for anything else."""
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 12 else 0
