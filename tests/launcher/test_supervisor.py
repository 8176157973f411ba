import io
import os
import signal
import subprocess
import sys
import time

import pytest

from adoption_portal.launcher import liveness
from adoption_portal.launcher.errors import CannotStart, StopRequested
from adoption_portal.launcher.journal import Journal
from adoption_portal.launcher.signals import StopSignals
from adoption_portal.launcher.supervisor import Service, Supervisor, end_leftovers, ending

DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);print('on'); time.sleep(60)"
)


@pytest.fixture
def out():
    return io.StringIO()


@pytest.fixture
def supervisor(tmp_path, out):
    made = Supervisor(Journal(out), StopSignals(), tmp_path / "run" / "processes")
    yield made
    made.stop_all()


def service(name, code, **options):
    environment = {"PYTHONUNBUFFERED": "1", "PATH": os.environ["PATH"]}
    return Service(name, [sys.executable, "-c", code], environment, **options)


def rounds(supervisor, until, seconds=20):
    deadline = time.monotonic() + seconds

    class Enough(Exception):
        pass

    def each_round():
        assert time.monotonic() < deadline
        if until():
            raise Enough

    with pytest.raises(Enough):
        supervisor.keep_running(each_round)


def test_lines_carry_the_name_of_their_process(supervisor, out):
    child = supervisor.start(service("web", "print('hello'); print('no newline', end='')"))

    assert supervisor.finish(child) == 0
    assert out.getvalue() == "web      | hello\nweb      | no newline\n"


def test_crashed_process_is_started_again_later_and_later(supervisor, out):
    supervisor.start(service("relay", "raise SystemExit(3)"))

    rounds(supervisor, lambda: out.getvalue().count("exit code 3") == 2)

    assert "starting it again in 1 s" in out.getvalue()
    assert "starting it again in 2 s" in out.getvalue()


def test_task_that_runs_once_is_not_started_again(supervisor):
    codes = []
    supervisor.start(service("demo", "raise SystemExit(4)", once=codes.append))

    rounds(supervisor, lambda: codes)

    assert codes == [4]
    assert supervisor.children == []


def test_stop_ends_grandchildren_too(supervisor, out):
    code = (
        "import subprocess, time; p = subprocess.Popen(['sleep', '60']); print(p.pid);"
        "time.sleep(60)"
    )
    child = supervisor.start(service("worker", code))
    while "|" not in out.getvalue():
        supervisor.pump(0.05)
    grandchild = int(out.getvalue().split("|")[1])

    supervisor.stop_all()

    assert liveness.wait_until_gone(grandchild, 5)
    assert liveness.group_members(child.process.pid) == []
    assert not supervisor.ledger.exists()


def test_process_that_does_not_listen_is_killed(supervisor, out):
    child = supervisor.start(service("worker", DEAF, patience=0.3))
    while "on" not in out.getvalue():
        supervisor.pump(0.05)

    supervisor.stop_all()

    assert child.process.returncode == -signal.SIGKILL


def test_second_signal_kills_at_once(supervisor, out):
    child = supervisor.start(service("worker", DEAF, patience=60))
    while "on" not in out.getvalue():
        supervisor.pump(0.05)
    supervisor.signals.in_haste = True

    begun = time.monotonic()
    supervisor.stop_all()

    assert child.process.returncode == -signal.SIGKILL
    assert time.monotonic() - begun < 10


def test_servers_end_after_those_who_use_them(supervisor, out):
    ends = (
        "import signal, time, sys;"
        "signal.signal(signal.SIGTERM, lambda *a: sys.exit(print('end')));"
        "print('on'); time.sleep(60)"
    )
    supervisor.start(service("postgres", ends, layer=0))
    supervisor.start(service("web", ends))
    while out.getvalue().count("on") < 2:
        supervisor.pump(0.05)

    supervisor.stop_all()

    told = [line for line in out.getvalue().splitlines() if line.endswith("end")]
    assert told == ["web      | end", "postgres | end"]


def test_wait_names_the_last_words_of_a_process_that_ended(supervisor):
    child = supervisor.start(service("redis", "raise SystemExit('out of luck')"))

    with pytest.raises(CannotStart, match="redis ended at once: out of luck"):
        supervisor.wait_for(child, lambda: False, 20)


def test_wait_gives_up(supervisor):
    child = supervisor.start(service("redis", "import time; time.sleep(60)"))

    with pytest.raises(CannotStart, match="not ready after 0 seconds"):
        supervisor.wait_for(child, lambda: False, 0.2)


def test_program_that_is_not_there_is_named(supervisor):
    with pytest.raises(CannotStart, match="web cannot be started"):
        supervisor.start(Service("web", ["/nowhere/at all"], {}))


def test_leftovers_of_a_killed_launcher_are_ended(supervisor, tmp_path):
    child = supervisor.start(service("web", "import time; time.sleep(60)"))
    ledger = tmp_path / "kept"
    ledger.write_text(supervisor.ledger.read_text())

    assert end_leftovers(ledger, patience=0.5) == 1

    assert child.process.wait(5) == -signal.SIGTERM
    assert not ledger.exists()


def test_stranger_with_a_leftovers_number_is_spared(tmp_path):
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    ledger = tmp_path / "processes"
    ledger.write_text(f"{liveness.boot()}\n{stranger.pid} 1 15\n")

    assert end_leftovers(ledger) == 0

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_ledger_of_an_earlier_boot_means_nothing(tmp_path):
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    ledger = tmp_path / "processes"
    ledger.write_text(f"another boot\n{stranger.pid} {liveness.identity(stranger.pid)} 15\n")

    assert end_leftovers(ledger) == 0

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_no_ledger_means_no_leftovers(tmp_path):
    assert end_leftovers(tmp_path / "processes") == 0


def test_signal_inside_a_held_block_waits_for_its_end():
    signals = StopSignals()
    written = []

    with pytest.raises(StopRequested), signals.held():
        signals._note(signal.SIGTERM, None)
        written.append("the process just started")

    assert written == ["the process just started"]


def test_second_signal_asks_for_haste():
    signals = StopSignals()
    with pytest.raises(StopRequested):
        signals._note(signal.SIGINT, None)

    signals._note(signal.SIGINT, None)

    assert signals.in_haste


@pytest.mark.parametrize(
    "code,text", [(0, "exit code 0"), (3, "exit code 3"), (-9, "SIGKILL"), (-99, "signal 99")]
)
def test_ending_is_said_in_words(code, text):
    assert ending(code) == text
