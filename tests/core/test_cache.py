"""The cache without Redis: local memory instead of an error, and no waiting in line."""

import time

import pytest
from django.core.cache import caches

from core.cache import Breaker, FallbackRedisCache


@pytest.fixture
def server(redis_server_of_its_own):
    return redis_server_of_its_own


@pytest.fixture
def cache(server):
    made = FallbackRedisCache(server.url, {"OPTIONS": {"socket_timeout": 0.1}})
    made._breaker.pause = 0.0
    yield made
    made.close()


def use(cache, prefix):
    """Every operation once; what they gave."""
    return [
        cache.add(f"{prefix}a", 1),
        cache.add(f"{prefix}a", 2),
        cache.get(f"{prefix}a"),
        cache.incr(f"{prefix}a", 4),
        cache.set(f"{prefix}b", "two"),
        cache.has_key(f"{prefix}b"),
        cache.touch(f"{prefix}b", 60),
        cache.get_many([f"{prefix}a", f"{prefix}b", f"{prefix}c"]),
        cache.delete(f"{prefix}b"),
        cache.get(f"{prefix}b", "none"),
        cache.set_many({f"{prefix}d": 4}),
        cache.delete_many([f"{prefix}d"]),
        cache.get(f"{prefix}d"),
    ]


def expected(prefix):
    return [True, False, 1, 5, None, True, True, {f"{prefix}a": 5, f"{prefix}b": "two"}, True,
            "none", [], None, None]  # fmt: skip


def test_operations_are_the_same_with_redis_and_without(cache, server):
    assert use(cache, "with-") == expected("with-")
    assert cache.answers()
    server.stop()

    assert use(cache, "without-") == expected("without-")
    assert not cache.answers()


def test_hung_redis_costs_one_time_out_per_pause(cache, server):
    cache._breaker.pause = 60.0
    server.hang()
    begun = time.monotonic()

    assert use(cache, "hung-") == expected("hung-")
    for number in range(200):
        cache.get(str(number))

    assert time.monotonic() - begun < 0.5
    server.resume()


def test_redis_that_comes_back_is_used_again(cache, server):
    server.stop()
    cache.set("a", "local")
    server.start()

    assert cache.get("a") is None  # Redis started empty
    cache.set("a", "shared")
    assert server.client().dbsize() == 1
    assert not cache._breaker.is_open


def test_counter_that_is_not_there_says_so_in_both(cache, server):
    with pytest.raises(ValueError):
        cache.incr("nothing")
    server.stop()
    with pytest.raises(ValueError):
        cache.incr("nothing")


def test_clear_empties_both(cache, server):
    cache.set("a", 1)
    server.stop()
    cache.set("b", 2)
    cache.clear()
    assert cache.get("b") is None
    server.start()
    cache.set("a", 1)
    cache.clear()
    assert cache.get("a") is None


def test_loss_is_logged_once(cache, server, caplog):
    server.stop()
    for _number in range(5):
        cache.get("a")

    assert [line.getMessage() for line in caplog.records] == [
        "cache away, using local memory: ConnectionError"
    ]


def test_open_breaker_lets_one_through_after_its_pause(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("core.cache.time.monotonic", lambda: now[0])
    breaker = Breaker(pause=5.0)
    assert breaker.lets_pass()
    breaker.failed()
    assert not breaker.lets_pass()
    now[0] = 105.0
    assert [breaker.lets_pass() for _ in range(3)] == [True, False, False]
    breaker.answered()
    assert [breaker.lets_pass() for _ in range(3)] == [True, True, True]


def test_portal_s_cache_is_this_one(settings):
    assert isinstance(caches["default"], FallbackRedisCache)
    options = settings.CACHES["default"]["OPTIONS"]
    assert options == {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
