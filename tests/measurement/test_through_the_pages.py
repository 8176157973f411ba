"""A real log the whole way by hand: propose, promise, sign, go live in the past, upload, read."""

from uuid import uuid4

import pytest
from django.urls import reverse

from core.choices import JobState
from core.models import Job
from measurement import tasks
from measurement.models import Reading
from tests.factories.people import PASSWORD, PersonFactory
from tests.factories.sign_offs import some_policy, workflow_below
from tests.measurement.real_logs import PEPS, log, reference
from tests.measurement.views.bringing import told, uploaded
from tests.workflows.editing import Page
from workflows.models import Redesign

pytestmark = pytest.mark.django_db


def run(name):
    for job in Job.objects.filter(name=name, state=JobState.QUEUED):
        getattr(tasks, name.partition(".")[2])(str(job.public_id), **job.args)


def signed_and_live(client, boss, workflow, *, day, **promised):
    """Every act is a page's own; ``promised`` are fields of the editor, None = not ticked."""
    client.force_login(workflow.owner)
    client.post(reverse("workflows:propose", args=[workflow.public_id]))
    redesign = Redesign.objects.get(workflow=workflow)
    page = Page(client, redesign)
    fields = page.fields() | {
        "summary": "A council of five decides",
        "steps-0-change": "changed",
        "steps-0-title": "The council reads it",
    }
    fields |= promised
    typed = {name: value for name, value in fields.items() if value is not None}
    assert page.post("finish", base=typed).status_code == 302
    assert client.post(reverse("workflows:submit", args=[redesign.public_id])).status_code == 302
    redesign.refresh_from_db()
    client.force_login(boss)
    signed = client.post(
        reverse("workflows:decide", args=[redesign.public_id]),
        {
            "verdict": "approved",
            "password": PASSWORD,
            "shown_sha256": redesign.current_revision.sha256,
            "request_key": str(uuid4()),
        },
    )
    assert signed.status_code == 302
    client.force_login(workflow.owner)
    live = client.post(
        reverse("workflows:go_live", args=[redesign.public_id]),
        {"day": day, "time": "00:00", "zone": "UTC", "moment": f"{day}T00:00:00+00:00"},
    )
    assert live.status_code == 302
    return redesign


def test_the_python_log_gives_its_reference_through_the_pages(client, tmp_path, settings):
    """The registered windows and guards; kappa is not computable there, so placebo is free."""
    settings.DATA_DIR = tmp_path
    expected, content = reference(PEPS), log("python_peps_decision_cases.csv.gz")
    some_policy()
    boss = PersonFactory()
    workflow = workflow_below(boss)
    redesign = signed_and_live(
        client,
        boss,
        workflow,
        day="2019-02-04",
        before_days="2555",
        washout_days="0",
        after_days="",
        placebo=None,
        drift_key=None,
    )

    made = uploaded(client, workflow, content, "peps.csv.gz")
    answer = told(client, made, zone="UTC", covers_to="2026-08-21")
    assert answer.status_code == 302
    for name in ("import_cases", "measure_workflow", "measure_redesign"):
        run(f"measurement.{name}")

    reading = Reading.objects.get(redesign=redesign)
    assert (reading.verdict, reading.grade) == (expected["verdict"], expected["grade"])
    figures = {name: getattr(reading, name) for name in ("ratio", "low", "high")}
    assert figures == pytest.approx({name: expected[name] for name in figures}, rel=1e-5)
    for name in ("n_before", "n_after", "done_before", "done_after"):
        assert reading.result[name] == expected[name]
    assert reading.design["design"] | {"before_days": 2555, "washout_days": 0} == (
        reading.design["design"] | {"placebo": False, "drift_key": False, "after_days": None}
    )
    assert reading.post_hoc is True
    said = client.get(reverse("measurement:evidence", args=[redesign.public_id])).content.decode()
    assert "130% more time" in said
    assert "Grade C" in said
    assert "The look for a trend before go-live was switched off." in said
