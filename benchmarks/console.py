"""The console's overview and its count, on an organisation of a given size.

``python -m benchmarks console`` takes small sizes; PEOPLE, WORKFLOWS and CASES make them larger.
"""

import os
import statistics
import time

from benchmarks.database import scratch_database

SIZES = {"PEOPLE": 5_000, "WORKFLOWS": 500, "CASES": 20_000}
PAGES = ("", "evidence/", "adoption/", "trust/", "sign-offs/", "quality/")
ROUNDS = 7
UNHASHED = "django.contrib.staticfiles.storage.StaticFilesStorage"  # no `collectstatic` here


def main():
    sizes = {name: int(os.environ.get(name, usual)) for name, usual in SIZES.items()}
    with scratch_database():
        measured(sizes)


def measured(sizes):
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client, override_settings
    from django.utils import timezone

    from adoption_portal.console.operations.counting import refresh
    from measurement.models import UsageWeek
    from people.choices import Role
    from people.models import Person, RoleGrant

    call_command(
        "seed_scale", people=sizes["PEOPLE"], workflows=sizes["WORKFLOWS"], cases=sizes["CASES"]
    )
    print(
        f"console: {sizes['PEOPLE']} people, {sizes['WORKFLOWS']} workflows, "
        f"{UsageWeek.objects.count()} person-weeks of use"
    )
    began = time.perf_counter()
    refresh(at=timezone.now())
    print(f"console: count {time.perf_counter() - began:.1f} s")
    office = Person.objects.create_user("office@scale.example", is_simulated=True)
    RoleGrant.objects.create(person=office, role=Role.PROGRAM_OFFICE, reason="bench")
    client = Client(HTTP_HOST="localhost:8000")
    client.force_login(office)
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": UNHASHED}}):
        for page in PAGES:
            print(opened(client, f"/console/{page}"))


def opened(client, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(path)
    spent, worked = [], []
    for _round in range(ROUNDS):
        began, busy = time.perf_counter(), time.process_time()
        answer = client.get(path)
        spent.append(time.perf_counter() - began)
        worked.append(time.process_time() - busy)
        assert answer.status_code == 200, (path, answer.status_code)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    middle, worst, busy = (
        1000 * value for value in (statistics.median(spent), max(spent), statistics.median(worked))
    )
    return (
        f"console: {path:24} {middle:6.0f} ms (worst {worst:.0f}; {busy:.0f} of our processor), "
        f"{len(queries)} queries, {len(answer.content)} bytes"
    )
