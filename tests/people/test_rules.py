from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from core.models import ApiToken, Job
from people import rules
from people.choices import ORGANISATION_WIDE_ROLES, SIGNING_ROLES, Role
from people.models import OrgUnit, PeopleImport
from tests.factories.people import (
    AssignmentFactory,
    DelegationFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def tree():
    """top > middle > leaf, and beside; each with a head of its own."""
    top = OrgUnitFactory()
    middle = OrgUnitFactory(parent=top)
    return {
        "top": top,
        "middle": middle,
        "leaf": OrgUnitFactory(parent=middle),
        "beside": OrgUnitFactory(parent=top),
    }


@pytest.mark.parametrize(
    "head_of, reached",
    [
        ("top", {"top", "middle", "leaf", "beside"}),
        ("middle", {"middle", "leaf"}),
        ("leaf", {"leaf"}),
        ("beside", {"beside"}),
    ],
)
def test_reach_of_a_head_is_the_own_subtree(tree, head_of, reached):
    seen = rules.units_in_reach(tree[head_of].head)

    assert set(seen) == {tree[name] for name in reached}


def test_reach_follows_a_unit_that_moves(tree):
    tree["leaf"].parent = tree["beside"]
    tree["leaf"].save()

    assert set(rules.units_in_reach(tree["middle"].head)) == {tree["middle"]}
    assert set(rules.units_in_reach(tree["beside"].head)) == {tree["beside"], tree["leaf"]}


def test_somebody_who_only_works_in_a_unit_reaches_none(tree):
    person = AssignmentFactory(unit=tree["leaf"]).person

    assert not rules.units_in_reach(person).exists()


@pytest.mark.parametrize("role", Role.values)
def test_only_the_organisation_wide_roles_see_everything(tree, role):
    person = RoleGrantFactory(role=role).person

    sees_all = set(rules.units_in_reach(person)) == set(OrgUnit.objects.all())
    assert sees_all == rules.sees_organisation(person) == (role in ORGANISATION_WIDE_ROLES)
    assert rules.is_program_office(person) == (role == Role.PROGRAM_OFFICE)


def test_no_role_both_reads_everything_and_signs():
    assert frozenset() == ORGANISATION_WIDE_ROLES & SIGNING_ROLES


def test_an_ended_role_is_no_role():
    grant = RoleGrantFactory(role=Role.AUDITOR)
    grant.ended_at = timezone.now()
    grant.save()

    assert not rules.has_role(grant.person, [Role.AUDITOR])
    assert not rules.sees_organisation(grant.person)


def test_a_manager_heads_an_open_unit():
    unit = OrgUnitFactory()
    assert rules.units_headed_by(unit.head).get() == unit

    unit.closed_date = date(2026, 1, 1)
    unit.save()
    assert not rules.units_headed_by(unit.head).exists()


def test_members_are_the_active_people_of_today(tree):
    today = timezone.localdate()
    here = AssignmentFactory(unit=tree["leaf"]).person
    AssignmentFactory(unit=tree["beside"])
    AssignmentFactory(unit=tree["leaf"], person=PersonFactory(is_active=False))
    AssignmentFactory(unit=tree["leaf"], valid=DateRange(date(2020, 1, 1), today))
    AssignmentFactory(unit=tree["leaf"], valid=DateRange(today + timedelta(days=1), None))

    assert list(rules.members_of([tree["leaf"].pk])) == [here]


@pytest.mark.parametrize(
    "granted_for, holds",
    [(None, True), ("top", True), ("middle", True), ("leaf", False), ("beside", False)],
)
def test_a_role_holds_for_its_unit_and_below(tree, granted_for, holds):
    person = RoleGrantFactory(role=Role.QUALITY, unit=tree.get(granted_for)).person

    assert (person in rules.holders_of(Role.QUALITY, tree["middle"])) is holds


@pytest.mark.parametrize(
    "fields",
    [{"is_active": False}, {"signing_enabled": False}],
    ids=lambda fields: next(iter(fields)),
)
def test_who_may_not_sign_holds_no_signing_role(tree, fields):
    RoleGrantFactory(role=Role.QUALITY, person=PersonFactory(**fields))

    assert not rules.holders_of(Role.QUALITY, tree["leaf"]).exists()


def test_another_role_or_an_ended_one_is_not_held(tree):
    RoleGrantFactory(role=Role.IT)
    RoleGrantFactory(role=Role.QUALITY, ended_at=timezone.now() + timedelta(minutes=1))

    assert not rules.holders_of(Role.QUALITY, tree["leaf"]).exists()


def test_a_stand_in_decides_for_the_principal_while_it_runs():
    delegation = DelegationFactory(valid=DateTimeTZRange(NOON, NOON + timedelta(days=7)))

    def principals(at):
        return list(rules.principals_of(delegation.delegate, at))

    assert principals(NOON) == [delegation.principal]
    assert principals(NOON - timedelta(seconds=1)) == []
    assert principals(NOON + timedelta(days=7)) == []  # the end is not part of it
    assert list(rules.principals_of(delegation.principal, NOON)) == []


@pytest.mark.parametrize("change", ["not accepted", "principal left"])
def test_a_stand_in_decides_for_nobody_otherwise(change):
    if change == "not accepted":
        delegation = DelegationFactory(accepted_at=None)
    else:
        delegation = DelegationFactory(principal=PersonFactory(is_active=False))

    assert not rules.principals_of(delegation.delegate, NOON).exists()


def test_a_delivery_is_of_who_sent_it_and_of_who_owns_or_made_the_token():
    sent, owner, maker, other = PersonFactory.create_batch(4)
    token = ApiToken(owner=owner, created_by=maker)
    by_token = PeopleImport(created_by=sent, job=Job(token=token))
    by_nobody = PeopleImport(job=Job(token=ApiToken()))

    assert [rules.brought_by(one, by_token) for one in (sent, owner, maker, other)] == [
        True, True, True, False,
    ]  # fmt: skip
    assert [rules.brought_by(owner, one) for one in (by_nobody, PeopleImport())] == [False, False]
