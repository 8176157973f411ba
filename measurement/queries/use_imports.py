"""Deliveries about people as pages show them: how they were read, and which lines were not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.choices import JobState
from measurement.choices import UseKind
from measurement.errors import use_refusal
from measurement.models import UsageWeek, UseImport, UseRejection
from measurement.parsing.layouts import LAYOUTS
from people.models import Person
from workflows.models import AiTool

REJECTIONS_SHOWN = 20
OWN_WEEKS = 26
LAYOUT_WORDS: Mapping[str, str | Promise] = {
    "usage": _("Person-weeks"),
    "viva": _("Viva Insights person query"),
    "copilot": _("Microsoft 365 Copilot usage report"),
    "entitlements": _("Access to AI tools"),
    "completions": _("Finished trainings"),
    "xapi": _("xAPI statements"),
}
FIELD_WORDS: Mapping[str, str | Promise] = {
    "person": _("person"),
    "tool": _("AI tool"),
    "week": _("week"),
    "active_days": _("active days"),
    "assisted_cases": _("cases done with AI"),
    "worked_days": _("days worked"),
    "last_day": _("last active day"),
    "read_day": _("day of the report"),
    "since": _("first day"),
    "until": _("last day"),
    "training": _("training"),
    "completed_date": _("finished on"),
    "verb": _("what was done"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class UseImportPage:
    """``columns``: what we read, and of which column; ``state`` "new" before it was started."""

    state: str
    layout: str
    kind: str
    columns: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    tool: str
    reasons: tuple[Reason, ...]
    rows: tuple[UseRejection, ...]
    good: int

    @property
    def is_open(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}


def use_imports_listed(rows: QuerySet[UseImport], kind: str) -> QuerySet[UseImport]:
    if kind in UseKind.values:
        rows = rows.filter(kind=kind)
    return rows.select_related("job__token", "created_by").order_by("-pk")


def use_import_page(use_import: UseImport) -> UseImportPage:
    """Two queries, and one for the tool of a file that names none."""
    options = use_import.options
    columns = options.get("columns", {})
    layout = next((one for one in LAYOUTS if one.name == options.get("layout")), None)
    counted = (
        UseRejection.objects.filter(use_import=use_import)
        .values_list("code", "column")
        .annotate(count=Count("pk"))
        .order_by("-count", "code", "column")
    )
    rows = UseRejection.objects.filter(use_import=use_import).order_by("line", "pk")
    tool = ""
    if options.get("tool"):
        tool = str(AiTool.objects.filter(public_id=options["tool"]).first() or "")
    job = use_import.job
    state = "cancelled" if job is None and not use_import.stored_name else "new"
    return UseImportPage(
        state=str(job.state) if job is not None else state,
        layout=str(LAYOUT_WORDS.get(options.get("layout", ""), "")),
        kind=str(UseKind(use_import.kind).label),
        columns=tuple(
            (str(FIELD_WORDS[ours]), columns[ours])
            for ours in (layout.fields if layout else ())
            if ours in columns
        ),
        missing=tuple(
            str(FIELD_WORDS[field])
            for field in (layout.fields if layout else ())
            if field not in columns and not (field == "tool" and tool)
        ),
        ignored=tuple(options.get("ignored", ())),
        tool=tool,
        reasons=tuple(Reason(use_refusal(code, column), count) for code, column, count in counted),
        rows=tuple(rows[:REJECTIONS_SHOWN]),
        good=use_import.rows_read - use_import.rows_rejected - use_import.duplicate_rows,
    )


def rejected_table(use_import: UseImport) -> Iterator[list[object]]:
    rows = UseRejection.objects.filter(use_import=use_import).order_by("line", "pk")
    for row in rows.iterator(chunk_size=2000):
        yield [row.line, row.reason, row.column, row.value]


@dataclass(frozen=True, slots=True)
class OwnWeek:
    week: date
    tool: str
    active_days: int
    assisted_cases: int | None


def own_weeks(person: Person, today: date) -> list[OwnWeek]:
    """The person's own last half year, the newest week first; nobody else may ask this."""
    since = today - timedelta(days=today.weekday(), weeks=OWN_WEEKS)
    rows = (
        UsageWeek.objects.filter(person=person, week__gte=since, week__lte=today)
        .select_related("tool")
        .order_by("-week", "tool__name", "tool__version")
    )
    return [OwnWeek(row.week, str(row.tool), row.active_days, row.assisted_cases) for row in rows]
