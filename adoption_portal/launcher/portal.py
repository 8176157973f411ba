"""The portal's own processes: their commands and what each finds in its environment."""

import http.client
import os
import shlex
import sys
from pathlib import Path

from adoption_portal.launcher.folders import ROOT
from adoption_portal.launcher.supervisor import Service

QUEUES = "fast,measure,mail"
WEB_THREADS = 4  # as many as the pool has connections (settings.py)


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def prepare(what: str) -> list[str]:
    return [sys.executable, "-m", "adoption_portal.launcher.prepare", what]


def process_environment(shared: dict[str, str], name: str) -> dict[str, str]:
    """``shared`` and the process's name. The owner's database address never reaches a service."""
    environment = shared | {"PORTAL_PROCESS": name, "PYTHONUNBUFFERED": "1"}
    environment.pop("DATABASE_OWNER_URL", None)
    environment.pop("PORTAL_WEB", None)
    if name == "web":
        environment["PORTAL_WEB"] = "1"
    if name == "worker":
        # Said at each start by root: the demo on a bare machine often is root.
        environment["PYTHONWARNINGS"] = "ignore:::celery.platforms"
    return environment


def web(shared: dict[str, str], *, host: str, port: int) -> Service:
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", host, "--port", str(port)),
        *("--workers", shared.get("WEB_WORKERS") or "1"),
        *("--blocking-threads", str(WEB_THREADS), "--backpressure", "64"),
        *("--workers-kill-timeout", "5", "--respawn-failed-workers", "--log-level", "warning"),
        "adoption_portal.wsgi:application",
    ]
    return _service("web", command, shared)


def background(shared: dict[str, str]) -> list[Service]:
    worker = [
        *(sys.executable, "-m", "celery", "-A", "adoption_portal", "worker"),
        *("--pool", "prefork", "--concurrency", "2", "--queues", QUEUES),
        *("--without-mingle", "--without-gossip", "--loglevel", "WARNING"),
    ]
    return [
        _service("worker", worker, shared),
        _service("relay", manage("relay"), shared),
        _service("scheduler", manage("scheduler"), shared),
    ]


def _service(name: str, command: list[str], shared: dict[str, str]) -> Service:
    return Service(
        name=name,
        command=command,
        environment=process_environment(shared, name),
        folder=str(ROOT),
    )


def answers(host: str, port: int) -> bool:
    """Has the web process given any answer on /healthz?"""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 compared, not bound
    connection = http.client.HTTPConnection(reached, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    except http.client.HTTPException:
        return False
    finally:
        connection.close()


def exported(variables: dict[str, str]) -> str:
    """Lines for `set -a; . FILE`, so that commands in another terminal reach the same portal."""
    return "".join(
        f"{name}='" + value.replace("'", "'\\''") + "'\n" for name, value in variables.items()
    )


def running(data: Path) -> dict[str, str]:
    """What ``exported`` wrote for the portal of this data folder; empty where none ever ran."""
    try:
        text = (data / "portal.env").read_text()
    except FileNotFoundError:
        return {}
    return dict(word.split("=", 1) for word in shlex.split(text))


def inherited() -> dict[str, str]:
    return dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "adoption_portal.settings"}


def log_tail(path: Path, lines: int = 5) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
