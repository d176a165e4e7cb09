"""A plenary in a small room: the people, a frozen summary of four lines, a sitting just begun."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from assessments.cycles.models import Cycle, CycleBody
from assessments.drafting.models import Chapter, ChapterVersion
from assessments.procedures import loader
from assessments.snapshots.models import Snapshot, SnapshotChapter
from panels.models import Appointment, Body, Person, User
from reviews.approval import decisions, registered, sessions

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
BLOCKS = [
    {"id": "h", "kind": "heading", "text": "Summary for policymakers", "sentences": []},
    {"id": "hb", "kind": "heading", "text": "B. Trends", "sentences": []},
    {"id": "p1", "kind": "paragraph", "text": "Use has grown. {1.2}", "sentences": [[0, 20]]},
    {
        "id": "p2",
        "kind": "paragraph",
        "text": "Agents will finish such tasks (high confidence). {1.3, Figure 1.2} Tests say less. {2.1}",
        "sentences": [[0, 48], [49, 82], [83, 88]],
    },
    {"id": "f1", "kind": "footnote", "text": "Levels follow the guidance note.", "sentences": []},
]
HTML = (
    '<h1 data-b="h">S</h1><p data-b="p1"><strong>Use has grown.</strong> {1.2}</p><p data-b="p2">Agents …</p>'
)


@dataclass
class Room:
    """Names of people are the fields; ``now`` only moves when told to."""

    cycle: Cycle
    frozen: SnapshotChapter
    people: dict = field(default_factory=dict)
    now: datetime = START

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def wait(self, seconds: int) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def line(self, label: str = "B.1.1"):
        return self.session.lines.get(label=label)

    def body(self, name: str) -> Body:
        return Body.objects.get(key=f"delegation-{name}")

    def call(self, label: str = "B.1.1"):
        return sessions.call_line(self.line(label), by=self.chair, now=self.now)

    def show(self, line):
        return decisions.acknowledge_screen(
            line, line.text_hash, self.session.stream.last_seq, by=self.secretariat, now=self.now
        )

    def ready_for_gavel(self, label: str = "B.1.1"):
        """The line called, shown, objections called for, the window over: nothing stands in the way."""
        line = self.call(label)
        self.show(line)
        decisions.call_for_objections(line, line.text_hash, by=self.chair, now=self.now)
        self.wait(10)
        return self.line(label)

    def verbs(self) -> list[str]:
        return list(self.session.stream.entries.values_list("verb", flat=True))


def user(name: str) -> User:
    made = User.objects.create_user(f"{name}@plenary.example", name=name)
    Person.objects.create(name=name.replace("_", " ").title(), user=made)
    return made


def seat(cycle: Cycle, who: User, body: Body, role: str) -> None:
    Appointment.objects.create(
        person=who.person, body=body, role=role, starts=timezone.now() - timedelta(days=1)
    )


def body(cycle: Cycle, key: str, part: str) -> Body:
    made = Body.objects.create(key=key, kind=part, name=key.replace("-", " ").capitalize())
    CycleBody.objects.create(cycle=cycle, body=made, part=part)
    return made


def frozen_summary(cycle: Cycle, by: User) -> SnapshotChapter:
    snapshot = Snapshot.objects.create(
        cycle=cycle,
        label="FGD",
        status="ready",
        content_hash="c" * 64,
        by=by,
        created_at=START,
        ready_at=START,
    )
    chapter = cycle.chapters.get(number="SPM")
    version = ChapterVersion.objects.create(
        chapter=chapter, number=1, markdown="…", sha256="0" * 64, blocks=[], by=by, at=START
    )
    return SnapshotChapter.objects.create(
        snapshot=snapshot,
        chapter=chapter,
        version=version,
        title=chapter.title,
        html=HTML,
        blocks=BLOCKS,
        sentence_version="1",
        content_hash="d" * 64,
    )


@pytest.fixture
def plenary(db) -> Room:
    """The cycle, its people and the frozen summary; no session yet."""
    registered.register()
    return build_plenary()


def build_plenary() -> Room:
    officer = user("secretariat")
    text = loader.load("ipcc").to_text()
    cycle = Cycle.objects.create(
        slug="un-test",
        title="Test report",
        procedure_key="ipcc",
        procedure_text=text,
        stage="approval",
        created_at=START,
        created_by=officer,
    )
    seats = {
        "secretariat": (body(cycle, "secretariat", "secretariat"), "officer"),
        "chair": (body(cycle, "plenary", "plenary"), "chair"),
        "cochair": (body(cycle, "bureau", "bureau"), "co-chair"),
        "cla": (body(cycle, "team-spm", "team"), "cla"),
        "la": (body(cycle, "team-1", "team"), "la"),
        "la_elsewhere": (body(cycle, "team-4", "team"), "la"),
        "delegate_a": (body(cycle, "delegation-a", "delegation"), "head"),
        "delegate_b": (body(cycle, "delegation-b", "delegation"), "delegate"),
        "observer": (body(cycle, "observers", "observers"), "observer"),
        "reviewer": (body(cycle, "reviewers", "reviewers"), "expert"),
    }
    people = {"secretariat": officer, "outsider": user("outsider")}
    for name, (where, role) in seats.items():
        people.setdefault(name, None)
        people[name] = people[name] or user(name)
        seat(cycle, people[name], where, role)
    people["colleague_a"] = user("colleague_a")
    seat(cycle, people["colleague_a"], seats["delegate_a"][0], "delegate")
    for place, (number, team) in enumerate({"SPM": "team-spm", "1": "team-1", "4": "team-4"}.items()):
        kind = "summary" if number == "SPM" else "chapter"
        team = Body.objects.get(key=team)
        Chapter.objects.create(cycle=cycle, number=number, place=place, title="Chapter", kind=kind, team=team)
    return Room(cycle, frozen_summary(cycle, officer), people)


@pytest.fixture
def room(plenary) -> Room:
    """The session sits; no line is open yet."""
    return open_room(plenary)


def open_room(room: Room) -> Room:
    room.session = sessions.create_session(room.cycle, room.frozen, by=room.secretariat, now=room.now)
    room.session = sessions.open_sitting(room.session, by=room.chair, now=room.now)
    return room
