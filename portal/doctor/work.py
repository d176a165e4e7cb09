"""What goes on in the background: broker, workers, jobs, letters, backups."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from portal import health
from portal.celery import LANES
from portal.doctor.findings import ERROR, WARNING, Finding
from portal.metrics import MAIL_KINDS
from records.looking import once
from records.models import Job, LastTime, Notice

SEEN_WITHIN = timedelta(minutes=2)
OVERDUE = timedelta(minutes=5)
LETTER_WITHIN = timedelta(minutes=30)
FAILED_SINCE = timedelta(days=7)
BACKUP_WITHIN = timedelta(days=2)


def _failed(now) -> Q:
    return Q(status=Job.Status.FAILED, finished_at__gt=now - FAILED_SINCE)


def _lanes(now) -> list[dict]:
    """Of each lane, how many jobs run, are stuck, have failed, and how many of letters were given up."""
    counts = {
        "running": Q(status=Job.Status.RUNNING, lease_until__gt=now),
        "stuck": Q(status=Job.Status.RUNNING, lease_until__lt=now - OVERDUE)
        | Q(status=Job.Status.QUEUED, run_after__lt=now - OVERDUE),
        "failed": _failed(now) & ~Q(kind__in=MAIL_KINDS),
        "lost": _failed(now) & Q(kind__in=MAIL_KINDS),
    }
    rows = Job.objects.order_by().values("lane")
    rows = rows.annotate(**{name: Count("pk", filter=of) for name, of in counts.items()})
    return once(("lanes", now), lambda: list(rows))


def broker(now):
    for fault in health.broker():
        yield Finding(
            ERROR, "broker-away", fault,
            "docker compose up -d redis" if settings.REDIS_URL else _("Start Concord: ./concord run"),
        )  # fmt: skip


def workers(now):
    """A worker shows itself by answering the scheduler, or by holding a job whose lease it renews."""
    seen = LastTime.objects.known()
    for lane in LANES:
        last = seen.get(f"worker/{lane}")
        busy = any(row["lane"] == lane and row["running"] for row in _lanes(now))
        if not busy and (last is None or last.at < now - SEEN_WITHIN):
            when = f"{last.at:%Y-%m-%d %H:%M} UTC" if last else _("never")
            yield Finding(
                ERROR, "worker-silent",
                _("No worker of the lane %(lane)s answers the scheduler; the last one did: %(when)s.")
                % {"lane": lane, "when": when},
                _("Start Concord (./concord run), or: docker compose up -d worker worker-reserved beat"),
            )  # fmt: skip


def jobs(now):
    stuck = sum(row["stuck"] for row in _lanes(now))
    if stuck:
        yield Finding(
            ERROR, "jobs-stuck", _("%(n)s jobs wait for more than five minutes.") % {"n": stuck},
            _("Start a worker; the scheduler's sweep hands them out again."),
        )  # fmt: skip
    number = sum(row["failed"] for row in _lanes(now))
    failed = Job.objects.filter(_failed(now)).exclude(kind__in=MAIL_KINDS).order_by("-finished_at")
    newest = failed.first() if number else None
    if newest:
        yield Finding(
            WARNING, "jobs-failed",
            _("%(n)s jobs failed in the last week; the newest is %(kind)s, number %(pk)s, of request %(request)s.")
            % {"n": number, "kind": newest.kind, "pk": newest.pk, "request": newest.request_id or "–"},
            _("Look for that request in the logs; the person who ordered it may order it again."),
        )  # fmt: skip


def letters(now):
    mail = Notice.objects.filter(channel=Notice.Channel.MAIL, state=Notice.State.WAITING)
    waiting = mail.filter(due_at__lt=now - LETTER_WITHIN).count()
    lost = sum(row["lost"] for row in _lanes(now))
    if waiting or lost:
        yield Finding(
            ERROR, "mail-failing",
            _("%(waiting)s letters wait for more than half an hour; %(lost)s jobs of letters were given up this week.")
            % {"waiting": waiting, "lost": lost},
            "manage.py sendtestemail your@address",
        )  # fmt: skip


def mail_server(now):
    if "smtp" not in settings.EMAIL_BACKEND:
        if settings.PRODUCTION:
            yield Finding(
                ERROR,
                "mail-nowhere",
                _("No mail server is named: letters become files."),
                _("Set MAIL_HOST."),
            )
        return
    try:
        server = get_connection(timeout=5)
        server.open()
        server.close()
    except OSError as error:
        yield Finding(
            ERROR, "mail-server-away",
            _("The mail server %(host)s:%(port)s does not take letters: %(error)s")
            % {"host": settings.EMAIL_HOST, "port": settings.EMAIL_PORT, "error": error},
            _("Correct MAIL_HOST, MAIL_PORT, MAIL_USER, MAIL_PASSWORD or MAIL_TLS."),
        )  # fmt: skip


def backups(now):
    last = LastTime.objects.known().get("backup")
    if last is None or last.at < now - BACKUP_WITHIN:
        when = f"{last.at:%Y-%m-%d %H:%M} UTC" if last else _("never")
        yield Finding(
            WARNING, "backup-old", _("The last backup was made: %(when)s.") % {"when": when},
            "./concord backup FILE",
        )  # fmt: skip


CHECKS = [broker, workers, jobs, letters, mail_server, backups]
