"""Finds the Chromium that browser tests drive; as root on Debian, installs it when missing."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET_APT = ("apt-get", "-qq", "-o=Dpkg::Use-Pty=0")


def find() -> str | None:
    asked = os.environ.get("PORTAL_CHROMIUM")
    return asked or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> bool:
    """One quiet attempt; without it the browser tests skip and the run says so at its end."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (("update",), ("install", "-y", "--no-install-recommends", "chromium")):
        done = subprocess.run(
            [*QUIET_APT, *step],
            env=environment,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            return False
    return True


def main() -> int:
    """Always 0: a missing browser is reported by the test run, it does not stop it."""
    if find() is None:
        print("Installing Chromium for the browser tests ...", flush=True)
        install()
    return 0


if __name__ == "__main__":
    sys.exit(main())
