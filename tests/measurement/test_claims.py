"""The words of a reading: no verdict says more than its figures, and the figures are its own."""

import re

import pytest
from django.utils import translation

from measurement import claims
from measurement.choices import ReadingKind, ReadingVerdict
from measurement.models import Reading

DAY = 86_400.0
PASSED = {"passed": True, "value": 0.5, "limit": 1.0, "text": ""}


def gates(**failing):
    """All ten passed, but for ``G5=0.04`` (failed at that value) or ``G9=None`` (not judged)."""
    told = {f"G{number}": dict(PASSED) for number in range(1, 11)}
    for name, value in failing.items():
        told[name] = {**PASSED, "passed": None if value is None else False, "value": value}
    return told


FIRST_TIME = {"name": "Right first time", "kind": "share", "worse": "lower", "margin": 0.02}
FELL = {
    "name": "Right first time",
    "before": 0.91,
    "after": 0.879,
    "low": -0.051,
    "high": -0.021,
    "state": "broken",
}


def reading(verdict="improved", *, failing=None, design=None, guards=(), **facts):
    result = {
        "n_before": 1240,
        "n_after": 312,
        "done_before": 1201,
        "done_after": 305,
        "weeks_before": 52,
        "weeks_after": 12,
        "median_before": 9.4 * DAY,
        "median_after": 5.8 * DAY,
        "standardised": False,
        "compared": False,
        "drift": {"slope": 0.0},
        "drift_used": False,
        "completed_only": False,
        "kappa": 1.0,
        "placebo_rms": 0.1,
        "target": None,
        "raw_ratio": 0.62,
        "detectable_ratio": None,
        "more_weeks": None,
        "gates": gates(**(failing or {})),
        "guardrails": [],
    }
    columns = {
        "kind": ReadingKind.PRIMARY,
        "grade": "B",
        "ratio": 0.62,
        "low": 0.55,
        "high": 0.70,
        "negligible": False,
        "post_hoc": False,
    }
    for name, value in facts.items():
        (columns if name in columns else result)[name] = value
    if verdict == "faster_but_worse" and not result["guardrails"]:
        guards, result["guardrails"] = [FIRST_TIME], [FELL]
    registered = {"target_ratio": 0.8, "placebo": True, "drift_key": True, **(design or {})}
    stored = {"design": registered, "guards": list(guards)}
    return Reading(verdict=verdict, result=result, design=stored, **columns)


# --- the claim -------------------------------------------------------------------------------------
CLAIMS = {
    "improved": "Cases now take 38% less time, from a median of 9.4 days to 5.8 days.",
    "faster_but_worse": "Cases now take 38% less time, but this got worse: Right first time.",
    "no_measurable_change": "Cases take about as long as before; the promised change is ruled out.",
    "insufficient_evidence": "It cannot be told yet whether cases take less time.",
    "refused": "These data cannot carry a verdict.",
}


@pytest.mark.parametrize("verdict, words", CLAIMS.items())
def test_claim_says_what_the_verdict_carries(verdict, words):
    assert claims.claim(reading(verdict)) == words


def test_claim_of_worse_says_how_much_more_time():
    slower = reading("worse", ratio=1.31, low=1.2, high=1.4, median_after=12.3 * DAY)

    assert claims.claim(slower) == (
        "Cases now take 31% more time, from a median of 9.4 days to 12.3 days."
    )


def test_every_verdict_has_a_claim_of_its_own():
    told = {claims.claim(reading(verdict)) for verdict in ReadingVerdict.values}

    # Improved and worse share a sentence, which the ratio turns round.
    assert len(told) == len(ReadingVerdict.values) - 1


@pytest.mark.parametrize(
    "verdict, words",
    [
        ("improved", "Cases now take slightly less time: the change is real, but within 5%."),
        ("no_measurable_change", "Cases take as long as before, within 5%."),
    ],
)
def test_claim_of_a_negligible_change_boasts_of_nothing(verdict, words):
    assert claims.claim(reading(verdict, negligible=True, ratio=0.97)) == words


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("verdict", ReadingVerdict.values)
def test_claim_keeps_its_figures_in_every_language(language, verdict):
    """The numbers are the reading's: change and medians where they are carried, nothing elsewhere."""
    ratio = 1.31 if verdict == "worse" else 0.62
    with translation.override(language):
        told = claims.claim(reading(verdict, ratio=ratio))

    percents = {int(number) for number in re.findall(r"(\d+)[\s\u00a0\u202f]*%", told)}
    days = re.findall(r"\d+[.,]\d+", told)
    carried = verdict in {"improved", "worse", "faster_but_worse"}
    assert percents == ({31 if verdict == "worse" else 38} if carried else set())
    has_medians = verdict in {"improved", "worse"}
    assert [day.replace(",", ".") for day in days] == (["9.4", "5.8"] if has_medians else [])
    assert told[-1] == "."


