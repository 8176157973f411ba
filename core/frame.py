"""What the frame of every page asks of the database, put as one query.

An app names its questions in ``nav.py``; whoever wants an answer, frame or page, asks for it here::

    QUESTIONS = {"surveys": waves_to_answer}    # (person, at) -> QuerySet: how many rows has it?
    counted(request, "surveys")

The statement is written once in a process and for a stand-in: building it anew would cost more than
all else of a small page. A question is therefore made of ``person``, ``at`` and its local date
alone; any other date in it is refused.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache, reduce
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone

from core.acting import acting_person

Question = Callable[[Any, datetime], QuerySet[Any]]
MOST_COUNTED = 999
NOBODY = 2**62 - 57  # no person's primary key
NEVER = datetime(1905, 6, 30, 23, 30, tzinfo=UTC)  # its date and its local date are two

_questions: dict[str, Question] = {}


def questions(asked: Mapping[str, Question]) -> None:
    _questions.update(asked)


def counted(request: HttpRequest, key: str) -> int:
    """The answer to ``key``, MOST_COUNTED at most. The first to ask asks for all: one query."""
    known: dict[str, int] | None = getattr(request, "frame_counts", None)
    if known is None:
        known = _answers(acting_person(request).pk, timezone.now())
        request.frame_counts = known  # type: ignore[attr-defined]
    return known[key]


def _answers(person: int, at: datetime) -> dict[str, int]:
    sql, parameters = _statement(tuple(_questions.items()))
    meant: dict[Any, Any] = {
        NOBODY: person,
        NEVER: at,
        timezone.localdate(NEVER): timezone.localdate(at),
    }
    kinds: list[str] = []
    if sql:
        with connection.cursor() as cursor:
            cursor.execute(sql, [meant.get(value, value) for value in parameters])
            kinds = [kind for kind, _pk in cursor.fetchall()]
    return {key: kinds.count(key) for key in _questions}


@cache
def _statement(asked: tuple[tuple[str, Question], ...]) -> tuple[str, tuple[Any, ...]]:
    """For NOBODY at NEVER; empty where no question can have rows. TypeError for another date."""
    nobody = get_user_model()(pk=NOBODY)
    rows = [
        ask(nobody, NEVER).order_by().values_list(Value(key), "pk")[:MOST_COUNTED]
        for key, ask in asked
    ]
    whole = reduce(lambda one, other: one.union(other, all=True), rows)
    try:
        sql, parameters = whole.query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    known = {NEVER, timezone.localdate(NEVER)}
    if strange := [one for one in parameters if isinstance(one, date) and one not in known]:
        raise TypeError(f"a question of the frame holds {strange[0]!r}: use the moment it is given")
    return sql, tuple(parameters)
