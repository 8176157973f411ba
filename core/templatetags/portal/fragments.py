"""The template behind a component."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def part(name: str, /, **values: Any) -> SafeString:
    return render_to_string(f"components/_{name}.html", values)
