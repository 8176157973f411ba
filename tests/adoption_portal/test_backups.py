"""A backup taken of a running portal comes back whole, and without what must not be in it."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from adoption_portal.backups import clients, taking
from adoption_portal.launcher.folders import ROOT
from core.sealing import seal_events
from people.models import Person
from tests.architecture import scene
from tests.factories.people import PersonFactory
from tests.surveys.views.waves import answered, opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def portal(tmp_path, settings):
    """A data folder with uploads, and with the secrets that no backup may hold."""
    settings.DATA_DIR = tmp_path / "data"
    (settings.DATA_DIR / "keys").mkdir(parents=True, mode=0o700)
    (settings.DATA_DIR / "mail").mkdir()
    (settings.DATA_DIR / "keys" / f"{uuid4()}.key").write_bytes(b"KEY-OF-A-WAVE-KEY-OF-A-WAVE-0000")
    (settings.DATA_DIR / "mail" / "one.log").write_text("LETTER TO SOMEBODY")
    made = scene.build()
    seal_events()
    return made


@pytest.fixture
def scratch():
    """An empty database on the same server, by its address."""
    name = f"scratch_{uuid4().hex[:12]}"
    given = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlunsplit(given._replace(path=f"/{name}"))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def manage(*words, url, folder):
    folder.mkdir(exist_ok=True)
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "PORTAL_DATA_DIR": str(folder),
        "SECRET_KEY": "only-for-this-test",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def counts(url):
    with psycopg.connect(url) as database:
        tables = [
            name
            for (name,) in database.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
        ]
        return {
            table: database.execute(
                sql.SQL(
                    "SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM {} t"
                ).format(sql.Identifier(table))
            ).fetchone()
            for table in tables
        }


def own_url():
    given = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(given._replace(path=f"/{connection.settings_dict['NAME']}"))


def uploads_in(data):
    return {path.relative_to(data) for path in (data / "uploads").rglob("*") if path.is_file()}


def test_a_backup_comes_back_whole(portal, scratch, tmp_path, settings):
    file = tmp_path / "portal.backup"
    call_command("backup", str(file))
    taken = counts(own_url())
    shutil.copytree(settings.DATA_DIR / "keys", tmp_path / "new" / "keys")

    done = manage("restore", file, url=scratch, folder=tmp_path / "new")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "are as they were written" in done.stdout
    brought = counts(scratch)
    assert taken.keys() == brought.keys()
    differing = {table for table in taken if taken[table] != brought[table]}
    # Sessions stay out; the restore itself is an event.
    assert differing <= {"django_session", "core_auditevent", "django_migrations"}
    assert brought["core_auditevent"][0] == taken["core_auditevent"][0] + 1
    assert brought["django_session"][0] == 0
    assert uploads_in(settings.DATA_DIR) == uploads_in(tmp_path / "new")
    assert {path.parent.name for path in uploads_in(tmp_path / "new")} == {"cases", "people"}
    checked = manage("harden_db", "--check", url=scratch, folder=tmp_path / "new")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_key_and_no_mail_is_in_it(portal, tmp_path):
    file = tmp_path / "portal.backup"

    call_command("backup", str(file))

    content = file.read_bytes()
    assert b"KEY-OF-A-WAVE" not in content
    assert b"LETTER TO SOMEBODY" not in content
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert names[0] == "manifest.json"
    assert all(
        name in {"manifest.json", "database.dump"} or name.startswith("uploads/") for name in names
    )
    assert not any("key" in name or "mail" in name for name in names)
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_not_overwritten(portal, tmp_path):
    file = tmp_path / "portal.backup"
    file.write_text("mine")

    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(file))
    assert file.read_text() == "mine"


def test_an_upload_that_is_gone_is_named(portal, tmp_path, settings, capsys):
    for path in (settings.DATA_DIR / "uploads" / "cases").iterdir():
        path.unlink()

    call_command("backup", str(tmp_path / "portal.backup"))

    assert "is not on the disk" in capsys.readouterr().out


def test_what_is_committed_meanwhile_is_not_in_it(portal, tmp_path, scratch, monkeypatch):
    """The dump sees the snapshot that the uploads were chosen by."""
    run = clients.run

    def slowly(command, database):
        with psycopg.connect(own_url(), autocommit=True) as other:
            other.execute("UPDATE people_orgunit SET name = 'Changed meanwhile'")
        run(command, database)

    monkeypatch.setattr(taking.clients, "run", slowly)
    call_command("backup", str(tmp_path / "portal.backup"))

    done = manage("restore", tmp_path / "portal.backup", url=scratch, folder=tmp_path / "new")
    assert done.returncode == 0, done.stdout + done.stderr
    with psycopg.connect(scratch) as database:
        names = database.execute("SELECT DISTINCT name FROM people_orgunit").fetchall()
    assert ("Changed meanwhile",) not in names


@pytest.fixture
def backup(portal, tmp_path):
    file = tmp_path / "portal.backup"
    call_command("backup", str(file))
    return file


def test_a_database_with_people_is_left_alone(backup, tmp_path):
    PersonFactory(email="here@example.org")
    before = counts(own_url())

    done = manage("restore", backup, url=own_url(), folder=tmp_path / "new")

    assert done.returncode != 0
    assert "This database is not empty" in done.stderr
    assert counts(own_url()) == before
    assert Person.objects.filter(email="here@example.org").exists()


def test_a_migrated_database_without_anybody_counts_as_empty(backup, scratch, tmp_path):
    assert manage("migrate", "--verbosity=0", url=scratch, folder=tmp_path / "new").returncode == 0

    done = manage("restore", backup, url=scratch, folder=tmp_path / "new")

    assert done.returncode == 0, done.stdout + done.stderr


def spoilt(backup, tmp_path, change):
    """The same archive with members changed by ``change(name, content)``; None leaves one out."""
    file = tmp_path / "spoilt.backup"
    with tarfile.open(backup) as given, tarfile.open(file, "w") as made:
        for member in given.getmembers():
            content = change(member.name, given.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
    return file


def manifest_with(**facts):
    def change(name, content):
        if name != "manifest.json":
            return content
        return json.dumps(json.loads(content) | facts).encode()

    return change


CASES = {
    "damaged": (lambda name, text: text[:-9] + b"\0" * 9 if name == "database.dump" else text, "damaged"),
    "cut": (lambda name, text: None if name == "database.dump" else text, "missing"),
    "no manifest": (lambda name, text: None if name == "manifest.json" else text, "not a backup"),
    "bad manifest": (lambda name, text: b"[]" if name == "manifest.json" else text, "not a backup"),
    "newer": (manifest_with(migrations=["core.9999_future"]), "newer release"),
    "format": (manifest_with(format=99), "format"),
    "elsewhere": (
        manifest_with(parts={"database.dump": {"size": 1, "sha256": ""}, "uploads/../x": {"size": 1, "sha256": ""}}),
        "no backup of the portal holds",
    ),
}  # fmt: skip


def test_a_spoilt_file_changes_nothing(backup, scratch, tmp_path):
    for name, (change, complaint) in CASES.items():
        file = spoilt(backup, tmp_path, change)

        done = manage("restore", file, url=scratch, folder=tmp_path / "new")

        assert done.returncode != 0, name
        assert complaint in done.stderr, (name, done.stderr)
        assert counts(scratch) == {}, name
    (tmp_path / "text.backup").write_text("not a tar file")
    done = manage("restore", tmp_path / "text.backup", url=scratch, folder=tmp_path / "new")
    assert "cannot be read as a backup" in done.stderr
    done = manage("restore", tmp_path / "nowhere", url=scratch, folder=tmp_path / "new")
    assert "There is no file" in done.stderr


def test_sealed_answers_without_their_key_go(portal, scratch, tmp_path, settings):
    kept, lost = wave_with_answers(3), wave_with_answers(5)
    call_command("backup", str(tmp_path / "portal.backup"))
    keys = tmp_path / "new" / "keys"
    keys.mkdir(parents=True)
    (keys / f"{kept.public_id}.key").write_bytes(b"k" * 32)

    done = manage("restore", tmp_path / "portal.backup", url=scratch, folder=tmp_path / "new")

    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        f"The key of survey wave {lost.public_id} is not here: its 5 sealed answers" in done.stdout
    )
    assert str(kept.public_id) not in done.stdout
    with psycopg.connect(scratch) as database:
        left = database.execute(
            "SELECT wave_id, count(*) FROM surveys_ballot GROUP BY 1"
        ).fetchall()
        ends = dict(database.execute("SELECT id, state FROM surveys_wave").fetchall())
    assert left == [(kept.pk, 3)]
    assert (ends[kept.pk], ends[lost.pk]) == ("open", "stopped")


def wave_with_answers(count):
    asked = opened()
    answered(asked, asked.people[:count])
    return asked.wave


@pytest.mark.parametrize(
    "told, major",
    [
        ("pg_dump (PostgreSQL) 18.0", 18),
        ("pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)", 15),
        ("pg_dump (PostgreSQL) 19beta1", 19),
        ("something else 15", None),
    ],
)
def test_the_version_of_a_program_is_read(tmp_path, told, major):
    program = tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\necho '{told}'\n")
    program.chmod(0o755)
    assert clients._major(program) == major


def test_a_missing_program_names_the_package(portal, tmp_path, monkeypatch):
    monkeypatch.setattr(clients, "_folders", list)

    with pytest.raises(CommandError, match="postgresql-client-"):
        call_command("backup", str(tmp_path / "portal.backup"))
    assert not (tmp_path / "portal.backup").exists()


def test_a_program_that_fails_leaves_no_file(portal, tmp_path, monkeypatch):
    monkeypatch.setattr(clients, "program", lambda *_, **__: "/bin/false")

    with pytest.raises(CommandError, match="failed"):
        call_command("backup", str(tmp_path / "portal.backup"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
