import pytest

from people.models import Person

PASSWORD = "a calm long password"


@pytest.fixture
def person(db):
    return Person.objects.create_user(
        "mara@example.org", PASSWORD, given_name="Mara", family_name="Lindqvist"
    )


@pytest.fixture
def signed_in(client, person):
    client.force_login(person)
    return client
