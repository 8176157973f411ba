"""How many redesigns of a quarter worked?"""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.acting import acting_person
from core.audit import record_export
from core.exporting import csv_lines
from core.pagination import page_of
from measurement.models import PortfolioReading
from measurement.queries.quarters import (
    newest_of_quarters,
    page_of_quarter,
    quarters_shown,
    rows_of_file,
    why_not_early,
)

QUARTERS = range(1, 5)


@require_GET
def quarters(request: HttpRequest) -> HttpResponse:
    """Every quarter that was read, newest first."""
    page = page_of(request, newest_of_quarters())
    at = timezone.now()
    return render(
        request,
        "measurement/quarters.html",
        {
            "page": page,
            "rows": quarters_shown(list(page.object_list), acting_person(request), at=at),
            "why_not_early": why_not_early(),
            "simulated": any(reading.is_simulated for reading in page.object_list),
        },
    )


@require_GET
def quarter(request: HttpRequest, year: int, number: int) -> HttpResponse:
    reading = _reading(year, number)
    page = page_of_quarter(reading, acting_person(request), at=timezone.now())
    return render(
        request,
        "measurement/quarter.html",
        {
            "page": page,
            "rows": page_of(request, list(page.members)),
            "year": year,
            "number": number,
            "simulated": reading.is_simulated,
        },
    )


@require_GET
def quarter_csv(request: HttpRequest, year: int, number: int) -> StreamingHttpResponse:
    """What the page says, and the members within reach."""
    reading, actor = _reading(year, number), acting_person(request)
    page = page_of_quarter(reading, actor, at=timezone.now())
    record_export("quarter.csv", subject=reading, actor=actor)
    answer = StreamingHttpResponse(
        csv_lines(rows_of_file(page)), content_type="text/csv; charset=utf-8"
    )
    name = f"quarter-{year}-q{number}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _reading(year: int, number: int) -> PortfolioReading:
    if number not in QUARTERS or not date.min.year <= year <= date.max.year:
        raise Http404
    return get_object_or_404(newest_of_quarters(), quarter=date(year, 3 * number - 2, 1))
