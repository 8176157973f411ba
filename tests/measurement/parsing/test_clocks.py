"""Whole columns of times give what the standard library makes of each, or nothing at all."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.parsing.clocks import NEVER, OtherwiseWrittenError, moments_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
offsets = st.integers(-15 * 60 - 59, 15 * 60 + 59).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
moments = st.datetimes(
    min_value=datetime(2, 1, 2),  # noqa: DTZ001 the strategy adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=offsets,
)


def micros(text):
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.none() | st.tuples(moments, st.sampled_from(["seconds", "milliseconds", "auto"])),
        max_size=6,
    )
)
def test_every_moment_is_the_one_that_is_written(told):
    cells = ["" if one is None else one[0].isoformat(timespec=one[1]) for one in told]

    read = moments_of(cells)

    assert read.tolist() == [micros(cell) if cell else NEVER for cell in cells]
    assert read.dtype == np.int64


def test_zulu_blanks_and_signs_of_offsets_may_differ_within_a_column():
    cells = ["2026-01-05T08:00:00+01:00", "2026-01-05 08:00:00-01:00", "2026-01-05T08:00:00.25Z"]

    assert moments_of(cells).tolist() == list(map(micros, cells))


GOOD = "2024-02-29T08:00:00Z"


@pytest.mark.parametrize(
    "cell",
    [
        "2023-02-29T08:00:00Z",
        "2024-00-29T08:00:00Z",
        "2024-13-29T08:00:00Z",
        "2024-02-00T08:00:00Z",
        "2024-04-31T08:00:00Z",
        "0001-01-01T08:00:00Z",
        "0000-01-01T08:00:00Z",
        "2024-02-29T24:00:00Z",
        "2024-02-29T08:60:00Z",
        "2024-02-29T08:00:60Z",
        "2024-02-29T08:00:0aZ",
        "2024-02-29T08:00:0٣Z",
        "2024-02-29T08:00:00z",
        "2024-02-29t08:00:00Z",
        "2024/02/29T08:00:00Z",
        " 024-02-29T08:00:00Z",
        "2024-02-29T08:00:00+16:00",
        "2024-02-29T08:00:00+01:60",
        "2024-02-29T08:00:00+0100",
        "2024-02-29T08:00:00.1234567Z",
        "2024-02-29T08:00:00",
        "2024-02-29",
        "x",
        "\n",
    ],
)
def test_one_other_cell_leaves_the_column_to_a_closer_look(cell):
    for cells in ([cell], [GOOD, cell], [cell, GOOD]):
        with pytest.raises(OtherwiseWrittenError):
            moments_of(cells)


def test_years_at_both_ends_are_counted():
    cells = ["0002-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1600-02-29T00:00:00Z"]

    assert moments_of(cells).tolist() == [micros(cells[0]), micros(cells[1]), micros(cells[2])]
