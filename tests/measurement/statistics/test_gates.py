"""Each gate fires on data made to trip it, and not on good data."""

import numpy as np
import pytest

from measurement.statistics import Comparison, Design, OpeningHours, evaluate

DAY = 86_400.0
WEEK = 7 * DAY


@pytest.fixture
def read(made_up, moments):
    def reading(start=None, end=None, **changes):
        if start is None:
            start, end = made_up(ratio=0.6, a_day=4)
        return evaluate(start, end, **(moments | changes))

    return reading


def test_good_data_pass_every_gate(made_up, read):
    start, _ = made_up(ratio=0.6, a_day=4)

    gates = read(cancelled=np.zeros(len(start), bool)).gates

    assert [gate.passed for gate in gates.values()] == [True] * 8 + [None] * 2


def test_g1_counts_completions(made_up, moments, read):
    start, end = made_up(a_day=0.25)

    reading = read(start, end)

    gate = reading.gates["G1"]
    assert gate.passed is False
    assert gate.value == pytest.approx(min(reading.done_before / 40, reading.done_after / 30))
    assert f"and {reading.done_after} after it; at least 30 are needed after" in gate.text
    assert "more weeks at this pace" in gate.text
    assert reading.verdict == "insufficient_evidence"
    assert reading.reason.startswith(gate.text)


def test_g1_asks_for_an_older_export(made_up, moments, read):
    start, end = made_up(a_day=2, first_day=-15)

    gate = read(start, end).gates["G1"]

    assert "at least 40 are needed before" in gate.text


def test_g1_without_an_after_has_no_pace(made_up, moments, read):
    gate = read(cutoff=moments["go_live"]).gates["G1"]

    assert gate.text.endswith("30 more (0 still open).")


def test_g2_counts_kept_weeks(made_up, moments, read):
    gate = read(cutoff=moments["go_live"] + 14 * DAY + 3 * WEEK).gates["G2"]

    assert (gate.passed, gate.value) == (False, 0.5)
    assert gate.text.endswith("come back in 3 weeks.")


def test_g2_asks_for_an_older_export(read, moments):
    gate = read(data_from=moments["go_live"] - 10 * WEEK).gates["G2"]

    assert gate.passed is False
    assert "at least 12 are needed before: 2 more" in gate.text


def test_g3_too_many_still_open(made_up, moments, read):
    start, end = made_up(a_day=4)
    opened = (start >= moments["go_live"]) & (np.arange(len(start)) % 2 == 0)

    reading = read(start, np.where(opened, np.nan, end))

    gate = reading.gates["G3"]
    assert gate.passed is False
    assert 0.4 < gate.value < 0.6
    assert "too many are still open" in gate.text
    assert reading.verdict == "insufficient_evidence"
    assert reading.ratio > 0


def test_g4_names_the_day_to_come_back(made_up, moments, read):
    start, end = made_up(a_day=4, median_days=20)

    reading = read(start, end, cutoff=moments["go_live"] + 14 * DAY + 6 * WEEK)

    gate = reading.gates["G4"]
    assert gate.passed is False
    assert 0.3 < gate.value < 0.75
    assert "come back after " in gate.text
    assert gate.text.endswith(" 2025.")


def test_g4_by_business_time(made_up, moments, read):
    start, end = made_up(a_day=4, median_days=20)
    cutoff = moments["go_live"] + 14 * DAY + 6 * WEEK

    def text(known_for):
        days = np.arange(moments["go_live"] - 420 * DAY, cutoff + known_for, DAY)
        calendar = OpeningHours(days, days + DAY / 3, days[0], days[-1] + DAY)
        return read(start, end, cutoff=cutoff, calendar=calendar).gates["G4"].text

    assert "come back after " in text(90 * DAY)
    assert text(DAY).endswith("extend the work calendar.")


def test_g4_fails_where_the_baseline_never_gets_done(made_up, moments, read):
    start, end = made_up(a_day=4)
    opened = (start < moments["go_live"]) & (np.arange(len(start)) % 3 > 0)

    gate = read(start, np.where(opened, np.nan, end)).gates["G4"]

    assert (gate.passed, gate.value) == (False, 0.0)
    assert gate.text.startswith("Half of the ")


def test_g5_counts_impossible_clocks(made_up, read):
    start, end = made_up(ratio=0.6, a_day=4)
    few, many = end.copy(), end.copy()
    few[::100] = start[::100] - 1
    many[::30] = start[::30] - 1

    passed, failed = read(start, few).gates["G5"], read(start, many)

    assert passed.passed is True
    assert passed.text.endswith("they are left out.")
    assert failed.gates["G5"].passed is False
    assert failed.gates["G5"].value == pytest.approx(1 / 30, rel=0.05)
    assert (failed.verdict, failed.grade, failed.p) == ("refused", "C", 1.0)
    assert failed.low > 0


