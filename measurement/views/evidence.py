"""Did each redesign work? The list, and the evidence of one."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.acting import acting_person
from core.audit import record_export
from core.exporting import csv_lines
from core.pagination import page_of
from measurement import claims
from measurement.forms.evidence import EvidenceFilters
from measurement.models import Reading
from measurement.operations import readings as operations
from measurement.queries.charts import (
    control_chart_shown,
    quantile_plot_shown,
    sensitivity_told,
    time_spent_shown,
    weekly_json,
)
from measurement.queries.evidence import (
    evidence_page,
    evidence_reading,
    evidence_rows,
    verdict_counts,
)
from measurement.queries.provenance import deliveries_behind, provenance_of
from measurement.queries.readers import too_few_on, whole_told
from measurement.queries.readings import (
    readings_of,
    recomputation_page,
    redesigns_with_readings,
    runs_beyond_reach,
)
from measurement.rules import may_measure
from measurement.views.evidence_csv import HEADER, rows_of
from people.rules import sees_organisation
from workflows.models import Hypothesis, Redesign
from workflows.views.tabs import tabs_of


@require_GET
def evidence_list(request: HttpRequest) -> HttpResponse:
    """Every redesign in reach that went live, newest go-live first."""
    person = acting_person(request)
    everything = redesigns_with_readings(person)
    filters = EvidenceFilters(request.GET, queryset=everything, request=request)
    page = page_of(request, filters.qs.order_by("-go_live__at", "pk"))
    return render(
        request,
        "measurement/evidence_list.html",
        {
            "filters": filters.form,
            "page": page,
            "rows": evidence_rows(list(page.object_list)),
            "counts": verdict_counts(everything),
            "beyond_reach": not page.object_list and runs_beyond_reach(person),
            "filtered": filters.form.is_bound and any(request.GET.values()),
            "reads_use": sees_organisation(person),
        },
    )


@require_GET
def evidence(request: HttpRequest, public_id: UUID) -> HttpResponse:
    redesign, actor = _redesign(request, public_id), acting_person(request)
    page = evidence_page(redesign, chosen=request.GET.get("reading", ""))
    reading = page.reading
    return render(
        request,
        "measurement/evidence.html",
        {
            "redesign": redesign,
            "page": page,
            **(_pictures(reading, page.hypothesis) if reading else {}),
            "may_measure": may_measure(actor, redesign.workflow),
            "simulated": redesign.workflow.is_simulated,
            "tabs": tabs_of(redesign.workflow, actor, "evidence", redesign),
        },
    )


def _pictures(reading: Reading, hypothesis: Hypothesis) -> dict[str, Any]:
    """What this page shows beyond the panel of the redesign's own page."""
    return {
        "chart": control_chart_shown(reading),
        "quantiles": quantile_plot_shown(reading),
        "time_spent": time_spent_shown(reading),
        "adjusted": claims.adjusted(reading),
        "sensitivity": claims.sensitivity(reading, season=hypothesis.season),
        "provenance": provenance_of(reading),
    }


@require_GET
def evidence_csv(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The reading as one table; ``?reading=`` names another than the page opens with."""
    redesign = _redesign(request, public_id)
    reading = _reading(request, redesign)
    record_export("evidence.csv", subject=redesign, actor=acting_person(request))
    lines = csv_lines(rows_of(reading) if reading else [HEADER])
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{redesign.public_id}.csv"'
    return answer


def _reading(request: HttpRequest, redesign: Redesign) -> Reading | None:
    return evidence_reading(redesign, chosen=request.GET.get("reading", ""))


@require_GET
def evidence_json(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """The reading whole: the call, the result, the hashes. Figures of cases, never of people."""
    redesign = _redesign(request, public_id)
    reading = _reading(request, redesign)
    record_export("evidence.json", subject=redesign, actor=acting_person(request))
    body = {
        "redesign": str(redesign.public_id),
        "workflow": str(redesign.workflow.public_id),
        "reading": _as_json(reading) if reading else None,
    }
    answer = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="evidence-{redesign.public_id}.json"'
    return answer


@require_POST
def measure(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Queue a reading with the data there are; the page shows its progress."""
    redesign, actor = _redesign(request, public_id), acting_person(request)
    if not may_measure(actor, redesign.workflow):
        raise PermissionDenied
    operations.ask_for_reading(redesign=redesign, actor=actor)
    return redirect("measurement:evidence", public_id=public_id)


@require_http_methods(["GET", "POST"])
def recompute(request: HttpRequest, public_id: UUID, reading_id: UUID) -> HttpResponse:
    """What came of evaluating the stored input again; asked by POST, whoever reads may ask."""
    redesign, actor = _redesign(request, public_id), acting_person(request)
    reading = get_object_or_404(readings_of(redesign), public_id=reading_id)
    if request.method == "POST":
        operations.ask_for_recomputation(reading=reading, actor=actor)
        return redirect(request.path)
    page = recomputation_page(reading)
    return render(
        request,
        "measurement/recomputed.html",
        {
            "redesign": redesign,
            "reading": reading,
            "page": page,
            "differs": claims.differing(page.outcome.differs) if page.outcome else [],
            "claim": claims.claim(reading),
            "tabs": tabs_of(redesign.workflow, actor, "evidence", redesign),
            "simulated": reading.is_simulated,
        },
    )


def _redesign(request: HttpRequest, public_id: UUID) -> Redesign:
    return get_object_or_404(redesigns_with_readings(acting_person(request)), public_id=public_id)


def _as_json(reading: Reading) -> dict[str, object]:
    return {
        "id": str(reading.public_id),
        "kind": reading.kind,
        "cutoff": reading.cutoff.isoformat(),
        "measured_at": reading.measured_at.isoformat(),
        "simulated": reading.is_simulated,
        "post_hoc": reading.post_hoc,
        "call": reading.design,
        "call_sha256": reading.design_sha256,
        "input_sha256": reading.input_id,
        "code_version": reading.code_version,
        "weekly": weekly_json(reading),
        "result": whole_told(reading),
        "sensitivity": sensitivity_told(reading),
        "deliveries": [
            {"sha256": one.sha256, "name": one.original_name, "rows": one.rows_read}
            for one in deliveries_behind(reading)
        ],
        "withheld": list(too_few_on(reading.result)),
        "result_sha256": reading.result_sha256,
    }
