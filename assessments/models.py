"""Hands on the models of the folders below."""

from assessments.cycles.models import Cycle, CycleBody, Decision  # noqa: F401
from assessments.drafting.models import Asset, Chapter, ChapterVersion, Source  # noqa: F401
from assessments.imports.models import ImportAttempt  # noqa: F401
from assessments.imprint.models import Imprint, Term  # noqa: F401
from assessments.publishing.models import EditorReport, Publication, PublicationFile, TrickleBack  # noqa: F401
from assessments.snapshots.models import Snapshot, SnapshotChapter  # noqa: F401
