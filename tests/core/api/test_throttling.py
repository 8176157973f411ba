"""Calls and wrong tokens per minute: counted for each client, also while Redis is away."""

import pytest
import time_machine
from django.core.cache import cache

from core import jobs
from core.api import authentication
from core.tokens import create_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_calls(settings):
    settings.API_CALLS_PER_MINUTE = 3


@pytest.fixture
def ask(client):
    address = f"/api/v1/jobs/{jobs.enqueue('core.forget_expired').public_id}"

    def call(key, **more):
        return client.get(address, headers={"Authorization": f"Bearer {key}"}, **more)

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


@pytest.fixture
def three_wrong(monkeypatch):
    cache.clear()  # other tests guess too
    monkeypatch.setattr(authentication, "WRONG_TOKENS_PER_MINUTE", 3)


def test_who_guesses_at_tokens_is_refused_before_the_next_is_looked_up(
    ask, three_wrong, django_assert_num_queries
):
    right = key()
    with time_machine.travel("2026-11-24T12:00:10Z", tick=False):
        assert [ask(f"apt_{n}_guess").status_code for n in range(3)] == [401] * 3
        with django_assert_num_queries(0):
            refused = ask("apt_4_guess")
            # Nor may the fourth guess be the right one.
            assert ask(right).status_code == 429
        assert (refused.status_code, refused["Retry-After"]) == (429, "50")
        assert ask(right, REMOTE_ADDR="203.0.113.9").status_code == 200
    with time_machine.travel("2026-11-24T12:02:00Z", tick=False):
        assert ask(right).status_code == 200


def test_other_addresses_of_one_ipv6_network_guess_together(ask, three_wrong):
    with time_machine.travel("2026-11-24T12:00:10Z", tick=False):
        for n in range(3):
            ask("apt_0_guess", REMOTE_ADDR=f"2001:db8:0:1::{n}")
        assert ask("apt_0_guess", REMOTE_ADDR="2001:db8:0:1:ffff::1").status_code == 429
        assert ask("apt_0_guess", REMOTE_ADDR="2001:db8:0:2::1").status_code == 401


def test_right_tokens_are_no_guesses(ask, three_wrong, settings):
    settings.API_CALLS_PER_MINUTE = 100
    one = key()

    assert [ask(one).status_code for _ in range(5)] == [200] * 5


def test_guesses_are_counted_while_redis_is_away(
    ask, three_wrong, settings, redis_server_of_its_own
):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": redis_server_of_its_own.url}
    }
    redis_server_of_its_own.stop()
    with time_machine.travel("2026-11-24T12:00:10Z", tick=False):
        assert [ask("apt_0_guess").status_code for _ in range(4)] == [401, 401, 401, 429]
