"""The page that asks how a file is read: what it holds, and its first rows as they would be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import words
from measurement.choices import CaseStatus
from measurement.errors import FileRefusedError
from measurement.parsing import Look
from measurement.queries.deliveries import Preview, PreviewCase, PreviewRow

NOTHING = Look(
    format="csv",
    columns=(),
    rows=(),
    lines=(),
    delimiter="",
    encoding="",
    sheets=(),
    is_log=False,
    persons=(),
    times={},
    mapping={},
    activities=(),
)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """``line`` None: a case that several rows of a log make. ``refusal`` in words, or empty."""

    line: int | None
    case_id: str
    started_at: datetime | None
    completed_at: datetime | None
    state: str
    seconds: float | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """``good``: rows, or cases of a log, that would come in; ``longest`` in seconds."""

    rows: tuple[ShownRow, ...]
    sentence: str
    of_log: bool
    longest: float
    good: int


@dataclass(frozen=True, slots=True)
class MappingPage:
    """``remembered``: the source was read like this before. ``refusal``: why nothing is shown."""

    look: Look
    preview: ShownPreview | None
    refusal: FileRefusedError | None
    remembered: bool

    @property
    def raw_rows(self) -> list[tuple[int, tuple[str, ...]]]:
        return list(zip(self.look.lines, self.look.rows, strict=False))


def shown_preview(preview: Preview) -> ShownPreview:
    rows = tuple(_rows_of_log(preview) if preview.cases else map(_row, preview.rows))
    good = [row for row in rows if not row.refusal]
    finished = [row.seconds for row in good if row.seconds is not None]
    return ShownPreview(
        rows=rows,
        of_log=bool(preview.cases),
        sentence=_counted(len(rows), len(good), of_log=bool(preview.cases)) + _lengths(finished),
        longest=max(finished, default=0.0),
        good=len(good),
    )


def _rows_of_log(preview: Preview) -> Iterator[ShownRow]:
    """What could not be read first: it may be why a case stays open."""
    yield from (_row(row) for row in preview.rows if row.refusal)
    yield from map(_case, preview.cases)


def _counted(rows: int, good: int, *, of_log: bool) -> str:
    if of_log:
        return ngettext(
            "The first steps make this case.", "The first steps make these %(count)s cases.", good
        ) % {"count": good}
    return ngettext(
        "%(good)s of the first %(count)s row is read.",
        "%(good)s of the first %(count)s rows are read.",
        rows,
    ) % {"good": good, "count": rows}


def _lengths(seconds: list[float]) -> str:
    if not seconds:
        return " " + _("None of these cases has an end.")
    return " " + _(
        "Those that ended took from %(least)s to %(most)s, half of them at most %(median)s."
    ) % {
        "least": words.duration(min(seconds)),
        "most": words.duration(max(seconds)),
        "median": words.duration(median(seconds)),
    }


def _row(row: PreviewRow) -> ShownRow:
    cells = row.cells
    if row.refusal:
        return ShownRow(row.line, cells.get("case_id", ""), None, None, "", None, row.refusal)
    return ShownRow(
        line=row.line,
        case_id=cells.get("case_id", ""),
        started_at=_moment(cells.get("started_at") or cells.get("began_at") or cells.get("at")),
        completed_at=_moment(cells.get("completed_at") or cells.get("at")),
        state=_state(cells.get("status", "")) or cells.get("activity", ""),
        seconds=row.seconds,
    )


def _case(case: PreviewCase) -> ShownRow:
    return ShownRow(
        line=None,
        case_id=case.case_id,
        started_at=case.started_at,
        completed_at=case.completed_at,
        state=_state(case.status),
        seconds=case.seconds,
    )


def _state(status: str) -> str:
    return str(CaseStatus(status).label) if status in CaseStatus.values else ""


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
