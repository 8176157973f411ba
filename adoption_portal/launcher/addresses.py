"""The addresses handed to the processes, in the forms that settings, Celery and redis-py read."""

import socket
from pathlib import Path
from urllib.parse import quote

from adoption_portal.launcher.errors import CannotStart


def postgres_url(*, role: str, password: str, sockets: Path, database: str) -> str:
    """The socket's folder stands in ``host``: as the host itself not every reader decodes it.

    The settings read options apart, so processes also get it as PGHOST (`postgres_host`).
    """
    host = quote(str(sockets), safe="/")
    return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={host}"


def postgres_host(sockets: Path) -> dict[str, str]:
    return {"PGHOST": str(sockets)}


def redis_url(path: Path) -> str:
    return f"unix://{path}?db=0"


def port_of(environment: dict[str, str]) -> int:
    text = environment.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004 the highest port
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CannotStart(
                f"Port {port} needs more rights; choose another: PORT=8001 make run"
            ) from None
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} is taken ({error.strerror}); "
                "choose another: PORT=8001 make run"
            ) from None