def test_lengths_on_a_work_calendar_are_working_hours():
    open_hours = reading(median_before=36_000.0, median_after=3600.0)
    open_hours.calendar_version_id = 1

    assert claims.length(open_hours, "median_before") == "10 working hours"
    assert claims.length(open_hours, "median_after") == "1.0 working hours"
    assert claims.length(reading(median_before=None), "median_before") == "–"


def test_probable_range_is_the_interval():
    assert claims.probable_range(reading()) == (
        "The true change is probably between 30% and 45% less time (95% interval)."
    )
    assert claims.probable_range(reading(low=0.93, high=1.06)) == (
        "The true change is probably between 7% less and 6% more time (95% interval)."
    )
    assert claims.probable_range(reading("worse", ratio=1.3, low=1.2, high=1.42)) == (
        "The true change is probably between 20% and 42% more time (95% interval)."
    )
    assert claims.probable_range(reading("refused")) == "Not counted: −38% (−45 to −30)."
    assert claims.probable_range(reading(low=None, high=None, ratio=None)) == (
        "There are too few cases for an interval."
    )


def test_basis_counts_the_cases_and_names_each_adjustment():
    assert claims.basis(reading()) == "1,240 cases before, 312 after."
    adjusted = claims.basis(
        reading(standardised=True, compared=True, drift_used=True, completed_only=True)
    )
    assert adjusted == (
        "1,240 cases before, 312 after. The mix of case types is held as it was before. "
        "The comparison workflow's own change is taken out. "
        "A drift that was there before go-live is partly taken out. "
        "The source delivers completed cases only."
    )


@pytest.mark.parametrize(
    "facts, start",
    [
        ({"kind": ReadingKind.EARLY, "post_hoc": True}, "Early reading:"),
        ({"post_hoc": True, "kappa": 2.0}, "Post-hoc:"),
        ({"kappa": 1.6, "placebo_rms": 0.2}, "This workflow moved by about ±22%"),
        ({"kappa": None}, "No comparison workflow:"),
        ({"kappa": 1.5}, "No comparison workflow:"),
        ({"compared": True}, ""),
    ],
)
def test_caution_names_the_gravest_doubt(facts, start):
    told = claims.caution(reading(**facts))

    assert told.startswith(start)
    assert bool(told) == bool(start)


# --- why -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("gate", claims.REFUSING)
def test_reason_of_a_refusal_is_the_gate_that_failed(gate):
    told = claims.reason(reading("refused", failing={gate: 0.04, "G1": 10}))

    title = (
        "0.0 times as many cases a week as before" if gate == "G8" else claims.FAILED_TITLES[gate]
    )
    assert told.startswith(f"{title}: ")


@pytest.mark.parametrize("gate", claims.INSUFFICIENT)
def test_reason_of_insufficient_evidence_is_the_gate_that_failed(gate):
    told = claims.reason(reading("insufficient_evidence", failing={gate: 0.04}))

    title = (
        "0.0 times as many cases a week as before" if gate == "G8" else claims.FAILED_TITLES[gate]
    )
    assert told.startswith(f"{title}: ")


