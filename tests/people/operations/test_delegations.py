from datetime import UTC, datetime, timedelta

import pytest

from core.changing import NoReason
from core.errors import Forbidden, Stale
from core.models import AuditEvent
from people.models import Delegation
from people.operations.delegations import (
    DelegationRefused,
    accept_delegation,
    delegate,
    end_delegation,
)
from people.rules import principals_of
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def two():
    return PersonFactory(), PersonFactory()


def asked(principal, other, *, starts_at=NOON - DAY, ends_at=NOON + 7 * DAY, reason="Holiday"):
    return delegate(
        principal=principal,
        delegate=other,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        at=NOON,
    )


def test_a_stand_in_decides_once_accepted(two):
    principal, other = two
    made = asked(principal, other)
    assert not principals_of(other, NOON).exists()

    accept_delegation(delegation=made, actor=other, at=NOON)

    assert list(principals_of(other, NOON)) == [principal]
    verbs = AuditEvent.objects.order_by("id").values_list("verb", "actor")
    assert list(verbs) == [
        ("delegation.asked", principal.pk),
        ("delegation.accepted", other.pk),
    ]


@pytest.mark.parametrize("case", ["oneself", "no signer", "not signing", "empty", "over", "taken"])
def test_a_delegation_that_makes_no_sense_is_refused(two, case):
    principal, other = two
    period = {}
    if case == "oneself":
        other = principal
    elif case == "no signer":
        other = PersonFactory(signing_enabled=False)
    elif case == "not signing":
        principal = PersonFactory(signing_enabled=False)
    elif case == "empty":
        period = {"starts_at": NOON + DAY, "ends_at": NOON + DAY}
    elif case == "over":
        period = {"starts_at": NOON - 3 * DAY, "ends_at": NOON}
    else:
        asked(principal, PersonFactory())

    with pytest.raises(DelegationRefused):
        asked(principal, other, **period)


def test_a_delegation_needs_a_reason(two):
    with pytest.raises(NoReason):
        asked(*two, reason=" ")


def test_only_the_stand_in_accepts_and_only_once(two):
    principal, other = two
    made = asked(principal, other)

    with pytest.raises(Forbidden):
        accept_delegation(delegation=made, actor=principal, at=NOON)
    accept_delegation(delegation=made, actor=other, at=NOON)
    with pytest.raises(Stale):
        accept_delegation(delegation=made, actor=other, at=NOON)


def test_what_is_over_is_neither_accepted_nor_ended(two):
    principal, other = two
    made = asked(principal, other)
    late = NOON + 30 * DAY

    with pytest.raises(DelegationRefused):
        accept_delegation(delegation=made, actor=other, at=late)
    with pytest.raises(DelegationRefused):
        end_delegation(delegation=made, actor=principal, at=late)


def test_one_in_use_keeps_its_past(two):
    principal, other = two
    made = asked(principal, other)
    accept_delegation(delegation=made, actor=other, at=NOON)

    end_delegation(delegation=made, actor=other, at=NOON + DAY)

    made.refresh_from_db()
    assert made.valid.upper == NOON + DAY
    assert list(principals_of(other, NOON)) == [principal]
    assert not principals_of(other, NOON + DAY).exists()


@pytest.mark.parametrize("accepted", [True, False])
def test_one_that_never_took_effect_goes(two, accepted):
    principal, other = two
    made = asked(principal, other, starts_at=NOON + DAY)
    if accepted:
        accept_delegation(delegation=made, actor=other, at=NOON)

    end_delegation(delegation=made, actor=principal, at=NOON)

    assert not Delegation.objects.exists()
    with pytest.raises(Stale):
        end_delegation(delegation=made, actor=principal, at=NOON)
    assert AuditEvent.objects.filter(verb="delegation.ended").count() == 1


def test_nobody_else_ends_it(two):
    made = asked(*two)

    with pytest.raises(Forbidden):
        end_delegation(delegation=made, actor=PersonFactory(), at=NOON)
