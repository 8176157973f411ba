"""Listens to a page: what a browser complains about is a fault of the portal."""

import re

# A refused form or a page out of reach is part of many tests; a missing file never is.
REFUSED = re.compile(r"the server responded with a status of 4(0[0134579]|1[0237]|22|29)")


class Watched:
    def __init__(self, page) -> None:
        self.complaints = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))

    def _console(self, message) -> None:
        if message.type not in {"error", "warning"}:
            return
        place = (message.location or {}).get("url", "")
        refused = REFUSED.search(message.text) and "/static/" not in place
        if not refused:
            self.complaints.append(f"{message.type}: {message.text} ({place})")
