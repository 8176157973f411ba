"""The canonical JSON that versions and signatures are bound to.

Sorted keys, no spaces, UTF-8, decimal numbers as text: the same facts give the same bytes on every
machine, and a reader needs only a JSON library and SHA-256 to check them. Floats are refused.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from people.models import WorkCalendar
from workflows.models import (
    Guardrail,
    Hypothesis,
    Revision,
    RevisionActivity,
    Workflow,
    WorkflowVersion,
)
from workflows.models.workflow import Step

FORMAT = 1  # rises when the shape of the content changes; old hashes keep their old shape


def decimal_text(value: Decimal | str | int | None) -> str | None:
    """``1.500`` as ``1.5``, ``30.0`` as ``30``: what the database adds in zeros means nothing."""
    if value is None:
        return None
    exact = Decimal(value)
    text = format(exact or abs(exact), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def canonical_bytes(content: Mapping[str, Any]) -> bytes:
    """Raises TypeError for a float or anything else JSON has no exact text for."""
    _refuse_floats(content)
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def content_sha256(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical text: write decimals as text")
    if isinstance(value, Mapping):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)


def step_content(step: Step) -> dict[str, Any]:
    """What as-is and to-be activities have in common."""
    return {
        "key": str(step.step_key),
        "title": step.title,
        "role": step.role,
        "system": step.system,
        "touch_minutes": decimal_text(step.touch_minutes),
        "wait_minutes": decimal_text(step.wait_minutes),
        "share_of_cases": decimal_text(step.share_of_cases),
    }


def version_content(version: WorkflowVersion) -> dict[str, Any]:
    """The steps of one version as it was frozen."""
    activities = sorted(version.activities.all(), key=lambda step: step.position)
    return {
        "format": FORMAT,
        "workflow": str(version.workflow.public_id),
        "version": version.number,
        "activities": [{**step_content(step), "kind": step.kind} for step in activities],
    }


def canonical_content(revision: Revision) -> dict[str, Any]:
    """Everything a signer agrees to.

    Reads the revision's redesign, workflow, base version, tool, overseer, activities, hypothesis
    and guardrails: select and prefetch them for more than one revision.
    """
    redesign = revision.redesign
    hypothesis = getattr(revision, "hypothesis", None)
    return {
        "format": FORMAT,
        "workflow": {
            "id": str(redesign.workflow.public_id),
            "name": redesign.workflow.name,
            "base_version": redesign.base_version.number,
            "base_version_sha256": redesign.base_version.sha256,
        },
        "redesign": str(redesign.public_id),
        "revision": revision.number,
        "summary": revision.summary,
        "change_note": revision.change_note,
        "activities": _activities(revision.activities.all()),
        "tool": _tool(revision),
        "data_classes": sorted(revision.data_classes),
        "risk": {
            "ai_act": revision.ai_act_risk,
            "gxp": revision.gxp_impact,
            "personal_data": revision.personal_data,
            "automation": revision.automation,
        },
        "oversight": {
            "overseer": _person(revision.overseer),
            "what": revision.oversight_what,
            "sample_percent": revision.oversight_sample_percent,
            "stop": revision.oversight_stop,
            "fallback": revision.oversight_fallback,
        },
        "hypothesis": _hypothesis(hypothesis) if hypothesis else None,
    }


def _activities(rows: Iterable[RevisionActivity]) -> list[dict[str, Any]]:
    return [
        {
            **step_content(row),
            "change": row.change,
            "detail": row.detail,
            "origin_keys": sorted(str(key) for key in row.origin_keys),
        }
        for row in sorted(rows, key=lambda row: row.position)
    ]


def _tool(revision: Revision) -> dict[str, Any] | None:
    tool = revision.tool
    if tool is None:
        return None
    return {
        "id": str(tool.public_id),
        "name": tool.name,
        "version": tool.version,
        "generative": tool.is_generative,
    }


def _person(person: Any) -> dict[str, str] | None:
    return {"id": str(person.public_id), "name": person.full_name} if person else None


def _named(row: Workflow | WorkCalendar | None) -> dict[str, str] | None:
    """Signers agree to a name, machines to an id."""
    return {"id": str(row.public_id), "name": row.name} if row else None


def _hypothesis(hypothesis: Hypothesis) -> dict[str, Any]:
    planned = hypothesis.planned_go_live_date
    return {
        "target_ratio": decimal_text(hypothesis.target_ratio),
        "margin": decimal_text(hypothesis.margin),
        "before_days": hypothesis.before_days,
        "washout_days": hypothesis.washout_days,
        "after_days": hypothesis.after_days,
        "planned_go_live_date": planned.isoformat() if planned else None,
        "standardise": hypothesis.standardise,
        "season": hypothesis.season,
        "placebo": hypothesis.placebo,
        "drift_key": hypothesis.drift_key,
        "comparison": _named(hypothesis.comparison),
        "calendar": _named(hypothesis.calendar),
        "guardrails": [_guardrail(row) for row in _in_order(hypothesis.guardrails.all())],
    }


def _in_order(rows: Iterable[Guardrail]) -> list[Guardrail]:
    return sorted(rows, key=lambda row: (row.position, row.name))


def _guardrail(row: Guardrail) -> dict[str, Any]:
    return {
        "name": row.name,
        "field": row.field,
        "kind": row.kind,
        "margin": decimal_text(row.margin),
        "worse": row.worse,
    }
