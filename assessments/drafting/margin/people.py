"""Who may be spoken to in the margin of a chapter, and whom a text names."""

from __future__ import annotations

import re
from collections import Counter

from assessments.cycles import standing
from assessments.drafting.models import Chapter
from assessments.permissions import READING
from panels.models import User


def of_chapter(chapter: Chapter) -> list[User]:
    """Those who read the chapter's draft, by name: its own people first."""
    cycle = chapter.cycle
    readers = [key for key, role in cycle.procedure.roles.items() if role.part in READING]
    own = set(standing.people_with(cycle, readers, chapter).values_list("pk", flat=True))
    found = standing.people_with(cycle, readers)
    return sorted(found, key=lambda user: (user.pk not in own, str(user).casefold()))


def assignable(chapter: Chapter) -> list[User]:
    """The chapter's own people, for whom a thread may wait: authors, review editors, who enters for them."""
    procedure = chapter.cycle.procedure
    own = [key for key, role in procedure.roles.items() if role.part in ("team", "editors")]
    found = standing.people_with(chapter.cycle, {*own, *procedure.may("chapter.draft")}, chapter)
    return sorted(found, key=lambda user: str(user).casefold())


def mentioned(text: str, chapter: Chapter) -> list[User]:
    """Whom the text names behind an @: by the whole name, or by a first name that only one of them has."""
    if "@" not in text:
        return []
    users = of_chapter(chapter)
    firsts = Counter(_first(user) for user in users)
    names = {str(user).casefold(): user for user in users}
    names |= {_first(user): user for user in users if firsts[_first(user)] == 1 and _first(user) not in names}
    if not names:
        return []
    # The longest name first, so that “@Ana Maria Ruiz” is not taken for an Ana.
    choice = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    found = re.findall(rf"(?<!\w)@({choice})(?!\w)", text.casefold())
    return list(dict.fromkeys(names[name] for name in found))


def _first(user: User) -> str:
    return (str(user).split() or [""])[0].casefold()
