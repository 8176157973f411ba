"""What the frame of every page asks of the database, put as one query.

An app names its questions in ``nav.py``; a page that already knows an answer says so::

    QUESTIONS = {"surveys": waiting_surveys}    # (request) -> QuerySet: how many rows has it?
    note(request, surveys=len(waiting))
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


def note(request: HttpRequest, **known: int) -> None:
    """For a page that counted for itself: the frame does not ask that again."""
    request.frame_counts = _known(request) | known  # type: ignore[attr-defined]


def counted(request: HttpRequest, key: str) -> int:
    """The answer to ``key``, MOST_COUNTED at most. The first to ask asks for all: one query."""
    if key not in _known(request):
        note(request, **_answers(request))
    return _known(request)[key]


def _known(request: HttpRequest) -> dict[str, int]:
    known: dict[str, int] = getattr(request, "frame_counts", {})
    return known


def _answers(request: HttpRequest) -> dict[str, int]:
    open_ones = {key: ask for key, ask in _questions.items() if key not in _known(request)}
    rows = [
        ask(request).order_by().values_list(Value(key), "pk")[:MOST_COUNTED]
        for key, ask in open_ones.items()
    ]
    kinds = [kind for kind, _pk in reduce(lambda one, other: one.union(other, all=True), rows)]
    return {key: kinds.count(key) for key in open_ones}
