"""The demo organisation's sign-ins, as `manage.py seed_demo` leaves them in ``demo.json``."""

import json
from pathlib import Path


def logins(data: Path) -> list[tuple[str, str, str]]:
    """(role, address, password) of each login; empty while the file is not there yet.

    The file is ``[{"role": ..., "email": ..., "password": ...}]``.
    """
    try:
        rows = json.loads((data / "demo.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [(row["role"], row["email"], row["password"]) for row in rows]


def table(entries: list[tuple[str, str, str]]) -> str:
    widths = [max(len(entry[column]) for entry in entries) for column in range(2)]
    return "\n".join(
        f"  {role:<{widths[0]}}  {email:<{widths[1]}}  {password}"
        for role, email, password in entries
    )
