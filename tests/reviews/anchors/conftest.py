"""A reviewed draft, comments on it, and a later draft in which some of their places are in doubt."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from assessments.drafting import actions as drafting
from reviews.anchors import projecting
from reviews.comments.actions import save_draft, send_drafts
from reviews.comments.anchoring import Places
from tests.reviews.held import freeze, open_round, register
from tests.world import NOW, THEN, build_world

STAYS = "Agents now complete software tasks of half an hour, and most of these tasks are short."
COUNTED = "A survey of nine laboratories asked who keeps such measurements and in which form."
GOES = "Costs fell by a factor of ten, and prices at which such systems are sold fell less."
LAST = "Demand rose in every region for which figures exist, most among public administrations."
BEFORE = f"# A chapter\n\n## Tasks\n\n{STAYS} {COUNTED} {LAST}\n\n## Costs\n\n{GOES}\n"
AFTER = f"# A chapter\n\n## Tasks\n\n{STAYS} {COUNTED.replace('nine', 'twelve')} {LAST}\n\n## Costs\n\nNothing else.\n"


@dataclass
class Held:
    world: object
    round: object
    earlier: object
    later: object
    comments: dict = field(default_factory=dict)

    def of(self, words: str, snapshot=None):
        """The projection of the comment on these words."""
        from reviews.anchors.models import Projection

        return Projection.objects.get(comment=self.comments[words], snapshot=snapshot or self.later)


@pytest.fixture
def held(db):
    """FOD reviewed with three comments, SOD frozen after one edit, projected."""
    world = build_world(texts=False)
    chapter = world.un.chapter("1")
    drafting.save(chapter, None, BEFORE, by=world.system, now=THEN)
    earlier = freeze(world.un.cycle, "FOD")
    review = open_round(world.un)
    register(review, world.un.reviewer)
    frozen = earlier.chapters.get(chapter__number="1")
    found = Held(world, review, earlier, None)
    for words in (STAYS, COUNTED, GOES):
        anchor = Places(frozen).selection("", 0, 0, words)
        found.comments[words] = save_draft(
            review, chapter, text=f"On this: {words[:10]}", anchor=anchor, by=world.un.reviewer, now=NOW
        )
    send_drafts(review, by=world.un.reviewer, now=NOW)
    drafting.save(chapter, world.un.chapter("1").current, AFTER, by=world.system, now=THEN)
    found.later = freeze(world.un.cycle, "SOD")
    projecting.store(earlier, found.later, now=NOW)
    return found
