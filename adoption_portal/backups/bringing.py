"""Bringing a backup back: into an empty database only, checked before and after."""

import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from adoption_portal.backups import clients
from adoption_portal.backups.manifest import (
    DUMP,
    UPLOADS,
    Manifest,
    measured,
    measured_file,
    place_of,
    read,
)
from core.audit import record
from core.sealing import Verdict, verify
from surveys import keys
from surveys.choices import WaveState
from surveys.models import Wave
from surveys.operations import close_lost_wave, release

# A database with rows in one of these is somebody's.
TELLING = ("people_person", "core_auditevent", "workflows_workflow")


@dataclass(frozen=True, slots=True)
class Brought:
    """``lost`` names waves whose key is gone, with the number of sealed answers deleted."""

    manifest: Manifest
    verdict: Verdict
    lost: list[tuple[str, int]] = field(default_factory=list)


def bring_back(source: Path, *, tell: Callable[[str], object]) -> Brought:
    """Check the file, restore database and uploads, migrate, set rights, verify the audit trail.

    As the owner of the tables, where the keys of waves lie. CommandError names the first thing
    that is wrong; until the file has been checked nothing is touched.
    """
    try:
        with (
            tarfile.open(source, mode="r:") as archive,
            tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as folder,
        ):
            manifest = read(archive)
            _refuse_newer(manifest)
            _refuse_filled()
            tell("Checking the file ...")
            _unpacked(archive, manifest, Path(folder))
            _refuse_other_files(manifest)
            tell("Restoring the database ...")
            _restored(Path(folder) / DUMP)
            _moved(manifest, Path(folder))
    except (tarfile.TarError, OSError) as fault:
        raise CommandError(f"{source} cannot be read as a backup: {fault}") from fault
    call_command("migrate", interactive=False, verbosity=0)
    call_command("harden_db", verbosity=0)
    cache.clear()
    lost = _without_keys()
    with transaction.atomic():
        record("backup.restored", subject=None, actor=None, after={"made_at": manifest.made_at})
    tell("Verifying the audit trail ...")
    return Brought(manifest, verify(anchor=manifest.head), lost)


# --- before anything is touched -------------------------------------------------------------------
def _refuse_newer(manifest: Manifest) -> None:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    # Replaced migrations of packages are no reason: only our own say which release wrote it.
    ours = {name for name in manifest.migrations if name.split(".")[0] in OURS}
    if unknown := sorted(ours - known):
        raise CommandError(
            f"This backup was made by a newer release (it knows {unknown[0]}). Install that first."
        )


OURS = frozenset({"core", "people", "workflows", "surveys", "measurement", "console"})


def _refuse_filled() -> None:
    with connection.cursor() as cursor:
        for table in TELLING:
            cursor.execute("SELECT to_regclass(%s)", [f"public.{table}"])
            if cursor.fetchone()[0] is None:
                continue
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
            if cursor.fetchone()[0]:
                raise CommandError(
                    "This database is not empty. A backup is restored into an empty one only: "
                    "make a new database, or set PORTAL_DATA_DIR to a new folder."
                )


def _unpacked(archive: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    """Every part to a file of ours, size and checksum compared; other members are left alone."""
    for name, part in manifest.parts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            content = archive.extractfile(name)
        except KeyError:
            content = None
        if content is None:
            raise CommandError(f"{name} is missing in this backup.")
        with (folder / name).open("xb") as out:
            if measured(content, out) != part:
                raise CommandError(f"{name} is damaged: its checksum is another.")


def _refuse_other_files(manifest: Manifest) -> None:
    for name, part in _uploads(manifest):
        place = place_of(name)
        if place.exists() and measured_file(place) != part:
            raise CommandError(f"There is another upload called {name} already. Move it away.")


def _uploads(manifest: Manifest) -> list[tuple[str, object]]:
    return [(name, part) for name, part in manifest.parts.items() if name.startswith(UPLOADS)]


# --- the deed -------------------------------------------------------------------------------------
def _restored(dumped: Path) -> None:
    program = clients.program("pg_restore", server=clients.server_major(connection))
    with connection.cursor() as cursor:
        # Tables of a migration, without rows of anybody; extensions of the server's owner stay.
        cursor.execute(
            "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables "
            "WHERE schemaname = 'public'"
        )
        (tables,) = cursor.fetchone()
        if tables:
            cursor.execute(f"DROP TABLE {tables} CASCADE")
        cursor.execute(LEFTOVERS)
        for (order,) in cursor.fetchall():
            cursor.execute(order)
    connection.close()
    clients.run(
        [
            *(program, "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error"),
            *("--single-transaction", f"--dbname={connection.settings_dict['NAME']}", str(dumped)),
        ],
        connection,
    )


# Functions and sequences that no table took with it; those of extensions are not ours.
LEFTOVERS = """
SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', p.oid::regprocedure)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def _moved(manifest: Manifest, folder: Path) -> None:
    for name, _part in _uploads(manifest):
        place = place_of(name)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / name).replace(place)


def _without_keys() -> list[tuple[str, int]]:
    """Waves whose key is gone can never be counted: they end without a result, and it is said."""
    lost = []
    here = keys.waves_with_a_key()
    for wave in Wave.objects.filter(state__in=[WaveState.OPEN, WaveState.CLOSED]):
        if wave.public_id in here:
            continue
        lost.append((str(wave.public_id), wave.ballots.count()))
        close_lost_wave(wave=wave, at=timezone.now())
        release(wave=wave, at=timezone.now())
    return lost
