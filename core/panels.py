"""Named panels: a page of a lower app shows a part that a higher app draws, without importing it.

The higher app registers a function in ``panels.py`` and imports that module in ``AppConfig.ready``;
a template says ``{% load panels %}{% panel "measurement.evidence" redesign %}``.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

Drawing = Callable[[HttpRequest, Any], tuple[str, dict[str, Any]] | None]
_registered: dict[str, Drawing] = {}


def panel(name: str) -> Callable[[Drawing], Drawing]:
    """Register ``draw(request, subject) -> (template, context)``; None draws nothing."""

    def register(draw: Drawing) -> Drawing:
        if name in _registered and _registered[name] is not draw:
            raise ValueError(f"a panel named {name} exists already")
        _registered[name] = draw
        return draw

    return register


def drawing_of(name: str) -> Drawing:
    """The function behind ``name``; KeyError for a name nobody registered (a test walks them)."""
    return _registered[name]
