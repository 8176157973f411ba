"""People who may use an AI tool, and do."""

from datetime import date, timedelta

import factory
from django.db.backends.postgresql.psycopg_any import DateRange

from measurement import models
from people.models import Person
from tests.factories.people import (
    AssignmentFactory,
    EmploymentFactory,
    LegalEntityFactory,
    PersonFactory,
)
from tests.factories.workflows import AiToolFactory

MONDAY = date(2026, 11, 23)


class EntitlementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Entitlement

    person = factory.SubFactory(PersonFactory)
    tool = factory.SubFactory(AiToolFactory)
    valid = factory.LazyFunction(lambda: DateRange(date(2026, 1, 5), None))


def staffed(unit, count, *, entity=None):
    """``count`` employed people assigned to ``unit``, with a number of the HR system each."""
    entity = entity or LegalEntityFactory()
    people = [PersonFactory(source_id=f"{unit.code}:{number}") for number in range(count)]
    for person in people:
        EmploymentFactory(person=person, legal_entity=entity)
        AssignmentFactory(person=person, unit=unit)
    return people


def using(person: Person, tool, pattern, *, until=MONDAY, cases=None):
    """Weeks before ``until``, the newest last: "3.0-" is 3 days, no row, none, none for leave."""
    for back, sign in enumerate(reversed(pattern), 1):
        if sign == ".":
            continue
        models.UsageWeek.objects.create(
            week=until - timedelta(weeks=back),
            person=person,
            tool=tool,
            active_days=0 if sign == "-" else int(sign),
            worked_days=0 if sign == "-" else 5,
            assisted_cases=cases,
        )
