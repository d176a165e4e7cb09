from __future__ import annotations

from datetime import UTC, datetime

from assessments.management.base import ActionCommand, Usage, cycle_named
from assessments.procedures.model import AUDIENCES
from reviews.rounds.actions import open_round


class Command(ActionCommand):
    help = "Open a review round on a frozen draft, as the cycle's procedure rules it (procedure 6.1)."

    def arguments(self, parser):
        parser.add_argument("cycle", metavar="CYCLE")
        parser.add_argument("label", metavar="LABEL", help="the frozen draft, such as FOD")
        parser.add_argument("--audience", choices=AUDIENCES, default="experts")
        parser.add_argument("--until", metavar="TIME", help="the bell, such as 2027-01-31T18:00+00:00")

        parser.add_argument(
            "--reason", metavar="TEXT", default="", help="why it is shorter than the rule says"
        )

    def act(self, *, by, now, cycle, label, audience, until=None, reason="", **_options):
        cycle = cycle_named(cycle)
        rule = rule_for(cycle, label, audience)
        bell = moment(until) if until else None
        made = open_round(cycle, rule.key, by=by, now=now, closes_at=bell, reason=reason)
        return {"round": made.key, "closes_at": made.closes_at.isoformat(), "snapshot": str(made.snapshot)}


def rule_for(cycle, label: str, audience: str):
    """The procedure's round of this draft for this audience; Usage where there is none."""
    rules = cycle.procedure.rounds
    for rule in rules:
        if rule.label == label and audience in rule.audience:
            return rule
    known = "; ".join(f"{rule.label} --audience {' or '.join(rule.audience)}" for rule in rules)
    raise Usage(f"The procedure of {cycle.slug} has no round on {label} for {audience}. It has: {known}.")


def moment(written: str) -> datetime:
    """An ISO time; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise Usage(f"--until: {written} is no time; expected such as 2027-01-31T18:00+00:00.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
