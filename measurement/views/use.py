"""Deliveries about people: use by week, access to tools, finished trainings.

They stand beside the evidence, because that is what they are: what came in, how it was read, and
what was not. Of their rows nothing is shown but lines and reasons.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.acting import acting_person
from core.audit import record_export
from core.errors import DomainError
from core.exporting import csv_lines
from core.pagination import page_of
from measurement.choices import ImportChannel, UseKind
from measurement.errors import FileRefusedError
from measurement.forms.use import UseUploadForm
from measurement.models import UseImport
from measurement.operations import imports, use_imports
from measurement.parsing import Limits
from measurement.queries.use_imports import (
    LAYOUT_WORDS,
    rejected_table,
    use_import_page,
    use_imports_listed,
)
from measurement.rules import may_deliver_about_people, use_imports_visible_to
from people.models import Person
from people.rules import sees_organisation

FIELD_OF_REFUSAL = {
    "broken_bytes": "encoding",
    "unknown_encoding": "encoding",
    "tool_missing": "tool",
    "tool_unknown": "tool",
    "other_layout": "kind",
}
NOT_YOURS = gettext_lazy("The program office brings in use, access and trainings.")
SAMPLES = {
    UseKind.USAGE: """person,tool,week,active_days,assisted_cases,worked_days
E-1001,Document assistant 4.1,2026-03-02,3,7,5
E-1002,Document assistant 4.1,2026-03-02,0,0,5
E-1003,Document assistant 4.1,2026-03-02,0,0,0
""",
    UseKind.ENTITLEMENTS: """person,tool,from,to
E-1001,Document assistant 4.1,2026-01-01,
E-1002,Document assistant 4.1,2026-01-01,2026-06-30
""",
    UseKind.COMPLETIONS: """person,training,completed_date
E-1001,AI-BASICS,2026-02-12
E-1002,AI-BASICS,2026-02-13
""",
}


@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    actor = _reader(request)
    kind = request.GET.get("kind", "")
    rows = use_imports_listed(use_imports_visible_to(actor), kind)
    return render(
        request,
        "measurement/use_list.html",
        {
            "page": page_of(request, rows),
            "kinds": [(code, label, code == kind) for code, label in UseKind.choices],
            "kind": kind if kind in UseKind.values else "",
            "layouts": LAYOUT_WORDS,
            "may_bring": may_deliver_about_people(actor),
            "base_url": settings.BASE_URL,
        },
    )


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    actor = _writer(request)
    form = UseUploadForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        too_large=getattr(request, "upload_too_large", False),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                received = use_imports.receive_people(
                    kind=UseKind(form.cleaned_data["kind"]),
                    actor=actor,
                    upload=form.upload,
                    options=form.options(),
                    channel=ImportChannel.PAGE,
                    name=form.upload.name or "",
                    starts=False,
                )
            except FileRefusedError as refusal:
                form.add_error(FIELD_OF_REFUSAL.get(refusal.reason, "file"), str(refusal))
                status = refusal.status
            else:
                if received.again:
                    messages.info(request, _("This file is here already. This is its delivery."))
                return redirect("measurement:use_import", public_id=received.use_import.public_id)
    limits = Limits()
    return render(
        request,
        "measurement/use_upload.html",
        {
            "form": form,
            "samples": UseKind.choices,
            "megabytes": settings.UPLOAD_LIMIT_BYTES >> 20,
            "rows": limits.rows,
            "columns": limits.columns,
        },
        status=status,
    )


@require_GET
def sample(request: HttpRequest, kind: str) -> HttpResponse:
    _writer(request)
    if kind not in UseKind.values:
        raise Http404
    answer = HttpResponse(SAMPLES[UseKind(kind)], content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sample-{kind}.csv"'
    return answer


@require_GET
def delivery(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = _reader(request)
    return _page(request, actor, _delivery(actor, public_id))


@require_POST
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """It was recognised rightly."""
    return _decided(
        request, public_id, lambda row, actor: use_imports.start_import(use_import=row, actor=actor)
    )


@require_POST
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Bring in the good rows."""
    return _decided(
        request, public_id, lambda row, actor: imports.confirm_import(case_import=row, actor=actor)
    )


@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _decided(
        request, public_id, lambda row, actor: imports.cancel_import(case_import=row, actor=actor)
    )


def _decided(
    request: HttpRequest, public_id: UUID, act: Callable[[UseImport, Person], UseImport]
) -> HttpResponse:
    actor = _writer(request)
    found = _delivery(actor, public_id)
    try:
        act(found, actor)
    except DomainError as refusal:  # somebody else was faster: show what is true now
        return _page(request, actor, _delivery(actor, public_id), refusal)
    return redirect("measurement:use_import", public_id=public_id)


@require_GET
def rejections(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    actor = _writer(request)
    found = _delivery(actor, public_id)
    record_export("rejections.csv", subject=found, actor=actor)
    answer = StreamingHttpResponse(csv_lines(_table(found)), content_type="text/csv; charset=utf-8")
    name = f"rejected-rows-{found.public_id}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _table(found: UseImport) -> Iterator[list[object]]:
    """The language is named: lines are made while they are sent, when the request is over."""
    language = get_language()

    def told() -> Iterator[list[object]]:
        rows = rejected_table(found)
        while True:
            with override(language):
                row = next(rows, None)
            if row is None:
                return
            yield row

    return chain([["line", "reason", "column", "value"]], told())


def _page(
    request: HttpRequest,
    actor: Person,
    found: UseImport,
    refusal: DomainError | None = None,
) -> HttpResponse:
    return render(
        request,
        "measurement/use_import.html",
        {
            "use_import": found,
            "page": use_import_page(found),
            "refusal": refusal,
            "may_decide": may_deliver_about_people(actor),
        },
        status=refusal.status if refusal is not None else 200,
    )


def _reader(request: HttpRequest) -> Person:
    """For who does not see the whole organisation the pages are not there."""
    actor = acting_person(request)
    if not sees_organisation(actor):
        raise Http404
    return actor


def _writer(request: HttpRequest) -> Person:
    actor = _reader(request)
    if not may_deliver_about_people(actor):
        raise PermissionDenied(NOT_YOURS)
    return actor


def _delivery(actor: Person, public_id: UUID) -> UseImport:
    return get_object_or_404(
        use_imports_visible_to(actor).select_related("job__token", "created_by", "confirmed_by"),
        public_id=public_id,
    )
