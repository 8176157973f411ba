"""Made-up content for the style guide: one of everything, so that tests can look at it."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.charts import (
    BarRow,
    Bars,
    ControlChart,
    Effect,
    ForestPlot,
    Funnel,
    FunnelRow,
    HeatCell,
    HeatMap,
    IntervalPlot,
    Limits,
    Lorenz,
    QuantilePlot,
    Sparkline,
    Trend,
    TrendPoint,
    Week,
)

DAY = 86_400.0
BEFORE = (8.5, 9.7, 10.2, 9.0, 8.4, 9.4, 9.8, 10.2, 8.5, 8.4, 9.9, 9.7, 10.5, 10.1)
AFTER = (5.7, 5.6, 7.2, 5.6, 5.4, 5.2, 5.8, 5.9, 5.6, 5.8, 5.9, 6.2, 6.4, 5.9, 4.8)


class SampleForm(forms.Form):
    name = forms.CharField(
        label="What do you call this work?", help_text="The words your team uses."
    )
    minutes = forms.IntegerField(label="Minutes of work per case", min_value=1)
    tool = forms.ChoiceField(label="AI tool", choices=[("", "Choose"), ("a", "Document assistant")])
    pain = forms.CharField(label="What hurts today?", widget=forms.Textarea(attrs={"rows": 3}))
    decides = forms.BooleanField(label="A person decides at the end", required=False)


class SampleFilter(forms.Form):
    site = forms.ChoiceField(required=False, choices=[("", "All"), ("lyon", "Lyon")])
    stage = forms.ChoiceField(required=False, choices=[("", "All"), ("live", "Live")])


class SampleDecision(forms.Form):
    verdict = forms.ChoiceField(
        label="Your decision",
        choices=[("approve", "Approve"), ("change", "Ask for changes"), ("decline", "Decline")],
    )


def weekly() -> ControlChart:
    first = date(2026, 4, 27)
    lengths = (*BEFORE, *AFTER)
    weeks = tuple(
        Week(first + timedelta(weeks=i), length * DAY, 30 + i, ripe=i < len(lengths) - 2)
        for i, length in enumerate(lengths)
    )
    return ControlChart(
        weeks,
        go_live=first + timedelta(weeks=len(BEFORE)),
        washout_until=first + timedelta(weeks=len(BEFORE) + 2),
        reading_date=first + timedelta(weeks=len(lengths) - 1),
        limits=Limits(9.5 * DAY, 7.4 * DAY, 11.5 * DAY),
    )


def effects() -> tuple[Effect, ...]:
    rows = (
        ("Batch record review", 0.62, 0.55, 0.70, "improved", 0.75, "B"),
        ("Invoice exceptions", 0.64, 0.58, 0.71, "improved", 0.80, "A"),
        ("Contract first review", 0.78, 0.65, 0.93, "faster_but_worse", 0.80, "B"),
        ("Stability report drafting", 0.82, 0.70, 0.96, "refused", 0.80, "C"),
        ("Protocol feasibility", 0.86, 0.69, 1.07, "insufficient_evidence", 0.80, "B"),
        ("Certificate check", 0.93, 0.81, 1.06, "no_measurable_change", 0.80, "A"),
        ("Label translation check", 1.12, 1.03, 1.22, "worse", 0.80, "B"),
    )
    return tuple(Effect(*row) for row in rows)


def charts() -> dict[str, Any]:
    cells = ((42, 31, 18), (51, None, 22), (14, 9, 5))
    return {
        "weekly": weekly(),
        "forest": ForestPlot(
            effects(), pooled=Effect("All measured (pooled)", 0.79, 0.74, 0.84, "improved")
        ),
        "interval": IntervalPlot(effects()[0]),
        "quantiles": QuantilePlot(
            tuple((p, (3 + p * p / 600) * DAY) for p in (5.0, 25.0, 50.0, 75.0, 85.0, 95.0)),
            tuple((p, (2 + p * p / 900) * DAY) for p in (5.0, 25.0, 50.0, 75.0, 85.0, 95.0)),
        ),
        "work": Bars(
            (
                BarRow("Before", (0.37 * DAY, 9.0 * DAY), ("before", "before-weak")),
                BarRow("After", (0.18 * DAY, 5.6 * DAY), ("after", "after-weak")),
            ),
            ("work", "waiting"),
            durations=True,
            title="Work and waiting",
        ),
        "funnel": Funnel(
            (
                FunnelRow("Logged", 212),
                FunnelRow("Redesigned", 148, "70% of logged"),
                FunnelRow("Signed off", 117, "79% of redesigned"),
                FunnelRow("Live", 96, "82% of signed"),
                FunnelRow("Measured", 71, "74% of live"),
                FunnelRow("Changed", 41, "58% of measured"),
                FunnelRow("Sustained 90 d", 23, "of 30 due"),
            )
        ),
        "trend": Trend(
            tuple(
                TrendPoint(f"Q{i}", v, v - 0.2, v + 0.2)
                for i, v in enumerate((3.1, 3.2, 3.5, 3.6), 1)
            ),
            title="Trust",
        ),
        "heat": HeatMap(
            ("Lyon", "Porto", "Bergen"),
            tuple(
                (name, tuple(HeatCell(v, hidden=v is None) for v in row))
                for name, row in zip(("Manufacturing", "Quality", "Research"), cells, strict=True)
            ),
            title="Where work has changed",
        ),
        "lorenz": Lorenz(
            tuple((float(p), 100 * (p / 100) ** 4) for p in range(0, 101, 10)),
            34.4,
            title="A few do most of it",
        ),
        "spark": Sparkline(tuple(v * DAY for v in (*BEFORE[-11:], *AFTER[:13])), after_from=11),
        "spark_before": Sparkline(tuple(v * DAY for v in BEFORE)),
    }


def parts() -> dict[str, Any]:
    stages = [
        {"label": label, "note": text, "state": state, "mark": mark}
        for label, text, state, mark in (
            ("Logged", "20 Apr", "done", ""),
            ("Redesigned", "Version 3, 2 Jul", "done", ""),
            ("Signed off", "3 of 3, 24 Jul", "done", ""),
            ("Live", "4 Aug", "done", ""),
            ("Measured", "Changed, 20 Nov", "done", "improved"),
            ("Sustained", "90-day check 18 Feb", "current", ""),
        )
    ]
    step = {"number": 1, "name": "Print and collate record", "time": "25 min"}
    pairs = [
        {
            "kind": "changed",
            "label": _("AI-assisted"),
            "before": step,
            "gone": True,
            "ai": True,
            "after": {
                "number": 1,
                "name": "Assistant reads the record",
                "time": "6 min",
                "tag": "AI",
                "tag_tone": "acc",
                "note": "Flags pages that differ from limits",
            },
        },
        {
            "kind": "kept",
            "label": _("kept"),
            "before": {"number": 2, "name": "Write the summary", "time": "1 h 05"},
            "after": {"number": 2, "name": "Write the summary", "time": "1 h 05"},
        },
        {
            "kind": "removed",
            "label": _("removed"),
            "before": {"number": 3, "name": "Copy exceptions to a sheet", "time": "45 min"},
            "after": None,
            "gone": True,
        },
        {
            "kind": "added",
            "label": _("human review added"),
            "before": None,
            "after": {
                "number": 3,
                "name": "Reviewer checks every flag",
                "time": "1 h 50",
                "tag": "Human check",
                "note": "And a random 10% of pages with no flag",
            },
        },
    ]
    todo = [
        {
            "title": "Sign the redesign of Deviation triage",
            "name": "Deviation triage",
            "text": "The last of three signatures.",
            "icon": "sign",
            "tone": "acc",
            "tag": "Waiting 6 days",
            "tag_tone": "warn",
            "tag_icon": "clock",
            "url": "#",
            "action": "Review and sign",
            "primary": True,
        },
        {
            "title": "Evidence is in for Batch record review",
            "name": "Batch record review",
            "text": "Cases take 38% less time (95% interval 30 to 45% less).",
            "icon": "chart",
            "tone": "good",
            "tag": "New since Friday",
            "tag_tone": "good",
            "tag_icon": "check",
            "url": "#",
            "action": "See the evidence",
        },
        {
            "title": "Trust pulse: about 65% have answered",
            "name": "Trust pulse",
            "text": "Updated once a day.",
            "icon": "heart",
            "tag": "Closes Friday",
            "tag_icon": "clock",
            "url": "#",
            "action": "Send a reminder",
        },
    ]
    return {
        "stages": stages,
        "pairs": pairs,
        "before": {
            "total": "9.4 days",
            "work": 12,
            "of": 100,
            "note": "3 steps, 2 h 15 of work; the rest is waiting.",
        },
        "after": {
            "total": "5.8 days",
            "work": 9,
            "of": 100,
            "note": "3 steps, 3 h of work; the rest is waiting.",
        },
        "todo": todo,
        "chain": [
            {
                "name": "Mara Lindqvist",
                "note": "Quality. Approved 13 Nov, after 1 day",
                "state": "done",
                "hash": "9f3c41d2e81a",
            },
            {"name": "Joon Park", "note": "Site IT. Asked for changes 16 Nov", "state": "refused"},
            {"name": "You", "note": "Workflow owner. Waiting 6 days", "state": "current"},
            {"name": "Works council", "note": "After you", "state": "future"},
        ],
        "checks": [
            {"title": "11 of 11 people trained", "note": "Last on 11 Nov", "tone": "good"},
            {
                "title": "I was asked what I think: 2.4 of 5 in the team",
                "note": "Lowest of five questions",
                "tone": "warn",
                "icon": "heart",
                "word": "Your call",
            },
        ],
        "pairs_kv": [
            ("Promised", "at least 25% less"),
            ("Measured", "38% less"),
            ("Hours released a year", "about 5,800"),
        ],
        "tabs": [("Overview", "#", True), ("Evidence", "#", False), ("Trust", "#", False)],
    }


def samples(request: HttpRequest) -> dict[str, Any]:
    job = SimpleNamespace(
        public_id="sample",
        state="needs_review",
        progress_done=412,
        progress_total=1000,
        error_text="31 rows were not read.",
        get_state_display=lambda: _("Needs review"),
    )
    return {
        **charts(),
        **parts(),
        "simulated": True,
        "job": job,
        "page": Paginator(range(95), 20).page(2),
        "filter_form": SampleFilter(request.GET),
        "form": SampleForm({"minutes": 0}),
        "decision": SampleDecision(),
        "decision_help": {
            "approve": "Go live on 1 Dec",
            "change": "Goes back with your note",
            "decline": "Needs a reason",
        },
    }
