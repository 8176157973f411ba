"""Which processes are really alive. A zombie is not, and a number may belong to a stranger."""

import os
import subprocess
import sys
import time
from pathlib import Path

PROC = Path("/proc")


def state_of(stat_line: str) -> str:
    """The state letter of a ``/proc/PID/stat`` line; the name before it may hold brackets."""
    return stat_line.rpartition(")")[2].split()[0]


def started_at(stat_line: str) -> str:
    """Clock ticks since boot at which the process began: tells it from a later namesake."""
    return stat_line.rpartition(")")[2].split()[19]


def _stat_line(pid: int) -> str | None:
    try:
        return (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None


def alive(pid: int) -> bool:
    """False for a zombie: where PID 1 does not reap (containers) dead servers stay listed."""
    if sys.platform == "linux":
        line = _stat_line(pid)
        return line is not None and state_of(line) not in "ZX"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def identity(pid: int) -> str | None:
    """A text that no other process with this number has; None when there is none."""
    if sys.platform == "linux":
        line = _stat_line(pid)
        return started_at(line) if line is not None and state_of(line) not in "ZX" else None
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "_".join(shown.stdout.split()) or None


def boot() -> str:
    """Names this run of the machine: process numbers of an earlier one mean nothing."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"


def group_members(group: int) -> list[int]:
    """Live processes of a process group (Linux only; elsewhere an empty list)."""
    members = []
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        if entry.name.isdigit() and (line := _stat_line(int(entry.name))):
            fields = line.rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] not in "ZX":
                members.append(int(entry.name))
    return members


def wait_until_gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