REASONS = [
    (
        reading("insufficient_evidence", ratio=None, low=None, high=None),
        "There are too few finished cases or weeks to compute a change.",
    ),
    (
        reading("insufficient_evidence", failing={"G7": 0.071}),
        "Completions are stamped in another way than before: The share of cases completed in the same minute as "
        "another changed by 7.1 points; at most 5. Find out who closes cases now, and how: in one "
        "go, or one by one.",
    ),
    (
        reading("insufficient_evidence"),
        "The promise (20% less time) and no change at all both fit the data.",
    ),
    (
        reading("insufficient_evidence", more_weeks=1),
        "The promise (20% less time) and no change at all both fit the data. "
        "At the present volume about 1 more week would tell them apart.",
    ),
    (
        reading("insufficient_evidence", more_weeks=9),
        "The promise (20% less time) and no change at all both fit the data. "
        "At the present volume about 9 more weeks would tell them apart.",
    ),
    (
        reading("no_measurable_change", ratio=0.98, low=0.92, high=1.06),
        "What remains possible: from −8% to +6%.",
    ),
    (reading("faster_but_worse"), "Right first time fell by 3.1 points; 2.0 were allowed."),
    (
        reading("improved", target="proven"),
        "The promise is met even at the cautious end of the interval.",
    ),
    (
        reading("improved", target="met"),
        "The promise is met by the best estimate, not yet by the whole interval.",
    ),
    (reading("improved", target="below"), "Less than promised."),
    (reading("worse"), ""),
    (
        reading("improved", target="met", failing={"G1": 3}),
        "The promise is met by the best estimate, not yet by the whole interval.",
    ),
]


@pytest.mark.parametrize("one, words", REASONS)
def test_reason_of_every_verdict(one, words):
    assert claims.reason(one) == words


