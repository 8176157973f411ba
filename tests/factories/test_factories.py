"""The factories make rows every constraint accepts."""

import pytest
from django.db import connection

from tests.factories import people, workflows

pytestmark = pytest.mark.django_db


def test_redesign_factory_makes_a_complete_draft():
    redesign = workflows.RedesignFactory()

    revision = redesign.current_revision
    assert revision.hypothesis.target_ratio
    assert revision.activities.count() == redesign.base_version.activities.count() == 3
    assert list(revision.authorships.values_list("person", flat=True)) == [redesign.proposer_id]
    connection.check_constraints()


def test_redesign_factory_can_leave_the_revision_out():
    assert workflows.RedesignFactory(revision=False).current_revision is None


def test_workflow_factory_takes_a_number_of_steps():
    workflow = workflows.WorkflowFactory(steps=5)

    assert [step.position for step in workflow.current_version.activities.order_by("position")] == [
        1,
        2,
        3,
        4,
        5,
    ]


@pytest.mark.parametrize(
    "factory",
    [
        people.AssignmentFactory,
        people.EmploymentFactory,
        people.DelegationFactory,
        people.RoleGrantFactory,
        people.SiteFactory,
        people.WorkCalendarVersionFactory,
        workflows.AiToolFactory,
        workflows.RevisionFactory,
        workflows.GuardrailFactory,
    ],
)
def test_factory_obeys_the_constraints(factory):
    factory()

    connection.check_constraints()
