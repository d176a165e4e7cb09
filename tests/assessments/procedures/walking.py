"""A cycle walked stage by stage by the acts themselves: people appointed, texts frozen, rounds held, lines decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from assessments.cycles import actions as cycles
from assessments.cycles import guards, standing
from assessments.drafting import actions as drafting
from assessments.findings import actions as findings
from assessments.findings import syncing
from assessments.findings.models import Note
from assessments.publishing import actions as publishing
from assessments.snapshots import actions as snapshots
from panels import actions as panels
from panels.models import Body, State, User
from records.jobs import queue
from records.obstacles import Blocked
from reviews.approval import decisions, sessions
from reviews.comments import actions as comments
from reviews.comments import answers, national
from reviews.rounds import actions as rounds
from tests.reviews.held import places
from tests.world import Side, make_user, seat

# Long past, so that whoever is appointed on the way holds the role today, when permissions are asked.
START = datetime(2023, 1, 9, 9, 0, tzinfo=UTC)
TEXT = "# Findings\n\nAgents complete longer tasks each year (*medium confidence*).\n"
SUMMARY = "# Summary\n\n## A Trends\n\nUse has grown. {1} Tests say less. {1}\n"


def codes(refused) -> list[str]:
    return sorted({o.code for o in refused})


def blocked(act, *args, **kwargs) -> list[str]:
    with pytest.raises(Blocked) as refused:
        act(*args, **kwargs)
    return codes(refused.value.obstacles)


def state(iso3: str) -> State:
    return State.objects.get(iso3=iso3)


@dataclass
class Walk:
    """One cycle on its way; ``people`` by the key of their role, and whoever is seated twice by a name of their own."""

    key: str
    people: dict[str, User] = field(default_factory=dict)
    now = START

    def __post_init__(self) -> None:
        system = User.objects.system()
        slug = self.key.replace("_", "-")
        self.cycle = cycles.create_cycle(slug, procedure=self.key, title=slug, by=system, now=self.now)
        self.side = Side(self.cycle, self.people)
        for role in ("secretariat", self.decider):
            self.people[role] = seat(self.side, f"{slug}_{role}", role, self.role(role).part)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name.replace("_", "-")]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def decider(self) -> str:
        """The role that decides on disclosures and owes none."""
        rules = self.cycle.procedure
        return next(r for r in rules.may("disclosure.decide") if not rules.roles[r].discloses)

    def support(self) -> None:
        """Findings are read from the texts, and what guards noted of them is answered."""
        syncing.read_cycle(self.cycle, self.now)
        for note in Note.objects.filter(chapter__cycle=self.cycle, status=Note.Status.OPEN):
            findings.answer(note, "The chapter says so.", by=self.secretariat, now=self.now)

    def role(self, key: str):
        return self.cycle.procedure.roles[key]

    def body(self, key: str, number: str = "1") -> Body:
        part = self.role(key).part
        if part in ("team", "editors"):
            return getattr(self.cycle.chapters.get(number=number), part)
        if part == "delegation":
            return cycles.add_body(
                self.cycle, part, f"{self.cycle.slug}-kenya", "Kenya", state=State.objects.get(iso3="KEN")
            )
        return standing.bodies(self.cycle, part).filter(ceased_at=None).first()

    def candidate(self, key: str, name: str = "", body: Body | None = None, **facts) -> User:
        """An account with the facts that caps ask for; a disclosure, where one is owed, filed and cleared."""
        user = make_user(f"{self.cycle.slug}_{name or key}")
        type(user.person).objects.filter(pk=user.person.pk).update(**facts)
        user.person.refresh_from_db()
        if self.role(key).discloses:
            where = body or self.body(key)
            cycles.ask_disclosure(self.cycle, user.person, key, where, by=self.secretariat, now=self.now)
            filed = panels.file_disclosure(user.person, where, "None.", by=user, now=self.now)
            decided = {"authority": self.cycle, "stream": self.cycle.stream}
            panels.decide_disclosure(
                filed, "cleared", "", by=self.people[self.decider], now=self.now, **decided
            )
        return user

    def appoint(self, key: str, name: str = "", body: Body | None = None, **facts) -> User:
        body = body or self.body(key)
        user = self.candidate(key, name, body, **facts)
        cycles.appoint(self.cycle, user.person, key, body, by=self.secretariat, now=self.now)
        self.people[name or key] = user
        return user

    def write(self, number: str, text: str, by: User, **more) -> None:
        made = self.cycle.chapters.filter(number=number).first()
        if made is None:
            made = drafting.add_chapter(
                self.cycle, number, f"Chapter {number}", by=self.secretariat, now=self.now, **more
            )
        drafting.save(made, made.current, text, by=by, now=self.now)

    def freeze(self, label: str, numbers: tuple[str, ...] = ()) -> None:
        """Freeze all chapters, or those of ``numbers``, and wait until they are frozen."""
        self.now += timedelta(minutes=1)
        chapters = self.cycle.chapters.filter(number__in=numbers) if numbers else None
        made = snapshots.freeze(self.cycle, label, by=self.secretariat, now=self.now, chapters=chapters)
        assert queue.wait_for(made.job).status == "done", made.job.error

    def hold(self, key: str, reviewer: User, *, answer_by: User | None = None, filed: bool = False) -> None:
        """Open the round, say one thing in it, close it after its bell, answer."""
        held = rounds.open_round(self.cycle, key, by=self.secretariat, now=self.now)
        said = {"expertise": "measurement", "undertaking": True, "consent": True}
        rounds.register_reviewer(held, **said, by=reviewer, now=self.now)
        chapter = held.snapshot.chapters.first().chapter
        anchor = places(held, chapter.number).whole()
        made = comments.save_draft(held, chapter, text="Why?", anchor=anchor, by=reviewer, now=self.now)
        if filed:
            national.file_submission(held, by=reviewer, now=self.now)
        else:
            comments.send_drafts(held, by=reviewer, now=self.now)
        self.now = held.closes_at + timedelta(hours=2)
        rounds.close_round(held, by=self.secretariat, now=self.now)
        if answer_by is not None:
            made.refresh_from_db()
            answers.answer([made], "accepted", "Put right.", by=answer_by, now=self.now)

    def decide(self, kind: str, by: User) -> None:
        cycles.decide(self.cycle, kind, "So recorded.", by=by, now=self.now)

    def missing(self) -> list[str]:
        """The codes of what the next gate still needs."""
        self.cycle.refresh_from_db()
        return codes(guards.obstacles_to_advancing(self.cycle))

    def refused(self, *expected: str) -> None:
        """The gate is shut, to the act itself too, for exactly these reasons."""
        with pytest.raises(Blocked) as refused:
            cycles.advance(self.cycle, by=self.secretariat, now=self.now)
        assert codes(refused.value.obstacles) == sorted(expected)

    def forward(self, by: User | None = None) -> str:
        self.cycle = cycles.advance(self.cycle, by=by or self.secretariat, now=self.now)
        return self.cycle.stage

    def publish(self, act: str, by: User):
        made = publishing.publish(self.cycle, act, by=by, now=self.now)
        done = queue.wait_for(made.job)
        assert done.status == "done", done.error
        made.refresh_from_db()
        assert made.done_at
        return made

    def approve(self) -> int:
        """Decide every line of the circulated summary; how many there were."""
        session = self.cycle.sessions.get()
        session = sessions.open_sitting(session, by=self.chair, now=self.now)
        for line in session.lines.all():
            line = sessions.call_line(line, by=self.chair, now=self.now)
            decisions.read_aloud(line, line.text_hash, by=self.chair, now=self.now)
            decisions.call_for_objections(line, line.text_hash, by=self.chair, now=self.now)
            self.now += timedelta(seconds=15)
            decisions.gavel(line, line.text_hash, by=self.chair, now=self.now)
        sessions.close_session(session, by=self.chair, now=self.now)
        return session.lines.count()

    def prepare(self, label: str = "FGD", unit: str = ""):
        """Circulate the frozen summary as the lines of a session."""
        frozen = self.cycle.snapshots.get(label=label).chapters.get(chapter__kind="summary")
        return sessions.create_session(self.cycle, frozen, unit=unit, by=self.secretariat, now=self.now)


def member(walk: Walk, name: str, iso3: str = "KEN", affiliation: str = "") -> None:
    walk.appoint("member", name, nationality=state(iso3), affiliation=affiliation or name)
