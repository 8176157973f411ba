from datetime import UTC, date, datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from core.changing import NoReason
from core.errors import Forbidden
from core.models import AuditEvent
from people.choices import Role
from people.models import RoleGrant
from people.operations.roles import (
    LastAdministrator,
    NotForOneself,
    RoleNotPossible,
    end_role,
    end_roles_of,
    end_roles_of_leavers,
    grant_role,
)
from people.tasks import end_roles_of_leavers as task
from tests.factories.people import (
    EmploymentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2100, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def administrator():
    return RoleGrantFactory(role=Role.ADMINISTRATOR).person


@pytest.mark.parametrize(
    "role, is_staff",
    [(Role.ADMINISTRATOR, True), (Role.PROGRAM_OFFICE, True), (Role.AUDITOR, False)],
)
def test_records_are_shown_to_who_may_open_them(administrator, role, is_staff):
    person = PersonFactory()

    grant = grant_role(person=person, role=role, reason="Appointed", actor=administrator)
    person.refresh_from_db()
    assert person.is_staff == is_staff

    end_role(grant=grant, reason="Over", actor=administrator, at=NOON)
    person.refresh_from_db()
    assert not person.is_staff


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_role_needs_a_reason(administrator, reason):
    with pytest.raises(NoReason):
        grant_role(person=PersonFactory(), role=Role.IT, reason=reason, actor=administrator)


def test_only_administrators_give_and_end_roles():
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person
    grant = RoleGrantFactory(role=Role.IT)

    with pytest.raises(Forbidden):
        grant_role(person=PersonFactory(), role=Role.IT, reason="x", actor=office)
    with pytest.raises(Forbidden):
        end_role(grant=grant, reason="x", actor=office, at=NOON)


def test_nobody_ends_the_own_role(administrator):
    RoleGrantFactory(role=Role.ADMINISTRATOR)

    with pytest.raises(NotForOneself):
        end_role(
            grant=RoleGrant.objects.get(person=administrator),
            reason="Tired",
            actor=administrator,
            at=NOON,
        )


@pytest.mark.parametrize("case", ["inactive", "closed unit", "unit of an office", "held"])
def test_a_role_that_makes_no_sense_is_refused(administrator, case):
    person, role, unit = PersonFactory(), Role.QUALITY, None
    if case == "inactive":
        person = PersonFactory(is_active=False)
    elif case == "closed unit":
        unit = OrgUnitFactory(closed_date=date(2026, 1, 1))
    elif case == "unit of an office":
        role, unit = Role.PROGRAM_OFFICE, OrgUnitFactory()
    else:
        RoleGrantFactory(person=person, role=role)

    with pytest.raises(RoleNotPossible):
        grant_role(person=person, role=role, unit=unit, reason="x", actor=administrator)


def test_an_ended_role_is_not_ended_again(administrator):
    grant = RoleGrantFactory(role=Role.IT)
    end_role(grant=grant, reason="Over", actor=administrator, at=NOON)

    with pytest.raises(RoleNotPossible):
        end_role(grant=grant, reason="Over", actor=administrator, at=NOON)


def test_the_installation_cannot_end_the_last_administrator(administrator):
    RoleGrantFactory(role=Role.ADMINISTRATOR, person=PersonFactory(is_active=False))

    with pytest.raises(LastAdministrator):
        end_role(grant=RoleGrant.objects.get(person=administrator), reason="x", actor=None, at=NOON)


def test_an_ended_role_is_audited(administrator):
    unit = OrgUnitFactory(code="QA")
    grant = RoleGrantFactory(role=Role.QUALITY, unit=unit)

    end_role(grant=grant, reason="Moved", actor=administrator, at=NOON)

    event = AuditEvent.objects.get(verb="role.ended")
    assert (event.before, event.reason, event.actor) == (
        {"role": "quality", "unit": "QA"},
        "Moved",
        administrator,
    )


def test_leaving_ends_every_role_also_the_last_administrators(administrator):
    RoleGrantFactory(person=administrator, role=Role.QUALITY)

    assert end_roles_of(person=administrator, reason="Left", actor=None, at=NOON) == 2
    assert not RoleGrant.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    "employments, ends",
    [
        ([], False),
        ([(None, None)], False),
        ([(None, date(2100, 6, 2))], False),  # today is the last day
        ([(None, date(2100, 6, 1))], True),
        ([(None, date(2100, 1, 1)), (date(2100, 9, 1), None)], False),  # comes back
    ],
)
def test_a_role_ends_with_the_employment(employments, ends):
    grant = RoleGrantFactory(role=Role.QUALITY)
    for first, after in employments:
        EmploymentFactory(person=grant.person, valid=DateRange(first or date(2020, 1, 1), after))

    assert end_roles_of_leavers(at=NOON) == int(ends)
    grant.refresh_from_db()
    assert (grant.ended_at is not None) == ends


def test_who_no_longer_signs_in_holds_no_role():
    RoleGrantFactory(role=Role.QUALITY, person=PersonFactory(is_active=False))

    assert end_roles_of_leavers(at=NOON) == 1


def test_the_nightly_task_does_it():
    from core.jobs import enqueue

    RoleGrantFactory(role=Role.QUALITY, person=PersonFactory(is_active=False))
    task(str(enqueue("people.end_roles_of_leavers").public_id))

    assert not RoleGrant.objects.filter(ended_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_other_leave_one(run_together):
    first, second = (RoleGrantFactory(role=Role.ADMINISTRATOR) for _ in range(2))

    outcomes = run_together(
        lambda: end_role(grant=first, reason="x", actor=second.person, at=NOON),
        lambda: end_role(grant=second, reason="x", actor=first.person, at=NOON),
    )

    refused = [one for one in outcomes if isinstance(one, LastAdministrator | Forbidden)]
    assert len(refused) == 1, outcomes
    assert RoleGrant.objects.filter(ended_at=None).count() == 1
