"""Hands on the models of the folders below."""

from assessments.cycles.models import Cycle, CycleBody, Decision  # noqa: F401
from assessments.drafting.margin.models import Remark, Suggestion, Thread  # noqa: F401
from assessments.drafting.models import Asset, Chapter, ChapterVersion  # noqa: F401
from assessments.drafting.rooms.models import Room, RoomUpdate  # noqa: F401
from assessments.drafting.sections.models import Contribution, SectionPlan, TextLook  # noqa: F401
from assessments.findings.models import ChosenScale, Finding, FindingsRead, Note  # noqa: F401
from assessments.imports.models import ImportAttempt  # noqa: F401
from assessments.imprint.models import Imprint, Term  # noqa: F401
from assessments.publishing.models import EditorReport, Publication, PublicationFile, TrickleBack  # noqa: F401
from assessments.snapshots.models import Snapshot, SnapshotChapter  # noqa: F401
from assessments.sources.models import (  # noqa: F401
    Cited,
    CutOff,
    DuplicateLink,
    OriginalRead,
    Retraction,
    SignOff,
    Source,
    SourceCopy,
    SourceTerms,
    Vetting,
)
