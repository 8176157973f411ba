"""`manage.py up`: the whole portal with one command, and its end with Ctrl-C."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 the point is to say so to those who have an older one
    sys.exit("Adoption Portal needs Python 3.11 or newer, this is " + sys.version.split()[0] + ".")

import argparse
import os
import time
from pathlib import Path
from typing import IO

from adoption_portal.launcher import addresses, demo, fingerprints, folders, portal, servers
from adoption_portal.launcher.errors import CannotStart, StopRequested
from adoption_portal.launcher.journal import Journal
from adoption_portal.launcher.signals import StopSignals
from adoption_portal.launcher.supervisor import Child, Service, Supervisor, end_leftovers

UNUSED_DATABASE = "postgresql://none@127.0.0.1:1/none"  # settings want one; collectstatic does not


class Boot:
    """One start of the portal in one data folder. The steps run in the order of their methods."""

    def __init__(self, environment: dict[str, str], journal: Journal, signals: StopSignals) -> None:
        self.given = environment
        self.journal = journal
        self.data = folders.data_dir(environment)
        self.host = environment.get("PORTAL_BIND") or "127.0.0.1"
        self.port = addresses.port_of(environment)
        self.address = environment.get("BASE_URL") or f"http://localhost:{self.port}"
        self.own_database = not environment.get("DATABASE_URL")
        self.own_redis = not environment.get("REDIS_URL")
        self.is_demo = (
            self.own_database and self.own_redis and not self.address.startswith("https://")
        )
        self.stamps = fingerprints.Stamps(self.data / "stamps")
        self.supervisor = Supervisor(journal, signals, self.data / "run" / "processes")
        self.seeding = False
        self.told_logins = False
        self.begun = time.monotonic()

    def start(self) -> None:
        """Everything up to the first page and the background processes."""
        shared = self._shared_environment()
        collecting = self._collect_static(shared)
        shared = self._start_servers(shared)
        self._prepare_schema(shared)
        self._finish_static(collecting)
        app = {name: value for name, value in shared.items() if name != "DATABASE_OWNER_URL"}
        web = self.supervisor.start(portal.web(app, host=self.host, port=self.port))
        self._seed(app)
        self.supervisor.wait_for(web, lambda: portal.answers(self.host, self.port), 90)
        self._greet()
        for service in portal.background(app):
            self.supervisor.start(service)

    def _shared_environment(self) -> dict[str, str]:
        shared = self.given | {
            "DJANGO_SETTINGS_MODULE": "adoption_portal.settings",
            "PORTAL_DATA_DIR": str(self.data),
            "BASE_URL": self.address,
            "PORTAL_APP_ROLE": self.given.get("PORTAL_APP_ROLE") or servers.WORKER,
        }
        shared.pop("PORTAL_DEMO", None)
        if self.is_demo:
            shared["PORTAL_DEMO"] = "1"
            shared.setdefault("LOG_LEVEL", "WARNING")
            if not shared.get("SECRET_KEY"):
                shared["SECRET_KEY"] = folders.secret(self.data, "secret_key")
        elif not shared.get("SECRET_KEY"):
            raise CannotStart("Set SECRET_KEY to a long random text: only the demo makes its own.")
        return shared

    def _collect_static(self, shared: dict[str, str]) -> tuple[Child, str] | None:
        """Started beside the database's start: it needs no database."""
        fingerprint = fingerprints.static_files()
        root = Path(shared.get("STATIC_ROOT") or self.data / "static")
        if (root / "staticfiles.json").exists() and self.stamps.fresh("static", fingerprint):
            return None
        return self._prepare("static", {"DATABASE_URL": UNUSED_DATABASE} | shared), fingerprint

    def _finish_static(self, collecting: tuple[Child, str] | None) -> None:
        if collecting is None:
            return
        child, fingerprint = collecting
        if self.supervisor.finish(child) != 0:
            raise CannotStart("The static files could not be collected; the lines above say why.")
        self.stamps.set("static", fingerprint)

    def _prepare(self, what: str, environment: dict[str, str]) -> Child:
        return self.supervisor.start(
            Service(
                name=what,
                command=portal.prepare(what),
                environment=environment,
                folder=str(folders.ROOT),
            )
        )

    def _start_servers(self, shared: dict[str, str]) -> dict[str, str]:
        redis = None
        if self.own_redis:
            redis = servers.start_redis(
                self.supervisor, self.data, durable=True, environment=self.given
            )
            shared = shared | {"REDIS_URL": redis.url}
        if self.own_database:
            shared = shared | self._start_postgres()
        if redis:
            servers.wait_for_redis(self.supervisor, redis)
        if self.is_demo:
            names = [
                *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL"),
                *("PGHOST", "PORTAL_DATA_DIR", "PORTAL_DEMO", "PORTAL_APP_ROLE"),
            ]
            text = portal.exported({name: shared[name] for name in names})
            folders.write_private(self.data / "portal.env", text)
        return shared

    def _start_postgres(self) -> dict[str, str]:
        passwords = {
            role: folders.secret(self.data, role) for role in (servers.OWNER, servers.WORKER)
        }
        self.cluster = servers.start_postgres(
            self.supervisor,
            self.data,
            superuser="portal_admin",
            roles=passwords,
            password=folders.secret(self.data, "portal_admin"),
            durable=True,
            environment=self.given,
        )
        return addresses.postgres_host(self.cluster.sockets) | {
            name: addresses.postgres_url(
                role=role,
                password=passwords[role],
                sockets=self.cluster.sockets,
                database=servers.DATABASE,
            )
            for name, role in (
                ("DATABASE_URL", servers.WORKER),
                ("DATABASE_OWNER_URL", servers.OWNER),
            )
        }

    def _prepare_schema(self, shared: dict[str, str]) -> None:
        """Migrations and rights, unless files and database are as the last run left them."""
        if self.own_database and self.stamps.fresh("schema", self._schema()):
            return
        self.journal.say("Preparing the database ...")
        owner = shared.get("DATABASE_OWNER_URL") or shared["DATABASE_URL"]
        child = self._prepare("schema", shared | {"DATABASE_URL": owner})
        if self.supervisor.finish(child) != 0:
            raise CannotStart("The database could not be prepared; the lines above say why.")
        if self.own_database:
            self.stamps.set("schema", self._schema())

    def _schema(self) -> str:
        with self.cluster.connect(servers.DATABASE) as connection:
            return fingerprints.schema_files() + fingerprints.schema_rows(connection)

    def _seed(self, app: dict[str, str]) -> None:
        """The demo organisation, once; pages are served meanwhile."""
        if not self.is_demo or self.given.get("PORTAL_NO_DEMO") or not _has_demo():
            return
        if self.stamps.fresh("demo", "seeded"):
            return
        self.seeding = True
        self.supervisor.start(
            Service(
                name="demo",
                command=portal.manage("seed_demo"),
                environment=portal.process_environment(app, "demo"),
                folder=str(folders.ROOT),
                once=self._seeded,
            )
        )

    def _seeded(self, code: int) -> None:
        self.seeding = False
        if code != 0:
            self.journal.say("The demo organisation is not complete; the next start tries again.")
            return
        self.stamps.set("demo", "seeded")
        if not self.told_logins:
            self._tell_logins()
        self.journal.say("The demo organisation is complete.")

    def _greet(self) -> None:
        took = time.monotonic() - self.begun
        self.journal.say(
            f"\nAdoption Portal is ready at {self.address}/ after {took:.1f} s. Ctrl-C stops it."
        )
        if self.seeding:
            self.journal.say("The demo organisation (simulated) is being filled in ...")
        self._tell_logins()

    def _tell_logins(self) -> None:
        entries = demo.logins(self.data) if self.is_demo else []
        if entries:
            self.journal.say("Demo sign-ins (a simulated organisation):\n" + demo.table(entries))
        self.told_logins = bool(entries)

    def run(self) -> None:
        def each_round() -> None:
            if self.seeding and not self.told_logins:
                self._tell_logins()

        self.supervisor.keep_running(each_round)


