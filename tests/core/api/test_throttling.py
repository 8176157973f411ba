"""Calls per minute: counted for each client, also while Redis is away."""

import pytest
import time_machine

from core import jobs
from core.tokens import create_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_calls(settings):
    settings.API_CALLS_PER_MINUTE = 3


@pytest.fixture
def ask(client):
    address = f"/api/v1/jobs/{jobs.enqueue('core.forget_expired').public_id}"

    def call(key):
        return client.get(address, headers={"Authorization": f"Bearer {key}"})

    return call


def key():
    return create_token(name="feed", scopes=["jobs:read"])[1]


def test_calls_beyond_the_limit_are_told_when_to_come_back(ask):
    one, other = key(), key()
    with time_machine.travel("2026-11-24T12:00:10Z", tick=False):
        assert [ask(one).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = ask(one)
        assert refused["Retry-After"] == "50"
        assert refused.json()["code"] == "throttled"
        assert ask(other).status_code == 200


def test_earlier_window_fades(ask):
    one = key()
    with time_machine.travel("2026-11-24T12:00:59Z", tick=False):
        assert [ask(one).status_code for _ in range(3)] == [200] * 3
    with time_machine.travel("2026-11-24T12:01:01Z", tick=False):
        assert ask(one).status_code == 429
    with time_machine.travel("2026-11-24T12:03:00Z", tick=False):
        assert ask(one).status_code == 200


def test_limit_holds_while_redis_is_away(ask, settings, redis_server_of_its_own):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": redis_server_of_its_own.url}
    }
    redis_server_of_its_own.stop()
    one = key()
    with time_machine.travel("2026-11-24T12:00:10Z", tick=False):
        assert [ask(one).status_code for _ in range(4)] == [200, 200, 200, 429]
