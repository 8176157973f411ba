import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adoption_portal.launcher import postgres
from adoption_portal.launcher.accounts import Account
from adoption_portal.launcher.errors import CannotStart
from adoption_portal.launcher.postgres import Binaries, Cluster


@pytest.fixture
def cluster(tmp_path):
    home = tmp_path / "postgres"
    (home / "data").mkdir(parents=True)
    return Cluster(
        account=Account(home, os.geteuid()),
        binaries=Binaries(Path("/nowhere"), 18, from_wheel=True),
        sockets=tmp_path,
        superuser="portal_admin",
        password="",
    )


def pid_file(cluster, pid, state="ready   "):
    lines = [str(pid), str(cluster.data), "1764000000", "5432", "/run", "", "12345 0", state, ""]
    (cluster.data / "postmaster.pid").write_text("\n".join(lines))


def zombie():
    child = subprocess.Popen([sys.executable, "-c", ""])
    while Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    return child


def test_ready_is_not_believed_from_a_stale_file(cluster):
    pid_file(cluster, 4321)

    assert cluster.ready(4321)
    assert not cluster.ready(1234)


def test_starting_server_is_not_ready(cluster):
    pid_file(cluster, 4321, state="starting")

    assert not cluster.ready(4321)


def test_server_without_a_file_is_not_ready(cluster):
    assert not cluster.ready(4321)


def test_lock_file_of_a_zombie_is_removed(cluster):
    child = zombie()
    pid_file(cluster, child.pid)

    cluster.clear_stale()

    assert not (cluster.data / "postmaster.pid").exists()
    child.wait()


def test_lock_beside_the_socket_goes_too(cluster):
    child = zombie()
    (cluster.sockets / ".s.PGSQL.5432.lock").write_text(f"{child.pid}\n")

    cluster.clear_stale()

    assert not (cluster.sockets / ".s.PGSQL.5432.lock").exists()
    child.wait()


def test_lock_file_with_a_strangers_number_is_removed_and_the_stranger_spared(cluster):
    stranger = subprocess.Popen(["sleep", "30"])
    pid_file(cluster, stranger.pid)

    cluster.clear_stale()

    assert not (cluster.data / "postmaster.pid").exists()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_broken_lock_file_is_removed(cluster):
    (cluster.data / "postmaster.pid").write_text("")

    cluster.clear_stale()

    assert not (cluster.data / "postmaster.pid").exists()


def test_data_of_another_major_are_refused_with_both_versions(monkeypatch):
    monkeypatch.setattr(postgres, "_wheel", lambda: Binaries(Path("/w"), 18, from_wheel=True))
    monkeypatch.setattr(postgres, "_system", lambda: [Binaries(Path("/s"), 16, from_wheel=False)])

    with pytest.raises(CannotStart, match="written by PostgreSQL 17, here is 18, 16"):
        postgres.find_binaries("auto", existing_major=17)


def test_binaries_that_can_read_the_data_go_first(monkeypatch):
    monkeypatch.setattr(postgres, "_wheel", lambda: Binaries(Path("/w"), 18, from_wheel=True))
    monkeypatch.setattr(postgres, "_system", lambda: [Binaries(Path("/s"), 15, from_wheel=False)])

    assert postgres.find_binaries("auto", existing_major=None).major == 18
    assert postgres.find_binaries("auto", existing_major=15).major == 15
    assert postgres.find_binaries("system", existing_major=None).major == 15


def test_missing_binaries_name_the_package(monkeypatch):
    monkeypatch.setattr(postgres, "_wheel", lambda: None)
    monkeypatch.setattr(postgres, "_system", list)

    with pytest.raises(CannotStart, match="install the package “postgresql"):
        postgres.find_binaries("auto", existing_major=None)


def test_unknown_choice_is_refused():
    with pytest.raises(CannotStart, match="auto, wheel or system"):
        postgres.find_binaries("docker", existing_major=None)


def test_major_is_read_from_the_data(tmp_path):
    assert postgres.major_of(tmp_path) is None
    (tmp_path / "PG_VERSION").write_text("15\n")
    assert postgres.major_of(tmp_path) == 15
