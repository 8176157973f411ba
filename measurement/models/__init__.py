from measurement.models.cases import Case, CaseEvent, CaseImport, CaseSource, ImportRejection
from measurement.models.readings import Reading, Recomputation
from measurement.models.summaries import CaseSummary, ReadingInput

__all__ = [
    "Case",
    "CaseEvent",
    "CaseImport",
    "CaseSource",
    "CaseSummary",
    "ImportRejection",
    "Reading",
    "ReadingInput",
    "Recomputation",
]
