"""How a delivered file is read: asked once for each source, looked at with each file."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.acting import acting_person
from core.errors import DomainError
from measurement.choices import SourceLayout
from measurement.errors import FileRefusedError
from measurement.forms.mapping import MappingForm, ReadingForm
from measurement.models import CaseImport
from measurement.operations import imports
from measurement.queries.deliveries import preview
from measurement.queries.mapping import NOTHING, MappingPage, shown_preview
from measurement.rules import imports_visible_to, may_bring_cases
from measurement.views.cases import NOT_YOURS
from workflows.views.tabs import tabs_of

# Where on the form a refusal of the file belongs.
FIELD_OF_REFUSAL = {
    "no_zone": "zone",
    "unknown_zone": "zone",
    "broken_bytes": "encoding",
    "unknown_encoding": "encoding",
    "unknown_delimiter": "other_delimiter",
    "unknown_times": "time_pattern",
    "no_end_activity": "ends",
    "activity_twice": "cancels",
    "complete_to_in_future": "covers_to",
}


@dataclass(slots=True)
class Asked:
    """The form as it is to be shown, and the page around it."""

    form: MappingForm
    page: MappingPage
    status: int = 200
    refusal: DomainError | None = None


@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """``do=look`` shows the rows again as they would be read, ``do=import`` saves and starts."""
    actor = acting_person(request)
    case_import = get_object_or_404(
        imports_visible_to(actor).select_related("source__workflow"), public_id=public_id
    )
    workflow = case_import.source.workflow
    if not may_bring_cases(actor, workflow):
        raise PermissionDenied(NOT_YOURS)
    if case_import.job_id is not None or not case_import.stored_name:
        return redirect("measurement:import", public_id=public_id)
    asked = _asked(case_import, request.POST if request.method == "POST" else None)
    if request.POST.get("do") == "import" and asked.form.is_bound and asked.form.is_valid():
        try:
            imports.start_import(
                case_import=case_import,
                actor=actor,
                source_facts=asked.form.source_facts(),
                options=asked.form.options(),
            )
        except FileRefusedError as refused:
            _put(asked, refused)
        except DomainError as refused:
            asked.refusal, asked.status = refused, refused.status
        else:
            return redirect("measurement:import", public_id=public_id)
    return render(
        request,
        "measurement/mapping.html",
        {
            "workflow": workflow,
            "case_import": case_import,
            "form": asked.form,
            "page": asked.page,
            "refusal": asked.refusal,
            "tabs": tabs_of(workflow, actor, "cases"),
            "simulated": workflow.is_simulated,
        },
        status=asked.status,
    )


def _asked(case_import: CaseImport, data: QueryDict | None) -> Asked:
    source = case_import.source
    remembered = source.imports.filter(
        merged_at__isnull=False, options__layout=source.layout
    ).exists()
    signs = {
        "sheet": source.sheet,
        "delimiter": source.delimiter,
        "encoding": source.encoding,
    }
    is_posted = data is not None
    if data is not None:
        reading = ReadingForm(data)
        reading.is_valid()
        signs = reading.signs()
    found = preview(case_import, source_facts=signs)
    look = found.look or NOTHING
    layout = "" if data is None else data.get("layout", "")
    if look.format == "xes":
        layout = SourceLayout.EVENTS
    elif layout not in SourceLayout.values:
        is_log = look.is_log and not remembered
        layout = SourceLayout.EVENTS if is_log else source.layout
    form = MappingForm(data, look=look, layout=layout, source=source)
    if data is not None and data.get("seen") != form.seen:
        # Other columns are asked for than the page had: suggest them, and keep the rest.
        form = MappingForm(look=look, layout=layout, source=source)
        form.keep(data)
        data = None
    tried = form if data is not None else form.as_typed()
    is_as_last = remembered and layout == source.layout and not is_posted
    asked = Asked(form, MappingPage(look, None, found.refusal, is_as_last))
    if found.look is None and found.refusal is not None:
        _put(asked, found.refusal)
    elif tried.is_valid():
        asked.page = _previewed(case_import, tried, asked)
    elif data is not None:
        asked.status = 422
    return asked


def _previewed(case_import: CaseImport, tried: MappingForm, asked: Asked) -> MappingPage:
    read = preview(case_import, source_facts=tried.source_facts(), options=tried.options())
    if read.refusal is not None:
        _put(asked, read.refusal)
        return asked.page
    shown: Any = shown_preview(read)
    return MappingPage(asked.page.look, shown, None, asked.page.remembered)


def _put(asked: Asked, refused: FileRefusedError) -> None:
    """Beside its field where the form was sent, else above it."""
    field = FIELD_OF_REFUSAL.get(refused.reason, "")
    if refused.reason == "person_mapped":
        field = f"column_{refused.facts['field']}"
    if asked.form.is_bound and field in asked.form.fields:
        asked.form.add_error(field, str(refused))
    else:
        asked.refusal = refused
    if asked.form.is_bound:
        asked.status = refused.status
