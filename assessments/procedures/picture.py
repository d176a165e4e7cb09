"""The picture of a procedure, drawn from its data: its stages downwards, each with its gate and what is held in it.

Everything is a number or a text here; the template writes the SVG and the style sheet gives shapes their look. In a
language that runs from right to left the same picture is mirrored: boxes by their place, texts by their anchor.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from assessments.procedures.model import Procedure, Stage
from assessments.procedures.titles import titled
from assessments.procedures.words import condition_title

WIDTH = 720
STAGE = 330  # the width of a stage's box; what belongs to it stands beside it
SIDE = 366  # where that begins
LINE = 19
PAD = 10
# Letters to a line of these widths, at 14 units to the letter's height; a generous guess for every script.
STAGE_LETTERS, SIDE_LETTERS, GATE_LETTERS = 40, 44, 42


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    kind: str


@dataclass(frozen=True)
class Line:
    """One line of text, begun at ``x`` in the direction of reading, its foot at ``y``."""

    x: int
    y: int
    text: str
    kind: str


@dataclass(frozen=True)
class Stroke:
    x: int
    y: int
    to_x: int
    to_y: int
    kind: str


@dataclass
class Picture:
    """What the template writes out: ``title`` and ``desc`` for those who hear it, shapes for those who see it."""

    title: str
    desc: str
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    width: int = WIDTH


def draw(procedure: Procedure, now: str = "") -> Picture:
    """The picture of a procedure in the reader's language; ``now`` is the stage in which a cycle stands."""
    steps = " → ".join(titled(stage.title) for stage in procedure.stages)
    desc = _("Stages in their order: %(stages)s.") % {"stages": steps}
    if now:
        desc += " " + _("The cycle stands in “%(stage)s”.") % {"stage": titled(procedure.stage(now).title)}
    picture = Picture(titled(procedure.title), desc)
    y = 2
    for number, stage in enumerate(procedure.stages, start=1):
        y = _stage(picture, procedure, stage, number, y, stage.key == now)
    picture.height = y + 2
    return _mirrored(picture) if get_language_bidi() else picture


def _stage(picture: Picture, procedure: Procedure, stage: Stage, number: int, y: int, here: bool) -> int:
    """Draw one stage with what belongs to it and the gate below; where the next one begins."""
    words = textwrap.wrap(f"{number}  {titled(stage.title)}", STAGE_LETTERS)
    words += [_("The cycle stands here")] if here else []
    height = len(words) * LINE + 2 * PAD
    picture.boxes.append(Box(1, y, STAGE, height, "pic__stage pic__stage--now" if here else "pic__stage"))
    for place, text in enumerate(words):
        kind = "pic__here" if here and place == len(words) - 1 else "pic__name"
        picture.lines.append(Line(PAD + 4, y + PAD + 14 + place * LINE, text, kind))
    beside = y
    for kind, text in _beside(procedure, stage):
        beside = _note(picture, kind, text, y, beside) + 6
    if not stage.next:
        return max(y + height, beside)
    return _gate(picture, procedure, stage, y + height, beside)


def _beside(procedure: Procedure, stage: Stage) -> list[tuple[str, str]]:
    """Rounds held in the stage and publications first possible in it."""
    found = []
    for rule in procedure.rounds:
        if rule.stage == stage.key:
            found.append(("pic__round", f"{titled(rule.title)} · {rule.label}"))
    for act in procedure.publication.values():
        first = next((s.key for s in procedure.stages if procedure.acts[act.key].open_in(s.key)), "")
        if first == stage.key:
            found.append(("pic__publication", titled(act.title)))
    return found


def _note(picture: Picture, kind: str, text: str, stage_y: int, y: int) -> int:
    """A box beside the stage, tied to it by a line; where it ends."""
    words = textwrap.wrap(text, SIDE_LETTERS)
    height = len(words) * LINE + PAD
    picture.boxes.append(Box(SIDE, y, WIDTH - SIDE - 1, height, kind))
    middle = y + height // 2
    picture.strokes.append(Stroke(STAGE + 18, stage_y + 18, STAGE + 18, middle, "pic__tie"))
    picture.strokes.append(Stroke(STAGE + 18, middle, SIDE, middle, "pic__tie"))
    picture.strokes.append(Stroke(STAGE + 1, stage_y + 18, STAGE + 18, stage_y + 18, "pic__tie"))
    for place, line in enumerate(words):
        picture.lines.append(Line(SIDE + PAD, y + 5 + 14 + place * LINE, line, "pic__note"))
    return y + height


def _gate(picture: Picture, procedure: Procedure, stage: Stage, y: int, beside: int) -> int:
    """The way down with the gate across it: what it asks for, and what would be good to have."""
    asked = [("pic__asks", condition_title(procedure, c)) for c in stage.leave]
    asked += [
        ("pic__advice", _("Good to have: %(condition)s") % {"condition": condition_title(procedure, c)})
        for c in stage.advise
    ]
    top, foot = y, y + 12
    for kind, text in asked:
        for line in textwrap.wrap(text, GATE_LETTERS):
            foot += LINE
            picture.lines.append(Line(52, foot, line, kind))
    foot = max(foot + 14, y + 34, beside + 8)
    picture.strokes.append(Stroke(28, top, 28, foot - 7, "pic__way"))
    picture.strokes.append(Stroke(22, foot - 13, 28, foot - 5, "pic__way"))
    picture.strokes.append(Stroke(34, foot - 13, 28, foot - 5, "pic__way"))
    if stage.leave:
        picture.strokes.append(Stroke(14, top + 14, 42, top + 14, "pic__bar"))
    return foot


def _mirrored(picture: Picture) -> Picture:
    picture.boxes = [Box(WIDTH - b.x - b.width, b.y, b.width, b.height, b.kind) for b in picture.boxes]
    picture.lines = [Line(WIDTH - t.x, t.y, t.text, t.kind) for t in picture.lines]
    picture.strokes = [Stroke(WIDTH - s.x, s.y, WIDTH - s.to_x, s.to_y, s.kind) for s in picture.strokes]
    return picture
