"""Files of people: what came in, bringing one, and approving what would change much."""

from collections.abc import Iterator
from itertools import chain
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.acting import acting_person
from core.audit import record_export
from core.deliveries import FileRefusedError, Limits
from core.errors import DomainError
from core.exporting import csv_lines
from core.pagination import page_of
from people.choices import ImportMode, InboundChannel
from people.forms.imports import PeopleUploadForm
from people.inbound import FIELDS
from people.models import PeopleImport, PeopleRejection, Person
from people.operations import imports
from people.queries.imports import (
    import_page,
    imports_visible_to,
    issues,
    people_ending,
    rejections_of,
)
from people.rules import brought_by, is_administrator

ENCODING_REFUSALS = {"broken_bytes", "unknown_encoding"}
EXPLAINED = {"source_id", "unit", "manager", "active", "effective_from"}  # on the page, by name
NOT_YOURS = gettext_lazy("Files of people are brought in by administrators.")
SAMPLE = (
    "source_id,given_name,family_name,email,employee_number,legal_entity,unit,manager,job_title,"
    "country,site,active,effective_from\n"
    "W-1001,Ada,Keller,ada.keller@example.com,1001,ALPINA,QA,,Head of quality,CH,BSL,true,"
    "2024-01-01\n"
    "W-1002,Hugo,Martins,hugo.martins@example.com,1002,ALPINA,QA,W-1001,Specialist,CH,BSL,true,"
    "2024-03-01\n"
    "W-1003,Zoë,Blanc,zoe.blanc@example.com,1003,ALPINA,QA,W-1001,Analyst,FR,LYS,false,"
    "2026-06-30\n"
)


@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    actor = _administrator(request)
    return render(
        request,
        "people/imports.html",
        {"imports": page_of(request, imports_visible_to(actor)), "issues": issues()},
    )


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Every file is compared first: nothing is changed before the next page was looked at."""
    actor = _administrator(request)
    form = PeopleUploadForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        too_large=getattr(request, "upload_too_large", False),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                received = imports.receive_people(
                    upload=form.upload,
                    actor=actor,
                    channel=InboundChannel.PAGE,
                    mode=ImportMode(form.cleaned_data["mode"]),
                    preview=True,
                    encoding=form.cleaned_data["encoding"],
                    name=form.upload.name or "",
                )
            except FileRefusedError as refusal:
                field = "encoding" if refusal.reason in ENCODING_REFUSALS else "file"
                form.add_error(field, str(refusal))
                status = refusal.status
            else:
                return redirect("people:import", public_id=received.public_id)
    return render(
        request,
        "people/import_upload.html",
        {
            "form": form,
            "megabytes": settings.UPLOAD_LIMIT_BYTES >> 20,
            "rows": Limits().rows,
            "fields": [name for name in FIELDS if name not in EXPLAINED],
        },
        status=status,
    )


@require_GET
def sample(request: HttpRequest) -> HttpResponse:
    _administrator(request)
    answer = HttpResponse(SAMPLE, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="sample-people.csv"'
    return answer


@require_GET
def import_shown(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    return _import_page(request, actor, _import(actor, public_id))


@require_POST
def approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    found = _import(actor, public_id)
    try:
        imports.approve_import(people_import=found, actor=actor, at=timezone.now())
    except DomainError as refusal:
        return _import_page(request, actor, _import(actor, public_id), refusal)
    return redirect("people:import", public_id=public_id)


@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    found = _import(actor, public_id)
    try:
        imports.cancel_import(people_import=found, actor=actor)
    except DomainError as refusal:
        return _import_page(request, actor, _import(actor, public_id), refusal)
    messages.info(request, _("The delivery was discarded, and its file is gone."))
    return redirect("people:import", public_id=public_id)


@require_GET
def rejections(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The refused rows with line, HR's id and reason; of their cells only what names no person."""
    actor = acting_person(request)
    found = _import(actor, public_id)
    record_export("rejections.csv", subject=found, actor=actor)
    answer = StreamingHttpResponse(
        csv_lines(_rejected_table(found)), content_type="text/csv; charset=utf-8"
    )
    name = f"rejected-people-{found.public_id}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rejected_table(found: PeopleImport) -> Iterator[list[object]]:
    """The language is named: lines are made while they are sent, when the request is over."""
    language = get_language()

    def line_of(row: PeopleRejection) -> list[object]:
        with override(language):
            return [row.line, row.source_id, row.reason, row.column, row.value]

    lines = map(line_of, rejections_of(found).iterator(chunk_size=2000))
    return chain([["line", "source_id", "reason", "column", "value"]], lines)


def _import_page(
    request: HttpRequest,
    actor: Person,
    found: PeopleImport,
    refusal: DomainError | None = None,
) -> HttpResponse:
    page = import_page(found)
    return render(
        request,
        "people/import.html",
        {
            "people_import": found,
            "page": page,
            "refusal": refusal,
            "own": brought_by(actor, found),
            "rejected": rejections_of(found)[:50],
            "ending": page_of(request, people_ending(found)) if page.waits else None,
        },
        status=refusal.status if refusal is not None else 200,
    )


def _administrator(request: HttpRequest) -> Person:
    actor = acting_person(request)
    if not is_administrator(actor):
        raise PermissionDenied(NOT_YOURS)
    return actor


def _import(actor: Person, public_id: UUID) -> PeopleImport:
    return get_object_or_404(imports_visible_to(actor), public_id=public_id)
