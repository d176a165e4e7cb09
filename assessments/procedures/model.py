"""A procedure as the rest of the house sees it: frozen values, read from one TOML file.

Code asks a procedure; it never asks which track it is in. The shape of the file is described in the
appendix of docs/procedure.md, and rule numbers such as "4.3" are the rules of that document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

# Every act a procedure answers for. A file names all of them, so that none is allowed by silence.
ACTS = (
    "cycle.advance",
    "cycle.decide",
    "cycle.appoint",
    "disclosure.decide",
    "group.form",
    "group.dissolve",
    "chapter.draft",
    "chapter.manage",
    "chapter.lead",
    "meeting.call",
    "source.import",
    "source.vet",
    "source.keep",
    "finding.write",
    "asset.upload",
    "snapshot.freeze",
    "round.open",
    "round.extend",
    "round.close",
    "comment.write",
    "comment.import",
    "comment.export",
    "response.write",
    "response.publish",
    "submission.file",
    "session.create",
    "session.chair",
    "session.screen",
    "line.verdict",
    "floor.ask",
    "line.propose",
    "line.object",
    "trickleback.open",
    "trickleback.close",
    "editor_report.file",
    "summary.release",
    "chapters.post",
    "edition.publish",
    "brief.publish",
)

# Acts that came later: a copy pinned before them does not name them, and lets those do them who do the other act.
LATER: Mapping[str, str] = {
    "source.vet": "source.import",
    "source.keep": "snapshot.freeze",
    "finding.write": "chapter.draft",
    "chapter.lead": "chapter.manage",
    "meeting.call": "chapter.manage",
}

# Each condition a gate may ask for, with the argument it takes ("" for none).
CONDITIONS: Mapping[str, str] = {
    "scope-approved": "",
    "scope-endorsed": "",
    "nominations-selected": "",
    "teams-complete": "",
    "disclosures-cleared": "",
    "all-chapters-have-text": "",
    "sources-vetted": "",
    "sources-sound": "",
    "findings-supported": "",
    "snapshot-ready": "label",
    "round-closed": "round",
    "comments-answered": "round",
    "summary-circulated": "",
    "summary-approved": "",
    "chapters-accepted": "",
    "trickle-backs-closed": "",
    "editor-reports-in": "",
    "chair-signed-off": "",
    "publication-done": "act",
}

# The kinds of body a cycle has; an appointment lives in a body of one of them.
PARTS = (
    "secretariat",
    "plenary",
    "bureau",
    "delegation",
    "team",
    "editors",
    "advisory",
    "reviewers",
    "chair",
    "observers",
    "panel",
    "group",
)

AUDIENCES = ("experts", "governments", "advisory", "public")
READERS = ("public", "observers", "reviewers", "delegations", "writers")
VISIBILITIES = ("public", "plenary", "review", "team", "officers")
DECISIONS = (
    "scope-approved",
    "outline",
    "scope-endorsement",
    "nominations-selected",
    "chapters-accepted",
    "sign-off",
    "acknowledgement",
)
PUBLICATIONS = ("summary.release", "chapters.post", "edition.publish", "brief.publish")
EVERY_STAGE = "*"


@dataclass(frozen=True)
class Condition:
    """One thing a gate asks for: a key of ``CONDITIONS`` and its argument, "" where it takes none."""

    key: str
    label: str = ""
    round: str = ""
    act: str = ""

    @property
    def argument(self) -> str:
        """The snapshot label, round key or act that the condition speaks of; "" for none."""
        return self.label or self.round or self.act

    def __str__(self) -> str:
        return f"{self.key}({self.argument})" if self.argument else self.key


@dataclass(frozen=True)
class Role:
    """Who somebody is in a cycle: appointment role ``role`` in a body of kind ``part`` (procedure 2.2).

    ``discloses``: nobody holds it before their disclosure is decided (2.4). ``voting``: counts as its
    body's seat in elections; approval knows no vote (7.12). At most ``seats`` people hold the role at once, and
    at most ``per_…`` of them share a nationality, an affiliation or a kind of country (2.10); 0: no such cap.
    """

    key: str
    title: str
    part: str
    role: str
    discloses: bool
    voting: bool
    source: str
    seats: int = 0
    per_nationality: int = 0
    per_affiliation: int = 0
    per_development: int = 0


@dataclass(frozen=True)
class Act:
    """Who may do something, and in which stages; no roles means nobody under this procedure."""

    key: str
    roles: tuple[str, ...]
    stages: tuple[str, ...]
    rule: str

    def open_in(self, stage: str) -> bool:
        """Whether the act belongs to the stage at all; guards may still stand in the way."""
        return EVERY_STAGE in self.stages or stage in self.stages


@dataclass(frozen=True)
class Stage:
    """A stage of a cycle. ``leave`` must hold before it ends; ``advise`` is shown and stops nobody (3.4)."""

    key: str
    title: str
    short: str
    leave: tuple[Condition, ...]
    advise: tuple[Condition, ...]
    forward_by: tuple[str, ...]
    next: str
    source: str


@dataclass(frozen=True)
class RoundRule:
    """A review round (procedure 6): of which snapshot, to whom, for how long, and what follows from it.

    ``weeks`` is the usual length; ``grace_minutes`` runs after the bell; ``registration_closes_days``
    lies before the bell (0: registration stays open). ``answers_due_before`` is a stage or an act of
    publication whose gate asks for the answers, or "". ``comments_public`` is the stage from which
    comments and answers are public, or "".
    """

    key: str
    title: str
    stage: str
    label: str
    audience: tuple[str, ...]
    weeks: int
    grace_minutes: int
    registration_closes_days: int
    undertaking: bool
    individual_answers: bool
    answers_due_before: str
    comments_public: str
    source: str


@dataclass(frozen=True)
class Decision:
    """A recorded decision (``cycle.decide``): who may record it, when, and which condition it satisfies.

    One that ``follows`` an act of publication is recorded after it and shown with it (3.8); "" for none.
    """

    key: str
    title: str
    roles: tuple[str, ...]
    stages: tuple[str, ...]
    satisfies: str
    rule: str
    follows: str = ""


@dataclass(frozen=True)
class SummaryRule:
    """How the summary is decided (procedure 7). Times are in seconds; ``decision`` "none": no session.

    ``lighter`` is another unit that whoever prepares a session may choose instead (7.18), or "".
    """

    unit: str
    decision: str
    objection_window_s: int
    screen_acknowledged_s: int
    read_aloud_allowed: bool
    author_verdict: bool
    ruling_allowed: bool
    source: str
    lighter: str = ""

    @property
    def units(self) -> tuple[str, ...]:
        """The units that a session may decide by; the usual one first."""
        return tuple(unit for unit in (self.unit, self.lighter) if unit)


@dataclass(frozen=True)
class SourceRule:
    """Which kinds of source may be cited (procedure 4.5): freely, after vetting, or not at all.

    From the snapshot ``accepted_only_from`` on, submitted papers count no longer ("" for no such rule).
    ``vetters`` people vet one source, of whom no two share an affiliation (11.1).
    """

    admitted: tuple[str, ...]
    vetted: tuple[str, ...]
    refused: tuple[str, ...]
    accepted_only_from: str
    source: str
    vetters: int = 1


@dataclass(frozen=True)
class FindingRule:
    """How statements say how sure they are (11.9): the key of a scale of ``assessments/findings/scales``.

    ``neutral``: what the summary and the findings prescribe is noted (11.11).
    """

    scale: str = "none"
    neutral: bool = True
    source: str = ""


@dataclass(frozen=True)
class Sight:
    """A visibility of record entries and the stage from which it is shown (``*``: always)."""

    record: str
    from_stage: str


@dataclass(frozen=True)
class PublicationAct:
    """An act of publication with its own gate (procedure 8); ``by`` and ``rule`` are those of the act.

    It publishes the last draft, in the order of labels, under one of ``labels`` (none: of all). ``repeatable``: it
    may be done again for each further draft (8.7). ``embargo``: it may lie under one (8.9).
    """

    key: str
    title: str
    order: int
    by: tuple[str, ...]
    conditions: tuple[Condition, ...]
    advise: tuple[Condition, ...]
    rule: str
    source: str
    labels: tuple[str, ...] = ()
    repeatable: bool = False
    embargo: bool = False


@dataclass(frozen=True)
class Procedure:
    """One way of making an assessment. Compare by value; ``text`` is the file it was read from."""

    key: str
    title: str
    basis: str
    source: str
    labels: tuple[str, ...]
    roles: Mapping[str, Role]
    acts: Mapping[str, Act]
    stages: tuple[Stage, ...]
    rounds: tuple[RoundRule, ...]
    audiences: Mapping[str, tuple[str, ...]]
    decisions: Mapping[str, Decision]
    summary: SummaryRule
    sources: SourceRule
    visibility: Mapping[str, tuple[Sight, ...]]
    publication: Mapping[str, PublicationAct]
    text: str
    findings: FindingRule = FindingRule()

    @property
    def sha256(self) -> str:
        """The hexadecimal SHA-256 of the file in UTF-8: what a cycle pins (procedure 3.2)."""
        return sha256(self.text.encode("utf-8")).hexdigest()

    def to_text(self) -> str:
        """The file as it was read, comments included; parsed again it gives an equal procedure."""
        return self.text

    def may(self, act: str, stage: str | None = None) -> tuple[str, ...]:
        """The roles that may do ``act``; with ``stage``, none unless the act belongs to that stage.

        Raises LookupError for an act or stage that the procedure does not know.
        """
        if act not in self.acts:
            raise LookupError(f"procedure {self.key} knows no act “{act}”")
        if stage is not None and not self.acts[act].open_in(self.stage(stage).key):
            return ()
        return self.acts[act].roles

    def stage(self, key: str) -> Stage:
        """The stage of that key. Raises LookupError where there is none."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise LookupError(f"procedure {self.key} knows no stage “{key}”")

    def next_stage(self, key: str) -> Stage | None:
        """The stage that follows, or None after the last."""
        following = self.stage(key).next
        return self.stage(following) if following else None

    def acts_in(self, stage: str) -> tuple[Act, ...]:
        """The acts that somebody may do in the stage, in the order of ``ACTS``."""
        self.stage(stage)
        return tuple(act for act in self.acts.values() if act.roles and act.open_in(stage))

    def round(self, key: str) -> RoundRule:
        """The review round of that key. Raises LookupError where there is none."""
        for rule in self.rounds:
            if rule.key == key:
                return rule
        raise LookupError(f"procedure {self.key} knows no review round “{key}”")

    def role_for(self, part: str, role: str) -> Role | None:
        """The role that an appointment as ``role`` in a body of kind ``part`` gives, if it gives one."""
        for candidate in self.roles.values():
            if (candidate.part, candidate.role) == (part, role):
                return candidate
        return None

    def label_from(self, label: str) -> Stage:
        """The first stage in which a draft of that label may be frozen (procedure 5.6).

        It is the first whose gate asks for the draft, or that holds a round on it. A label that nothing names
        belongs to the time after the labels before it. Raises LookupError for an unknown label.
        """
        if label not in self.labels:
            raise LookupError(f"procedure {self.key} knows no draft “{label}”")
        asked = self._stages_asking(label)
        if asked:
            return self.stages[min(asked)]
        series = self.series(label)
        earlier = series[: series.index(label)]
        last = max((place for name in earlier for place in self._stages_asking(name)), default=-1)
        return self.stages[min(last + 1, len(self.stages) - 1)]

    def series(self, label: str) -> tuple[str, ...]:
        """The labels among which a draft has its place, in order (5.6): the report's, or those of a repeated act."""
        repeated = [act.labels for act in self.publication.values() if act.repeatable]
        of_report = (name for name in self.labels if all(name not in labels for labels in repeated))
        return next((labels for labels in repeated if label in labels), tuple(of_report))

    def _stages_asking(self, label: str) -> list[int]:
        """The places of the stages whose gate, or one of whose rounds, speaks of the draft of that label."""
        asked = Condition("snapshot-ready", label=label)
        of_rounds = {rule.stage for rule in self.rounds if rule.label == label}
        return [
            place
            for place, stage in enumerate(self.stages)
            if stage.key in of_rounds or asked in (*stage.leave, *stage.advise)
        ]

    def reached(self, stage: str, now: str) -> bool:
        """Whether a cycle that stands in ``now`` has come to ``stage`` (or beyond it)."""
        keys = [each.key for each in self.stages]
        return keys.index(self.stage(stage).key) <= keys.index(self.stage(now).key)

    def visible_to(self, reader: str, now: str) -> tuple[str, ...]:
        """The visibilities of record entries shown to ``reader`` while the cycle stands in ``now``."""
        sights = self.visibility[reader]
        return tuple(
            sight.record
            for sight in sights
            if sight.from_stage == EVERY_STAGE or self.reached(sight.from_stage, now)
        )
