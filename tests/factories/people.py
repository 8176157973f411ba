"""People, the tree of units, and who works where."""

from datetime import UTC, date, datetime

import factory
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from people import models
from people.choices import Role

PASSWORD = "correct horse battery staple"
HASHED = None


def hashed_password() -> str:
    """One hash for the whole run: hashing is slow on purpose."""
    global HASHED  # noqa: PLW0603
    if HASHED is None:
        from django.contrib.auth.hashers import make_password

        HASHED = make_password(PASSWORD)
    return HASHED


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Person

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    given_name = factory.Sequence(lambda n: f"Given{n}")
    family_name = factory.Sequence(lambda n: f"Family{n}")
    employee_number = factory.Sequence(lambda n: f"E{n:06d}")
    password = factory.LazyFunction(hashed_password)
    signing_enabled = factory.SelfAttribute("is_active")
    is_active = True


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Site

    code = factory.Sequence(lambda n: f"SITE-{n}")
    name = factory.Sequence(lambda n: f"Site {n}")


class LegalEntityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.LegalEntity

    code = factory.Sequence(lambda n: f"LE-{n}")
    name = factory.Sequence(lambda n: f"Entity {n}")


class OrgUnitFactory(factory.django.DjangoModelFactory):
    """A unit with its head; ``parent=`` puts it into a tree (the closure follows by trigger)."""

    class Meta:
        model = models.OrgUnit

    code = factory.Sequence(lambda n: f"UNIT-{n}")
    name = factory.Sequence(lambda n: f"Unit {n}")
    function = "Quality"
    head = factory.SubFactory(PersonFactory)


class AssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Assignment

    person = factory.SubFactory(PersonFactory)
    unit = factory.SubFactory(OrgUnitFactory)
    job_title = "Reviewer"
    valid = factory.LazyFunction(lambda: DateRange(date(2020, 1, 1), None))


class EmploymentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Employment

    person = factory.SubFactory(PersonFactory)
    legal_entity = factory.SubFactory(LegalEntityFactory)
    valid = factory.LazyFunction(lambda: DateRange(date(2020, 1, 1), None))


class RoleGrantFactory(factory.django.DjangoModelFactory):
    """A role for the whole organisation; ``unit=`` limits it to a subtree."""

    class Meta:
        model = models.RoleGrant

    person = factory.SubFactory(PersonFactory)
    role = Role.PROGRAM_OFFICE
    unit = None
    reason = "Appointed"


class DelegationFactory(factory.django.DjangoModelFactory):
    """Accepted and running for years around any date a test may use."""

    class Meta:
        model = models.Delegation

    principal = factory.SubFactory(PersonFactory)
    delegate = factory.SubFactory(PersonFactory)
    reason = "Holiday"
    valid = factory.LazyFunction(
        lambda: DateTimeTZRange(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    )
    accepted_at = factory.LazyFunction(lambda: datetime(2020, 1, 1, tzinfo=UTC))


class WorkCalendarFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.WorkCalendar

    name = factory.Sequence(lambda n: f"Calendar {n}")


class WorkCalendarVersionFactory(factory.django.DjangoModelFactory):
    """Monday to Friday, 8 to 17, from 2020 to 2030, no holidays."""

    class Meta:
        model = models.WorkCalendarVersion

    calendar = factory.SubFactory(WorkCalendarFactory)
    number = 1
    zone = "Europe/Zurich"
    hours = factory.LazyFunction(lambda: {str(day): [["08:00", "17:00"]] for day in range(5)})
    first_day = date(2020, 1, 1)
    last_day = date(2030, 12, 31)


class TrainingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Training

    code = factory.Sequence(lambda n: f"T-{n}")
    name = "Working with the assistant"


class TrainingCompletionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.TrainingCompletion

    person = factory.SubFactory(PersonFactory)
    training = factory.SubFactory(TrainingFactory)
    completed_date = date(2026, 3, 2)
