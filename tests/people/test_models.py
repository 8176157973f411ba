"""What the database refuses, whoever asks it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from people.models import (
    ChangeLog,
    OrgUnit,
    OrgUnitClosure,
    ParkedManager,
    PeopleImport,
    Person,
    ReportingLine,
)
from tests.factories.people import (
    AssignmentFactory,
    DelegationFactory,
    EmploymentFactory,
    LegalEntityFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
    SiteFactory,
    TrainingCompletionFactory,
    TrainingFactory,
    WorkCalendarFactory,
    WorkCalendarVersionFactory,
)

pytestmark = pytest.mark.django_db
FIRST, SECOND = DateRange(date(2025, 1, 1), date(2026, 1, 1)), DateRange(date(2025, 12, 31), None)
NOTHING = DateRange(date(2025, 1, 1), date(2025, 1, 1))


def again(factory, **fields):
    """Two rows of the same."""
    factory(**fields)
    factory(**fields)


def same_person(factory, first=FIRST, second=SECOND, **fields):
    person = PersonFactory()
    factory(person=person, valid=first, **fields)
    factory(person=person, valid=second, **fields)


def line(**fields):
    given = {
        "person": PersonFactory(),
        "manager": PersonFactory(),
        "kind": "matrix",
        "valid": FIRST,
    }
    return ReportingLine.objects.create(**(given | fields))


def two_lines():
    first = line()
    line(person=first.person, manager=first.manager, valid=SECOND)


def own_line():
    person = PersonFactory()
    line(person=person, manager=person)


def own_manager():
    person = PersonFactory()
    AssignmentFactory(person=person, manager=person)


def own_grant():
    person = PersonFactory()
    RoleGrantFactory(person=person, granted_by=person)


def ended_before_it_began():
    RoleGrantFactory(ended_at=timezone.now() - timedelta(days=1))


def own_stand_in():
    person = PersonFactory()
    DelegationFactory(principal=person, delegate=person)


def two_stand_ins():
    DelegationFactory(principal=DelegationFactory().principal)


def own_parent():
    unit = OrgUnitFactory()
    OrgUnit.objects.filter(pk=unit.pk).update(parent=unit)


def two_versions_of_one_number():
    WorkCalendarVersionFactory(calendar=WorkCalendarVersionFactory().calendar)


def log(**fields):
    given = {"attribute": "unit", "effective_from": date(2026, 1, 1), "source": "api"}
    ChangeLog.objects.create(person=PersonFactory(), **(given | fields))


def delivery(**fields):
    given = {"channel": "api", "mode": "full", "sha256": "0" * 64}
    PeopleImport.objects.create(**(given | fields))


REFUSED = {
    "person_signing_only_while_active": lambda: PersonFactory(
        is_active=False, signing_enabled=True
    ),
    "person_email_is_lower_case": lambda: PersonFactory(email="Mara@Example.org"),
    "person_email_not_blank": lambda: PersonFactory(email=""),
    "email": lambda: again(PersonFactory, email="mara@example.org"),
    "employee_number": lambda: again(PersonFactory, employee_number="E1"),
    "employment_no_overlap_in_one_entity": lambda: same_person(
        EmploymentFactory, legal_entity=LegalEntityFactory(), is_primary=False
    ),
    "employment_one_primary_at_a_time": lambda: same_person(EmploymentFactory),
    "changelog_source_known": lambda: log(source="rumour"),
    "changelog_attribute_given": lambda: log(attribute=""),
    "changelog_no_personal_value": lambda: log(attribute="email", value="mara@example.org"),
    "parkedmanager_names_somebody": lambda: ParkedManager.objects.create(
        person=PersonFactory(), manager_source_id="", effective_from=date(2026, 1, 1)
    ),
    "peopleimport_channel_known": lambda: delivery(channel="fax"),
    "peopleimport_mode_known": lambda: delivery(mode="half"),
    "peopleimport_phase_known": lambda: delivery(phase="begun"),
    "peopleimport_hash": lambda: delivery(sha256="x" * 64),
    "peopleimport_dry_run_applies_nothing": lambda: delivery(
        dry_run=True, applied_at=timezone.now()
    ),
    "peopleimport_approval_whole": lambda: delivery(approved_by=PersonFactory()),
    "peopleimport_braked_needs_second_person": lambda: delivery(
        brakes=[{"code": "ends"}], applied_at=timezone.now()
    ),
    "person_source_id_not_blank": lambda: PersonFactory(source_id=""),
    "source_id": lambda: again(PersonFactory, source_id="W-1"),
    "employment_status_known": lambda: EmploymentFactory(status="asleep"),
    "training_required_of_known": lambda: TrainingFactory(required_of="all"),
    "training_has_code": lambda: TrainingFactory(code=""),
    "people_training_code": lambda: again(TrainingFactory, code="T-1"),
    "trainingcompletion_once": lambda: again(
        TrainingCompletionFactory, person=PersonFactory(), training=TrainingFactory()
    ),
    "employment_range_not_empty": lambda: EmploymentFactory(valid=NOTHING),
    "assignment_one_at_a_time": lambda: same_person(AssignmentFactory),
    "assignment_range_not_empty": lambda: AssignmentFactory(valid=NOTHING),
    "assignment_not_own_manager": own_manager,
    "reportingline_not_to_oneself": own_line,
    "reportingline_kind_known": lambda: line(kind="dotted"),
    "reportingline_no_overlap": two_lines,
    "rolegrant_role_known": lambda: RoleGrantFactory(role="king"),
    "rolegrant_has_reason": lambda: RoleGrantFactory(reason=""),
    "rolegrant_not_by_oneself": own_grant,
    "rolegrant_ends_after_start": ended_before_it_began,
    "rolegrant_once_while_open": lambda: again(RoleGrantFactory, person=PersonFactory()),
    "delegation_not_to_oneself": own_stand_in,
    "delegation_has_reason": lambda: DelegationFactory(reason=""),
    "delegation_range_not_empty": lambda: DelegationFactory(valid=DateTimeTZRange(empty=True)),
    "delegation_one_at_a_time": two_stand_ins,
    "orgunit_not_its_own_parent": own_parent,
    "workcalendarversion_number_once": two_versions_of_one_number,
    "workcalendarversion_days_in_order": lambda: WorkCalendarVersionFactory(
        first_day=date(2026, 1, 2), last_day=date(2026, 1, 1)
    ),
    "workcalendarversion_number_from_one": lambda: WorkCalendarVersionFactory(number=0),
    "people_orgunit_code": lambda: again(OrgUnitFactory, code="QA"),
    "people_site_code": lambda: again(SiteFactory, code="BSL"),
    "people_workcalendar_name": lambda: again(WorkCalendarFactory, name="Office"),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_database_refuses(rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        REFUSED[rule]()


def test_every_rule_of_the_tables_is_tried():
    from django.apps import apps

    rules = {
        constraint.name
        for model in apps.get_app_config("people").get_models()
        for constraint in model._meta.constraints
    }
    # The cache of the tree is written by its trigger alone.
    assert rules - {"orgunitclosure_pair_once"} - set(REFUSED) == set()


def test_days_that_touch_do_not_overlap():
    same_person(AssignmentFactory, FIRST, DateRange(date(2026, 1, 1), None))


def test_a_role_may_be_held_again_once_it_ended():
    person = PersonFactory()
    RoleGrantFactory(person=person, ended_at=timezone.now() + timedelta(minutes=1))
    RoleGrantFactory(person=person)


def test_people_without_an_address_are_many():
    again(PersonFactory, email=None, employee_number=None)


# --- the tree ------------------------------------------------------------------------------------
def pairs():
    return set(OrgUnitClosure.objects.values_list("ancestor__code", "descendant__code", "depth"))


def test_closure_follows_the_tree():
    top = OrgUnitFactory(code="T")
    middle = OrgUnitFactory(code="M", parent=top)
    OrgUnitFactory(code="L", parent=middle)
    itself = {("T", "T", 0), ("M", "M", 0), ("L", "L", 0)}
    assert pairs() == itself | {("T", "M", 1), ("M", "L", 1), ("T", "L", 2)}

    OrgUnit.objects.filter(code="M").update(parent=None)
    assert pairs() == itself | {("M", "L", 1)}

    OrgUnit.objects.filter(code="L").delete()
    assert pairs() == {("T", "T", 0), ("M", "M", 0)}


def test_a_unit_never_gets_below_itself():
    top = OrgUnitFactory()
    leaf = OrgUnitFactory(parent=OrgUnitFactory(parent=top))

    with pytest.raises(IntegrityError, match="above itself"), transaction.atomic():
        OrgUnit.objects.filter(pk=top.pk).update(parent=leaf)


# --- the person ----------------------------------------------------------------------------------
def test_person_is_made_with_a_lower_case_address_and_a_hashed_password():
    person = Person.objects.create_user(" Mara@Example.ORG ", "a calm long password")

    assert person.email == "mara@example.org"
    assert person.check_password("a calm long password")
    assert (person.is_staff, person.is_superuser) == (False, False)
    assert Person.objects.get_by_natural_key("MARA@example.org") == person


def test_person_without_a_password_cannot_use_one():
    assert not Person.objects.create_user("mara@example.org").has_usable_password()


def test_superuser_is_staff():
    person = Person.objects.create_superuser("root@example.org", "a calm long password")

    assert (person.is_staff, person.is_superuser) == (True, True)


def test_blanked_person_is_named_by_the_id():
    person = PersonFactory(given_name="", family_name="")

    assert str(person) == person.get_short_name() == f"person {person.public_id}"
    assert person.initials == "–"


def test_names_of_a_person():
    person = PersonFactory(given_name="Mara", family_name="Lindqvist")

    assert (str(person), person.get_short_name(), person.initials) == (
        "Mara Lindqvist",
        "Mara",
        "ML",
    )
