from measurement.models.cases import Case, CaseEvent, CaseImport, CaseSource, ImportRejection
from measurement.models.readings import Reading, Recomputation
from measurement.models.summaries import CaseSummary, ReadingInput
from measurement.models.use import Entitlement, UsageWeek

__all__ = [
    "Case",
    "CaseEvent",
    "CaseImport",
    "CaseSource",
    "CaseSummary",
    "Entitlement",
    "ImportRejection",
    "Reading",
    "ReadingInput",
    "Recomputation",
    "UsageWeek",
]
