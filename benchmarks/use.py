"""A million person-weeks read and told of units; and a hundred thousand brought in by a file."""

import io
import sys

from benchmarks.database import scratch_database
from benchmarks.timing import figure, seconds_of

PEOPLE = 100_000
UNITS = 500
WEEKS = 10
DELIVERED = 100_000

COMPANY = """
INSERT INTO people_orgunit (public_id, code, name, function, parent_id)
VALUES (gen_random_uuid(), 'U0', 'Company', 'f0', NULL);
INSERT INTO people_orgunit (public_id, code, name, function, parent_id)
SELECT gen_random_uuid(), 'U' || n, 'Unit ' || n, 'f' || n %% 8,
    (SELECT id FROM people_orgunit WHERE code = 'U0')
FROM generate_series(1, 9) n;
INSERT INTO people_orgunit (public_id, code, name, function, parent_id)
SELECT gen_random_uuid(), 'U' || n, 'Unit ' || n, 'f' || n %% 8,
    (SELECT id FROM people_orgunit WHERE code = 'U' || 1 + n %% 9)
FROM generate_series(10, %(units)s - 1) n;
INSERT INTO people_legalentity (public_id, code, name, country)
VALUES (gen_random_uuid(), 'L', 'L', 'CH');
INSERT INTO people_person (public_id, password, is_superuser, given_name, family_name, job_title,
    source_id, is_active, is_staff, signing_enabled, language, is_simulated, created_at)
SELECT gen_random_uuid(), '!', false, '', '', '', 'P' || n, true, false, false, '', true, now()
FROM generate_series(1, %(people)s) n;
INSERT INTO people_employment (person_id, legal_entity_id, status, country, valid)
SELECT p.id, l.id, 'active', 'CH', daterange('2020-01-01', NULL)
FROM people_person p, people_legalentity l;
INSERT INTO people_assignment (person_id, unit_id, job_title, cost_centre, valid)
SELECT p.id, (SELECT min(id) FROM people_orgunit) + p.id %% %(units)s, '', '',
    daterange('2020-01-01', NULL) FROM people_person p;
INSERT INTO workflows_aitool (public_id, name, version, vendor, intended_use, data_region,
    is_generative, approved, is_simulated)
VALUES (gen_random_uuid(), 'Assistant', '1', '', '', '', true, true, true);
INSERT INTO measurement_entitlement (person_id, tool_id, valid)
SELECT p.id, t.id, daterange('2025-01-01', NULL) FROM people_person p, workflows_aitool t
WHERE p.id %% 5 > 0;
INSERT INTO measurement_usageweek (week, person_id, tool_id, active_days, worked_days)
SELECT date_trunc('week', now())::date - 7 * w, p.id, t.id, (p.id * w) %% 6, 5
FROM people_person p, workflows_aitool t, generate_series(1, %(weeks)s) w;
ANALYZE;
"""


def main():
    with scratch_database():
        from django.db import connection
        from django.utils import timezone

        from measurement.queries.use import Scope, concentration, load_use, people_ladder
        from people.models import OrgUnit

        with connection.cursor() as cursor:
            cursor.execute(COMPANY, {"units": UNITS, "people": PEOPLE, "weeks": WEEKS})
        at = timezone.now()
        use = load_use(at)
        runs = sorted(seconds_of(lambda: load_use(at)) for _run in range(3))
        rows = f"{PEOPLE * WEEKS:,} person-weeks of {PEOPLE:,} people"
        print(f"use: {rows} read in {figure(runs[1])} (median of 3)", flush=True)
        one = seconds_of(lambda: people_ladder(Scope(), at, use=use))
        print(f"use: ladder of everybody in {figure(one)}", flush=True)
        units = OrgUnit.objects.values_list("pk", flat=True)[:50]
        each = seconds_of(lambda: [people_ladder(Scope(unit=unit), at, use=use) for unit in units])
        print(f"use: ladder of a unit in {figure(each / len(units))}", flush=True)
        spread = seconds_of(lambda: concentration(Scope(), at, use=use))
        print(f"use: concentration of everybody in {figure(spread)}", flush=True)
        bring_in()


def bring_in():
    from measurement.choices import ImportChannel, UseKind
    from measurement.operations.use_imports import import_people_rows, receive_people

    rows = "".join(f"P{n},Assistant,2026-01-05,{n % 6},,5\n" for n in range(1, DELIVERED + 1))

    def deliver(head):
        content = (
            head + "person,tool,week,active_days,assisted_cases,worked_days\n" + rows
        ).encode()
        made = receive_people(
            kind=UseKind.USAGE,
            actor=None,
            upload=io.BytesIO(content),
            options={},
            channel=ImportChannel.COMMAND,
        ).use_import
        return import_people_rows(import_id=made.pk)

    first = seconds_of(lambda: deliver(""))
    again = seconds_of(lambda: deliver("\n"))
    print(
        f"use: {DELIVERED:,} rows brought in at {DELIVERED / first:,.0f}/s,"
        f" unchanged at {DELIVERED / again:,.0f}/s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
