"""Alive, and ready: what an operator's probe asks."""

from __future__ import annotations

from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone

from records import files
from records.doors import PUBLIC, door
from records.models import Job
from records.storage import StoreAway


@door(PUBLIC, methods=("GET",))
def alive(request):
    return JsonResponse({"alive": True})


@door(PUBLIC, methods=("GET",))
def ready(request):
    """Database, migrations, broker, file storage and a worker that takes its jobs; 503 with what is not."""
    faults = [fault for check in (_database, broker, _storage, _worker) for fault in check()]
    return JsonResponse({"ready": not faults, "faults": faults}, status=503 if faults else 200)


def _database():
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield "migrations are missing: run manage.py migrate"
    except Exception as error:  # whatever the database says is the answer
        yield f"the database does not answer: {error}"


def broker():
    """Why the broker cannot be had, if it cannot."""
    if not settings.REDIS_URL:
        folder = settings.DATA_DIR / "broker" / "in"
        if not folder.is_dir():
            yield f"the broker's folder {folder.name} is missing"
        return
    try:
        current_app.connection().ensure_connection(max_retries=1, timeout=2)
    except Exception as error:
        yield f"the broker does not answer: {error}"


def _storage():
    if settings.FILES is None:
        return
    try:
        files.store().check()
    except (StoreAway, FileNotFoundError) as error:
        yield str(error)


def _worker():
    """A job that has been due for a minute without being taken means that no worker looks."""
    try:
        overdue = Job.objects.filter(
            status=Job.Status.QUEUED, run_after__lt=timezone.now() - timedelta(minutes=1)
        ).count()
    except DatabaseError:
        return  # said by _database already
    if overdue:
        yield f"{overdue} jobs wait for more than a minute: no worker takes them"
