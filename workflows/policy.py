"""From the attributes of a redesign to the signatures it needs. Pure: rules in, steps out.

A rule is ``{"when": {attribute: value or list of values, ...}}`` with one outcome:

- ``"step": {role, title, sequence, quorum, meaning, level, due_days, why}``: somebody signs;
- ``"block": text``: nobody may sign such a redesign at all, it cannot be submitted;
- ``"warn": text``: signers see the text first.

An empty ``when`` always holds; several attributes must all hold. Two rules that name the same role
make one step, with the higher level and quorum, the earlier sequence and the shorter time.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_noop

from people.choices import SIGNING_ROLES
from workflows.choices import (
    AiActRisk,
    Automation,
    GxpImpact,
    Meaning,
    PersonalData,
    SignatureLevel,
)

LINE_MANAGER = "line_manager"
ROLES = frozenset({LINE_MANAGER, *(role.value for role in SIGNING_ROLES)})
# What may stand in ``when``; None says "does not apply" (no tool is named).
ATTRIBUTES: dict[str, frozenset[Any]] = {
    "gxp": frozenset({True, False}),
    "gxp_impact": frozenset(GxpImpact.values),
    "personal_data": frozenset(PersonalData.values),
    "ai_act_risk": frozenset(AiActRisk.values),
    "automation": frozenset(Automation.values),
    "tool_approved": frozenset({True, False, None}),
    "generative": frozenset({True, False, None}),
}
FOR_APPROVAL = [one.value for one in Meaning if one not in {Meaning.SENT_BACK, Meaning.REJECTED}]
OUTCOMES = ("step", "block", "warn")
LONGEST_DUE_DAYS = 90
LARGEST_QUORUM = 20
STEP_KEYS = frozenset(
    {"role", "title", "sequence", "quorum", "meaning", "level", "due_days", "why"}
)


class PolicyError(ValueError):
    """The rules are not well formed; the text says which and why."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    role: str
    title: str
    sequence: int
    quorum: int
    meaning: str
    level: int
    due_days: int
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy asks of one redesign. No steps and no blocks means: it covers nothing."""

    steps: tuple[PlannedStep, ...]
    blocks: tuple[str, ...]
    warnings: tuple[str, ...]


def plan_for(rules: Sequence[Mapping[str, Any]], attributes: Mapping[str, Any]) -> Plan:
    """The steps in the order they are asked for: by sequence, then by the rules' own order."""
    holding = [rule for rule in rules if _holds(rule["when"], attributes)]
    steps: dict[str, PlannedStep] = {}
    for rule in holding:
        if "step" in rule:
            step = _planned(rule["step"])
            known = steps.get(step.role)
            steps[step.role] = _stricter(known, step) if known else step
    return Plan(
        steps=tuple(sorted(steps.values(), key=lambda step: step.sequence)),
        blocks=tuple(rule["block"] for rule in holding if "block" in rule),
        warnings=tuple(rule["warn"] for rule in holding if "warn" in rule),
    )


def kept_strict(plan: Plan, earlier: Iterable[Plan]) -> Plan:
    """``plan`` with every step that ``earlier`` ones ask for; of two for a role the stricter."""
    steps = {step.role: step for step in plan.steps}
    for step in (step for one in earlier for step in one.steps):
        known = steps.get(step.role)
        steps[step.role] = _stricter(known, step) if known else step
    return replace(plan, steps=tuple(sorted(steps.values(), key=lambda step: step.sequence)))


