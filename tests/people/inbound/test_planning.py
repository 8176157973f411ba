"""The one rule set, without a database: what a row makes of a person."""

from datetime import date
from uuid import uuid4

import pytest

from people.inbound import (
    AssignmentSpan,
    EmploymentSpan,
    Holder,
    Known,
    PersonState,
    RowRefused,
    UnitFact,
    World,
    apply_row,
    arrive_manager,
    read_row,
)
from people.inbound.state import GONE

TODAY = date(2026, 11, 27)
HIRED = date(2020, 1, 1)


@pytest.fixture
def world():
    return World(
        TODAY,
        units={"QA": UnitFact(1, None), "QC": UnitFact(2, None), "OLD": UnitFact(3, HIRED)},
        entities={"CH": 1, "FR": 2},
        people={"boss": Known(90, uuid4()), "other": Known(91, uuid4())},
    )


@pytest.fixture
def person():
    return PersonState(
        1,
        uuid4(),
        "P1",
        given_name="Ada",
        family_name="Keller",
        email="ada@example.test",
        job_title="Reviewer",
        is_active=True,
        employments=[EmploymentSpan(10, 1, "CH", "active", primary=True, first=HIRED, until=None)],
        assignments=[AssignmentSpan(20, 1, 90, None, "Reviewer", "", HIRED, None)],
        unit_before=1,
    )


def new():
    return PersonState(-1, uuid4(), "P2", is_new=True)


def said(state, world, **cells):
    return apply_row(state, read_row({"source_id": state.source_id, **cells}), world)


def refused(state, world, **cells):
    with pytest.raises(RowRefused) as wrong:
        said(state, world, **cells)
    return wrong.value.column, wrong.value.code


def places(state):
    return [
        (one.unit, one.manager, one.job_title, one.first, one.until)
        for one in sorted(state.assignments, key=lambda one: one.first)
        if one.mark != GONE
    ]


def jobs(state):
    return [
        (one.entity, one.status, one.first, one.until)
        for one in sorted(state.employments, key=lambda one: (one.entity, one.first))
        if one.mark != GONE
    ]


def test_a_new_person_is_employed_and_placed(world):
    state = new()

    outcome = said(
        state, world, family_name="Blanc", email="Zoe@Example.test", legal_entity="CH", unit="QA",
        manager="boss", job_title="Analyst", effective_from="2026-11-01",
    )  # fmt: skip

    assert outcome == "created"
    assert (state.email, state.job_title, state.is_active) == ("zoe@example.test", "Analyst", True)
    assert places(state) == [(1, 90, "Analyst", date(2026, 11, 1), None)]
    assert jobs(state) == [(1, "active", date(2026, 11, 1), None)]


def test_the_same_row_again_changes_nothing(world, person):
    cells = {"unit": "QA", "manager": "boss", "job_title": "Reviewer", "legal_entity": "CH",
             "active": "true", "email": "ADA@example.test", "family_name": "Keller"}  # fmt: skip

    assert said(person, world, **cells) == "unchanged"
    assert person.log == []
    assert not any(one.mark for one in [*person.assignments, *person.employments])


def test_a_move_closes_the_old_place_and_keeps_it(world, person):
    assert said(person, world, unit="QC", effective_from="2026-12-01") == "updated"

    assert places(person) == [
        (1, 90, "Reviewer", HIRED, date(2026, 12, 1)),
        (2, 90, "Reviewer", date(2026, 12, 1), None),
    ]


def test_a_move_told_late_splits_the_past_and_leaves_what_came_after(world, person):
    said(person, world, job_title="Lead", effective_from="2026-10-01")

    said(person, world, unit="QC", effective_from="2026-08-27")

    assert places(person) == [
        (1, 90, "Reviewer", HIRED, date(2026, 8, 27)),
        (2, 90, "Reviewer", date(2026, 8, 27), date(2026, 10, 1)),
        (1, 90, "Lead", date(2026, 10, 1), None),
    ]


def test_a_correction_of_the_first_day_changes_that_place(world, person):
    said(person, world, job_title="Lead", effective_from=HIRED.isoformat())

    assert places(person) == [(1, 90, "Lead", HIRED, None)]
    assert person.log == [("job_title", "", HIRED)]


def test_a_start_before_the_first_known_day_comes_in_front(world, person):
    said(person, world, unit="QC", legal_entity="CH", effective_from="2019-01-01")

    assert places(person)[0] == (2, 90, "Reviewer", date(2019, 1, 1), HIRED)
    assert jobs(person) == [(1, "active", date(2019, 1, 1), None)]


def test_leaving_ends_work_place_and_access(world, person):
    assert said(person, world, active="false", effective_from="2026-11-20") == "updated"

    assert (person.is_active, person.left) == (False, True)
    assert places(person)[0][-1] == jobs(person)[0][-1] == date(2026, 11, 20)
    assert said(person, world, active="false") == "unchanged"


def test_leaving_later_keeps_access_until_the_day(world, person):
    said(person, world, active="false", effective_from="2026-12-31")

    assert (person.is_active, person.left) == (True, False)
    assert jobs(person)[0][-1] == date(2026, 12, 31)


