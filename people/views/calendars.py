"""Work calendars: the list, one with its versions, and a new version by way of a preview."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from core.acting import acting_person
from core.errors import DomainError
from core.pagination import page_of
from people.calendars import CalendarFacts, change_of, facts_of, week_minutes
from people.forms.calendars import DAYS, SPARE_PERIODS, CalendarFilter, CalendarForm
from people.models import Person, WorkCalendar, WorkCalendarVersion
from people.operations.calendars import MOST_PERIODS, CalendarMoved, publish_calendar
from people.queries.calendars import (
    calendar_page,
    calendar_rows,
    calendars_found,
    countries_in_use,
    newest_version,
)
from people.rules import may_publish_calendars
from people.views.calendar_words import change_told, coming_weeks, facts_told, holidays_told

NOT_YOURS = gettext_lazy("Calendars are published by the program office and administrators.")
MORE_ROWS = 5
KNOWN_YEARS = 3  # beyond this one, of a new calendar
# What its buttons do to a form that is not published yet.
EDITING = frozenset({"edit", "more", "copy", "regions"})


@require_GET
def calendar_list(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    filters = CalendarFilter(request.GET, countries=countries_in_use())
    filters.is_valid()
    chosen = filters.cleaned_data
    page = page_of(
        request,
        calendars_found(text=chosen.get("q", ""), country=chosen.get("country", "")),
    )
    return render(
        request,
        "people/calendars.html",
        {
            "filters": filters,
            "filtered": bool(chosen.get("q") or chosen.get("country")),
            "page": page,
            "rows": calendar_rows(page.object_list, today=timezone.localdate()),
            "may_publish": may_publish_calendars(person),
        },
    )


@require_GET
def calendar_shown(request: HttpRequest, public_id: UUID) -> HttpResponse:
    calendar = get_object_or_404(WorkCalendar, public_id=public_id)
    page = calendar_page(
        calendar,
        shown=request.GET.get("version", ""),
        against=request.GET.get("against", ""),
        today=timezone.localdate(),
    )
    context: dict[str, Any] = {
        "calendar": calendar,
        "page": page,
        "may_publish": may_publish_calendars(acting_person(request)),
    }
    if page is not None:
        context |= {
            "weeks": coming_weeks(page.facts, timezone.localdate()),
            "facts": facts_told(page.facts),
            "holidays": holidays_told(page.facts),
            "change": change_told(page.change, page.facts) if page.change else None,
        }
    return render(request, "people/calendar.html", context)


@require_http_methods(["GET", "POST"])
def calendar_new(request: HttpRequest) -> HttpResponse:
    return _editing(request, _publisher(request), None)


@require_http_methods(["GET", "POST"])
def calendar_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    calendar = get_object_or_404(WorkCalendar, public_id=public_id)
    return _editing(request, _publisher(request), calendar)


def _editing(request: HttpRequest, actor: Person, calendar: WorkCalendar | None) -> HttpResponse:
    """The form; its preview; publishing what was previewed. What was typed goes along."""
    newest = newest_version(calendar) if calendar else None
    facts = facts_of(newest) if newest else None
    asked = request.POST.get("do", "preview")
    form = _form(request, calendar, facts, asked)
    if request.method == "GET" or asked in EDITING:
        return _form_page(request, calendar, form)
    if not form.is_valid():
        return _form_page(request, calendar, form, status=422)
    if asked != "publish":
        return _preview_page(request, calendar, form, newest)
    try:
        version = _publish(actor, calendar, form, seen=request.POST.get("seen", ""))
    except CalendarMoved as moved:
        return _preview_page(request, calendar, form, newest, refusal=moved)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _form_page(request, calendar, form, status=refusal.status)
    messages.success(
        request,
        _("Version %(number)s is published. Redesigns that go live from now on are read by it.")
        % {"number": version.number},
    )
    return redirect("people:calendar", public_id=version.calendar.public_id)


def _publish(
    actor: Person, calendar: WorkCalendar | None, form: CalendarForm, *, seen: str
) -> WorkCalendarVersion:
    data = form.cleaned_data
    return publish_calendar(
        name=calendar.name if calendar else data["name"],
        zone=data["zone"],
        hours=data["hours"],
        first_day=data["first_day"],
        last_day=data["last_day"],
        country=data["country"],
        subdivision=data["subdivision"],
        closed_periods=data["closed"],
        actor=actor,
        reason=data["reason"],
        after=int(seen) if re.fullmatch("[0-9]{1,9}", seen) else -1,
    )


def _form(
    request: HttpRequest, calendar: WorkCalendar | None, facts: CalendarFacts | None, asked: str
) -> CalendarForm:
    if request.method == "GET":
        rows = (len(facts.closed) if facts else 0) + SPARE_PERIODS
        initial = None if facts else _new_span()
        return CalendarForm(calendar=calendar, facts=facts, initial=initial, rows=rows)
    typed = request.POST.copy()
    text = typed.get("rows", "")
    rows = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else SPARE_PERIODS  # noqa: PLR2004
    if asked == "more":
        rows += MORE_ROWS
    if asked == "copy":
        _copy_monday(typed)
    if asked not in EDITING:
        return CalendarForm(typed, calendar=calendar, facts=facts, rows=rows)
    # Nothing is judged yet: what stands in the form is carried over as it was typed.
    return CalendarForm(calendar=calendar, facts=facts, initial=typed.dict(), rows=rows)


def _copy_monday(typed: QueryDict) -> None:
    """To the four days after it."""
    for name in [name for name in typed if name.startswith("d0s")]:
        for day in DAYS[1:5]:
            typed[f"d{day}{name[2:]}"] = typed.get(name, "")


def _new_span() -> dict[str, Any]:
    """From two years back, so that a baseline is covered, to the end of the third year on."""
    today = timezone.localdate()
    return {
        "first_day": today.replace(year=today.year - 2, month=1, day=1),
        "last_day": today.replace(year=today.year + KNOWN_YEARS, month=12, day=31),
    }


def _form_page(
    request: HttpRequest, calendar: WorkCalendar | None, form: CalendarForm, *, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "people/calendar_form.html",
        {
            "calendar": calendar,
            "form": form,
            "may_add_rows": form.period_rows < MOST_PERIODS,
        },
        status=status,
    )


def _preview_page(
    request: HttpRequest,
    calendar: WorkCalendar | None,
    form: CalendarForm,
    newest: WorkCalendarVersion | None,
    *,
    refusal: DomainError | None = None,
) -> HttpResponse:
    facts = form.facts()
    before = facts_of(newest) if newest else None
    change = change_of(before, facts) if before else None
    return render(
        request,
        "people/calendar_preview.html",
        {
            "calendar": calendar,
            "name": calendar.name if calendar else form.cleaned_data["name"],
            "form": form,
            "refusal": refusal,
            "seen": newest.number if newest else 0,
            "number": (newest.number if newest else 0) + 1,
            "weeks": coming_weeks(facts, timezone.localdate()),
            "facts": facts_told(facts),
            "holidays": holidays_told(facts),
            "change": change_told(change, facts) if change else None,
            "same": change is not None and change.is_empty,
            "short": week_minutes(facts.hours) < SHORT_WEEK,
            "ends_soon": facts.last_day < timezone.localdate() + timedelta(days=270),
        },
        status=refusal.status if refusal else 200,
    )


SHORT_WEEK = 8 * 60


def _publisher(request: HttpRequest) -> Person:
    actor = acting_person(request)
    if not may_publish_calendars(actor):
        raise PermissionDenied(NOT_YOURS)
    return actor
