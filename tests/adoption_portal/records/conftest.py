import pytest

from people.choices import Role
from tests.factories.people import PersonFactory, RoleGrantFactory


def holder_of(role):
    person = PersonFactory(is_staff=True)
    RoleGrantFactory(person=person, role=role)
    return person


@pytest.fixture
def administrator(client):
    person = holder_of(Role.ADMINISTRATOR)
    client.force_login(person)
    return person


@pytest.fixture
def office(client):
    person = holder_of(Role.PROGRAM_OFFICE)
    client.force_login(person)
    return person
