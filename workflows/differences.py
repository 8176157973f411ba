"""What differs between two revisions or two workflows, in words. Pure: contents in, lines out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.charts import words
from workflows.choices import (
    ActivityKind,
    AiActRisk,
    Automation,
    Change,
    DataClass,
    GuardKind,
    GxpImpact,
    PersonalData,
    Worse,
)

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """``before`` or ``after`` is empty where there was or is nothing."""

    what: str
    before: str
    after: str


def differences(before: Content, after: Content) -> list[Difference]:
    """Fields first, then guardrails, then steps in their new order."""
    found = [
        Difference(str(label), told_before, told_after)
        for path, label, told in FIELDS
        if (told_before := told(_at(before, path))) != (told_after := told(_at(after, path)))
    ]
    found += _of_rows(_guardrails(before), _guardrails(after), _guardrail_words)
    found += _of_rows(_steps(before), _steps(after), _step_words)
    if _order(before, after) != _order(after, before):
        found.append(Difference(_("Order of the steps"), "", _("changed")))
    return found


def workflow_differences(before: Content, after: Content) -> list[Difference]:
    """The same for a workflow and its steps of today, as ``operations.workflows.both_told``."""
    found = [
        Difference(str(label), told_before, told_after)
        for name, label, told in WORKFLOW_FIELDS
        if (told_before := told(before[name])) != (told_after := told(after[name]))
    ]
    found += _of_rows(_steps(before), _steps(after), _activity_words)
    if _order(before, after) != _order(after, before):
        found.append(Difference(_("Order of the steps"), "", _("changed")))
    return found


def _at(content: Content, path: str) -> Any:
    value: Any = content
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _choice(kinds: Any) -> Any:
    labels = dict(kinds.choices)
    return lambda value: str(labels.get(value, _text(value)))


def _choices(kinds: Any) -> Any:
    labels = dict(kinds.choices)
    return lambda value: ", ".join(str(labels.get(one, one)) for one in value or [])


def _yes(value: Any) -> str:
    return "" if value is None else _("yes") if value else _("no")


def _name(value: Any) -> str:
    """The name beside an id; an id alone stays as it is."""
    return str(value.get("name", "")) if isinstance(value, Mapping) else _text(value)


def _tool(value: Any) -> str:
    return f"{value['name']} {value['version']}" if isinstance(value, Mapping) else ""


def _ratio(value: Any) -> str:
    return words.ratio_words(float(value)) if value is not None else ""


def _share(value: Any) -> str:
    return words.percent(100 * float(value)) if value is not None else ""


def _percent(value: Any) -> str:
    return words.percent(value) if value is not None else ""


FIELDS: tuple[tuple[str, str | Promise, Any], ...] = (
    ("workflow.base_version", gettext_lazy("Built on version"), _text),
    ("summary", gettext_lazy("What changes, in one sentence"), _text),
    ("tool", gettext_lazy("AI tool and version"), _tool),
    ("data_classes", gettext_lazy("Data the tool will see"), _choices(DataClass)),
    ("risk.ai_act", gettext_lazy("Risk under the AI Act"), _choice(AiActRisk)),
    ("risk.gxp", gettext_lazy("GxP impact"), _choice(GxpImpact)),
    ("risk.personal_data", gettext_lazy("Personal data"), _choice(PersonalData)),
    ("risk.automation", gettext_lazy("Who decides"), _choice(Automation)),
    ("oversight.overseer", gettext_lazy("Who watches over it"), _name),
    ("oversight.what", gettext_lazy("What is reviewed"), _text),
    ("oversight.sample_percent", gettext_lazy("Share of cases reviewed"), _percent),
    ("oversight.stop", gettext_lazy("When we stop"), _text),
    ("oversight.fallback", gettext_lazy("If the AI is down"), _text),
    ("hypothesis.target_ratio", gettext_lazy("Promise"), _ratio),
    ("hypothesis.margin", gettext_lazy("Too small to matter"), _share),
    ("hypothesis.planned_go_live_date", gettext_lazy("Planned go-live"), _text),
    ("hypothesis.before_days", gettext_lazy("Days before go-live that count"), _text),
    ("hypothesis.washout_days", gettext_lazy("Days after go-live left out"), _text),
    ("hypothesis.after_days", gettext_lazy("Days after that count"), _text),
    ("hypothesis.comparison", gettext_lazy("Comparison workflow"), _name),
    ("hypothesis.calendar", gettext_lazy("Time is counted by"), _name),
    ("hypothesis.placebo", gettext_lazy("Look for jumps between earlier quarters"), _yes),
    ("hypothesis.drift_key", gettext_lazy("Look for a trend before go-live"), _yes),
    ("hypothesis.standardise", gettext_lazy("Allow for a different mix of cases"), _yes),
    ("hypothesis.season", gettext_lazy("This work has a yearly season"), _yes),
)


WORKFLOW_FIELDS: tuple[tuple[str, str | Promise, Any], ...] = (
    ("name", gettext_lazy("Name"), _text),
    ("purpose", gettext_lazy("What it is for"), _text),
    ("owner", gettext_lazy("Owner"), _name),
    ("unit", gettext_lazy("Unit that does it"), _name),
    ("function", gettext_lazy("Function"), _text),
    ("yearly_volume", gettext_lazy("Cases a year"), words.number),
    ("gxp", gettext_lazy("GxP relevant"), _yes),
    ("picked_because_slow", gettext_lazy("Picked because it was slow"), _yes),
    ("candidate_tools", gettext_lazy("AI tools that might help"), ", ".join),
)


def _guardrails(content: Content) -> dict[str, Content]:
    return {row["name"]: row for row in _at(content, "hypothesis.guardrails") or []}


def _steps(content: Content) -> dict[str, Content]:
    return {row["key"]: row for row in content.get("activities", [])}


def _order(content: Content, other: Content) -> list[str]:
    """Keys both have, in the order of ``content``: what came or went is told elsewhere."""
    both = _steps(other)
    return [key for key in _steps(content) if key in both]


def _of_rows(before: Mapping[str, Content], after: Mapping[str, Content], told: Any) -> Any:
    """One line for each row that came, went or says something else."""
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        what, was = told(before.get(key))
        what_now, now = told(after.get(key))
        if was != now:
            found.append(Difference(what_now or what, was, now))
    return found


def _guardrail_words(row: Content | None) -> tuple[str, str]:
    if row is None:
        return "", ""
    kind = GuardKind(row["kind"])
    parts = [row["field"], str(kind.label), row["margin"], str(Worse(row["worse"]).label)]
    return _("Guardrail %(name)s") % {"name": row["name"]}, ", ".join(parts)


def _step_words(row: Content | None) -> tuple[str, str]:
    if row is None:
        return "", ""
    parts = [
        str(Change(row["change"]).label),
        *_step_facts(row),
        row["detail"],
        _("made of other steps") if row["origin_keys"] else "",
    ]
    return _("Step %(title)s") % {"title": row["title"]}, ", ".join(filter(None, parts))


def _activity_words(row: Content | None) -> tuple[str, str]:
    if row is None:
        return "", ""
    kind = "" if row["kind"] == ActivityKind.TASK else str(ActivityKind(row["kind"]).label)
    parts = [kind, *_step_facts(row)]
    return _("Step %(title)s") % {"title": row["title"]}, ", ".join(filter(None, parts))


def _step_facts(row: Content) -> list[str]:
    """What as-is and to-be steps share; empty where nothing is stated."""
    lengths = [
        told % {"length": words.minutes(float(row[name]))} if row[name] is not None else ""
        for name, told in (
            ("touch_minutes", _("%(length)s of work")),
            ("wait_minutes", _("%(length)s of waiting")),
        )
    ]
    share = row["share_of_cases"]
    cases = "" if share == "1" else _("%(share)s of cases") % {"share": _share(share)}
    return [row["title"], row["role"], row["system"], *lengths, cases]