NOT_BETTER = [
    (reading(grade="A", compared=True), []),
    (reading(grade="B"), ["There is no comparison workflow."]),
    (
        reading(grade="C", compared=True, failing={"G6": 0.08}),
        ["A check failed: The share of cancelled cases has changed."],
    ),
    (reading(grade="C", compared=True, post_hoc=True), ["The go-live was entered afterwards."]),
    (
        reading(grade="C", compared=True, weeks_before=25),
        ["Only 25 weeks before go-live count; 26 are needed."],
    ),
    (
        reading(grade="C", compared=True, weeks_before=1),
        ["Only 1 week before go-live counts; 26 are needed."],
    ),
    (
        reading(grade="C", compared=True, completed_only=True),
        ["The source delivers completed cases only."],
    ),
    (
        reading(grade="C", kappa=None),
        [
            "There is no comparison workflow.",
            "The quarters before go-live could not be compared with each other.",
        ],
    ),
    (
        reading(grade="C", kappa=1.7, drift_used=True),
        [
            "There is no comparison workflow.",
            "The workflow moved a lot by itself before go-live.",
            "There was a drift before go-live.",
        ],
    ),
    (
        reading(grade="C", drift=None),
        [
            "There is no comparison workflow.",
            "A trend before go-live could not be judged.",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("one, words", NOT_BETTER)
def test_what_keeps_the_grade_from_a_is_told(one, words):
    assert claims.why_not_better(one) == words


# --- the checklist -----------------------------------------------------------------------------------
OPEN = "7 of 312 cases after go-live are still open. "
MORE = "Bring an older export for more before go-live; wait for more after it."
TEXTS = {
    "G1": (
        0,
        f"1,201 finished before go-live (40 needed), 305 after (30 needed). {OPEN}{MORE}",
    ),
    "G2": (0, f"52 weeks before (12 needed), 12 after (6 needed). {MORE}"),
    "G3": (
        0.413,
        "41.3% of the cases have come to an end in the window; 60% needed. "
        f"{OPEN}Wait until more of them are finished.",
    ),
    "G4": (
        0.702,
        "70.2% of the cases after go-live were followed for at least the median time of before; "
        f"75% needed. {OPEN}Wait until more of them are finished.",
    ),
    "G5": (
        0.031,
        "3.1% of the cases end before they start or lack a start; at most 2%. "
        "Have the times put right in the source, and deliver them again.",
    ),
    "G6": (
        -0.082,
        "The share of cancelled cases changed by −8.2 points; at most 5. "
        "Find out what is cancelled now, and why.",
    ),
    "G7": (
        0.06,
        "The share of cases completed in the same minute as another changed by 6.0 points; "
        "at most 5. Find out who closes cases now, and how: in one go, or one by one.",
    ),
    "G8": (
        3.2,
        "3.20 times as many cases start a week as before; 0.5 to 2 is comparable. "
        "Else it looks like a truncated export or a roll-out to other units. "
        "Ask the source for all cases of the same units, before and after.",
    ),
    "G9": (
        0.0123,
        "1.2% of the delivered rows repeat a case; at most 1%. "
        "Have each case delivered once, with its newest state.",
    ),
    "G10": (
        31,
        "31 weeks before go-live; 52 or a comparison as slow are needed. "
        "Name a comparison workflow that was as slow, or bring an older export.",
    ),
}


@pytest.mark.parametrize("name, told", TEXTS.items())
def test_gate_says_its_own_number(name, told):
    value, text = told
    line = next(line for line in claims.gates(reading(failing={name: value})) if line.name == name)

    assert (line.passed, line.text) == (False, text)


def gate_told(name, value, text):
    one = reading(failing={name: value})
    one.result["gates"][name]["text"] = text
    return next(line.text for line in claims.gates(one) if line.name == name)


@pytest.mark.parametrize("language, day", [("en", "3 Mar 2031"), ("de", "3. Mär 2031")])
def test_a_day_to_come_back_is_told_in_the_reader_s_language(language, day):
    with translation.override(language):
        told = gate_told("G4", 0.6, "412 of 900 ...: come back after 3 March 2031.")

    assert day in told


def test_the_statistics_name_the_day_in_the_form_that_is_looked_for():
    """The day stands in their sentence alone."""
    import numpy as np

    from measurement.statistics import evaluate

    start = np.arange(0, 400 * DAY, DAY / 2)
    end = np.where(start < 370 * DAY, start + 20 * DAY, np.nan)
    taken = evaluate(start, end, go_live=364 * DAY, cutoff=395 * DAY)

    assert not taken.gates["G4"].passed
    assert "Enough of them will have been followed after" in gate_told(
        "G4", taken.gates["G4"].value, taken.gates["G4"].text
    )


def test_a_calendar_that_ends_too_early_is_to_be_prolonged():
    told = gate_told("G4", 0.6, "...: extend the work calendar.")

    assert told.endswith("The work calendar ends before: publish a version that reaches further.")


def test_a_gate_that_fails_in_the_comparison_says_so_and_counts_nothing_of_one_s_own():
    assert gate_told("G1", 0.4, "In the comparison workflow: 16 cases ...") == (
        f"In the comparison workflow: It has 40.0% of what is needed. {MORE}"
    )
    assert gate_told("G5", 0.04, "In the comparison workflow: ...").startswith(
        "In the comparison workflow: 4.0% of the cases end before they start"
    )


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_failed_gate_is_a_sentence_in_every_language(language):
    with translation.override(language):
        for name, (value, _text) in TEXTS.items():
            told = gate_told(name, value, "")
            assert told.endswith(".")
            assert "%(" not in told
            assert "nan" not in told.lower().split()


def test_checklist_has_all_ten_in_order_and_says_what_cannot_be_judged():
    lines = claims.gates(reading(failing={"G10": None}))

    assert [line.name for line in lines] == [f"G{number}" for number in range(1, 11)]
    assert (lines[-1].passed, lines[-1].text) == (None, "Cannot be judged from these data.")
    assert len({str(line.title) for line in lines}) == 10


def test_checklist_leaves_out_what_an_old_reading_never_judged():
    old = reading()
    del old.result["gates"]["G9"], old.result["gates"]["G10"]

    assert [line.name for line in claims.gates(old)] == [f"G{number}" for number in range(1, 9)]


def test_consequence_of_each_gate():
    early = claims.gates(reading(kind=ReadingKind.EARLY))
    told = {line.name: line.consequence for line in early}

    assert told == {
        **dict.fromkeys(["G1", "G2", "G3", "G4"], "Insufficient evidence until it holds."),
        **dict.fromkeys(["G5", "G8", "G9"], "No verdict until it is put right."),
        "G6": "Grade C.",
        "G7": "Grade C, and never called improved.",
        "G10": "Grade C.",
    }


def test_a_final_reading_promises_no_other_verdict():
    told = {line.name: line.consequence for line in claims.gates(reading())}

    assert told["G8"] == (
        "This reading stays without a verdict. Put the data right for the later readings; a "
        "verdict of its own needs a new redesign."
    )
    assert told["G1"] == "So this reading stays insufficient evidence; later ones see more data."


def test_a_failed_check_has_a_failing_title():
    failing = {f"G{number}": 3.26 for number in range(1, 11)}
    lines = claims.gates(reading("refused", failing=failing))

    assert lines[7].title == "3.3 times as many cases a week as before"
    assert all(line.title not in claims.GATE_TITLES.values() for line in lines)
    assert len({str(line.title) for line in lines}) == 10


@pytest.mark.parametrize(
    "worse, kind, before, after, words",
    [
        ("higher", "share", 0.1, 0.16, "Right first time rose by 6.0 points; 2.0 were allowed."),
        ("lower", "mean", 4.5, 3.25, "Right first time fell by 1.25; 0.02 was allowed."),
        ("higher", "mean", 4.5, 5.0, "Right first time rose by 0.50; 0.02 was allowed."),
    ],
)
def test_what_got_worse_is_named_with_what_was_allowed(worse, kind, before, after, words):
    guard = FIRST_TIME | {"worse": worse, "kind": kind}
    held = FELL | {"name": "Held", "state": "held"}
    one = reading(
        "faster_but_worse",
        guards=[guard, guard | {"name": "Held"}],
        guardrails=[FELL | {"before": before, "after": after}, held],
    )

    assert claims.reason(one) == words


def test_refused_data_measure_nothing():
    assert claims.promised_and_measured(reading("refused")) == [
        ("Promised", "at least 20% less time"),
        ("Measured", "–"),
    ]


# --- guardrails and figures side by side --------------------------------------------------------------
def guarded(*, kind="share", worse="lower", margin=0.02, **measured):
    given = {"name": "Right first time", "before": 0.91, "after": 0.874, "low": -0.051, "high": -0.021, "state": "broken"}  # fmt: skip
    one = reading(
        "faster_but_worse",
        guards=[{"name": "Right first time", "kind": kind, "worse": worse, "margin": margin}],
        guardrails=[given | measured],
    )
    return claims.guardrails(one)[0]


def test_guardrail_of_shares_is_told_in_points():
    line = guarded()

    assert (line.before, line.after) == ("91.0%", "87.4%")
    assert line.difference == "−3.6 (−5.1 to −2.1)"
    assert line.margin == "not below −2.0 points"
    assert (line.tone, line.word) == ("bad", "Outside the margin")


def test_guardrail_of_means_is_told_in_its_own_unit():
    line = guarded(
        kind="mean", worse="higher", margin=0.5, before=2.0, after=2.25, low=-0.1, high=0.6,
        state="not_shown",
    )  # fmt: skip

    assert (line.before, line.after) == ("2.00", "2.25")
    assert line.difference == "+0.25 (−0.10 to +0.60)"
    assert line.margin == "not above +0.50"
    assert (line.tone, line.word) == ("", "Not shown")


def test_guardrail_that_shows_nothing_says_why():
    few = {"guards": [[120, 12]]}
    wide = {"guards": [[120, 90]]}

    notes = [told_guard(chart).note for chart in (few, wide, None)]

    assert notes == [
        "120 cases before and 12 after tell it; 30 are needed each time.",
        "The interval reaches beyond the margin: it may have held, or not.",
        "Too few cases tell it, or its interval is too wide.",
    ]
    assert guarded().note == ""


def told_guard(chart, **measured):
    given = {
        "name": "Rework", "before": 0.1, "after": 0.2, "low": -0.1, "high": 0.3, "state": "not_shown"
    }  # fmt: skip
    one = reading(
        guards=[{"name": "Rework", "kind": "share", "worse": "higher", "margin": 0.02}],
        guardrails=[given | measured],
    )
    one.chart = chart
    return claims.guardrails(one)[0]


@pytest.mark.parametrize(
    "chart, measured, shown",
    [
        ({"guards": [[5, 5]]}, {}, True),
        ({"guards": [[4, 90]]}, {}, False),
        ({"guards": [[90, 4]]}, {}, False),
        (None, {}, True),
        (None, {"low": None, "high": None}, False),
    ],
)
def test_no_guardrail_tells_of_fewer_cases_than_the_minimum_group(chart, measured, shown):
    line = told_guard(chart, **measured)

    assert (line.before, line.after) == (("10.0%", "20.0%") if shown else ("–", "–"))
    assert (line.difference == "–") is not shown


def test_guardrails_are_silent_where_the_whole_reading_is():
    one = reading(
        guards=[{"name": "Rework", "kind": "share", "worse": "higher", "margin": 0.02}],
        guardrails=[{"name": "Rework", "before": 0.1, "after": 0.2, "low": 0, "high": 0.3, "state": "not_shown"}],
        done_after=4,
    )  # fmt: skip

    assert claims.guardrails(one)[0].after == "–"


def test_guardrail_without_figures_shows_none():
    line = guarded(before=None, after=None, low=None, high=None, state="held")

    assert (line.before, line.after, line.difference) == ("–", "–", "–")
    assert (line.tone, line.word) == ("good", "Within margin")


def test_promised_and_measured_stand_side_by_side():
    rows = claims.promised_and_measured(reading(raw_ratio=0.71, detectable_ratio=0.88))

    assert rows == [
        ("Promised", "at least 20% less time"),
        ("Measured", "38% less time"),
        ("Unadjusted", "29% less time"),
        ("Detectable at this volume", "12% less time"),
    ]


def test_unadjusted_is_left_out_when_it_says_the_same():
    assert [name for name, _words in claims.promised_and_measured(reading(raw_ratio=0.624))] == [
        "Promised",
        "Measured",
    ]


def test_what_was_not_measured_is_no_number():
    none = reading("refused", ratio=None, low=None, high=None, raw_ratio=None)

    assert claims.promised_and_measured(none) == [
        ("Promised", "at least 20% less time"),
        ("Measured", "–"),
    ]


# --- raw and adjusted, other ways to read it ---------------------------------------------------------
def titles(one):
    return [(step.title, step.change) for step in claims.adjusted(one)]


def test_raw_and_adjusted_are_told_step_by_step():
    one = reading(
        raw_ratio=0.71, unguarded_ratio=0.6, ratio=0.62, standardised=True, drift_used=True
    )

    assert titles(one) == [
        ("Raw", "29% less time"),
        ("Like with like", "40% less time"),
        ("Adjusted", "38% less time"),
    ]
    assert "a new mix is no gain" in claims.adjusted(one)[1].why


def test_nothing_to_adjust_is_said():
    told = claims.adjusted(reading(raw_ratio=0.62, unguarded_ratio=0.62))

    assert [step.change for step in told] == ["38% less time", "38% less time"]
    assert told[-1].why == "Nothing had to be adjusted."


def test_a_season_is_named_as_the_reason():
    one = reading(raw_ratio=0.5, unguarded_ratio=0.5)
    one.design["season"] = True

    assert "it is the season" in claims.adjusted(one)[-1].why
    assert "The season is taken out by the same weeks of last year." in claims.basis(one)
    one.grade = "C"
    assert claims.why_not_better(one)[-1].startswith("The season was taken out")


@pytest.mark.parametrize("missing", [{"ratio": None}, {"raw_ratio": None}])
def test_too_few_cases_have_no_raw_effect_either(missing):
    assert claims.adjusted(reading(**missing)) == []


def other_ways(*lines, season=False, **facts):
    one = reading(**facts)
    one.chart = {
        "sensitivity": [
            {"name": name, "ratio": (low + high) / 2, "low": low, "high": high}
            for name, low, high in lines
        ]
    }
    return claims.sensitivity(one, season=season)


@pytest.mark.parametrize(
    "low, high, words",
    [
        (0.5, 0.9, "Every way to read it shows less time."),
        (0.9, 1.2, "Not every way to read it shows a change."),
        (1.1, 1.2, "The ways to read it contradict each other: be careful with this result."),
    ],
)
def test_other_ways_agree_or_not(low, high, words):
    told = other_ways(("no_guards", low, high))

    assert told.sentence == words
    assert [row[0] for row in told.plot.table().rows] == [
        "As registered",
        "Without looking at earlier drifts and jumps",
    ]


def test_other_ways_agree_on_more_time_or_on_nothing():
    slower = {"verdict": "worse", "ratio": 1.3, "low": 1.2, "high": 1.4}
    flat = {"verdict": "no_measurable_change", "ratio": 1.0, "low": 0.9, "high": 1.1}

    assert "shows more time" in other_ways(("wall_clock", 1.1, 1.5), **slower).sentence
    assert "No way to read it" in other_ways(("wall_clock", 0.8, 1.5), **flat).sentence


def test_a_season_that_could_not_be_taken_out_is_said():
    assert "could not be taken out" in other_ways(("no_guards", 0.5, 0.9), season=True).sentence
    assert "could not" not in other_ways(("no_guards", 0.5, 0.9)).sentence


def test_without_another_way_the_page_says_why():
    early, old, few = reading(kind=ReadingKind.EARLY), reading(), reading(ratio=None)

    assert "at its date" in claims.sensitivity(early, season=False).sentence
    assert "before other ways were kept" in claims.sensitivity(old, season=False).sentence
    assert "no change to read" in claims.sensitivity(few, season=False).sentence
    none = other_ways()
    assert (none.plot, none.sentence) == (None, "These data allow no other way to read the change.")
