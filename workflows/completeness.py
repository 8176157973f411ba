"""What a redesign still needs before it may be submitted. Pure over a loaded revision.

The oversight a risk class asks for and the rules on risky uses are tables: a changed regulation is
a changed row, and one test walks each table (R24, R25 of the requirement list).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflows.choices import (
    AI_CHANGES,
    AiActRisk,
    Automation,
    DataClass,
    GxpImpact,
    PersonalData,
    RedesignState,
)
from workflows.comparison import Comparison
from workflows.models import Hypothesis, Revision

Text = str | Promise
BEFORE_GO_LIVE = (
    RedesignState.DRAFT,
    RedesignState.CHANGES_REQUESTED,
    RedesignState.IN_REVIEW,
    RedesignState.APPROVED,
)


@dataclass(frozen=True, slots=True)
class Check:
    """``field`` is the id of the editor's part that answers it; blocking ones stop a submit."""

    code: str
    title: Text
    note: Text
    field: str
    passed: bool
    blocking: bool = True

    @property
    def stops(self) -> bool:
        return self.blocking and not self.passed


class Tier(IntEnum):
    """How much oversight the risk class asks for; the highest of the four classes wins."""

    NO_AI = 0
    BASIC = 1
    RAISED = 2
    STRICT = 3


TIERS: dict[str, dict[str, Tier]] = {
    "ai_act_risk": {
        AiActRisk.MINIMAL: Tier.BASIC,
        AiActRisk.TRANSPARENCY: Tier.RAISED,
        AiActRisk.HIGH: Tier.STRICT,
        AiActRisk.PROHIBITED: Tier.STRICT,
    },
    "gxp_impact": {
        GxpImpact.NONE: Tier.BASIC,
        GxpImpact.INDIRECT: Tier.RAISED,
        GxpImpact.DIRECT: Tier.STRICT,
    },
    "personal_data": {
        PersonalData.NONE: Tier.BASIC,
        PersonalData.ORDINARY: Tier.RAISED,
        PersonalData.SPECIAL: Tier.STRICT,
    },
    "automation": {
        Automation.ASSIST: Tier.BASIC,
        Automation.APPROVES_EACH: Tier.BASIC,
        Automation.SAMPLES: Tier.RAISED,
        Automation.NONE: Tier.STRICT,
    },
}

