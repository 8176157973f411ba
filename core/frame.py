"""What the frame of every page asks of the database, put as one query.

An app names its questions in ``nav.py``; whoever wants an answer, frame or page, asks for it here::

    QUESTIONS = {"surveys": waiting_surveys}    # (request) -> QuerySet: how many rows has it?
    counted(request, "surveys")
"""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from django.db.models import QuerySet, Value
from django.http import HttpRequest

Question = Callable[[HttpRequest], QuerySet[Any]]
MOST_COUNTED = 999

_questions: dict[str, Question] = {}


def questions(asked: Mapping[str, Question]) -> None:
    _questions.update(asked)


def counted(request: HttpRequest, key: str) -> int:
    """The answer to ``key``, MOST_COUNTED at most. The first to ask asks for all: one query."""
    known: dict[str, int] | None = getattr(request, "frame_counts", None)
    if known is None:
        known = _answers(request)
        request.frame_counts = known  # type: ignore[attr-defined]
    return known[key]


def _answers(request: HttpRequest) -> dict[str, int]:
    rows = [
        ask(request).order_by().values_list(Value(key), "pk")[:MOST_COUNTED]
        for key, ask in _questions.items()
    ]
    kinds = [kind for kind, _pk in reduce(lambda one, other: one.union(other, all=True), rows)]
    return {key: kinds.count(key) for key in _questions}
