"""One JSON object per log line. Never a body, a token, a mail or an answer."""

import json
import logging
import traceback
from datetime import UTC, datetime

from core.context import surroundings


def told(error: BaseException) -> str:
    """Kinds and places of an error and of what caused it, without the messages.

    A message may repeat what somebody typed ("invalid literal ...: 'her answer'"). A refusal by
    the database keeps its SQLSTATE and the constraint's name, which the schema chose.
    """
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        diagnosis = getattr(seen, "diag", None)
        facts = [getattr(diagnosis, part, None) for part in ("sqlstate", "constraint_name")]
        named = f"{type(seen).__module__}.{type(seen).__qualname__}"
        frames = "".join(traceback.format_tb(seen.__traceback__))
        parts.append(" ".join([named, *(fact for fact in facts if fact)]) + "\n" + frames)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "caused by\n".join(parts)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        around = surroundings()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": around.request_id,
            "person": around.person,
            "job": around.job,
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = told(record.exc_info[1])
        return json.dumps({key: value for key, value in line.items() if value}, default=str)
