import numpy as np
import pytest

from measurement.evaluating import (
    Call,
    canonical,
    canonical_bytes,
    content_hash,
    evaluated,
    packed,
    sha256_of,
    unpacked,
)
from measurement.statistics import Design, evaluate

DAY = 86_400.0
GO_LIVE = 1_700_000_000.0


def cases(*, before=300, after=90, ratio=0.6, seed=7):
    chance = np.random.default_rng(seed)
    start = np.concatenate(
        (
            GO_LIVE - chance.uniform(0, 364, before) * DAY,
            GO_LIVE + chance.uniform(14, 98, after) * DAY,
        )
    )
    spent = chance.lognormal(np.log(3 * DAY), 0.5, before + after)
    spent[before:] *= ratio
    return {
        "start": start,
        "end": start + spent,
        "cancelled": np.zeros(before + after, dtype=bool),
    }


def call(**changed):
    given = {
        "go_live": GO_LIVE,
        "cutoff": GO_LIVE + 112 * DAY,
        "data_from": None,
        "design": {"before_days": 364, "washout_days": 14, "after_days": 84},
    }
    return Call(**(given | changed))


def test_packed_arrays_come_back_as_they_were():
    arrays = cases() | {"kind": np.arange(390, dtype=np.int32)}

    back = unpacked(packed(arrays))

    assert set(back) == set(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_packed_arrays_keep_the_pattern_of_missing_values():
    arrays = {"end": np.array([1.0, np.nan, -0.0])}

    assert unpacked(packed(arrays))["end"].tobytes() == arrays["end"].tobytes()


def test_content_hash_sees_every_value():
    arrays = cases()
    other = cases()
    other["end"][17] += 0.001

    assert content_hash(arrays) == content_hash(cases())
    assert content_hash(arrays) != content_hash(other)


def test_evaluated_is_what_the_statistics_say_of_the_same_arrays():
    arrays = cases()

    reading = evaluated(call(), arrays, None)

    direct = evaluate(
        arrays["start"],
        arrays["end"],
        cancelled=arrays["cancelled"],
        go_live=GO_LIVE,
        cutoff=GO_LIVE + 112 * DAY,
        design=Design(before_days=364, washout_days=14, after_days=84),
    )
    assert canonical_bytes(reading) == canonical_bytes(direct)


def test_evaluated_from_stored_call_and_arrays_gives_the_same_bytes():
    arrays = cases()
    first = evaluated(call(), arrays, None)

    again = evaluated(Call.from_json(canonical(call().as_json())), unpacked(packed(arrays)), None)

    assert sha256_of(again) == sha256_of(first)


def test_duplicates_over_one_percent_refuse_the_reading():
    reading = evaluated(call(delivered_rows=1000, duplicate_rows=11), cases(), None)

    assert (reading.verdict, reading.grade, reading.p) == ("refused", "C", 1.0)
    assert reading.gates["G9"].passed is False
    assert reading.ratio == pytest.approx(0.6, abs=0.1)


def test_duplicates_of_one_percent_do_not():
    reading = evaluated(call(delivered_rows=1000, duplicate_rows=10), cases(), None)

    assert reading.verdict == "improved"
    assert reading.gates["G9"].passed is True


@pytest.mark.parametrize(
    "days,as_slow,passes", [(364, None, True), (300, None, False), (300, True, True)]
)
def test_a_workflow_picked_because_it_was_slow_needs_a_year_or_a_comparison_as_slow(
    days, as_slow, passes
):
    other = cases(ratio=1.0, seed=8)
    arrays = cases() | {f"other_{name}": array for name, array in other.items()}
    given = call(
        design={"before_days": days},
        picked_because_slow=True,
        comparison="x" if as_slow else None,
        comparison_as_slow=as_slow,
    )

    reading = evaluated(given, arrays, None)

    assert reading.gates["G10"].passed is passes
    assert passes or reading.grade == "C"


def test_a_week_without_a_start_is_a_week_of_history_all_the_same():
    arrays = cases()
    empty = (arrays["start"] >= GO_LIVE - 70 * DAY) & (arrays["start"] < GO_LIVE - 49 * DAY)
    kept = {name: values[~empty] for name, values in arrays.items()}

    reading = evaluated(call(picked_because_slow=True), kept, None)

    assert reading.weeks_before < 52
    assert (reading.gates["G10"].passed, reading.gates["G10"].value) == (True, 52.0)


def test_weeks_before_the_first_case_are_no_history():
    """A source may say that it is complete from long before there was anything."""
    arrays = cases()
    late = arrays["start"] >= GO_LIVE - 91 * DAY
    kept = {name: values[late] for name, values in arrays.items()}

    reading = evaluated(call(picked_because_slow=True, data_from=GO_LIVE - 400 * DAY), kept, None)

    assert (reading.gates["G10"].passed, reading.gates["G10"].value) == (False, 13.0)


def test_canonical_has_no_numbers_that_json_does_not_know():
    assert canonical({"a": float("nan"), "b": (np.float64("inf"), np.int32(3))}) == {
        "a": None,
        "b": [None, 3],
    }
