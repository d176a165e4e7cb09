"""What one key alone cannot show: names that lead nowhere, roles nobody can hold, stages never reached."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from assessments.procedures.model import EVERY_STAGE, PUBLICATIONS, Condition, Procedure
from assessments.procedures.reading import ProcedureError

# What must be possible, to somebody and in time, for a condition ever to hold.
_NEEDED = {
    "teams-complete": "cycle.appoint",
    "disclosures-cleared": "disclosure.decide",
    "all-chapters-have-text": "chapter.draft",
    "snapshot-ready": "snapshot.freeze",
    "round-closed": "round.close",
    "comments-answered": "response.write",
    "summary-circulated": "session.create",
    "summary-approved": "session.chair",
    "editor-reports-in": "editor_report.file",
}
# Conditions that hold once a decision was recorded.
_DECIDED = (
    "scope-approved",
    "scope-endorsed",
    "nominations-selected",
    "chapters-accepted",
    "chair-signed-off",
)


def check(procedure: Procedure, file: str) -> None:
    """Refuse a procedure whose parts do not fit together. Raises ProcedureError."""
    checker = _Checker(procedure, file)
    checker.roles()
    checker.stages()
    checker.acts()
    checker.rounds()
    checker.decisions()
    checker.publication()
    checker.gates()
    checker.summary()
    checker.visibility()


class _Checker:
    def __init__(self, procedure: Procedure, file: str) -> None:
        self.procedure, self.file = procedure, file
        self.order = {stage.key: place for place, stage in enumerate(procedure.stages)}

    def refuse(self, key: str, problem: str, remedy: str) -> NoReturn:
        raise ProcedureError(self.file, key, problem, remedy)

    def known(self, key: str, words: Iterable[str], allowed: Iterable[str], what: str) -> None:
        allowed = tuple(allowed)
        for word in words:
            if word not in allowed:
                self.refuse(key, f"names the unknown {what} “{word}”", f"choose from: {', '.join(allowed)}")

    def known_roles(self, key: str, roles: Iterable[str]) -> None:
        self.known(key, roles, self.procedure.roles, "role")

    def known_stages(self, key: str, stages: Iterable[str]) -> None:
        self.known(key, stages, (*self.order, EVERY_STAGE), "stage")

    def roles(self) -> None:
        """Two roles may not share an appointment, and somebody must be able to take the first one up."""
        taken: dict[tuple[str, str], str] = {}
        for role in self.procedure.roles.values():
            other = taken.setdefault((role.part, role.role), role.key)
            if other != role.key:
                self.refuse(
                    f"roles.{role.key}.role",
                    f"the appointment “{role.role}” in {role.part} is the role {other} already",
                    "give it another role, or remove one of the two",
                )
        for act, purpose in (("cycle.appoint", "appoints"), ("disclosure.decide", "decides on disclosures")):
            self.known_roles(f"acts.{act}.roles", self.procedure.acts[act].roles)
            if not self.procedure.acts[act].roles:
                self.refuse(f"acts.{act}.roles", f"nobody can hold a role: nobody {purpose}", "name a role")
        founder = self.procedure.role_for("secretariat", "officer")
        if founder is None or founder.key not in self.procedure.acts["cycle.appoint"].roles:
            self.refuse(
                "acts.cycle.appoint.roles",
                "nobody can hold a role: whoever begins a cycle is its secretariat's officer, who appoints nobody",
                "name the role whose part is secretariat and whose role is officer",
            )
        self._groups()
        deciders = self.procedure.acts["disclosure.decide"].roles
        owing = [role.key for role in self.procedure.roles.values() if role.discloses]
        if owing and set(deciders) <= set(owing):
            # Each decider would wait for another one to be cleared first (procedure 2.4, 2.5).
            self.refuse(
                f"roles.{deciders[0]}.discloses",
                "nobody can hold this role: whoever may decide on its disclosure owes one too",
                "let a role that owes no disclosure here decide in acts.disclosure.decide",
            )

    def _groups(self) -> None:
        """A role in groups needs somebody who forms them, and a group that is formed needs a role in it."""
        within = [role.key for role in self.procedure.roles.values() if role.part == "group"]
        formed = bool(self.procedure.acts["group.form"].roles)
        if within and not formed:
            self.refuse(
                f"roles.{within[0]}.part",
                "nobody can hold this role: nobody forms a group",
                "name roles and stages in acts.group.form, or give it another part",
            )
        if formed and not within:
            self.refuse(
                "acts.group.form.roles", "nobody could sit in the group", 'add a role with part = "group"'
            )
        if formed != bool(self.procedure.acts["group.dissolve"].roles):
            self.refuse(
                "acts.group.dissolve.roles",
                "does not fit acts.group.form: what is formed is dissolved one day, and nothing else",
                "name roles and stages in both or in neither",
            )

    def stages(self) -> None:
        """Every stage is on the one way from the first to the last, and somebody may move on."""
        if not self.procedure.stages:
            self.refuse("stages", "there are none", "add at least one [[stages]]")
        for stage in self.procedure.stages:
            self.known_roles(f"stages.{stage.key}.forward_by", stage.forward_by)
            if stage.next:
                self.known(f"stages.{stage.key}.next", [stage.next], self.order, "stage")
                if self.order[stage.next] <= self.order[stage.key]:
                    self.refuse(
                        f"stages.{stage.key}.next", "leads back", "name a stage that stands further down"
                    )
                if not stage.forward_by:
                    self.refuse(
                        f"stages.{stage.next}",
                        f"is never reached: nobody may leave {stage.key}",
                        f"name a role in stages.{stage.key}.forward_by",
                    )
        key, reached = self.procedure.stages[0].key, set()
        while key:
            reached.add(key)
            key = self.procedure.stage(key).next
        for stage in self.procedure.stages:
            if stage.key not in reached:
                self.refuse(
                    f"stages.{stage.key}",
                    "is never reached: no stage on the way leads to it",
                    "name it as next of another stage, or remove it",
                )

    def acts(self) -> None:
        for act in self.procedure.acts.values():
            self.known_roles(f"acts.{act.key}.roles", act.roles)
            self.known_stages(f"acts.{act.key}.stages", act.stages)
            if bool(act.roles) != bool(act.stages):
                self.refuse(
                    f"acts.{act.key}",
                    "names roles without stages, or stages without roles",
                    "name both or none",
                )

    def rounds(self) -> None:
        acts = self.procedure.acts
        writers = {*acts["comment.write"].roles, *acts["submission.file"].roles}
        for audience, roles in self.procedure.audiences.items():
            self.known_roles(f"audiences.{audience}", roles)
            for role in roles:
                if role not in writers:
                    self.refuse(
                        f"audiences.{audience}",
                        f"the role {role} may neither comment nor file a submission",
                        "name it in acts.comment.write or acts.submission.file, or remove it here",
                    )
        for rule in self.procedure.rounds:
            here = f"rounds.{rule.key}"
            self.known(f"{here}.stage", [rule.stage], self.order, "stage")
            self.known(f"{here}.label", [rule.label], self.procedure.labels, "snapshot label")
            self.known(f"{here}.audience", rule.audience, self.procedure.audiences, "audience")
            if not acts["round.open"].open_in(rule.stage):
                self.refuse(
                    f"{here}.stage",
                    f"nobody may open a round in {rule.stage}",
                    "add the stage to acts.round.open.stages",
                )
            if rule.comments_public:
                self.known(f"{here}.comments_public", [rule.comments_public], self.order, "stage")
            self._answers(here, rule)

    def _answers(self, here: str, rule) -> None:
        """What a round says of its answers and what the gates ask for are one rule, so they must agree."""
        for gate, conditions in self._gates().items():
            asks = Condition("comments-answered", round=rule.key) in conditions
            if asks and rule.answers_due_before != gate:
                self.refuse(
                    f"{here}.answers_due_before",
                    f"does not say “{gate}”, whose gate asks for the answers",
                    f'write "{gate}", or take comments-answered out of that gate',
                )
            if rule.answers_due_before == gate and not asks:
                self.refuse(
                    f"{here}.answers_due_before",
                    f"the gate of “{gate}” does not ask for the answers",
                    f'add {{key = "comments-answered", round = "{rule.key}"}} there, or write "none"',
                )
        if rule.answers_due_before:
            self.known(f"{here}.answers_due_before", [rule.answers_due_before], self._gates(), "gate")

    def _gates(self) -> dict[str, tuple[Condition, ...]]:
        stages = {stage.key: stage.leave for stage in self.procedure.stages}
        return stages | {key: act.conditions for key, act in self.procedure.publication.items()}

    def decisions(self) -> None:
        for decision in self.procedure.decisions.values():
            here = f"decisions.{decision.key}"
            self.known(
                f"{here}.roles",
                decision.roles,
                self.procedure.acts["cycle.decide"].roles,
                "role in cycle.decide",
            )
            self.known_stages(f"{here}.stages", decision.stages)
            if decision.follows:
                self.known(
                    f"{here}.follows", [decision.follows], self.procedure.publication, "act of publication"
                )
            if not (decision.roles and decision.stages):
                self.refuse(here, "nobody could ever record it", "name roles and stages")

    def publication(self) -> None:
        for key, act in self.procedure.publication.items():
            if not act.by:
                self.refuse(f"publication.{key}", "nobody may do it", f"name roles in acts.{key}")
            self.known(f"publication.{key}.labels", act.labels, self.procedure.labels, "snapshot label")
        for key in PUBLICATIONS:
            if self.procedure.acts[key].roles and key not in self.procedure.publication:
                self.refuse(
                    f"publication.{key}",
                    "is missing: somebody may publish through a gate that nobody wrote down",
                    f"add [publication.{key}], or set roles and stages of acts.{key} to []",
                )

    def gates(self) -> None:
        """A gate may ask only for what can have happened by then; else the stages after it are dead."""
        for stage in self.procedure.stages:
            for place, condition in enumerate((*stage.leave, *stage.advise)):
                key = "leave" if place < len(stage.leave) else "advise"
                self._in_time(f"stages.{stage.key}.{key}", condition, stage.key)
        for act in self.procedure.publication.values():
            stages = self.procedure.acts[act.key].stages
            last = list(self.order)[-1] if EVERY_STAGE in stages else max(stages, key=self.order.__getitem__)
            for condition in (*act.conditions, *act.advise):
                self._in_time(f"publication.{act.key}.conditions", condition, last)

    def _in_time(self, here: str, condition: Condition, stage: str) -> None:
        if condition.label:
            self.known(here, [condition.label], self.procedure.labels, "snapshot label")
        starts: list[str] = []
        if condition.round:
            self.known(here, [condition.round], [rule.key for rule in self.procedure.rounds], "round")
            starts = [self.procedure.round(condition.round).stage]
        elif condition.act:
            self.known(here, [condition.act], self.procedure.publication, "act of publication")
            starts = list(self.procedure.acts[condition.act].stages)
        elif condition.key in _DECIDED:
            starts = [
                stage
                for decision in self.procedure.decisions.values()
                if decision.satisfies == condition.key
                for stage in decision.stages
            ]
            if not starts:
                self.refuse(
                    here,
                    f"this gate can never open: no decision satisfies {condition}",
                    f'add a decision with satisfies = "{condition.key}", or take the condition out',
                )
        needed = _NEEDED.get(condition.key)
        if needed:
            if not self.procedure.acts[needed].roles:
                self.refuse(
                    here,
                    f"this gate can never open: {condition} needs the act {needed}, which nobody may do",
                    f"name roles and stages in acts.{needed}, or take the condition out",
                )
            starts = starts or list(self.procedure.acts[needed].stages)
        if not starts or EVERY_STAGE in starts:
            return
        if not any(self.order[start] <= self.order[stage] for start in starts):
            self.refuse(
                here,
                f"what follows {stage} is never reached: {condition} can come about only from {starts[0]} on",
                "move the condition to a later gate, or what it asks for to an earlier stage",
            )

    def summary(self) -> None:
        summary = self.procedure.summary
        if (summary.unit == "none") != (summary.decision == "none"):
            self.refuse("summary.decision", "does not fit the unit", 'write "none" for both or for neither')
        if (summary.decision == "none") == bool(self.procedure.acts["line.object"].roles):
            self.refuse(
                "acts.line.object.roles",
                "does not fit summary.decision: an objection exists where text is decided by consensus",
                "name roles where there is consensus, and none where the decision is none",
            )
        if summary.decision == "consensus" and not summary.objection_window_s:
            self.refuse(
                "summary.objection_window_s", "nobody would have time to object", "write seconds above 0"
            )
        accepted = self.procedure.sources.accepted_only_from
        if accepted:
            self.known("sources.accepted_only_from", [accepted], self.procedure.labels, "snapshot label")

    def visibility(self) -> None:
        for reader, sights in self.procedure.visibility.items():
            for place, sight in enumerate(sights):
                self.known_stages(f"visibility.{reader}[{place}].from", [sight.from_stage])