def _has_demo() -> bool:
    return any(folders.ROOT.glob("*/management/commands/seed_demo.py"))


def _sole_start(data: Path, address: str) -> IO[str]:
    """The lock of this data folder, which says where its portal answers."""
    data.mkdir(parents=True, exist_ok=True)
    lock = folders.lock(data / "run" / "lock")
    if lock is None:
        running = (data / "run" / "lock").read_text().strip()
        raise CannotStart(f"The portal already runs on this data folder: {running}")
    lock.truncate(0)
    lock.write(f"{address} (process {os.getpid()})")
    lock.flush()
    return lock


def main(argv: list[str]) -> int:
    """Runs until Ctrl-C or SIGTERM (0); 1 with one line on stderr when it cannot start."""
    argparse.ArgumentParser(
        prog="manage.py up",
        description="Start the portal with everything it needs. Ctrl-C stops all of it. "
        "Variables: PORT, PORTAL_DATA_DIR, DATABASE_URL, REDIS_URL (see .env.example).",
    ).parse_args(argv)
    journal, signals = Journal(), StopSignals()
    boot = None
    try:
        signals.install()
        boot = Boot(portal.inherited(), journal, signals)
        lock = _sole_start(boot.data, boot.address)
        with lock:
            return _run(boot, journal)
    except CannotStart as refusal:
        print(f"Adoption Portal cannot start: {refusal}", file=sys.stderr)
        return 1
    except StopRequested:
        return 0


def _run(boot: Boot, journal: Journal) -> int:
    try:
        if end_leftovers(boot.supervisor.ledger):
            journal.say("Ended what an earlier start had left running.")
        addresses.refuse_taken_port(boot.host, boot.port)
        boot.start()
        boot.run()
    except StopRequested:
        journal.say("\nStopping ...")
    finally:
        boot.supervisor.stop_all()
    journal.say("Stopped.")
    return 0
