"""Calendars as pages need them: a fixed number of queries whatever their number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from people.calendars import CalendarChange, CalendarFacts, change_of, facts_of, week_minutes
from people.models import Site, WorkCalendar, WorkCalendarVersion

ENDS_SOON = timedelta(days=270)  # from a go-live to its reading at 180 days


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """``ends_soon``: a redesign that went live today would outlive what the calendar knows."""

    calendar: WorkCalendar
    version: WorkCalendarVersion | None
    week_hours: float
    sites: list[Site]
    ends_soon: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: WorkCalendarVersion
    week_hours: float


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """``change`` is against ``against``, None for a first version alone."""

    calendar: WorkCalendar
    shown: WorkCalendarVersion
    facts: CalendarFacts
    newest: WorkCalendarVersion
    against: WorkCalendarVersion | None
    change: CalendarChange | None
    versions: list[VersionRow]
    sites: list[Site]
    ends_soon: bool


def calendars_found(*, text: str = "", country: str = "") -> QuerySet[WorkCalendar]:
    """By name; ``country`` is that of the newest version."""
    newest = WorkCalendarVersion.objects.filter(calendar=OuterRef("pk")).order_by("-number")
    rows = WorkCalendar.objects.annotate(
        newest_pk=Subquery(newest.values("pk")[:1]),
        newest_country=Subquery(newest.values("country")[:1]),
    )
    if text:
        rows = rows.filter(name__icontains=text)
    if country:
        rows = rows.filter(newest_country=country)
    return rows.prefetch_related(
        Prefetch("sites", queryset=Site.objects.order_by("name", "pk"))
    ).order_by("name", "pk")


def countries_in_use() -> list[str]:
    used = WorkCalendarVersion.objects.exclude(country="").order_by("country")
    return list(used.values_list("country", flat=True).distinct())


def calendar_rows(calendars: Iterable[WorkCalendar], *, today: date) -> list[CalendarRow]:
    """Of rows of ``calendars_found``: one query for all their versions."""
    shown = list(calendars)
    keys = [getattr(calendar, "newest_pk", None) for calendar in shown]
    versions = WorkCalendarVersion.objects.defer("holidays").in_bulk([k for k in keys if k])
    rows = []
    for calendar, key in zip(shown, keys, strict=True):
        version = versions.get(key) if key else None
        rows.append(
            CalendarRow(
                calendar=calendar,
                version=version,
                week_hours=week_minutes(version.hours) / 60 if version else 0.0,
                sites=list(calendar.sites.all()),
                ends_soon=version is not None and version.last_day < today + ENDS_SOON,
            )
        )
    return rows


def newest_version(calendar: WorkCalendar) -> WorkCalendarVersion | None:
    return calendar.versions.order_by("-number").first()


def calendar_page(
    calendar: WorkCalendar, *, shown: str = "", against: str = "", today: date
) -> CalendarPage | None:
    """``shown`` and ``against`` are numbers as typed: else the newest, and the one before it.

    None while the calendar has no version at all.
    """
    versions = list(calendar.versions.select_related("created_by").order_by("-number"))
    if not versions:
        return None
    by_number = {str(version.number): version for version in versions}
    version = by_number.get(shown, versions[0])
    other = by_number.get(against) or by_number.get(str(version.number - 1))
    facts = facts_of(version)
    return CalendarPage(
        calendar=calendar,
        shown=version,
        facts=facts,
        newest=versions[0],
        against=other,
        change=change_of(facts_of(other), facts) if other is not None else None,
        versions=[VersionRow(one, week_minutes(one.hours) / 60) for one in versions],
        sites=list(calendar.sites.order_by("name", "pk")),
        ends_soon=versions[0].last_day < today + ENDS_SOON,
    )
