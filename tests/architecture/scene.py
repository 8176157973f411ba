"""One organisation with a person of every role, and a unit elsewhere that most of them never see."""

import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from adoption_portal.console.operations.counting import refresh
from measurement.choices import ImportChannel, UseKind
from measurement.models import Reading
from measurement.operations import use_imports
from measurement.operations.imports import receive_file, source_for
from measurement.operations.portfolios import read_portfolio
from measurement.operations.readings import measure_redesign
from measurement.operations.use_imports import receive_people as receive_use
from people.choices import ImportMode, InboundChannel, Role
from people.models import Person
from people.operations.imports import receive_people
from tests.factories.cases import NOW, imported, simulated
from tests.factories.measurement import HEADER
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
    WorkCalendarVersionFactory,
)
from tests.factories.sign_offs import approved, in_review, live
from tests.factories.workflows import RedesignFactory, WorkflowFactory
from tests.surveys.views.waves import opened, planned, released

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
    employee = AssignmentFactory(unit=unit, person__source_id="W-1").person
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
    scene.ids |= {
        "people_import": str(people_received().public_id),
        "use_import": str(use_received().use_import.public_id),
        "hr_person": employee.source_id,
        "hr_unit": unit.code,
        "calendar": str(WorkCalendarVersionFactory().calendar.public_id),
    }
    far_manager, far_owner = PersonFactory(), PersonFactory()
    far = OrgUnitFactory(parent=OrgUnitFactory(head=far_manager), head=far_owner)
    scene.elsewhere = _work(far, far_manager, _holder(Role.QUALITY, unit=far))
    read_portfolio(quarter=date(2026, 7, 1), at=NOW)
    refresh(at=timezone.now())  # what the console shows
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
    waves = _surveys(unit, manager)
    return waves | {
        "workflow": str(workflow.public_id),
        "draft": str(RedesignFactory(workflow=workflow).public_id),
        "in_review": str(waiting.public_id),
        "redesign": str(signed.public_id),
        "approved": str(signed.public_id),
        "live": str(going.public_id),
        "reading": str(Reading.objects.get(redesign=going).public_id),
        "import": str(review.public_id),
        "job": str(review.job.public_id),
        "use_import": str(people_rows().public_id),
    }


def _surveys(unit, boss):
    """A wave of each kind: not open yet, open, and with its results; each of its own workflow."""

    def of_its_own():
        return {"workflow": WorkflowFactory(unit=unit, is_simulated=True), "boss": boss}

    later = timezone.localdate() + timedelta(days=5)
    return {
        "planned": str(planned(opens_date=later, **of_its_own()).wave.public_id),
        "wave": str(opened(**of_its_own()).wave.public_id),
        "released": str(released(**of_its_own()).wave.public_id),
    }


def people_received(actor=None):
    """A file of people whose job waits."""
    return receive_people(
        upload=io.BytesIO(b"source_id,family_name\nW-1,Keller\n"),
        actor=actor,
        channel=InboundChannel.PAGE,
        mode=ImportMode.DELTA,
        preview=True,
    )


def people_rows():
    """A delivery about people that waits for somebody to start it."""
    return receive_use(
        kind=UseKind.COMPLETIONS,
        actor=None,
        upload=io.BytesIO(f"person,training,completed_date\nE-{uuid4()},X,2026-03-02\n".encode()),
        options={},
        channel=ImportChannel.PAGE,
        name="trainings.csv",
        starts=False,
    ).use_import


def use_received():
    """A file of use whose job waits."""
    return use_imports.receive_people(
        kind=UseKind.USAGE,
        actor=None,
        upload=io.BytesIO(b"person,tool,week,active_days\nW-1,Assistant,2026-03-02,2\n"),
        options={},
        channel=ImportChannel.PAGE,
    )


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
