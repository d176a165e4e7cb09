"""What stands in the way of drafting, in words."""

from __future__ import annotations

from assessments.cycles.guards import stage_obstacles
from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from records.obstacles import Obstacle


def obstacles_to_managing(cycle: Cycle) -> list[Obstacle]:
    """Making, naming and ordering chapters (procedure 4.3)."""
    return stage_obstacles(cycle, "chapter.manage")


def obstacles_to_drafting(chapter: Chapter) -> list[Obstacle]:
    """Writing, restoring, importing and naming a text (procedure 4.1)."""
    return stage_obstacles(chapter.cycle, "chapter.draft")


def obstacles_to_images(cycle: Cycle) -> list[Obstacle]:
    """Putting up images (procedure 4.6)."""
    return stage_obstacles(cycle, "asset.upload")
