import pytest
import time_machine

from people.models import Person

PASSWORD = "a calm long password"


@pytest.fixture
def person(db):
    return Person.objects.create_user(
        "mara@example.org", PASSWORD, given_name="Mara", family_name="Lindqvist"
    )


@pytest.fixture
def clock():
    """Eight o'clock of a working day; it stands until a test moves it."""
    with time_machine.travel("2026-11-24T08:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def signed_in(client, person):
    client.force_login(person)
    return client
