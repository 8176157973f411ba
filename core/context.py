"""What surrounds the act in hand.

Set by the middleware and by a claimed job; read by the audit trail, job rows and every log line.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from core.choices import Channel

IPV6_PREFIX = 64  # what one connection is given to choose addresses from


def network_of(address: str | None) -> str:
    """The place a call came from, for counting: the address, of IPv6 the network it lies in."""
    if not address:
        return ""
    given = ipaddress.ip_address(address)
    if isinstance(given, ipaddress.IPv4Address):
        return str(given)
    return str(ipaddress.ip_network((given, IPV6_PREFIX), strict=False))


@dataclass(frozen=True, slots=True)
class Surroundings:
    request_id: str = ""
    channel: Channel = Channel.COMMAND
    remote_addr: str | None = None
    person: str = ""  # public id of who is signed in, for log lines
    token_id: int | None = None  # the API token's key, so that a job remembers who asked
    job: str = ""  # public id of the job at work

    @property
    def network(self) -> str:
        return network_of(self.remote_addr)


_current: ContextVar[Surroundings] = ContextVar(
    "surroundings",
    default=Surroundings(),  # noqa: B039 frozen
)


def surroundings() -> Surroundings:
    return _current.get()


@contextmanager
def within(given: Surroundings) -> Iterator[None]:
    """Everything inside happens in these surroundings."""
    token = _current.set(given)
    try:
        yield
    finally:
        _current.reset(token)


def note_person(public_id: str) -> None:
    """Sign-in is known only after the outermost middleware ran."""
    _current.set(replace(_current.get(), person=public_id))


def note_token(token_id: int) -> None:
    _current.set(replace(_current.get(), token_id=token_id))
