"""`python -m adoption_portal.launcher.services -- COMMAND...`: a database and Redis for a command.

For tests and checks: nothing is synced to disk, the owner is a superuser. What the environment
already names (DATABASE_URL, REDIS_URL) is used instead. The exit code is the command's.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from adoption_portal.launcher import addresses, folders, portal, servers
from adoption_portal.launcher.errors import CannotStart, StopRequested
from adoption_portal.launcher.journal import Journal
from adoption_portal.launcher.signals import StopSignals
from adoption_portal.launcher.supervisor import Supervisor, end_leftovers

SLOTS = 16
INTERRUPTED = 130


def free_slot(base: Path) -> tuple[Path, IO[str]]:
    """A folder nobody uses now: two runs in one checkout each get servers of their own."""
    for number in range(SLOTS):
        folder = base / f"servers-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        if lock := folders.lock(folder / "lock"):
            return folder, lock
    raise CannotStart(f"All {SLOTS} test servers of this checkout are in use.")


def started(supervisor: Supervisor, slot: Path, environment: dict[str, str]) -> dict[str, str]:
    """The environment with addresses of servers that answer."""
    added = dict(environment)
    added.setdefault("SECRET_KEY", folders.secret(slot, "secret_key"))
    added.setdefault("PORTAL_APP_ROLE", servers.WORKER)
    redis = None
    if not added.get("REDIS_URL"):
        redis = servers.start_redis(supervisor, slot, durable=False, environment=environment)
        added["REDIS_URL"] = redis.url
    if not added.get("DATABASE_URL"):
        # For a test server of one run the password guards nothing, so it may be a constant.
        passwords = {servers.OWNER: "owner", servers.WORKER: "worker"}
        cluster = servers.start_postgres(
            supervisor,
            slot,
            superuser=servers.OWNER,
            roles=passwords,
            password=passwords[servers.OWNER],
            durable=False,
            environment=environment,
        )
        added["DATABASE_URL"] = addresses.postgres_url(
            role=servers.OWNER,
            password=passwords[servers.OWNER],
            sockets=cluster.sockets,
            database=servers.DATABASE,
        )
        added["DATABASE_OWNER_URL"] = added["DATABASE_URL"]
        added |= addresses.postgres_host(cluster.sockets)
    if redis:
        servers.wait_for_redis(supervisor, redis)
    return added


def run_command(command: list[str], environment: dict[str, str]) -> int:
    """The command keeps the terminal, so it hears Ctrl-C itself; SIGTERM is passed on to it."""
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except StopRequested:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            return INTERRUPTED


def main(argv: list[str]) -> int:
    command = argv[1:] if argv[:1] == ["--"] else argv
    if not command:
        print("usage: python -m adoption_portal.launcher.services -- COMMAND...", file=sys.stderr)
        return 2
    environment = portal.inherited()
    if environment.get("DATABASE_URL") and environment.get("REDIS_URL"):
        environment.setdefault("SECRET_KEY", os.urandom(32).hex())
        return subprocess.run(command, env=environment, check=False).returncode
    signals = StopSignals()
    signals.install()
    try:
        slot, lock = free_slot(folders.data_dir(environment) / "test")
        with lock:
            supervisor = Supervisor(Journal(sys.stderr), signals, slot / "run" / "processes")
            return _with_servers(
                supervisor, lambda: started(supervisor, slot, environment), command
            )
    except CannotStart as refusal:
        print(f"Test servers cannot start: {refusal}", file=sys.stderr)
        return 1
    except StopRequested:
        return INTERRUPTED


def _with_servers(
    supervisor: Supervisor, start: Callable[[], dict[str, str]], command: list[str]
) -> int:
    end_leftovers(supervisor.ledger)
    try:
        return run_command(command, start())
    finally:
        supervisor.stop_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
