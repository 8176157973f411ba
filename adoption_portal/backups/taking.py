"""Taking a backup: one snapshot decides what is in it."""

import io
import os
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from django.core.management.base import CommandError
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from adoption_portal.backups import clients
from adoption_portal.backups.manifest import (
    DUMP,
    NAME,
    Manifest,
    Part,
    measured_file,
    place_of,
)
from core.audit import record

# Sessions would let their holders in again after a restore.
LEFT_OUT = ("django_session",)
FACTS = """
SELECT (SELECT count(*) FROM core_auditevent),
       coalesce((SELECT number || ':' || encode(seal_hash, 'hex') FROM core_seal
                 ORDER BY number DESC LIMIT 1), ''),
       (SELECT array_agg(app || '.' || name ORDER BY id) FROM django_migrations)
"""
# Deliveries that are not brought in yet, by their place below the data folder.
WAITING = """
SELECT 'uploads/cases/' || stored_name FROM measurement_caseimport WHERE stored_name <> ''
UNION SELECT 'uploads/cases/' || stored_name FROM measurement_useimport WHERE stored_name <> ''
UNION SELECT 'uploads/people/' || stored_name FROM people_peopleimport WHERE stored_name <> ''
ORDER BY 1
"""


def take(target: Path, *, database: BaseDatabaseWrapper, at: datetime) -> Manifest:
    """Write the backup to ``target``, which appears whole or not at all; readable by its owner.

    The database may be in use: what is committed later is not in it. CommandError when the file
    exists, or PostgreSQL's program is missing or fails.
    """
    if target.exists():
        raise CommandError(f"{target} exists already. Name another file.")
    dump = clients.program("pg_dump", server=clients.server_major(database))
    with transaction.atomic():
        record("backup.taken", subject=None, actor=None, after={"file": target.name})
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dumped = Path(folder) / DUMP
        manifest, stored = _dumped(dump, dumped, database, at)
        draft = Path(folder) / "backup.tar"
        whole = _packed(draft, dumped, manifest, stored)
        draft.rename(target)
    return whole


def _dumped(
    program: str, dumped: Path, database: BaseDatabaseWrapper, at: datetime
) -> tuple[Manifest, list[str]]:
    """The dump, and what the same snapshot says of itself and of the files on disk."""
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        cursor.execute(FACTS)
        events, head, migrations = cursor.fetchone()
        cursor.execute(WAITING)
        stored = [name for (name,) in cursor.fetchall()]
        left_out = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
        clients.run(
            [
                *(program, "--format=custom", "--no-owner", "--no-privileges", "--no-comments"),
                *(f"--snapshot={snapshot}", *left_out),
                f"--file={dumped}",
            ],
            database,
        )
    manifest = Manifest(
        made_at=at.isoformat(),
        server=clients.server_major(database),
        migrations=migrations or [],
        events=events,
        head=head,
    )
    return manifest, stored


def _packed(draft: Path, dumped: Path, manifest: Manifest, stored: list[str]) -> Manifest:
    """Manifest first, so that a reader knows what follows. Files that went meanwhile are named."""
    files = {DUMP: dumped} | {name: place_of(name) for name in stored}
    parts: dict[str, Part] = {}
    missing = []
    for name, path in files.items():
        try:
            parts[name] = measured_file(path)
        except FileNotFoundError:
            missing.append(name)
    whole = Manifest(
        made_at=manifest.made_at,
        server=manifest.server,
        migrations=manifest.migrations,
        events=manifest.events,
        head=manifest.head,
        parts=parts,
        missing=missing,
    )
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            text = whole.text()
            archive.addfile(_member(NAME, len(text)), io.BytesIO(text))
            for name, part in parts.items():
                with files[name].open("rb") as content:
                    archive.addfile(_member(name, part.size), content)
        file.flush()
        os.fsync(file.fileno())
    return whole


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member
