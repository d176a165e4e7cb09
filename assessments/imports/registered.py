"""What the notes of imports register: for how long they are kept."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from assessments.imports.models import ImportAttempt
from records import retention


def _notes(before: datetime, dry: bool) -> int:
    return retention.delete(ImportAttempt.objects.filter(at__lt=before), dry)


def register() -> None:
    retention.register("imports", _("notes of files taken in or refused"), _notes)
