"""From what queries give to what the pages of redesigns print."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import words
from workflows.choices import DataClass, GuardKind, RedesignState, Worse
from workflows.completeness import Check
from workflows.models import Guardrail, Hypothesis, Revision
from workflows.queries.redesign_pages import RedesignPage

HUNDRED = 100


def check_items(found: tuple[Check, ...]) -> list[dict[str, Any]]:
    """What stops a submit first, then what to look at, then what is done."""
    rank = {True: 2, False: 1}
    return [
        {
            "title": check.title,
            "note": "" if check.passed else check.note,
            "field": "" if check.passed else check.field,
            "tone": "good" if check.passed else "bad" if check.blocking else "warn",
            "icon": "check" if check.passed else "cross" if check.blocking else "warn",
            "word": "" if check.passed else _("missing") if check.blocking else _("optional"),
        }
        for check in sorted(found, key=lambda one: 0 if one.stops else rank[one.passed])
    ]


def expectation(page: RedesignPage) -> dict[str, Any] | None:
    """The promise in words; None until it is written down."""
    promise = page.hypothesis
    if promise is None:
        return None
    planned = promise.planned_go_live_date
    facts = [
        (_("Planned go-live"), words.day(planned) if planned else _("No date yet")),
        (_("Read on"), _earliest(page)),
        (_("Compared with"), compared_with(promise)),
        *reading_facts(promise),
    ]
    return {
        "sentence": promise_sentence(promise),
        "guardrails": [guardrail_sentence(row) for row in promise.guardrails.all()],
        "facts": facts,
    }


def compared_with(promise: Hypothesis) -> str:
    return promise.comparison.name if promise.comparison else _("its own time before")


def reading_facts(promise: Hypothesis) -> list[tuple[str, str]]:
    """How the reading will be taken: all a signer agrees to beside the promise itself."""
    after = promise.after_days
    days = [
        _("%(days)s before go-live") % {"days": words.number(promise.before_days)},
        _("%(days)s left out") % {"days": words.number(promise.washout_days)},
        _("%(days)s after") % {"days": words.number(after)} if after else _("then without an end"),
    ]
    facts = [
        (
            _("Time is counted by"),
            promise.calendar.name if promise.calendar else _("the clock on the wall"),
        ),
        (_("Days that count"), ", ".join(days)),
        (_("Too small to matter"), _("below %(share)s") % {"share": _share(promise.margin)}),
        (
            _("Different mix of cases"),
            _("allowed for") if promise.standardise else _("not allowed for"),
        ),
        (_("Change that was there before"), guards_told(promise)),
    ]
    if promise.season:
        facts.append((_("Yearly season"), _("yes")))
    return facts


def guards_told(promise: Hypothesis) -> str:
    """Which guards on the baseline are on, and what one that is off costs."""
    if promise.comparison is not None:
        return _("guarded against by the comparison workflow")
    if promise.placebo and promise.drift_key:
        return _("guarded against: earlier quarters and trend")
    if promise.placebo:
        return _("only earlier quarters are looked at, no trend; grade C at most")
    if promise.drift_key:
        return _("only a trend is looked for, not earlier quarters; grade C at most")
    return _("not guarded against; grade C at most")


def _share(share: Decimal) -> str:
    return words.percent(share * HUNDRED, 0 if share * HUNDRED % 1 == 0 else 1)


def _earliest(page: RedesignPage) -> str:
    go_live = getattr(page.redesign, "go_live", None)
    if go_live is not None:
        ended, state = page.redesign.stopped_at, page.redesign.state
        if ended and ended < go_live.reading_at and state != RedesignState.SUSPENDED:
            return _("Ended before its reading")
        return words.day(go_live.reading_at)
    if page.reading_date is None:
        return _("Known with the date of go-live")
    return _("%(day)s at the earliest") % {"day": words.day(page.reading_date)}


def promise_sentence(promise: Hypothesis) -> str:
    shorter = _share(1 - promise.target_ratio)
    if promise.after_days is None:
        return _(
            "A typical case takes at least %(shorter)s less time, once the first %(washout)s days "
            "after go-live are over."
        ) % {"shorter": shorter, "washout": promise.washout_days}
    return _(
        "A typical case takes at least %(shorter)s less time in the %(after)s days that follow "
        "the first %(washout)s days after go-live."
    ) % {"shorter": shorter, "after": promise.after_days, "washout": promise.washout_days}


def guardrail_sentence(row: Guardrail) -> str:
    margin = (
        ngettext("%(points)s point", "%(points)s points", 1 if row.margin * HUNDRED == 1 else 2)
        % {"points": _short(row.margin * HUNDRED)}
        if row.kind == GuardKind.SHARE
        else _short(row.margin)
    )
    told = (
        _("%(name)s rises by no more than %(margin)s.")
        if row.worse == Worse.HIGHER
        else _("%(name)s falls by no more than %(margin)s.")
    )
    return told % {"name": row.name, "margin": margin}


def _short(value: Any) -> str:
    """No more decimals than were typed."""
    exact = value.normalize()
    return words.number(value, max(0, -exact.as_tuple().exponent))


def risk_facts(revision: Revision) -> list[tuple[str, str]]:
    tool = revision.tool
    named = _("No AI tool")
    if tool is not None:
        named = str(tool) if tool.approved else _("%(tool)s (not approved yet)") % {"tool": tool}
    labels = dict(DataClass.choices)
    classes = ", ".join(str(labels.get(one, one)) for one in revision.data_classes)
    return [
        (_("AI tool"), named),
        (_("Data it sees"), classes or _("none named")),
        (_("Risk under the AI Act"), revision.get_ai_act_risk_display()),
        (_("GxP impact"), revision.get_gxp_impact_display()),
        (_("Personal data"), revision.get_personal_data_display()),
        (_("Who decides"), revision.get_automation_display()),
    ]


def oversight_facts(revision: Revision) -> list[tuple[str, str]]:
    """Only what is filled in; an empty list says that nothing is."""
    sample = revision.oversight_sample_percent
    facts = [
        (_("Who watches over it"), revision.overseer.full_name if revision.overseer else ""),
        (_("What is reviewed"), revision.oversight_what),
        (_("Share of cases reviewed"), words.percent(sample) if sample is not None else ""),
        (_("When we stop"), revision.oversight_stop),
        (_("If the AI is down"), revision.oversight_fallback),
    ]
    return [(label, text) for label, text in facts if text.strip()]
