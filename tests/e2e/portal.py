"""The portal's real processes on the test database."""

import os
import socket
import time
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import psycopg

from adoption_portal.launcher import fingerprints, folders, portal
from adoption_portal.launcher.errors import CannotStart
from adoption_portal.launcher.journal import Journal
from adoption_portal.launcher.signals import StopSignals
from adoption_portal.launcher.supervisor import Service, Supervisor
from tests import databases
from tests.redis_servers import RedisServer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def application_url() -> str:
    """DATABASE_URL, but on the test database and with the application's role."""
    from django.db import connection

    given = urlsplit(os.environ["DATABASE_URL"])
    place = given.netloc.rpartition("@")[2]
    return urlunsplit(
        given._replace(
            netloc=f"{databases.ROLE}:{databases.PASSWORD}@{place}",
            path=f"/{connection.settings_dict['NAME']}",
        )
    )


def wait_until_sessions_have_left(url, seconds=20):
    """The server notices some time after a process was killed; a database in use stays."""
    found = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + seconds
    with psycopg.connect(url, autocommit=True) as asking:
        name = asking.info.dbname
        while time.monotonic() < deadline:
            left = asking.execute(found + " AND datname = %s", [databases.ROLE, name]).fetchone()[0]
            if not left:
                return
            time.sleep(0.05)


class LivePortal:
    """``url`` answers; ``redis`` is its own server; ``restart("worker")`` after a kill."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.redis = RedisServer()
        self.supervisor = Supervisor(Journal(), StopSignals(), folder / "processes")
        self.services = {}
        self.children = {}

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        return kept | {
            "DATABASE_URL": application_url(),
            "REDIS_URL": self.redis.url,
            "BASE_URL": self.url,
            "STATIC_ROOT": str(folders.ROOT / "var" / "test" / "static"),
            "JOB_SWEEP_SECONDS": "2",
            "LOG_LEVEL": "WARNING",
        }

    def start(self) -> None:
        self.redis.start()
        self.database = application_url()
        shared = self.environment()
        self._collect_static(shared)
        web = portal.web(shared, host="127.0.0.1", port=self.port)
        for service in (web, *self.background(shared)):
            log = self.folder / f"{service.name}.log"
            self.services[service.name] = replace(service, log=log)
            self.restart(service.name)
        try:
            self.supervisor.wait_for(
                self.children["web"], lambda: portal.answers("127.0.0.1", self.port), 60
            )
        except CannotStart as problem:
            raise AssertionError(f"{problem}\n{self.log('web')}") from None

    def background(self, shared: dict[str, str]) -> list[Service]:
        return portal.background(shared)

    def restart(self, name: str) -> None:
        if name in self.children:
            self.supervisor.stop(self.children[name])
        self.children[name] = self.supervisor.start(self.services[name])

    def check(self) -> None:
        ended = [name for name, child in self.children.items() if not child.running]
        assert ended == [], "\n".join(self.log(name) for name in ended)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def stop(self) -> None:
        self.supervisor.stop_all()
        self.redis.remove()
        wait_until_sessions_have_left(self.database)

    def _collect_static(self, shared: dict[str, str]) -> None:
        stamps = fingerprints.Stamps(folders.ROOT / "var" / "test" / "stamps")
        fingerprint = fingerprints.static_files()
        if stamps.fresh("static", fingerprint):
            return
        child = self.supervisor.start(
            Service("static", portal.prepare("static"), shared, folder=str(folders.ROOT))
        )
        assert self.supervisor.finish(child) == 0
        stamps.set("static", fingerprint)
