"""Who may, and what stands in the way: the two questions every act asks before it changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way of an act, said to a person.

    ``code`` goes to the log and the API, ``rule`` cites docs/procedure.md, ``text`` says what is so and why,
    ``remedy`` what to do about it, ``href`` where.
    """

    code: str
    text: str
    rule: str = ""
    remedy: str = ""
    href: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.remedy}".strip()


class Blocked(Exception):
    """An act was refused; ``obstacles`` are the reasons, never empty."""

    def __init__(self, obstacles: Iterable[Obstacle]):
        self.obstacles = list(obstacles)
        super().__init__(" ".join(str(o) for o in self.obstacles))


def require(user, permission: str | tuple[str, ...], target=None) -> None:
    """Raise PermissionDenied unless ``user`` holds ``permission`` on ``target``; of several, one is enough.

    What a permission asks stands in the apps' permissions.py.
    """
    wanted = (permission,) if isinstance(permission, str) else permission
    if not any(user.has_perm(one, target) for one in wanted):
        raise PermissionDenied(
            _(
                "Your present roles do not include this act (%(act)s). The secretariat can tell you who may do it."
            )
            % {"act": ", ".join(wanted)}
        )


def refuse_if(obstacles: Iterable[Obstacle]) -> None:
    """Raise Blocked when anything stands in the way."""
    found = list(obstacles)
    if found:
        raise Blocked(found)


def refuse(code: str, text: str, *, rule: str = "", remedy: str = "") -> None:
    """Raise Blocked with this one obstacle."""
    raise Blocked([Obstacle(code, text, rule=rule, remedy=remedy)])
