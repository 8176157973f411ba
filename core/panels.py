"""What a page of a lower app shows of a higher app, without importing it.

The higher app registers functions in ``panels.py`` and imports that module in ``AppConfig.ready``.

- A *panel* draws a part of a page, ``{% load panels %}{% panel "measurement.evidence" it %}``.
- *Facts* answer for many rows in one go, so that a list keeps its query count:
  ``facts_about("measurement.stage", redesigns)`` gives a mapping from primary key to the fact.
  ``facts_among("measurement.news", redesigns, ...)`` leaves it to the higher app which of the rows
  of a query to answer for, and in which order.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Drawing = Callable[[HttpRequest, Any], tuple[str, dict[str, Any]] | None]
Facts = Callable[..., Mapping[Any, Any]]
_panels: dict[str, Drawing] = {}
_facts: dict[str, Facts] = {}


def panel(name: str) -> Callable[[Drawing], Drawing]:
    """Register ``draw(request, subject) -> (template, context)``; None draws nothing."""

    def register(draw: Drawing) -> Drawing:
        if _panels.setdefault(name, draw) is not draw:
            raise ValueError(f"a panel named {name} exists already")
        return draw

    return register


def drawing_of(name: str) -> Drawing:
    """The function behind ``name``; KeyError for one nobody registered (a test walks them)."""
    return _panels[name]


def facts(name: str) -> Callable[[Facts], Facts]:
    """Register ``answer(rows) -> {row.pk: fact}``: a fixed number of queries for any rows."""

    def register(answer: Facts) -> Facts:
        if _facts.setdefault(name, answer) is not answer:
            raise ValueError(f"facts named {name} exist already")
        return answer

    return register


def facts_about(name: str, rows: Iterable[Model]) -> Mapping[Any, Any]:
    """What the higher app knows of ``rows``, by primary key; unknown rows are absent."""
    return _facts[name](list(rows))


def facts_among(name: str, rows: QuerySet[Any], **wanted: Any) -> Mapping[Any, Any]:
    """What the higher app picks of ``rows`` by what it alone knows, by row: it fetches them."""
    return _facts[name](rows, **wanted)
