"""People for the browser stories: accounts and seats, entered in the portal's own environment."""

from __future__ import annotations

from tests.e2e.portal import PASSWORD

SET_UP = f"""
from panels.models import User
from tests.world import make_user
user = make_user("founder")
user.is_staff = True
user.set_password({PASSWORD!r})
user.save()
"""

SEAT = """
from assessments.cycles import actions as cycles
from assessments.cycles.models import Cycle
from panels.models import User
from tests.world import Side, seat
cycle = Cycle.objects.get(slug={slug!r})
side = Side(cycle)
for letter in "ab":
    side.bodies["delegation:" + letter] = cycles.add_body(
        cycle, "delegation", cycle.slug + "-delegation-" + letter, "Delegation " + letter.upper()
    )
for name, (role, place) in {people!r}.items():
    user = seat(side, name, role, place)
    user.set_password({password!r})
    user.save()
"""

BELL = """
from datetime import timedelta
from django.utils import timezone
from reviews.models import ReviewRound
ReviewRound.objects.filter(key={key!r}).update(
    opens_at=timezone.now() - timedelta(days=60), closes_at=timezone.now() - timedelta(days=1)
)
"""


def founder(portal) -> str:
    portal.python(SET_UP)
    return "founder@example.org"


def seat_people(portal, slug: str, people: dict) -> None:
    portal.python(SEAT.format(slug=slug, people=people, password=PASSWORD))


def ring_the_bell(portal, key: str) -> None:
    """The review weeks pass."""
    portal.python(BELL.format(key=key))
