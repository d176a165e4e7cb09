"""Celery runs the jobs; the job rows are the truth (records/jobs). Redis for real, the filesystem embedded."""

import os

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings

app = Celery("concord")
_folder = settings.DATA_DIR / "broker"
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_default_queue="work",
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule_filename=str(settings.DATA_DIR / "beat-schedule"),
    beat_schedule={
        "sweep": {"task": "records.sweep", "schedule": 5.0, "options": {"expires": 5}},
        "sign-heads": {"task": "records.sign_heads", "schedule": 3600.0},
    },
)
if settings.REDIS_URL:
    app.conf.broker_url = settings.REDIS_URL
else:
    for name in ("in", "done", "control"):
        (_folder / name).mkdir(parents=True, exist_ok=True)
    app.conf.broker_url = "filesystem://localhost//"
    app.conf.broker_transport_options = {
        "data_folder_in": str(_folder / "in"),
        "data_folder_out": str(_folder / "in"),
        "control_folder": str(_folder / "control"),
        "polling_interval": 0.2,
    }
app.autodiscover_tasks(["records"])


@worker_process_init.connect
def _close_inherited_connections(**_kwargs):
    from django.db import connections

    connections.close_all()
