"""Gives up root, then becomes the command. ``nonroot.py UID:GID|namespace COMMAND...``.

PostgreSQL refuses to run as root. ``namespace`` is for files below a folder only root may
enter: inside a user namespace root is mapped to an ordinary number, so PostgreSQL is content
while the files stay root's. A program of its own, because these calls are unsafe between fork
and exec of a process with threads; it replaces itself, so the process number stays.
"""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
INSIDE = 65534


def enter_namespace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    process = Path("/proc/self")
    (process / "setgroups").write_text("deny")  # the kernel wants this before gid_map
    (process / "uid_map").write_text(f"{INSIDE} 0 1")
    (process / "gid_map").write_text(f"{INSIDE} 0 1")


def main(arguments: list[str]) -> None:
    how, *command = arguments
    if how == "namespace":
        enter_namespace()
    else:
        uid, gid = (int(number) for number in how.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.execv(command[0], command)  # noqa: S606 this is the point


if __name__ == "__main__":
    main(sys.argv[1:])
