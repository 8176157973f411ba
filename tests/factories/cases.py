"""Cases in the database, the way they really come: through an import."""

import io
from datetime import UTC, datetime

from adoption_portal.demo.cases import Simulation, simulated_csv
from measurement.choices import ImportChannel
from measurement.operations.imports import import_cases, receive_file, source_for
from measurement.operations.summaries import refresh_summary

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)  # past: the database signs with its own clock


def imported(workflow, content, *, covers_to=NOW, name="cases.csv", skip_bad_rows=False, **facts):
    """Bring a file in and count; gives the CaseImport."""
    received = receive_file(
        source=source_for(workflow=workflow, actor=None),
        actor=None,
        upload=io.BytesIO(content),
        options={"covers_to": covers_to} if covers_to else {},
        channel=ImportChannel.COMMAND,
        name=name,
        skip_bad_rows=skip_bad_rows,
        source_facts=facts or None,
    )
    import_cases(import_id=received.case_import.pk)
    refresh_summary(workflow_id=workflow.pk, at=NOW)
    received.case_import.refresh_from_db()
    return received.case_import


def simulated(*, go_live, until=NOW, weeks_before=54, **behaviour):
    """A CSV of simulated cases: three a day, four days each, unless told."""
    from datetime import timedelta

    given = {"seed": 5, "per_day": 3.0, "median_days": 4.0, "spread": 0.5, "wander": 0.02}
    return simulated_csv(
        Simulation(**(given | behaviour)),
        first=(go_live - timedelta(weeks=weeks_before)).date(),
        until=until,
        go_live=go_live,
    )
