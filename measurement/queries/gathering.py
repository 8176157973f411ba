"""What readings take in beside the cases, and the cases, for many go-lives at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Sum
from django.db.models.fields.json import KeyTextTransform

from measurement.choices import ReadingKind, SourceLayout
from measurement.models import Case, CaseImport, CaseSource, ImportRejection
from measurement.queries.arrays import CaseArrays, many_case_arrays
from measurement.queries.calendars import calendar_of
from measurement.queries.known import Reach
from measurement.queries.registered import History, history_of
from measurement.statistics import OpeningHours
from workflows.models import GoLive, Guardrail


@dataclass(frozen=True, slots=True)
class Due:
    """A reading that is to be taken. ``go_live`` has its redesign, revision and hypothesis."""

    go_live: GoLive
    kind: ReadingKind
    reach: Reach


@dataclass(frozen=True, slots=True)
class Gathered:
    """By workflow, but for ``guards`` (by hypothesis, in their order) and ``calendars``.

    ``clock_errors``: cases refused for an impossible clock that never came right since (gate G5).
    ``delivered``: rows read and rows that repeat an id of their own file (gate G9).
    """

    guards: Mapping[int, Sequence[Guardrail]]
    sources: Mapping[int, CaseSource]
    clock_errors: Mapping[int, int]
    delivered: Mapping[int, tuple[int, int]]
    history: History
    calendars: Mapping[int | None, OpeningHours | None]  # by version
    cases: Mapping[int, CaseArrays]


def gathered(due: Iterable[Due]) -> Gathered:
    """A fixed number of queries, one of them the COPY of the cases of all these workflows."""
    due = list(due)
    own = {one.go_live.redesign.workflow_id for one in due}
    others = {one.reach.comparison.pk for one in due if one.reach.comparison is not None}
    guards: dict[int, list[Guardrail]] = {}
    hypotheses = {one.go_live.revision.hypothesis.pk for one in due}
    for guard in Guardrail.objects.filter(hypothesis__in=hypotheses).order_by("position", "id"):
        guards.setdefault(guard.hypothesis_id, []).append(guard)
    sources = list(CaseSource.objects.filter(workflow__in=own | others).select_related("workflow"))
    fields: dict[int, set[str]] = {workflow: set() for workflow in own | others}
    for one in due:
        mine = guards.get(one.go_live.revision.hypothesis.pk, ())
        fields[one.go_live.redesign.workflow_id] |= {guard.field for guard in mine}
    versions = {one.go_live.calendar_version_id: one.go_live.calendar_version for one in due}
    return Gathered(
        guards=guards,
        sources={source.workflow_id: source for source in sources},
        clock_errors=_clock_errors(own | others),
        delivered=_delivered(own | others),
        calendars={pk: calendar_of(version) for pk, version in versions.items()},
        history=history_of(
            [one.go_live for one in due],
            others,
            logs={one.workflow_id for one in sources if one.layout == SourceLayout.EVENTS},
        ),
        cases=many_case_arrays(
            {workflow: tuple(sorted(fields[workflow])) for workflow in sorted(fields)}
        ),
    )


def _clock_errors(workflows: set[int]) -> dict[int, int]:
    refused = ImportRejection.objects.filter(
        case_import__source__workflow__in=workflows,
        case_import__merged_at__isnull=False,
        code="clock_error",
    )
    named = refused.annotate(case=KeyTextTransform("case_id", "row")).exclude(case__isnull=True)
    came_right = Case.objects.filter(
        workflow=OuterRef("case_import__source__workflow"), case_id=OuterRef("case")
    )
    still = named.exclude(Exists(came_right)).order_by()
    counted: Any = still.values_list("case_import__source__workflow")
    return dict(counted.annotate(Count("case", distinct=True)))


def _delivered(workflows: set[int]) -> dict[int, tuple[int, int]]:
    merged = CaseImport.objects.filter(source__workflow__in=workflows, merged_at__isnull=False)
    sums = merged.order_by().values_list("source__workflow")
    return {
        workflow: (read, repeated)
        for workflow, read, repeated in sums.annotate(Sum("rows_read"), Sum("duplicate_rows"))
    }
