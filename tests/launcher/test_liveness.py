import os
import subprocess
import sys
import time
from pathlib import Path

from adoption_portal.launcher import liveness

STAT = "1234 (odd ) name) Z 1 1234 1234 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 987654 0 0"


def test_state_is_read_past_brackets_in_the_name():
    assert liveness.state_of(STAT) == "Z"


def test_start_is_the_twenty_second_field():
    assert liveness.started_at(STAT) == "987654"


def test_zombie_is_not_alive():
    child = subprocess.Popen([sys.executable, "-c", ""])
    deadline = time.monotonic() + 10
    while liveness.alive(child.pid) and time.monotonic() < deadline:
        time.sleep(0.02)  # not waited for, so it stays as a zombie

    assert Path(f"/proc/{child.pid}").exists()
    assert not liveness.alive(child.pid)
    assert liveness.identity(child.pid) is None
    child.wait()


def test_own_process_is_alive_and_keeps_its_identity():
    assert liveness.alive(os.getpid())
    assert liveness.identity(os.getpid()) == liveness.identity(os.getpid()) != None  # noqa: E711


def test_process_that_never_was_is_not_alive():
    assert not liveness.alive(2**22 + 1)
    assert liveness.wait_until_gone(2**22 + 1, 0)


def test_group_members_are_the_live_ones():
    child = subprocess.Popen(["sleep", "30"], start_new_session=True)

    assert liveness.group_members(child.pid) == [child.pid]

    child.kill()
    child.wait()
    assert liveness.group_members(child.pid) == []
