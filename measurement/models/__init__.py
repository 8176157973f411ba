from measurement.models.cases import Case, CaseEvent, CaseImport, CaseSource, ImportRejection
from measurement.models.lasting import Lasting, RelapseAnswer
from measurement.models.portfolios import PortfolioMember, PortfolioReading
from measurement.models.readings import Reading, Recomputation
from measurement.models.runs import MeasuringRun
from measurement.models.summaries import CaseSummary, ReadingInput
from measurement.models.use import Entitlement, UsageWeek
from measurement.models.use_imports import UseImport, UseRejection

__all__ = [
    "Case",
    "CaseEvent",
    "CaseImport",
    "CaseSource",
    "CaseSummary",
    "Entitlement",
    "ImportRejection",
    "Lasting",
    "MeasuringRun",
    "PortfolioMember",
    "PortfolioReading",
    "Reading",
    "ReadingInput",
    "Recomputation",
    "RelapseAnswer",
    "UsageWeek",
    "UseImport",
    "UseRejection",
]
