"""A workflow's cases: what is there, bringing more in, and what became of a delivery."""

from collections.abc import Iterator
from itertools import chain
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.acting import acting_person
from core.audit import record_export
from core.errors import DomainError
from core.exporting import csv_lines
from core.pagination import page_of
from measurement.choices import ImportChannel
from measurement.errors import FileRefusedError
from measurement.forms.cases import UploadForm
from measurement.models import CaseImport, CaseSource, ImportRejection
from measurement.operations import imports
from measurement.parsing import FIELDS, Limits
from measurement.queries.cases import (
    ImportPage,
    cases_page,
    import_page,
    imports_of,
    rejections_of,
)
from measurement.queries.terms import FIELDS_OF
from measurement.rules import imports_visible_to, may_bring_cases
from people.models import Person
from workflows.models import Workflow
from workflows.queries.workflows import workflows_visible_to
from workflows.views.tabs import tabs_of

NOT_YOURS = gettext_lazy(
    "Cases are brought in by the workflow's owner, managers of its unit, or the program office."
)
SAMPLE = """case_id,started_at,completed_at,status,kind,last_event_at,right_first_time,pages
BR-1001,2026-03-02T08:15:00+01:00,2026-03-11T14:40:00+01:00,completed,standard,2026-03-11T14:40:00+01:00,yes,12
BR-1002,2026-03-02T09:05:00+01:00,2026-03-20T10:00:00+01:00,completed,complex,2026-03-20T10:00:00+01:00,no,31
BR-1003,2026-03-03T10:30:00+01:00,,open,standard,2026-03-09T16:20:00+01:00,,
BR-1004,2026-03-04T07:50:00+01:00,,cancelled,standard,2026-03-05T08:00:00+01:00,,
"""


@require_GET
def cases(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    workflow = _workflow(actor, public_id)
    return render(
        request,
        "measurement/cases.html",
        {
            "workflow": workflow,
            "page": cases_page(workflow, at=timezone.now()),
            "imports": page_of(request, imports_of(workflow)),
            "may_bring": may_bring_cases(actor, workflow),
            "address": f"{settings.BASE_URL}{reverse('workflow-cases', args=[workflow.slug])}",
            "tabs": tabs_of(workflow, actor, "cases"),
            "simulated": workflow.is_simulated,
        },
    )


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a file in; the next page asks how it is read."""
    actor = acting_person(request)
    workflow = _workflow(actor, public_id)
    if not may_bring_cases(actor, workflow):
        raise PermissionDenied(NOT_YOURS)
    form = UploadForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        too_large=getattr(request, "upload_too_large", False),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            source = CaseSource.objects.filter(workflow=workflow).first()
            try:
                received = imports.shelve_file(
                    source=source or imports.new_source(workflow),
                    actor=actor,
                    upload=form.upload,
                    channel=ImportChannel.PAGE,
                    name=form.upload.name or "",
                )
            except FileRefusedError as refusal:
                form.add_error("file", str(refusal))
                status = refusal.status
            else:
                if received.again:
                    messages.info(request, _("This file is here already. This is its delivery."))
                return redirect("measurement:mapping", public_id=received.case_import.public_id)
    limits = Limits()
    return render(
        request,
        "measurement/upload.html",
        {
            "workflow": workflow,
            "form": form,
            "megabytes": settings.UPLOAD_LIMIT_BYTES >> 20,
            "rows": limits.rows,
            "columns": limits.columns,
            "tabs": tabs_of(workflow, actor, "cases"),
            "simulated": workflow.is_simulated,
        },
        status=status,
    )


@require_GET
def sample(request: HttpRequest, public_id: UUID) -> HttpResponse:
    _workflow(acting_person(request), public_id)
    answer = HttpResponse(SAMPLE, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="sample-cases.csv"'
    return answer


@require_GET
def import_shown(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    case_import = _import(actor, public_id)
    return _import_page(request, actor, case_import)


@require_POST
def import_confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Import the good rows."""
    actor = acting_person(request)
    case_import = _import(actor, public_id, to_decide=True)
    try:
        imports.confirm_import(case_import=case_import, actor=actor)
    except DomainError as refusal:
        return _import_page(request, actor, case_import, refusal)
    return redirect("measurement:import", public_id=public_id)


@require_POST
def import_cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    case_import = _import(actor, public_id, to_decide=True)
    try:
        imports.cancel_import(case_import=case_import, actor=actor)
    except DomainError as refusal:
        return _import_page(request, actor, case_import, refusal)
    return redirect("measurement:import", public_id=public_id)


@require_GET
def import_rejections(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The refused rows with lines and reasons, and of their cells our own fields alone."""
    actor = acting_person(request)
    case_import = _import(actor, public_id, to_decide=True)
    record_export("rejections.csv", subject=case_import, actor=actor)
    answer = StreamingHttpResponse(
        csv_lines(_rejected_table(case_import)), content_type="text/csv; charset=utf-8"
    )
    name = f"rejected-rows-{case_import.public_id}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rejected_table(case_import: CaseImport) -> Iterator[list[object]]:
    """The language is named: lines are made while they are sent, when the request is over."""
    language = get_language()
    rejections = rejections_of(case_import)
    fields = FIELDS_OF.get(case_import.options.get("layout"), FIELDS)

    def line_of(row: ImportRejection) -> list[object]:
        with override(language):
            return [row.line, row.reason, row.column, *(row.row.get(name, "") for name in fields)]

    lines = map(line_of, rejections.iterator(chunk_size=2000))
    return chain([["line", "reason", "column", *fields]], lines)


def _import_page(
    request: HttpRequest,
    actor: Person,
    case_import: CaseImport,
    refusal: DomainError | None = None,
) -> HttpResponse:
    if refusal is not None:  # somebody else was faster: show what is true now
        case_import = _import(actor, case_import.public_id)
    workflow = case_import.source.workflow
    may_decide = may_bring_cases(actor, workflow)
    page: ImportPage = import_page(case_import, with_rows=may_decide)
    return render(
        request,
        "measurement/import.html",
        {
            "workflow": workflow,
            "case_import": case_import,
            "page": page,
            "refusal": refusal,
            "may_decide": may_decide,
            "tabs": tabs_of(workflow, actor, "cases"),
            "simulated": workflow.is_simulated,
        },
        status=refusal.status if refusal is not None else 200,
    )


def _workflow(actor: Person, public_id: UUID) -> Workflow:
    return get_object_or_404(
        workflows_visible_to(actor).select_related("unit", "owner"), public_id=public_id
    )


def _import(actor: Person, public_id: UUID, *, to_decide: bool = False) -> CaseImport:
    found = get_object_or_404(
        imports_visible_to(actor).select_related(
            "source__workflow", "job__token", "created_by", "confirmed_by"
        ),
        public_id=public_id,
    )
    if to_decide and not may_bring_cases(actor, found.source.workflow):
        raise PermissionDenied(NOT_YOURS)
    return found
