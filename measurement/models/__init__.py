from measurement.models.cases import Case, CaseEvent, CaseImport, CaseSource, ImportRejection
from measurement.models.readings import Reading

__all__ = [
    "Case",
    "CaseEvent",
    "CaseImport",
    "CaseSource",
    "ImportRejection",
    "Reading",
]
