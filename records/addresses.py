"""Addresses of the web that people enter for others to follow."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from records.obstacles import refuse

_of_the_web = URLValidator(schemes=["http", "https"])


def check(address: str, *, rule: str) -> None:
    """Refuse what a reader could not follow; nothing is no fault. Raises Blocked (bad-address)."""
    if not address:
        return
    try:
        _of_the_web(address)
    except ValidationError:
        refuse(
            "bad-address",
            _("“%(address)s” is no address of the web.") % {"address": address[:100]},
            rule=rule,
        )
