"""The register of AI tools: a release is a row; what was signed with it keeps its words."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.changing import save_row
from core.errors import DomainError, Forbidden
from people.models import Person
from people.rules import is_administrator
from workflows.models import AiTool, Revision
from workflows.operations.one_act import one_act


class ToolInUse(DomainError):
    code = "tool_in_use"
    status = 409
    message = _(
        "Redesigns were signed with this release: its name and version stay. Register the new "
        "release as a tool of its own."
    )


@one_act()
def register_tool(*, actor: Person, reason: str, **facts: Any) -> AiTool:
    """A release of a tool. Raises Forbidden, NoReason, and Stale when it is there already."""
    if not is_administrator(actor):
        raise Forbidden
    return save_row(row=AiTool(), facts=facts, verb="tool.registered", actor=actor, reason=reason)


@one_act()
def change_tool(
    *, tool: AiTool, actor: Person, reason: str, at: datetime, retired: bool, **facts: Any
) -> AiTool:
    """Change what the register says.

    Taking approval away stops no running work by itself: pages and go-live say that the signed
    tool no longer stands.
    Raises Forbidden, NoReason, NothingChanged, and ToolInUse for another name of what was signed.
    """
    if not is_administrator(actor):
        raise Forbidden
    tool = AiTool.objects.select_for_update(no_key=True).get(pk=tool.pk)
    named = (facts.get("name", tool.name), facts.get("version", tool.version))
    if (
        named != (tool.name, tool.version)
        and Revision.objects.filter(tool=tool, frozen_at__isnull=False).exists()
    ):
        raise ToolInUse
    if retired != (tool.retired_at is not None):
        facts["retired_at"] = at if retired else None
    return save_row(row=tool, facts=facts, verb="tool.changed", actor=actor, reason=reason)
