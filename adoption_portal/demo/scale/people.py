"""Units in a tree eight levels deep at most, and as many people in them as one wishes."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.ids import uuid7
from people.models import LegalEntity, OrgUnit, Person, Site

BRANCHES = 4
PEOPLE_OF_A_UNIT = 200
MOST_UNITS = 500
FUNCTIONS = (
    "Manufacturing", "Quality", "Research", "Regulatory", "Commercial", "Finance", "People",
)  # fmt: skip
SITES = ("Lyon", "Porto", "Bergen", "Raleigh", "Singapore", "Aarau")
PEOPLE = """COPY people_person (public_id, password, is_superuser, given_name, family_name, job_title,
    source_id, is_active, is_staff, signing_enabled, language, is_simulated, created_at) FROM STDIN"""
EMPLOYED = """
INSERT INTO people_employment (person_id, legal_entity_id, status, country, valid)
SELECT id, %(entity)s, CASE WHEN id %% 50 = 0 THEN 'leave' ELSE 'active' END, 'CH',
    daterange('2020-01-01', NULL)
FROM people_person WHERE source_id LIKE 'scale-%%' AND id > %(after)s
"""
ASSIGNED = """
INSERT INTO people_assignment (person_id, unit_id, manager_id, job_title, cost_centre, valid)
SELECT p.id, u.id, nullif(u.head_id, p.id), 'Associate', '', daterange('2020-01-01', NULL)
FROM people_person p
JOIN unnest(%(units)s::bigint[]) WITH ORDINALITY AS x(unit, place)
    ON x.place = 1 + (p.id * 7919) %% %(count)s
JOIN people_orgunit u ON u.id = x.unit
WHERE p.source_id LIKE 'scale-%%' AND p.id > %(after)s
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Primary keys of the units, the shallow ones first; ``heads`` of each of them."""

    units: list[int]
    heads: list[int]


def seed_people(count: int) -> Places:
    """Units, people, employments and assignments; the first people are the units' heads."""
    units = _units(max(8, min(MOST_UNITS, count // PEOPLE_OF_A_UNIT)))
    after = Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with connection.cursor() as cursor:
        with cursor.cursor.copy(PEOPLE) as copy:
            copy.set_types(["uuid", "text", "bool", "text", "text", "text", "text", "bool", "bool",
                            "bool", "text", "bool", "text"])  # fmt: skip
            for number in range(count):
                copy.write_row(
                    (uuid7(), "!", False, "Simulated", f"Person {number}", "", f"scale-{number}",
                     True, False, True, "", True, "now")
                )  # fmt: skip
        heads = list(
            Person.objects.filter(pk__gt=after)
            .order_by("pk")
            .values_list("pk", flat=True)[: len(units)]
        )
        for unit, head in zip(units, heads, strict=False):
            unit.head_id = head
        OrgUnit.objects.bulk_update(units, ["head"], batch_size=500)
        entity, _made = LegalEntity.objects.get_or_create(
            code="scale", defaults={"name": "Simulated company", "country": "CH"}
        )
        keys = [unit.pk for unit in units]
        terms: dict[str, Any] = {
            "entity": entity.pk,
            "after": after,
            "units": keys,
            "count": len(keys),
        }
        cursor.execute(EMPLOYED, terms)
        cursor.execute(ASSIGNED, terms)
    return Places(keys, heads)


def _units(count: int) -> list[OrgUnit]:
    """A tree of ``count`` units with four branches each; sites and functions turn by turn."""
    sites = [
        Site.objects.get_or_create(code=f"scale-{name}", defaults={"name": name, "country": ""})[0]
        for name in SITES
    ]
    units: list[OrgUnit] = []
    for number in range(count):
        units.append(
            OrgUnit.objects.create(
                code=f"scale-{number}",
                name=f"Unit {number}",
                parent=units[(number - 1) // BRANCHES] if number else None,
                site=sites[number % len(sites)],
                function=FUNCTIONS[(number // BRANCHES) % len(FUNCTIONS)],
            )
        )
    return units
