"""Files of people from a delivered file to dated facts: the first time, and the same file again."""

import io
import resource
import sys
import time

from benchmarks.database import scratch_database

ROWS = 20_000
UNITS = 100
SPAN = 12  # people below each manager
HEADER = (
    "source_id,given_name,family_name,email,employee_number,legal_entity,unit,manager,job_title,"
    "country,site,active,effective_from\n"
)


def made_up_file(rows):
    """Managers anywhere in the file, as HR systems write them."""
    lines = [HEADER]
    for n in range(rows):
        boss = f"W-{(n - 1) // SPAN}" if n else ""
        lines.append(
            f"W-{n},Given{n},Family{n},person{n}@example.test,N{n},LE{n % 4},U{n % UNITS},{boss},"
            f"Analyst {n % 30},CH,S{n % 5},true,2024-0{n % 9 + 1}-01\n"
        )
    return "".join([lines[0], *reversed(lines[1:])]).encode()


def run(file, *, mode="delta"):
    """Seconds from the stored file to the job's end, all turns; the import."""
    from core.choices import ENDED, JobState
    from people import tasks
    from people.choices import ImportMode, InboundChannel
    from people.operations import imports

    made = imports.receive_people(
        upload=io.BytesIO(file),
        actor=None,
        channel=InboundChannel.COMMAND,
        mode=ImportMode(mode),
    )
    begun = time.perf_counter()
    while made.job.state not in {*ENDED, JobState.NEEDS_REVIEW}:
        tasks.import_people(str(made.job.public_id), **made.job.args)
        made.job.refresh_from_db()
    spent = time.perf_counter() - begun
    made.refresh_from_db()
    return spent, made


def told(what, spent, rows, goal):
    print(f"{what}: {rows:,} rows in {spent:.3g} s, {rows / spent:,.0f}/s (goal {goal:,}/s)")


def main():
    file = made_up_file(ROWS)
    with scratch_database():
        from people.models import OrgUnit

        for n in range(UNITS):
            OrgUnit.objects.create(code=f"U{n}", name=f"Unit {n}")
        first, made = run(file)
        if made.rows_created != ROWS:
            sys.exit(f"only {made.rows_created:,} of {ROWS:,} rows came in")
        again, same = run(file)
        whole, full = run(file, mode="full")
        if not same.rows_unchanged == full.rows_unchanged == ROWS:
            sys.exit("the same file was not known again")
    told("people, first", first, ROWS, 2_500)
    told("people, the same file again", again, ROWS, 10_000)
    told("people, the same file as everybody", whole, ROWS, 10_000)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  memory of the process at most {memory:.0f} MB (goal 400)")


if __name__ == "__main__":
    main()