def rules_sha256(rules: Sequence[Mapping[str, Any]]) -> str:
    text = json.dumps(rules, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def check_rules(rules: object) -> None:
    """Raises PolicyError naming the first rule that is not well formed."""
    if not isinstance(rules, list) or not rules:
        raise PolicyError("a policy is a list of at least one rule")
    for number, rule in enumerate(rules, start=1):
        problem = _problem(rule)
        if problem:
            raise PolicyError(f"rule {number}: {problem}")


def _holds(when: Mapping[str, Any], attributes: Mapping[str, Any]) -> bool:
    return all(
        attributes.get(name) in (wanted if isinstance(wanted, list) else [wanted])
        for name, wanted in when.items()
    )


def _planned(step: Mapping[str, Any]) -> PlannedStep:
    return PlannedStep(
        role=step["role"],
        title=step["title"],
        sequence=step.get("sequence", 1),
        quorum=step.get("quorum", 1),
        meaning=step["meaning"],
        level=step.get("level", SignatureLevel.REAUTHENTICATED.value),
        due_days=step.get("due_days", 7),
        why=step.get("why", ""),
    )


def _stricter(one: PlannedStep, other: PlannedStep) -> PlannedStep:
    reasons: Iterable[str] = dict.fromkeys(why for why in (one.why, other.why) if why)
    return replace(
        one,
        sequence=min(one.sequence, other.sequence),
        quorum=max(one.quorum, other.quorum),
        level=max(one.level, other.level),
        due_days=min(one.due_days, other.due_days),
        why="; ".join(reasons)[:200],
    )


def _problem(rule: object) -> str | None:
    if not isinstance(rule, dict) or not isinstance(rule.get("when"), dict):
        return "needs a 'when'"
    if set(rule) - {"when", *OUTCOMES}:
        return f"unknown key {min(set(rule) - {'when', *OUTCOMES})!r}"
    outcomes = [name for name in OUTCOMES if name in rule]
    if len(outcomes) != 1:
        return "needs exactly one of 'step', 'block' and 'warn'"
    problem = _when_problem(rule["when"])
    if problem:
        return problem
    if outcomes == ["step"]:
        return _step_problem(rule["step"])
    words = rule[outcomes[0]]
    return None if isinstance(words, str) and words.strip() else f"{outcomes[0]!r} needs a text"


def _when_problem(when: Mapping[str, Any]) -> str | None:
    for name, wanted in when.items():
        if name not in ATTRIBUTES:
            return f"unknown attribute {name!r}"
        for value in wanted if isinstance(wanted, list) else [wanted]:
            # 1 == True in Python, not in a policy.
            known = isinstance(value, bool | str | None) and value in ATTRIBUTES[name]
            if not known:
                return f"{name!r} is never {value!r}"
        if wanted == []:
            return f"{name!r} lists no value"
    return None


def _step_problem(step: object) -> str | None:  # noqa: PLR0911 one line a rule
    if not isinstance(step, dict):
        return "'step' is an object"
    if set(step) - STEP_KEYS:
        return f"unknown key {min(set(step) - STEP_KEYS)!r} in 'step'"
    if step.get("role") not in list(ROLES):
        return f"unknown role {step.get('role')!r}"
    title = step.get("title")
    if not isinstance(title, str) or not 0 < len(title.strip()) <= 100:  # noqa: PLR2004
        return "'title' has 1 to 100 characters"
    if step.get("meaning") not in FOR_APPROVAL:
        return f"unknown meaning {step.get('meaning')!r}"
    why = step.get("why", "")
    if not isinstance(why, str) or len(why) > 200:  # noqa: PLR2004
        return "'why' has at most 200 characters"
    return _number_problem(step)


def _number_problem(step: Mapping[str, Any]) -> str | None:
    limits = {
        "sequence": (1, 99),
        "quorum": (1, LARGEST_QUORUM),
        "level": (SignatureLevel.REAUTHENTICATED.value, SignatureLevel.TWO_COMPONENTS.value),
        "due_days": (1, LONGEST_DUE_DAYS),
    }
    for name, (low, high) in limits.items():
        value = step.get(name, low)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            return f"{name!r} is a whole number from {low} to {high}"
    return None


DEFAULT_RULES: list[dict[str, Any]] = [
    {
        "when": {"ai_act_risk": "prohibited"},
        "block": "The AI Act (Article 5) prohibits this practice.",
    },
    {
        "when": {"gxp_impact": "direct", "generative": True},
        "warn": "Generative AI with direct GxP impact: the draft Annex 22 keeps generative models "
        "out of critical uses.",
    },
    {
        "when": {"gxp": True},
        "step": {
            "role": "quality",
            "title": gettext_noop("Quality"),
            "sequence": 1,
            "meaning": "quality_approved",
            "level": 2,
            "due_days": 7,
            "why": "The workflow is GxP relevant.",
        },
    },
    {
        "when": {"gxp_impact": ["indirect", "direct"]},
        "step": {
            "role": "quality",
            "title": gettext_noop("Quality"),
            "sequence": 1,
            "meaning": "quality_approved",
            "level": 2,
            "due_days": 7,
            "why": "The redesign has GxP impact.",
        },
    },
    {
        "when": {"personal_data": ["ordinary", "special"]},
        "step": {
            "role": "privacy",
            "title": gettext_noop("Data protection"),
            "sequence": 1,
            "meaning": "privacy_approved",
            "due_days": 7,
            "why": "The AI tool sees personal data.",
        },
    },
    {
        "when": {"tool_approved": False},
        "step": {
            "role": "it",
            "title": gettext_noop("Site IT"),
            "sequence": 1,
            "meaning": "reviewed",
            "due_days": 7,
            "why": "The AI tool is not approved for use yet.",
        },
    },
    {
        "when": {"personal_data": "special"},
        "step": {
            "role": "works_council",
            "title": gettext_noop("Works council"),
            "sequence": 1,
            "meaning": "reviewed",
            "due_days": 14,
            "why": "Special categories of personal data are used.",
        },
    },
    {
        "when": {"automation": "none"},
        "step": {
            "role": "works_council",
            "title": gettext_noop("Works council"),
            "sequence": 1,
            "meaning": "reviewed",
            "due_days": 14,
            "why": "No person is in the loop.",
        },
    },
    {
        "when": {"ai_act_risk": "high"},
        "step": {
            "role": "regulatory",
            "title": gettext_noop("Regulatory affairs"),
            "sequence": 1,
            "meaning": "reviewed",
            "due_days": 14,
            "why": "High risk under the AI Act.",
        },
    },
    {
        "when": {},
        "step": {
            "role": LINE_MANAGER,
            "title": gettext_noop("Line manager"),
            "sequence": 2,
            "meaning": "approved",
            "due_days": 7,
            "why": "Answers for the people who do this work.",
        },
    },
]
