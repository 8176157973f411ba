"""The demo organisation's sign-ins, as `manage.py seed_demo` leaves them in ``demo.json``."""

import json
from pathlib import Path


def logins(data: Path) -> list[tuple[str, str, str]]:
    """(role, address, password) of each login; empty while the file is not there yet.

    The file is ``{"logins": [{"role": ..., "email": ..., "password": ...}]}``; a password that
    all share may stand once at the top.
    """
    try:
        content = json.loads((data / "demo.json").read_text())
    except (FileNotFoundError, ValueError):
        return []
    shared = content.get("password", "")
    return [
        (str(entry["role"]), str(entry["email"]), str(entry.get("password", shared)))
        for entry in content.get("logins", [])
    ]


def table(entries: list[tuple[str, str, str]]) -> str:
    widths = [max(len(entry[column]) for entry in entries) for column in range(2)]
    return "\n".join(
        f"  {role:<{widths[0]}}  {email:<{widths[1]}}  {password}"
        for role, email, password in entries
    )
