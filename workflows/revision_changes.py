"""What differs between two frozen contents, in words a signer reads in a moment. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PARTS: dict[str, Promise] = {
    "summary": _("What changes, in one sentence"),
    "change_note": _("What is new in this revision"),
    "tool": _("AI tool"),
    "data_classes": _("Data the tool sees"),
    "risk": _("Risk classes"),
    "oversight": _("Human oversight"),
    "hypothesis": _("What is promised"),
}


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the parts that differ, then of the steps that were changed, added or left out."""
    found = [str(label) for part, label in PARTS.items() if old.get(part) != new.get(part)]
    return [*found, *_steps(old.get("activities", []), new.get("activities", []))]


def _steps(old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]) -> Iterator[str]:
    before = {step["key"]: step for step in old}
    after = {step["key"]: step for step in new}
    for key, step in after.items():
        if key not in before:
            yield str(_("Step added: %(title)s") % {"title": step["title"]})
        elif before[key] != step:
            yield str(_("Step changed: %(title)s") % {"title": step["title"]})
    for key, step in before.items():
        if key not in after:
            yield str(_("Step left out: %(title)s") % {"title": step["title"]})
    common = [key for key in after if key in before]
    if common != [key for key in before if key in after]:
        yield str(_("The order of the steps"))
