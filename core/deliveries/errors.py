from typing import Any


class Unreadable(Exception):
    """Nothing of this file can be used. ``code`` and ``facts`` (line, column ...) say why."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts
