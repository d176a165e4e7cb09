"""Celery runs the jobs; the job rows are the truth (records/jobs). Redis for real, the filesystem embedded."""

import logging.config
import os

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_process_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings

LANES = ("work", "reserved")
app = Celery("concord")
_folder = settings.DATA_DIR / "broker"
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_default_queue="work",
    broker_connection_retry_on_startup=True,
    timezone="UTC",
    beat_schedule_filename=str(settings.DATA_DIR / "beat-schedule"),
    beat_schedule={
        "sweep": {"task": "records.sweep", "schedule": 5.0, "options": {"expires": 5}},
        "sign-heads": {"task": "records.sign_heads", "schedule": 3600.0},
        "retention": {"task": "records.retention", "schedule": 86400.0},
        **{
            f"alive-{lane}": {
                "task": "records.alive",
                "args": [lane],
                "schedule": 30.0,
                "options": {"queue": lane, "expires": 30},
            }
            for lane in LANES
        },
        "send-mail": {"task": "records.send_mail", "schedule": 60.0, "options": {"expires": 60}},
        "tell": {"task": "records.tell", "schedule": 300.0, "options": {"expires": 300}},
    },
)
if settings.REDIS_URL:
    app.conf.broker_url = settings.REDIS_URL
else:
    for name in ("in", "done", "control"):
        (_folder / name).mkdir(parents=True, exist_ok=True)
    TRANSPORT_ALIASES["filesystem"] = "portal.filebroker:Transport"
    app.conf.broker_url = "filesystem://localhost//"
    app.conf.broker_transport_options = {
        "data_folder_in": str(_folder / "in"),
        "data_folder_out": str(_folder / "in"),
        "control_folder": str(_folder / "control"),
        "polling_interval": 0.2,
    }
app.autodiscover_tasks(["records"])


@setup_logging.connect
def _write_lines_as_the_pages_do(**_kwargs):
    logging.config.dictConfig(settings.LOGGING)
    logging.captureWarnings(True)


@beat_init.connect
def _sign_at_the_start(**_kwargs):
    """A portal that is started now and then would else rarely run for the hour after which heads are signed."""
    app.send_task("records.sign_heads", retry=False)


@worker_process_init.connect
def _close_inherited_connections(**_kwargs):
    from django.db import connections

    connections.close_all()