def test_a_hire_that_never_began_is_taken_back(world):
    state = new()
    said(state, world, family_name="B", legal_entity="CH", unit="QA", effective_from="2027-02-01")
    assert state.is_active is False

    said(state, world, active="false")

    assert (places(state), jobs(state)) == ([], [])


def test_coming_back_begins_a_new_employment_and_keeps_the_old(world, person):
    said(person, world, active="false", effective_from="2026-03-01")

    said(person, world, active="true", effective_from="2026-11-01")

    assert (person.is_active, person.returned) == (True, True)
    assert jobs(person) == [
        (1, "active", HIRED, date(2026, 3, 1)),
        (1, "active", date(2026, 11, 1), None),
    ]
    assert places(person)[-1] == (1, 90, "Reviewer", date(2026, 11, 1), None)


def test_an_end_that_was_a_mistake_is_opened_again(world, person):
    said(person, world, active="false", effective_from="2026-11-20")

    said(person, world, active="true", effective_from=HIRED.isoformat())

    assert jobs(person) == [(1, "active", HIRED, None)]
    assert places(person) == [(1, 90, "Reviewer", HIRED, None)]


def test_a_planned_end_is_not_opened_by_an_ordinary_row(world, person):
    said(person, world, active="false", effective_from="2026-12-31")

    said(person, world, active="true", legal_entity="CH", effective_from=HIRED.isoformat())

    assert jobs(person)[0][-1] == date(2026, 12, 31)


def test_a_transfer_ends_the_main_employment_before(world, person):
    said(person, world, legal_entity="FR", country="FR", effective_from="2026-11-01")

    assert jobs(person) == [
        (1, "active", HIRED, date(2026, 11, 1)),
        (2, "active", date(2026, 11, 1), None),
    ]


def test_a_further_employment_stands_beside_and_ends_alone(world, person):
    said(person, world, legal_entity="FR", primary="false", effective_from="2026-11-01")
    assert [one.primary for one in person.employments] == [True, False]

    said(person, world, legal_entity="FR", primary="no", active="no", effective_from="2026-11-20")

    assert person.is_active
    assert jobs(person) == [
        (1, "active", HIRED, None),
        (2, "active", date(2026, 11, 1), date(2026, 11, 20)),
    ]
    assert places(person)[0][-1] is None


def test_long_leave_is_a_status_from_a_day_on(world, person):
    said(person, world, legal_entity="CH", status="leave", effective_from="2026-11-01")

    assert jobs(person) == [
        (1, "active", HIRED, date(2026, 11, 1)),
        (1, "leave", date(2026, 11, 1), None),
    ]
    assert person.is_active


def test_an_unknown_manager_is_awaited_and_arrives(world, person):
    assert said(person, world, manager="later", effective_from="2026-11-01") == "updated"
    assert person.parked == ("later", date(2026, 11, 1))
    assert places(person)[-1][1] is None
    assert said(person, world, manager="later", effective_from="2026-11-01") == "unchanged"

    arrive_manager(person, 99, "public")

    assert person.parked is None
    assert places(person)[-1] == (1, 99, "Reviewer", date(2026, 11, 1), None)


def test_a_known_manager_ends_the_waiting(world, person):
    said(person, world, manager="later")

    said(person, world, manager="other")

    assert person.parked is None
    assert places(person)[-1][1] == 91


@pytest.mark.parametrize(
    "cells, wrong",
    [
        ({"unit": "NO"}, ("unit", "unknown_unit")),
        ({"unit": "OLD"}, ("unit", "closed_unit")),
        ({"manager": "P1"}, ("manager", "own_manager")),
        ({"primary": "false"}, ("legal_entity", "entity_missing")),
        ({"email": "taken@example.test"}, ("email", "email_taken")),
        ({"employee_number": "77"}, ("employee_number", "number_taken")),
    ],
)
def test_a_refused_row_changes_nothing(world, person, cells, wrong):
    world.emails["taken@example.test"] = Holder(5, active=True)
    world.numbers["77"] = 5

    assert refused(person, world, job_title="Lead", **cells) == wrong
    assert person.log == []
    assert places(person) == [(1, 90, "Reviewer", HIRED, None)]


def test_a_leaver_s_address_goes_to_who_needs_it(world, person):
    world.emails["taken@example.test"] = Holder(5, active=False)

    said(person, world, email="taken@example.test")

    assert world.freed == [5]
    assert person.email == "taken@example.test"


def test_a_new_person_needs_a_name_and_a_unit_for_a_manager(world):
    assert refused(new(), world, unit="QA") == ("family_name", "name_missing")
    assert refused(new(), world, family_name="B", manager="boss") == ("unit", "unit_missing")


def test_who_is_not_here_is_not_brought_back_by_a_row_that_does_not_say_so(world, person):
    said(person, world, active="false", effective_from="2026-11-20")

    assert said(person, world, unit="QC", job_title="Lead") == "unchanged"
