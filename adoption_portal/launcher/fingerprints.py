"""Has anything changed since the last start? Decides without Django whether work can be skipped."""

import hashlib
import os
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import psycopg

from adoption_portal.launcher.folders import ROOT

APPLICATIONS = ("adoption_portal", "core", "people", "workflows", "surveys", "measurement")


def of_files(paths: Iterable[Path]) -> str:
    """Of names and contents: a fresh clone has new times but the same migrations."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(os.fsencode(path.name) + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def packages() -> str:
    """Of the installed versions: they bring migrations and static files of their own."""
    library = Path(sysconfig.get_paths()["purelib"])
    names = sorted(path.name for path in library.glob("*.dist-info"))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def schema_files() -> str:
    """Migrations, and what makes harden_db set other rights (a model's mark is no migration)."""
    found: list[Path] = []
    for application in APPLICATIONS:
        found += (ROOT / application).glob("migrations/*.py")
        found += (ROOT / application).glob("models/**/*.py")
    found += (ROOT / "core").glob("**/*harden*.py")
    found += (ROOT / "core").glob("migrations_ops.py")
    return hashlib.sha256((of_files(found) + packages()).encode()).hexdigest()


def schema_rows(connection: psycopg.Connection) -> str:
    """What the database says it has: another one after a restore or a migration by hand."""
    known = connection.execute("SELECT to_regclass('public.django_migrations')").fetchone()
    if not known or known[0] is None:
        return "none"
    row = connection.execute(
        "SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM django_migrations"
    ).fetchone()
    return str(row[0]) if row else "none"


def static_files() -> str:
    """Of paths, sizes and times; thousands of files need not be read."""
    total = hashlib.sha256(packages().encode())
    for application in APPLICATIONS:
        for path in sorted((ROOT / application / "static").rglob("*")):
            found = path.stat()
            line = f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n"
            total.update(os.fsencode(line))
    return total.hexdigest()


class Stamps:
    """Small files beside the data that hold the fingerprint of the last finished work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fresh(self, name: str, fingerprint: str) -> bool:
        try:
            return (self.folder / name).read_text() == fingerprint
        except FileNotFoundError:
            return False

    def set(self, name: str, fingerprint: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(fingerprint)
