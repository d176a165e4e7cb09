"""For whom somebody stands in the room: a delegation, an author team, themselves."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from assessments.cycles import standing
from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from panels.models import Body, Person, User
from records.obstacles import refuse
from reviews.approval.lines import chapters_in
from reviews.approval.models import Line

# Who leads an author team, whatever its procedure calls the role.
LEADS = ("cla", "co-chair")


def person_of(user: User) -> Person:
    """The person behind the account; an account without one (the portal's own) cannot speak."""
    found = getattr(user, "person", None)
    if found is None:
        refuse(
            "no-person",
            _("The account %(user)s belongs to no person, and only people take part in a session.")
            % {"user": user},
            rule="2.1",
            remedy=_("The secretariat can link the account to its person."),
        )
    return found


def body_for(user: User, cycle: Cycle, for_body: Body | None) -> Body | None:
    """The delegation that an act counts for: the one it is entered for, else one's own."""
    return for_body if for_body is not None else standing.delegation_of(user, cycle)


def teams_of(line: Line) -> set[int]:
    """The author teams of a line: of the summary, and of the chapters in its sight (procedure 7.8)."""
    summary = line.session.frozen.chapter
    rows = Chapter.objects.filter(cycle_id=summary.cycle_id).filter(
        Q(pk=summary.pk) | Q(number__in=chapters_in(line.sight))
    )
    return set(rows.exclude(team=None).values_list("team_id", flat=True))


def writes(user: User, line: Line) -> bool:
    """Whether the person is an author of this line."""
    return not {h.body_id for h in _seats(user, line)}.isdisjoint(teams_of(line))


def leads(user: User, line: Line) -> bool:
    """Whether the person is a co-chair of the line's author team, who decides where verdicts differ."""
    roles = line.session.cycle.procedure.roles
    mine = {h.body_id for h in _seats(user, line) if roles[h.role].role in LEADS}
    return not mine.isdisjoint(teams_of(line))


def _seats(user: User, line: Line):
    return [h for h in standing.held_by(user, line.session.cycle) if h.part == "team" and not h.section]
