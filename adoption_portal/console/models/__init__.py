from adoption_portal.console.models.marks import Annotation, SavedView
from adoption_portal.console.models.rows import ReadingRow, TrustRow, WorkflowRow
from adoption_portal.console.models.snapshots import ScopeFigures, Snapshot

__all__ = [
    "Annotation",
    "ReadingRow",
    "SavedView",
    "ScopeFigures",
    "Snapshot",
    "TrustRow",
    "WorkflowRow",
]
