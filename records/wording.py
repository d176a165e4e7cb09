"""How values of a payload stand in the sentence of their act; the payload itself stays as it was written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def moment(written: str) -> str:
    """A moment of the record in the reader's zone and words; what is none stays as it is."""
    try:
        at = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return written
    return date_format(timezone.localtime(at), _("j F Y, H:i")) if at.tzinfo else written


def choice(choices) -> Callable[[str], str]:
    """The label of a value of these choices; a value that they do not have stays as it is."""
    return lambda value: str(dict(choices.choices).get(value, value))
