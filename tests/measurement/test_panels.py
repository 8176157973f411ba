"""What pages of lower apps show of measurement, asked for by name."""

import pytest
from django.urls import resolve

from core.jobs import errors_url
from core.panels import drawing_of, facts_about
from measurement.models import CaseImport
from tests.factories.measurement import CaseImportFactory
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import live
from tests.factories.workflows import RedesignFactory, WorkflowFactory

pytestmark = pytest.mark.django_db


def drawn(rf, name, subject, person=None):
    request = rf.get("/")
    request.user = person or PersonFactory()
    return drawing_of(name)(request, subject)


@pytest.mark.parametrize("name", ["evidence", "planning", "cases"])
def test_panel_draws_nothing_of_nothing(rf, name):
    assert drawn(rf, f"measurement.{name}", None) is None


def test_evidence_is_drawn_from_go_live_on(rf):
    assert drawn(rf, "measurement.evidence", RedesignFactory()) is None

    template, context = drawn(rf, "measurement.evidence", live().redesign)

    assert template == "measurement/_evidence_panel.html"
    assert (context["page"].reading, context["chart"]) == (None, None)


def test_cases_panel_offers_the_upload_to_who_may(rf):
    workflow = WorkflowFactory()

    _template, mine = drawn(rf, "measurement.cases", workflow, workflow.owner)
    _template, other = drawn(rf, "measurement.cases", workflow)

    assert (mine["may_bring"], other["may_bring"]) == (True, False)


def test_facts_about_nothing_known_are_empty():
    redesign = RedesignFactory()
    workflow = redesign.workflow

    assert facts_about("measurement.stage", [redesign]) == {}
    found = facts_about("measurement.cases", [workflow])[workflow.pk]
    assert (found.baseline.done, found.before, found.after) == (0, (), ())


def test_job_with_rejected_rows_names_their_address():
    from core.jobs import enqueue

    delivery = CaseImportFactory()
    job = enqueue("measurement.import_cases", subject=delivery, import_id=delivery.pk)
    assert errors_url(job) is None

    job.rejected = 3
    address = errors_url(job)

    assert resolve(address).kwargs == {"public_id": CaseImport.objects.get().public_id}
