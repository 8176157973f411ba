"""The whole portal with one command: up, down, again, and after a kill."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from adoption_portal.launcher.folders import ROOT
from tests.e2e.portal import free_port

pytestmark = pytest.mark.faults
OWN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "PGHOST")


class Start:
    """One `manage.py up` in a process group of its own."""

    def __init__(self, data: Path, port: int, *, wait: bool = True, demo: bool = False) -> None:
        self.data, self.port = data, port
        environment = {name: value for name, value in os.environ.items() if name not in OWN}
        environment |= {"PORTAL_DATA_DIR": str(data), "PORT": str(port)}
        if not demo:
            environment["PORTAL_NO_DEMO"] = "1"
        self.log = data.parent / f"log-{time.monotonic_ns()}"
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "up"],
                env=environment,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if wait:
            self.wait_for_page()

    def wait_for_page(self) -> None:
        self.wait_until_said("ready at")
        with urllib.request.urlopen(f"http://localhost:{self.port}/account/login/") as answer:
            assert answer.status == 200

    def wait_until_said(self, words: str) -> None:
        deadline = time.monotonic() + 120
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self, number=signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def kill_everything(self) -> None:
        for pid in processes_of(self.data):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


def processes_of(data: Path) -> list[int]:
    """Live processes that name the data folder in their command or environment."""
    mark = os.fsencode(data)
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            texts = [(entry / name).read_bytes() for name in ("cmdline", "environ")]
        except OSError:
            continue
        if any(mark in text for text in texts):
            found.append(int(entry.name))
    return found


def owner(data: Path) -> psycopg.Connection:
    text = (data / "portal.env").read_text()
    return psycopg.connect(re.search(r"DATABASE_OWNER_URL='(.*)'", text)[1], autocommit=True)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    yield (folder := tmp_path_factory.mktemp("a place with ümlaut") / "var")
    for pid in processes_of(folder):
        os.kill(pid, signal.SIGKILL)


def test_portal_starts_stops_and_keeps_its_data(data):
    first = Start(data, free_port())
    with owner(data) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")

    assert first.stop() == 0
    assert processes_of(data) == []
    assert first.said().rstrip().endswith("Stopped.")

    second = Start(data, free_port())
    with owner(data) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("still here",)]
    assert "Preparing the database" not in second.said()

    third = Start(data, free_port(), wait=False)
    assert third.process.wait(20) == 1
    assert "already runs on this data folder: http://localhost:" in third.said()
    assert third.said().count("\n") == 1

    assert second.stop(signal.SIGTERM) == 0
    assert processes_of(data) == []


def test_portal_starts_after_everything_was_killed(data):
    Start(data, free_port()).kill_everything()

    again = Start(data, free_port())

    assert again.stop() == 0
    assert processes_of(data) == []


def test_portal_starts_after_only_its_launcher_was_killed(data):
    port = free_port()
    first = Start(data, port)
    first.process.kill()
    first.process.wait()

    again = Start(data, port)

    assert "Ended what an earlier start had left running." in again.said()
    assert again.stop() == 0
    assert processes_of(data) == []


@pytest.mark.parametrize("seconds", [0.3, 0.9, 1.6])
def test_stop_during_the_boot_leaves_nothing(data, seconds):
    start = Start(data, free_port(), wait=False)
    time.sleep(seconds)

    assert start.stop() == 0, start.said()
    assert processes_of(data) == []


def test_crashed_web_process_comes_back(data):
    start = Start(data, free_port())
    ledger = (data / "run" / "processes").read_text()
    by_command = {
        Path(f"/proc/{line.split()[0]}/cmdline").read_bytes(): int(line.split()[0])
        for line in ledger.splitlines()[1:]
    }
    web = next(pid for command, pid in by_command.items() if b"granian" in command)

    os.killpg(web, signal.SIGKILL)

    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://localhost:{start.port}/account/login/").close()
            break
        except OSError:
            assert time.monotonic() < deadline, start.said()
            time.sleep(0.2)
    assert "web      | ended (SIGKILL); starting it again in 1 s" in start.said()
    assert start.stop() == 0


def test_first_start_fills_in_the_demo_and_tells_its_logins(data):
    start = Start(data, free_port(), demo=True)

    start.wait_until_said("The demo organisation is complete.")

    logins = json.loads((data / "demo.json").read_text())
    assert len({login["role"] for login in logins}) == len(logins) == 8
    for login in logins:
        line = rf"^  {login['role']} +{re.escape(login['email'])} +{login['password']}$"
        assert re.search(line, start.said(), re.MULTILINE)
    assert "Traceback" not in start.said()
    assert "ended (" not in start.said()
    assert start.stop() == 0
    assert processes_of(data) == []


def test_demo_logins_wait_for_their_file(tmp_path):
    from adoption_portal.launcher import demo

    assert demo.logins(tmp_path) == []
