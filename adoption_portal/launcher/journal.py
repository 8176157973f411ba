"""What the processes say, one readable line each, with the process's name in front."""

import json
import sys
from typing import TextIO

COLOURS = (36, 33, 32, 35, 34, 31)
NAME_WIDTH = 9


def readable(line: str) -> str:
    """A JSON log line as level and message; any other line as it is."""
    if not line.startswith("{"):
        return line
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    if not isinstance(entry, dict):
        return line
    message = entry.get("message") or entry.get("event")
    if not message:
        return line
    level = str(entry.get("level", "")).upper()
    told = [part for part in (level, str(message)) if part]
    trace = entry.get("exception") or entry.get("exc_info") or entry.get("traceback")
    return " ".join(told) + (f"\n{trace}" if isinstance(trace, str) else "")


class Journal:
    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self._colours: dict[str, int] = {}

    def say(self, text: str) -> None:
        self._write(text + "\n")

    def told(self, name: str, line: str) -> None:
        for part in readable(line).splitlines():
            self._write(f"{self._prefix(name)} {part}\n")

    def _prefix(self, name: str) -> str:
        text = f"{name:<{NAME_WIDTH}}|"
        if not self.out.isatty():
            return text
        colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        return f"\033[{colour}m{text}\033[0m"

    def _write(self, text: str) -> None:
        try:
            self.out.write(text)
            self.out.flush()
        except (BrokenPipeError, ValueError):
            # The reader of our output has gone; the portal still has to run and to stop.
            return
