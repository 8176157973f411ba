"""Times in all the ways that sources write them; what may mean two moments is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.parsing.time_patterns import TIME_EXAMPLES, TIME_PATTERNS, moment
from measurement.parsing.times import TimeReader
from measurement.parsing.values import BadValueError

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 4, 12, 30, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "pattern, text",
    [
        ("", "2026-03-04 12:30"),
        ("", "2026-03-04T12:30:00+01:00"),
        ("dd.mm.yyyy", "4.3.2026 12:30"),
        ("dd.mm.yyyy", "04.03.2026, 12:30:00"),
        ("dd.mm.yyyy", "04.03.2026 12:30:00,000"),
        ("dd/mm/yyyy", "04/03/2026 12:30 PM"),
        ("dd/mm/yyyy", "04/03/2026 12:30:00 p.m."),
        ("mm/dd/yyyy", "3/4/2026 12:30:00 PM"),
        ("mm/dd/yyyy", "03/04/2026T12:30Z"),
        ("dd-mm-yyyy", "04-03-2026 12:30 +0100"),
        ("yyyy/mm/dd", "2026/03/04 12:30"),
        ("yyyymmdd", "202603041230"),
        ("yyyymmdd", "20260304123000"),
        ("yyyymmdd", "20260304T123000Z"),
        ("yyyymmdd", "20260304 12:30:00"),
        ("dd-mon-yyyy", "04-Mar-2026 12:30"),
        ("dd-mon-yyyy", "4 MAR 2026 12:30:00"),
        ("excel", "46085.520833333336"),
        ("excel", "46085,520833333336"),
        ("epoch_seconds", "1772623800"),
        ("epoch_seconds", "1772623800.0"),
        ("epoch_milliseconds", "1772623800000"),
    ],
)
def test_time_is_read_by_its_pattern(pattern, text):
    read = TimeReader(pattern, BERLIN).read(text)

    expected = NOON
    if text.endswith("Z"):
        expected = NOON.replace(tzinfo=UTC)
    assert read == expected
    isos = TimeReader(pattern, BERLIN).column([text, "", text])
    assert isos[1] == ""
    assert [datetime.fromisoformat(iso) for iso in (isos[0], isos[2])] == [expected, expected]


@pytest.mark.parametrize(
    "pattern, text",
    [
        ("", "04.03.2026"),
        ("", "20260304"),
        ("", "2026-02-30"),
        ("dd.mm.yyyy", "2026-03-04"),
        ("dd.mm.yyyy", "04.03.26"),
        ("dd.mm.yyyy", "31.02.2026"),
        ("dd/mm/yyyy", "03/13/2026"),
        ("mm/dd/yyyy", "13/03/2026"),
        ("mm/dd/yyyy", "03/04/2026 13:30 PM"),
        ("mm/dd/yyyy", "03/04/2026 0:30 AM"),
        ("dd-mon-yyyy", "04-Mrz-2026"),
        ("yyyymmdd", "20261304"),
        ("yyyymmdd", "2026030425"),
        ("excel", "60"),
        ("excel", "2958466"),
        ("excel", "1e4"),
        ("epoch_seconds", "17726166"),
        ("epoch_seconds", "1772616600000"),
        ("epoch_milliseconds", "1772616600"),
        ("epoch_milliseconds", "١٧٧٢٦١٦٦٠٠٠٠٠"),
        ("dd.mm.yyyy", "٠٤.٠٣.٢٠٢٦"),
    ],
)
def test_what_is_written_otherwise_is_refused(pattern, text):
    reader = TimeReader(pattern, BERLIN)
    code = "not_as_chosen" if pattern else "not_a_time"

    with pytest.raises(BadValueError, match=code):
        reader.read(text)
    with pytest.raises(BadValueError, match=code):
        reader.column([text])


def test_day_and_month_are_told_apart_by_the_pattern_alone():
    fitting = {name for name in TIME_PATTERNS if fits("03/04/2026", name)}

    assert fitting == {"dd/mm/yyyy", "mm/dd/yyyy"}
    assert TimeReader("dd/mm/yyyy", UTC).read("03/04/2026").month == 4
    assert TimeReader("mm/dd/yyyy", UTC).read("03/04/2026").month == 3


@pytest.mark.parametrize("pattern", TIME_EXAMPLES)
def test_example_fits_its_own_pattern_alone(pattern):
    assert [name for name in TIME_PATTERNS if fits(TIME_EXAMPLES[pattern], name)] == (
        ["dd/mm/yyyy", "mm/dd/yyyy"] if pattern in ("dd/mm/yyyy", "mm/dd/yyyy") else [pattern]
    )


def fits(text, pattern):
    try:
        moment(text, pattern)
    except (ValueError, OverflowError):
        return False
    return True


@pytest.mark.parametrize("pattern", ["", "dd.mm.yyyy", "yyyymmdd", "excel"])
@pytest.mark.parametrize(
    "local, code",
    [(datetime(2026, 3, 29, 2, 30), "time_in_gap"), (datetime(2026, 10, 25, 2, 30), "time_twice")],  # noqa: DTZ001
)
def test_hour_that_summer_time_leaves_out_or_repeats_is_refused(pattern, local, code):
    text = written(local, pattern)
    reader = TimeReader(pattern, BERLIN)
    reader.column(
        [written(local.replace(hour=1, minute=0), pattern), written(local - DAY, pattern)]
    )

    with pytest.raises(BadValueError, match=code):
        reader.column([text])


DAY = timedelta(days=1)


def test_time_without_offset_needs_a_zone():
    with pytest.raises(BadValueError, match="no_zone"):
        TimeReader("dd.mm.yyyy").column(["04.03.2026"])
    assert TimeReader("epoch_seconds").read("1772623800") == NOON


def test_typed_times_stand_beside_the_pattern():
    reader = TimeReader("dd.mm.yyyy", UTC, typed=True)

    isos = reader.column(["2026-03-04T12:30:00", "04.03.2026 12:30"])

    assert {datetime.fromisoformat(iso) for iso in isos} == {NOON.replace(tzinfo=UTC)}


def written(local, pattern):
    if pattern == "excel":
        return f"{(local - datetime(1899, 12, 30)) / DAY:.12f}"  # noqa: DTZ001
    ways = {"": "%Y-%m-%d %H:%M:%S", "dd.mm.yyyy": "%d.%m.%Y %H:%M:%S", "yyyymmdd": "%Y%m%d%H%M%S"}
    return local.strftime(ways[pattern])


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["", "dd.mm.yyyy", "yyyymmdd"]),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Africa/Monrovia"]),
    st.lists(st.datetimes(datetime(1960, 1, 1), datetime(2200, 1, 1)), min_size=2, max_size=12),  # noqa: DTZ001
)
def test_column_gives_the_moments_of_its_cells(pattern, zone, locals_):
    """Whatever was remembered of days and times of day before."""
    cells = [written(local, pattern) for local in locals_]
    mixed = [
        written(datetime.combine(one.date(), other.time()), pattern)
        for one, other in zip(locals_, reversed(locals_), strict=True)
    ]
    reader = TimeReader(pattern, ZoneInfo(zone))
    good = [cell for cell in cells + mixed if reads(reader, cell)]

    column = reader.column(good)

    assert [datetime.fromisoformat(iso) for iso in column] == [
        TimeReader(pattern, ZoneInfo(zone)).read(cell) for cell in good
    ]


def reads(reader, cell):
    try:
        reader.read(cell)
    except BadValueError:
        return False
    return True
