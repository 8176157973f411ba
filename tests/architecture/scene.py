"""One organisation with a person of every role, and a unit elsewhere that most of them never see."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from measurement.choices import ImportChannel
from measurement.models import Reading
from measurement.operations.imports import receive_file, source_for
from measurement.operations.readings import measure_redesign
from people.choices import Role
from people.models import Person
from tests.factories.cases import NOW, imported, simulated
from tests.factories.measurement import HEADER
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import approved, in_review, live
from tests.factories.workflows import RedesignFactory, WorkflowFactory

ROLES = (
    "anonymous",
    "employee",
    "manager",
    "workflow owner",
    "quality signer",
    "program office",
    "auditor",
    "administrator",
)
SEE_ALL = frozenset({"program office", "auditor"})
LIVE_AT = NOW - timedelta(weeks=24)


@dataclass
class Scene:
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)


def build() -> Scene:
    scene = Scene()
    manager = PersonFactory()
    above = OrgUnitFactory(head=manager)
    owner = PersonFactory()
    unit = OrgUnitFactory(parent=above, head=owner)
    employee = AssignmentFactory(unit=unit).person
    quality = _holder(Role.QUALITY, unit=above)
    scene.people = {
        "employee": employee,
        "manager": manager,
        "workflow owner": owner,
        "quality signer": quality,
        "program office": _holder(Role.PROGRAM_OFFICE),
        "auditor": _holder(Role.AUDITOR),
        "administrator": _holder(Role.ADMINISTRATOR, is_staff=True, is_superuser=True),
    }
    scene.ids = _work(unit, manager, quality)
    far_manager, far_owner = PersonFactory(), PersonFactory()
    far = OrgUnitFactory(parent=OrgUnitFactory(head=far_manager), head=far_owner)
    scene.elsewhere = _work(far, far_manager, _holder(Role.QUALITY, unit=far))
    return scene


def _holder(role, *, unit=None, **fields):
    return RoleGrantFactory(role=role, unit=unit, person=PersonFactory(**fields)).person


def _work(unit, manager, quality):
    """The public ids of a workflow with everything that hangs on one."""

    def fresh(**fields):
        return WorkflowFactory(unit=unit, gxp=True, **fields)

    workflow = fresh()
    going = live(
        at=LIVE_AT - timedelta(days=3),
        live_at=LIVE_AT,
        gxp=True,
        boss=manager,
        quality=quality,
        workflow=fresh(is_simulated=True),
    ).redesign
    imported(going.workflow, simulated(go_live=LIVE_AT, effect=0.6, per_day=1.0))
    measure_redesign(redesign_id=going.pk, at=NOW)
    waiting = in_review(gxp=True, boss=manager, quality=quality, workflow=fresh()).redesign
    signed = approved(gxp=True, boss=manager, quality=quality, workflow=fresh()).redesign
    review = received(workflow)
    return {
        "workflow": str(workflow.public_id),
        "draft": str(RedesignFactory(workflow=workflow).public_id),
        "in_review": str(waiting.public_id),
        "redesign": str(signed.public_id),
        "approved": str(signed.public_id),
        "live": str(going.public_id),
        "reading": str(Reading.objects.get(redesign=going).public_id),
        "import": str(review.public_id),
        "job": str(review.job.public_id),
    }


def received(workflow, *, rows=1, actor=None):
    """A delivery whose job waits, by the workflow's owner."""
    lines = [
        f"C-{n},{(datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(hours=n)).isoformat()},,,,"
        for n in range(rows)
    ]
    return receive_file(
        source=source_for(workflow=workflow, actor=None),
        actor=actor or workflow.owner,
        upload=io.BytesIO("\n".join([HEADER, *lines, ""]).encode()),
        options={},
        channel=ImportChannel.PAGE,
        name="cases.csv",
    ).case_import
