"""The pages of the console, and each of them as a file."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from adoption_portal.console.errors import NothingCounted
from adoption_portal.console.exporting import as_csv, as_workbook
from adoption_portal.console.queries import pages
from adoption_portal.console.queries.work import readings_of
from adoption_portal.console.views.opening import Opened, opened, shown
from core.audit import record_export
from core.pagination import page_of

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVIDENCE_ROWS = 15  # each is drawn twice and listed twice
Facts = Mapping[str, Any]


def overview_facts(request: HttpRequest, found: Opened) -> Facts:  # noqa: ARG001
    assert found.snapshot is not None  # noqa: S101  (asked only where there is a count)
    return {
        "page": pages.overview_page(
            found.snapshot, found.chosen, found.choices, found.annotations, at=found.at
        )
    }


def evidence_facts(request: HttpRequest, found: Opened) -> Facts:
    assert found.snapshot is not None  # noqa: S101
    order, verdict = request.GET.get("sort", ""), request.GET.get("verdict", "")
    readings_there = pages.evidence_rows(found.chosen, order=order, verdict=verdict)
    rows = page_of(request, readings_there, size=EVIDENCE_ROWS)
    readings = readings_of(found.chosen)
    return {
        "page": pages.evidence_page(found.chosen, list(rows.object_list), readings),
        "rows": rows,
        "orders": pages.orders(order, request.GET),
        "verdicts": pages.verdict_links(readings, verdict, request.GET),
        "verdict": verdict,
    }


def sign_off_facts(request: HttpRequest, found: Opened) -> Facts:
    assert found.snapshot is not None  # noqa: S101
    rows = page_of(request, pages.longest_waiting(found.chosen))
    return {
        "page": pages.sign_off_page(found.snapshot, found.chosen, at=found.at),
        "rows": rows,
    }


def adoption_facts(request: HttpRequest, found: Opened) -> Facts:
    assert found.snapshot is not None  # noqa: S101
    rows = page_of(request, pages.workflows_in_use(found.chosen))
    return {
        "page": pages.adoption_page(found.snapshot, found.chosen, found.annotations),
        "rows": rows,
        "uses": pages.use_rows(list(rows.object_list)),
    }


def trust_facts(request: HttpRequest, found: Opened) -> Facts:
    assert found.snapshot is not None  # noqa: S101
    rows = page_of(request, pages.waves(found.chosen))
    return {
        "page": pages.trust_page(
            found.snapshot, found.chosen, found.annotations, list(rows.object_list)
        ),
        "rows": rows,
    }


def quality_facts(request: HttpRequest, found: Opened) -> Facts:
    assert found.snapshot is not None  # noqa: S101
    rows = page_of(request, pages.feeds(found.chosen))
    return {
        "page": pages.quality_page(found.snapshot, list(rows.object_list), at=found.at),
        "rows": rows,
    }


FACTS: Mapping[str, Callable[[HttpRequest, Opened], Facts]] = {
    "overview": overview_facts,
    "evidence": evidence_facts,
    "adoption": adoption_facts,
    "trust": trust_facts,
    "sign_offs": sign_off_facts,
    "quality": quality_facts,
}
TITLES = {
    "overview": gettext_lazy("Is work changing?"),
    "evidence": gettext_lazy("Did each redesign work?"),
    "adoption": gettext_lazy("Who is left out?"),
    "trust": gettext_lazy("Do people trust it, are managers ready?"),
    "sign_offs": gettext_lazy("What waits for a signature?"),
    "quality": gettext_lazy("Which numbers can I not rely on?"),
}


def answered(request: HttpRequest, found: Opened, **forms: Any) -> HttpResponse:
    facts = {} if found.snapshot is None else FACTS[found.page](request, found)
    return shown(request, found, facts, **forms)


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    return answered(request, opened(request, "overview"))


@require_GET
def evidence(request: HttpRequest) -> HttpResponse:
    return answered(request, opened(request, "evidence"))


@require_GET
def adoption(request: HttpRequest) -> HttpResponse:
    return answered(request, opened(request, "adoption"))


@require_GET
def trust(request: HttpRequest) -> HttpResponse:
    return answered(request, opened(request, "trust"))


@require_GET
def sign_offs(request: HttpRequest) -> HttpResponse:
    return answered(request, opened(request, "sign_offs"))


@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    return answered(request, opened(request, "quality"))


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two to four readings side by side; the address names them."""
    found = opened(request, "evidence")
    compared = pages.compared(request.GET.getlist("id"))
    found.page = "compare"
    return shown(request, found, {"compared": compared})


@require_GET
def export(request: HttpRequest, page: str, suffix: str) -> HttpResponse | StreamingHttpResponse:
    """What the page shows under the same filters; ``chart`` takes one of its charts alone."""
    found = opened(request, page.replace("-", "_"))
    if found.page not in FACTS or suffix not in {"csv", "xlsx"}:
        raise Http404
    if found.snapshot is None:
        raise NothingCounted
    sheets = FACTS[found.page](request, found)["page"].sheets()
    wanted = request.GET.get("chart", "")
    if wanted:
        sheets = tuple(sheet for sheet in sheets if sheet.key == wanted)
        if not sheets:
            raise Http404
    record_export(f"console.{found.page}.{suffix}", subject=found.snapshot, actor=found.person)
    about = pages.about(str(TITLES[found.page]), found.snapshot, found.chosen, found.filters)
    name = f"console-{page}-{found.snapshot.taken_at:%Y-%m-%d}.{suffix}"
    if suffix == "csv":
        answer: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(
            as_csv(about, sheets), content_type="text/csv; charset=utf-8"
        )
    else:
        answer = HttpResponse(
            as_workbook(about, sheets, about_name=_("About")), content_type=WORKBOOK
        )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
