"""People as HR knows them, each in one row of one query."""

import hashlib
import json
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Coalesce, JSONObject

from people.models import Assignment, Employment, OrgUnit, Person, ReportingLine


class DayOf(Func):
    """The first or last day of a range as ISO text; None where it is open."""

    function = "lower"
    template = "%(function)s(%(expressions)s)::text"
    output_field = TextField()


def people_of_hr(today: date) -> QuerySet[Person]:
    """Those with a key of HR's, with today's place and all employments."""
    assignments = Assignment.objects.filter(person=OuterRef("pk"))
    place = JSONObject(
        unit="unit__code",
        manager="manager__source_id",
        site="site__code",
        job_title="job_title",
        cost_centre="cost_centre",
        **{"from": DayOf("valid")},
    )
    current = Subquery(assignments.filter(valid__contains=today).values(row=place)[:1])
    last = Subquery(assignments.order_by("-valid").values(row=place)[:1])
    employments = (
        Employment.objects.filter(person=OuterRef("pk"))
        .order_by("-is_primary", "valid")
        .values(
            row=JSONObject(
                legal_entity="legal_entity__code",
                country="country",
                status="status",
                primary="is_primary",
                **{"from": DayOf("valid"), "to": DayOf("valid", function="upper")},
            )
        )
    )
    return (
        Person.objects.filter(source_id__isnull=False)
        .annotate(
            place=Coalesce(current, last),
            work=ArraySubquery(employments),
            awaits=F("parked_manager__manager_source_id"),
        )
        .order_by("source_id")
    )


def shown(person: Any, today: date) -> dict[str, Any]:
    """A person of ``people_of_hr`` as the interface tells it."""
    place = person.place or {}
    day = today.isoformat()
    main: dict[str, Any] = next(
        (one for one in person.work if one["primary"] and _holds(one, day)),
        next((one for one in reversed(person.work) if one["primary"]), {}),
    )
    return {
        "id": str(person.public_id),
        "source_id": person.source_id,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email or "",
        "employee_number": person.employee_number or "",
        "legal_entity": main.get("legal_entity", ""),
        "country": main.get("country", ""),
        "status": main.get("status", ""),
        "unit": place.get("unit") or "",
        "manager": person.awaits or place.get("manager") or "",
        "manager_awaited": bool(person.awaits),
        "site": place.get("site") or "",
        "job_title": place.get("job_title") or person.job_title,
        "cost_centre": place.get("cost_centre") or "",
        "active": person.is_active,
        "effective_from": place.get("from"),
        "employments": person.work,
    }


def _holds(employment: dict[str, Any], day: str) -> bool:
    return employment["from"] <= day and (employment["to"] is None or day < employment["to"])


def etag_of(told: dict[str, Any]) -> str:
    """A strong one: it changes exactly when what is told does."""
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def units_shown() -> QuerySet[OrgUnit]:
    return OrgUnit.objects.select_related("parent", "head", "site").order_by("code")


def lines_of(person: Person, today: date) -> QuerySet[ReportingLine]:
    """Running and coming ones."""
    return (
        ReportingLine.objects.filter(person=person)
        .filter(Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=today))
        .select_related("manager")
        .order_by("kind", "valid", "pk")
    )


CIRCLE = """
WITH RECURSIVE line(person_id, manager_id) AS (
    SELECT a.person_id, a.manager_id FROM people_assignment a
    WHERE a.person_id = %(person)s AND a.valid @> %(day)s::date
    UNION ALL
    SELECT a.person_id, a.manager_id FROM line l JOIN people_assignment a
    ON a.person_id = l.manager_id AND a.valid @> %(day)s::date
) CYCLE person_id SET is_cycle USING path
SELECT EXISTS (SELECT FROM line WHERE is_cycle)
"""


def reports_in_a_circle(person: Person, today: date) -> bool:
    """Whether the line upward from ``person`` comes back to where it has been."""
    with connection.cursor() as cursor:
        cursor.execute(CIRCLE, {"person": person.pk, "day": today})
        return bool(cursor.fetchone()[0])