def test_g5_counts_missing_starts_and_cancelled_cases(made_up, read):
    start, end = made_up(ratio=0.6, a_day=4)
    start[::30] = np.nan

    gate = read(start, end, cancelled=np.isnan(start)).gates["G5"]

    assert gate.passed is False


@pytest.mark.parametrize("share, passed, grade", [(0.02, True, "B"), (0.2, False, "C")])
def test_g6_compares_cancelled_shares(made_up, read, share, passed, grade):
    start, end = made_up(ratio=0.6, a_day=4)
    rng = np.random.default_rng(0)
    late = np.arange(len(start)) > 0.8 * len(start)
    cancelled = late & (rng.random(len(start)) < share)

    reading = read(start, end, cancelled=cancelled)

    assert reading.gates["G6"].passed is passed
    assert (reading.verdict, reading.grade) == ("improved", grade)


def test_g6_needs_the_flag_and_both_periods(made_up, moments, read):
    start, _ = made_up(ratio=0.6, a_day=4)
    nobody = np.zeros(len(start), bool)

    assert read().gates["G6"].passed is None
    assert read(cancelled=nobody, cutoff=moments["go_live"]).gates["G6"].passed is None


def test_g7_batch_stamps_forbid_improved(made_up, moments, read):
    start, end = made_up(ratio=0.6, a_day=4)
    batch = start < moments["go_live"]
    end[batch] = np.ceil(end[batch] / DAY) * DAY

    reading = read(start, end)

    assert reading.gates["G7"].passed is False
    assert reading.high < 1
    assert (reading.verdict, reading.grade, reading.p) == ("insufficient_evidence", "C", 1.0)
    assert "the way completions are recorded has changed" in reading.reason


def test_g7_needs_completions(read, moments):
    assert read(cutoff=moments["go_live"]).gates["G7"].passed is None


@pytest.mark.parametrize("keep, word", [(3, "less than half"), (1, None)])
def test_g8_compares_volumes(made_up, moments, read, keep, word):
    start, end = made_up(ratio=0.6, a_day=6)
    kept = (start < moments["go_live"]) | (np.arange(len(start)) % keep == 0)

    reading = read(start[kept], end[kept])

    gate = reading.gates["G8"]
    assert gate.passed is (word is None)
    assert gate.value == pytest.approx(1 / keep, rel=0.15)
    assert (word or "") in gate.text
    assert reading.verdict == ("improved" if word is None else "refused")


def test_g8_roll_out_to_other_units(made_up, moments, read):
    start, end = made_up(ratio=0.6, a_day=6)
    kept = (start >= moments["go_live"]) | (np.arange(len(start)) % 3 == 0)

    assert "more than twice as many" in read(start[kept], end[kept]).gates["G8"].text


def test_g8_truncated_export(made_up, moments, read):
    start, end = made_up(ratio=0.6, a_day=4, first_day=-300)

    late = read(start, end)
    told = read(start, end, data_from=moments["go_live"] - 300 * DAY)

    assert "the baseline opens with 9 almost empty weeks" in late.gates["G8"].text
    assert late.verdict == "refused"
    assert told.gates["G8"].passed is True


def test_g8_types_vanished(made_up, moments, read):
    start, end = made_up(ratio=0.6, a_day=4)
    kind = np.where((start < moments["go_live"]) & (np.arange(len(start)) % 5 == 0), "old", "new")

    reading = read(start, end, kind=kind)
    unstandardised = read(start, end, kind=kind, design=Design(standardise=False))

    assert reading.gates["G8"].passed is False
    assert "20." in reading.gates["G8"].text
    assert "of types that do not occur after" in reading.gates["G8"].text
    assert reading.ratio > 0
    assert unstandardised.gates["G8"].passed is True


def test_g8_is_not_judged_before_the_after_window_opens(read, moments):
    assert read(cutoff=moments["go_live"] + 14 * DAY).gates["G8"].passed is None


def test_a_short_baseline_has_no_opening_to_judge(made_up, moments, read):
    start, end = made_up(a_day=4, first_day=-10)

    gate = read(start, end, data_from=moments["go_live"] - 7 * WEEK).gates["G8"]

    assert "almost empty" not in gate.text


def test_comparison_is_judged_by_every_gate(made_up, moments, read):
    good, thin = made_up(seed=2), made_up(a_day=0.2, seed=3)

    both_good = read(comparison=Comparison(*good))
    one_bad = read(comparison=Comparison(*thin))
    both_bad = read(*made_up(a_day=0.2), comparison=Comparison(*thin))

    assert both_good.gates["G1"] == read().gates["G1"]
    assert one_bad.gates["G1"].passed is False
    assert one_bad.gates["G1"].text.startswith("In the comparison workflow: ")
    assert one_bad.gates["G1"].value < 1
    assert one_bad.verdict == "insufficient_evidence"
    assert " In the comparison workflow: " in both_bad.gates["G1"].text
