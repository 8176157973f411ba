"""A small organisation with work, use and people; one group of three that must never show."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from adoption_portal.console.operations.counting import refresh
from measurement.models import CaseSummary, Entitlement, UsageWeek
from people.choices import Role
from people.models import Employment, OrgUnit, Person
from tests.factories.cases import NOW
from tests.factories.measurement import reading_of
from tests.factories.people import (
    AssignmentFactory,
    LegalEntityFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
    SiteFactory,
)
from tests.factories.sign_offs import in_review, live
from tests.factories.workflows import AiToolFactory, WorkflowFactory
from workflows.models import AiTool

ALWAYS = DateRange(date(2020, 1, 1), None)
MONDAY = (NOW - timedelta(days=NOW.weekday())).date()


@dataclass
class Scene:
    office: Person
    boss: Person
    tool: AiTool
    units: dict[str, OrgUnit] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)


def build(*, sizes=(("Quality", 14), ("Supply", 12), ("Tiny", 3))):
    """Below one root a unit for each of ``sizes``, all with access; the first half use it a lot."""
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person
    entity, tool = LegalEntityFactory(), AiToolFactory()
    boss = PersonFactory()
    root = OrgUnitFactory(name="Alpina", function="Management", head=boss)
    scene = Scene(office, boss, tool, {"Alpina": root})
    for number, (name, size) in enumerate(sizes):
        unit = OrgUnitFactory(name=name, parent=root, site=SiteFactory(), function=name)
        scene.units[name] = unit
        for place in range(size):
            person = AssignmentFactory(unit=unit, valid=ALWAYS).person
            Employment.objects.create(person=person, legal_entity=entity, valid=ALWAYS)
            Entitlement.objects.create(person=person, tool=tool, valid=ALWAYS)
            scene.people.append(person)
            UsageWeek.objects.bulk_create(
                UsageWeek(
                    week=MONDAY - timedelta(weeks=week),
                    person=person,
                    tool=tool,
                    active_days=(place + number) % 5 if place % 2 else 0,
                    worked_days=5,
                )
                for week in range(1, 13)
            )
    return scene


def worked(scene, *, name="Quality", count=2, **facts):
    """So many redesigns that went live in a unit, each with its reading."""
    going = [
        live(
            boss=scene.boss,
            tool=scene.tool,
            at=NOW - timedelta(weeks=20),
            workflow=WorkflowFactory(unit=scene.units[name], is_simulated=True, function=name),
        ).redesign
        for _row in range(count)
    ]
    for redesign in going:
        reading_of(redesign, **facts)
        CaseSummary.objects.create(
            workflow=redesign.workflow, covers_to=NOW - timedelta(days=2), refreshed_at=NOW
        )
    return going


def waiting(scene, *, name="Quality", count=1):
    return [
        in_review(
            boss=scene.boss,
            workflow=WorkflowFactory(unit=scene.units[name], function=name),
            at=NOW - timedelta(days=9),
        ).redesign
        for _row in range(count)
    ]


def counted(at=NOW):
    return refresh(at=at)
