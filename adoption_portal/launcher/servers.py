"""The embedded servers of one data folder, started under a supervisor."""

import signal
import time
from dataclasses import dataclass
from pathlib import Path

from adoption_portal.launcher import accounts, addresses, folders, postgres, redis_server
from adoption_portal.launcher.errors import CannotStart
from adoption_portal.launcher.supervisor import Child, Service, Supervisor

DATABASE = "portal"
OWNER = "portal_owner"
WORKER = "portal_app"
LOG_LIMIT = 5_000_000
PATIENCE_WITH_OLD_BACKENDS = 15.0
OLD_BACKENDS = (b"pre-existing shared memory block", b'lock file "postmaster.pid" already exists')


@dataclass(slots=True)
class Redis:
    url: str
    socket_path: Path
    child: Child


def start_redis(
    supervisor: Supervisor, data: Path, *, durable: bool, environment: dict[str, str]
) -> Redis:
    """Started, not awaited: it is up before PostgreSQL is."""
    binary = redis_server.find_binary()
    folder = data / "redis"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket_path = folders.socket_folder(data, "redis") / "redis.sock"
    child = supervisor.start(
        Service(
            name="redis",
            command=redis_server.command(
                binary, folder=folder, socket_path=socket_path, durable=durable
            ),
            environment=environment,
            log=fresh_log(data, "redis"),
            layer=0,
        )
    )
    return Redis(addresses.redis_url(socket_path), socket_path, child)


def wait_for_redis(supervisor: Supervisor, redis: Redis) -> None:
    supervisor.wait_for(redis.child, lambda: redis_server.answers(redis.socket_path), 30)


def start_postgres(  # noqa: PLR0913 keyword-only facts of one server
    supervisor: Supervisor,
    data: Path,
    *,
    superuser: str,
    roles: dict[str, str],
    password: str,
    durable: bool,
    environment: dict[str, str],
) -> postgres.Cluster:
    """Initialised if need be, started, awaited, roles and database provided."""
    home = data / "postgres"
    data.mkdir(parents=True, exist_ok=True)
    binaries = postgres.find_binaries(
        environment.get("PORTAL_POSTGRES") or "auto",
        existing_major=postgres.major_of(accounts.existing_home(home) / "data"),
    )
    account = accounts.account_for(home, binaries.postgres)
    reachable = Path(accounts.binary_for(account, binaries.postgres)).parent
    cluster = postgres.Cluster(
        account=account,
        binaries=postgres.Binaries(reachable, binaries.major, binaries.from_wheel),
        sockets=folders.socket_folder(data, "pg", uid=account.uid),
        superuser=superuser,
        password=password,
        durable=durable,
    )
    cluster.initialise()
    service = Service(
        name="postgres",
        command=cluster.command(),
        environment=environment | {"LC_MESSAGES": "C"},
        log=fresh_log(data, "postgres"),
        stop_signal=signal.SIGINT,  # fast: ends sessions, writes everything
        patience=20,
        layer=0,
        folder="/",
        before=cluster.clear_stale,
    )
    _start_patiently(supervisor, service, cluster)
    postgres.provide(cluster, database=DATABASE, roles=roles)
    return cluster


def _start_patiently(supervisor: Supervisor, service: Service, cluster: postgres.Cluster) -> None:
    """After a kill -9 old backends need some seconds to notice; until then a new server refuses."""
    deadline = time.monotonic() + PATIENCE_WITH_OLD_BACKENDS
    while True:
        log = service.log
        written = log.stat().st_size if log and log.exists() else 0
        child = supervisor.start(service)
        try:
            supervisor.wait_for(child, lambda: cluster.ready(child.process.pid), 60)  # noqa: B023
        except CannotStart:
            said = log.read_bytes()[written:] if log and log.exists() else b""
            if not any(sign in said for sign in OLD_BACKENDS) or time.monotonic() > deadline:
                raise
            supervisor.stop(child)
            supervisor.pump(0.3)
        else:
            return


def fresh_log(data: Path, name: str) -> Path:
    """The log file, emptied once it has grown too long."""
    path = data / "logs" / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.rename(path.with_suffix(".log.old"))
    return path