# Art. 26(2) AI Act and Annex 22, section 3: who, what, when to stop, what then; and how much is
# looked at, unless a person sees each case anyway.
_ALL = frozenset(
    {
        "overseer",
        "oversight_what",
        "oversight_sample_percent",
        "oversight_stop",
        "oversight_fallback",
    }
)
OVERSIGHT: dict[Tier, frozenset[str]] = {
    Tier.NO_AI: frozenset(),
    Tier.BASIC: _ALL,
    Tier.RAISED: _ALL,
    Tier.STRICT: _ALL,
}
# A person sees every case below RAISED, so looking at none again is a fair answer there.
MINIMUM_SAMPLE: dict[Tier, int] = {
    Tier.NO_AI: 0,
    Tier.BASIC: 0,
    Tier.RAISED: 1,
    Tier.STRICT: 1,
}
WORDS: dict[str, Text] = {
    "overseer": _("Name who watches over it"),
    "oversight_what": _("Say what is reviewed"),
    "oversight_sample_percent": _("Say what share of cases is reviewed"),
    "oversight_stop": _("Say when you stop"),
    "oversight_fallback": _("Say what happens if the AI is down"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A combination that is refused (``blocks``) or looked at, and where that is written."""

    code: str
    blocks: bool
    field: str
    title: Text
    source: Text
    applies: Callable[[Revision], bool]


def _generative(revision: Revision) -> bool:
    return revision.tool is not None and revision.tool.is_generative


RULES: tuple[Rule, ...] = (
    Rule(
        "prohibited",
        blocks=True,
        field="id_ai_act_risk",
        title=_("A prohibited use of AI cannot be proposed"),
        source=_("AI Act, Article 5"),
        applies=lambda r: r.ai_act_risk == AiActRisk.PROHIBITED,
    ),
    Rule(
        "generative_in_critical_gxp",
        blocks=True,
        field="id_automation",
        title=_("Generative AI in a direct GxP step: a person must approve each case"),
        source=_("EU GMP Annex 22, draft"),
        applies=lambda r: (
            r.gxp_impact == GxpImpact.DIRECT
            and _generative(r)
            and r.automation != Automation.APPROVES_EACH
        ),
    ),
    Rule(
        "generative_in_critical_gxp_approved_by_people",
        blocks=False,
        field="id_gxp_impact",
        title=_("Generative AI in a direct GxP step: quality will look closely"),
        source=_("EU GMP Annex 22, draft: not foreseen for critical uses"),
        applies=lambda r: (
            r.gxp_impact == GxpImpact.DIRECT
            and _generative(r)
            and r.automation == Automation.APPROVES_EACH
        ),
    ),
    Rule(
        "high_risk_without_people",
        blocks=True,
        field="id_automation",
        title=_("A high-risk use needs a person in the loop"),
        source=_("AI Act, Articles 14 and 26"),
        applies=lambda r: r.ai_act_risk == AiActRisk.HIGH and r.automation == Automation.NONE,
    ),
    Rule(
        "generative_in_indirect_gxp_without_people",
        blocks=False,
        field="id_automation",
        title=_("Generative AI near GxP work with no person in the loop"),
        source=_("EU GMP Annex 22, draft: qualified people judge the output"),
        applies=lambda r: (
            r.gxp_impact == GxpImpact.INDIRECT
            and _generative(r)
            and r.automation == Automation.NONE
        ),
    ),
)


def tier_of(revision: Revision, *, uses_ai: bool) -> Tier:
    if not uses_ai:
        return Tier.NO_AI
    return max(table[getattr(revision, field)] for field, table in TIERS.items())


def missing_oversight(revision: Revision, *, uses_ai: bool) -> list[str]:
    """Names of the fields the risk class asks for and nobody has filled."""
    tier = tier_of(revision, uses_ai=uses_ai)
    return [
        field
        for field in WORDS
        if field in OVERSIGHT[tier] and not _filled(revision, field, MINIMUM_SAMPLE[tier])
    ]


def _filled(revision: Revision, field: str, minimum_sample: int) -> bool:
    if field != "oversight_sample_percent":
        value = getattr(revision, field)
        return bool(value.strip() if isinstance(value, str) else value)
    sample = revision.oversight_sample_percent
    each = revision.automation == Automation.APPROVES_EACH
    return sample is not None and (each or sample >= minimum_sample)


def checks(
    revision: Revision, comparison: Comparison, *, today: date | None = None
) -> tuple[Check, ...]:
    """All of them, passed ones too, as the editor goes. Reads tool, overseer, hypothesis.

    Without ``today`` no day is said to have passed; none of that stops a submit.
    """
    ai_steps = any(comparison.counts.get(change) for change in AI_CHANGES)
    hypothesis = getattr(revision, "hypothesis", None)
    return (
        *_of_base(revision),
        *_of_steps(revision, comparison),
        *_of_tool(revision, ai_steps=ai_steps),
        *_of_oversight(revision, uses_ai=ai_steps or revision.tool is not None),
        *_of_rules(revision),
        *_of_hypothesis(hypothesis, today),
    )


def stopping(found: Iterable[Check]) -> list[Check]:
    """Those that stop a submit."""
    return [check for check in found if check.stops]


def _of_base(revision: Revision) -> Iterable[Check]:
    redesign = revision.redesign
    yield Check(
        "base_is_current",
        _("Built on how work is done today"),
        _("The workflow has changed since. Bring this redesign up to date first."),
        "steps",
        passed=redesign.base_version_id == redesign.workflow.current_version_id,
    )


def _of_steps(revision: Revision, comparison: Comparison) -> Iterable[Check]:
    yield Check(
        "summary",
        _("What changes, in one sentence"),
        _("Signers read it first."),
        "id_summary",
        passed=bool(revision.summary.strip()),
    )
    yield Check(
        "something_changes",
        _("At least one step changes"),
        _("Every step is kept as it is. Change, add or remove one."),
        "steps",
        passed=comparison.changes_anything,
    )
    yield Check(
        "work_remains",
        _("At least one step remains"),
        _("All steps are removed. To end the work, retire the workflow instead."),
        "steps",
        passed=comparison.after.steps > 0,
    )
    yield Check(
        "times_stated",
        _("Every step says how long it takes"),
        _("Some steps have no minutes; the expected time leaves them out."),
        "steps",
        passed=not (comparison.before.untimed or comparison.after.untimed),
        blocking=False,
    )


def _of_tool(revision: Revision, *, ai_steps: bool) -> Iterable[Check]:
    tool = revision.tool
    if ai_steps or tool:
        yield Check(
            "tool_named",
            _("AI tool and version named"),
            _("A step is AI-assisted or automated: say with which tool."),
            "id_tool",
            passed=tool is not None,
        )
    if tool is None:
        return
    yield Check(
        "tool_in_use",
        _("The tool is still offered"),
        _("This version was retired. Choose another."),
        "id_tool",
        passed=tool.retired_at is None,
    )
    yield Check(
        "tool_approved",
        _("The tool is approved for use"),
        _("Not approved yet: IT must approve it before go-live."),
        "id_tool",
        passed=tool.approved,
        blocking=False,
    )
    yield Check(
        "data_classes",
        _("Data the tool will see"),
        _("Tick every class of data the tool will see."),
        "id_data_classes",
        passed=bool(revision.data_classes),
    )
    classes = set(revision.data_classes)
    if DataClass.HEALTH in classes or DataClass.PERSONAL in classes:
        special = DataClass.HEALTH in classes
        kinds = {PersonalData.SPECIAL} | (set() if special else {PersonalData.ORDINARY})
        yield Check(
            "personal_data_agrees",
            _("Personal data agrees with the data ticked"),
            _("Health data is a special category of personal data.")
            if special
            else _("Personal data is ticked: say which kind."),
            "id_personal_data",
            passed=revision.personal_data in kinds,
        )


def _of_oversight(revision: Revision, *, uses_ai: bool) -> Iterable[Check]:
    if not uses_ai:
        return
    missing = missing_oversight(revision, uses_ai=uses_ai)
    yield Check(
        "oversight",
        _("Human oversight is described"),
        "; ".join(str(WORDS[field]) for field in missing),
        f"id_{missing[0]}" if missing else "id_overseer",
        passed=not missing,
    )
    if revision.overseer is not None:
        yield Check(
            "overseer_active",
            _("Who watches over it still works here"),
            _("Name somebody else."),
            "id_overseer",
            passed=revision.overseer.is_active,
        )


def _of_rules(revision: Revision) -> Iterable[Check]:
    for rule in RULES:
        if rule.applies(revision):
            yield Check(
                rule.code, rule.title, rule.source, rule.field, passed=False, blocking=rule.blocks
            )


def _of_hypothesis(hypothesis: Hypothesis | None, today: date | None) -> Iterable[Check]:
    yield Check(
        "hypothesis",
        _("What is promised is written down"),
        _("Say how much shorter cases will be, then save."),
        "id_promise",
        passed=hypothesis is not None,
    )
    if hypothesis is None:
        return
    yield Check(
        "go_live_planned",
        _("A date for go-live"),
        _("Without a date nobody knows when it will be read."),
        "id_planned_go_live_date",
        passed=hypothesis.planned_go_live_date is not None,
        blocking=False,
    )
    planned, state = hypothesis.planned_go_live_date, hypothesis.revision.redesign.state
    if planned and today and planned < today and state in BEFORE_GO_LIVE:
        yield Check(
            "go_live_ahead",
            _("The planned go-live has passed"),
            _("Plan a day ahead: readings of a past go-live are post-hoc, grade C at most."),
            "id_planned_go_live_date",
            passed=False,
            blocking=False,
        )
    if hypothesis.comparison_id is None and not (hypothesis.placebo and hypothesis.drift_key):
        yield Check(
            "guards_on",
            _("Change that was there before is guarded against"),
            _("A guard of the reading is switched off: its grade is C at most."),
            "guards",
            passed=False,
            blocking=False,
        )
    yield Check(
        "guardrails",
        _("Something is watched that must not get worse"),
        _("Faster counts only if nothing else gets worse: name at least one guardrail."),
        "guardrails",
        passed=bool(hypothesis.guardrails.all()),
        blocking=False,
    )
