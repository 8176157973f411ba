"""The shared cache, which a missing or hung Redis turns into a local one instead of an error."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import redis.exceptions
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

T = TypeVar("T")
log = logging.getLogger(__name__)
AWAY = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, OSError)
# Flushed or restarting servers answer, but with an error; these pass by themselves too.
PASSING = (redis.exceptions.BusyLoadingError, redis.exceptions.ReadOnlyError)


class Breaker:
    """Remembers for a whole process that a server does not answer.

    After a failure nobody asks for ``pause`` seconds; then exactly one caller tries again while
    the others still stay away, so a hung server costs one time-out per pause.
    """

    def __init__(self, pause: float = 5.0) -> None:
        self.pause = pause
        self._closed_again_at = 0.0
        self._lock = threading.Lock()

    def lets_pass(self) -> bool:
        if not self._closed_again_at:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._closed_again_at:
                return False
            self._closed_again_at = now + self.pause
            return True

    def failed(self) -> None:
        with self._lock:
            self._closed_again_at = time.monotonic() + self.pause

    def answered(self) -> None:
        self._closed_again_at = 0.0

    @property
    def is_open(self) -> bool:
        return bool(self._closed_again_at)


class FallbackRedisCache(RedisCache):
    """Redis, or this process's own memory while Redis is away. Never raises for a lost server.

    Both time-outs default to 0.5 s and nothing is tried twice. What was written meanwhile stays
    local: counters start anew per process, which for a rate limit is the safe side of two.
    """

    _breakers: ClassVar[dict[str, Breaker]] = {}

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
        options |= params.get("OPTIONS", {}) | {"retry": Retry(NoBackoff(), 0)}
        super().__init__(server, {**params, "OPTIONS": options})
        self._local = LocMemCache(f"fallback {server}", {**params, "OPTIONS": {}})
        self._breaker = self._breakers.setdefault(str(server), Breaker())

    def _first(self, ask: Callable[[], T], instead: Callable[[], T]) -> T:
        if not self._breaker.lets_pass():
            return instead()
        try:
            answer = ask()
        except (*AWAY, *PASSING) as error:
            if not self._breaker.is_open:
                log.warning("cache away, using local memory: %s", type(error).__name__)
            self._breaker.failed()
            return instead()
        self._breaker.answered()
        return answer

    def answers(self) -> bool:
        """Whether Redis itself answers now; for health pages."""

        def ping() -> bool:
            return bool(self._cache.get_client(write=True).ping())

        return self._first(ping, lambda: False)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return self._first(
            lambda: super(FallbackRedisCache, self).add(key, value, *args, **kwargs),
            lambda: self._local.add(key, value, *args, **kwargs),
        )

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._first(
            lambda: super(FallbackRedisCache, self).get(key, *args, **kwargs),
            lambda: self._local.get(key, *args, **kwargs),
        )

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._first(
            lambda: super(FallbackRedisCache, self).set(key, value, *args, **kwargs),
            lambda: self._local.set(key, value, *args, **kwargs),
        )

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._first(
            lambda: super(FallbackRedisCache, self).touch(key, *args, **kwargs),
            lambda: self._local.touch(key, *args, **kwargs),
        )

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._first(
            lambda: super(FallbackRedisCache, self).delete(key, *args, **kwargs),
            lambda: self._local.delete(key, *args, **kwargs),
        )

    def get_many(self, keys: Any, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        wanted = list(keys)
        return self._first(
            lambda: super(FallbackRedisCache, self).get_many(wanted, *args, **kwargs),
            lambda: self._local.get_many(wanted, *args, **kwargs),
        )

    def has_key(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._first(
            lambda: super(FallbackRedisCache, self).has_key(key, *args, **kwargs),
            lambda: self._local.has_key(key, *args, **kwargs),
        )

    def incr(self, key: Any, *args: Any, **kwargs: Any) -> int:
        """Raises ValueError for a key that is not there, as every Django cache does."""
        return self._first(
            lambda: super(FallbackRedisCache, self).incr(key, *args, **kwargs),
            lambda: self._local.incr(key, *args, **kwargs),
        )

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return self._first(
            lambda: super(FallbackRedisCache, self).set_many(data, *args, **kwargs),
            lambda: self._local.set_many(data, *args, **kwargs),
        )

    def delete_many(self, keys: Any, *args: Any, **kwargs: Any) -> None:
        wanted = list(keys)
        self._first(
            lambda: super(FallbackRedisCache, self).delete_many(wanted, *args, **kwargs),
            lambda: self._local.delete_many(wanted, *args, **kwargs),
        )

    def clear(self) -> None:
        self._local.clear()
        self._first(lambda: super(FallbackRedisCache, self).clear(), lambda: None)
