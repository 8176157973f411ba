import socket
from pathlib import Path

import environ
import psycopg
import pytest

from adoption_portal import settings
from adoption_portal.launcher import addresses
from adoption_portal.launcher.errors import CannotStart

SOCKETS = Path("/run/portal äö-pg")


def test_postgres_url_is_understood_by_the_driver():
    url = addresses.postgres_url(
        role="portal_app", password="a/b@c:d?e", sockets=SOCKETS, database="portal"
    )

    assert psycopg.conninfo.conninfo_to_dict(url) == {
        "user": "portal_app",
        "password": "a/b@c:d?e",
        "dbname": "portal",
        "host": str(SOCKETS),
    }


def test_postgres_url_is_understood_by_the_settings():
    url = addresses.postgres_url(
        role="portal_app", password="a/b@c:d?e", sockets=SOCKETS, database="portal"
    )

    read = environ.Env.db_url_config(url)

    assert (read["USER"], read["PASSWORD"], read["NAME"], read["HOST"]) == (
        "portal_app",
        "a/b@c:d?e",
        "portal",
        "",  # so that PGHOST counts
    )
    assert addresses.postgres_host(SOCKETS) == {"PGHOST": str(SOCKETS)}


def test_redis_url_keeps_its_socket_in_the_settings():
    url = addresses.redis_url(Path("/run/x/redis.sock"))

    assert settings.redis_database(url, 1) == "unix:///run/x/redis.sock?db=1"


@pytest.mark.parametrize("text", ["0", "65536", "eight", "-1", "80 80"])
def test_port_that_is_none_is_refused(text):
    with pytest.raises(CannotStart, match="PORT must be a number"):
        addresses.port_of({"PORT": text})


def test_port_is_8000_unless_given():
    assert addresses.port_of({}) == 8000
    assert addresses.port_of({"PORT": "8123"}) == 8123


def test_taken_port_is_named_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"^Port {port} on 127.0.0.1 is taken .*PORT=8001"):
            addresses.refuse_taken_port("127.0.0.1", port)


def test_free_port_is_accepted():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    addresses.refuse_taken_port("127.0.0.1", port)
