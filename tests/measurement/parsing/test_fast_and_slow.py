"""The fast way gives what the slow way gives, or leaves the block to it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from measurement.parsing import Columns, FileTerms
from measurement.parsing.blocks import Block, RawBlock
from measurement.parsing.fast import fill_fast
from measurement.parsing.slow import fill_slow

TERMS = FileTerms(at=datetime(2026, 3, 1, tzinfo=UTC))
NAMES = ("case_id", "started_at", "completed_at", "status", "kind", "last_event_at", "rework")
START, END = "2026-01-05T08:00:00Z", "2026-01-06T08:00:00.5+01:00"
GOOD = ("A-1", START, END, "Completed", "simple", END, "1")


def raw_of(*rows):
    cells = dict(zip(NAMES, zip(*rows, strict=True), strict=True))
    return RawBlock(range(2, 2 + len(rows)), cells)


def block_of(raw):
    columns = Columns({name: at for at, name in enumerate(NAMES[:-1])}, {"rework": 6})
    columns.decide("rework", numeric=True)
    return Block(columns, len(raw.lines))


def meant(block):
    """What PostgreSQL makes of the texts."""
    times = [
        [datetime.fromisoformat(text).astimezone(UTC) if text else None for text in column]
        for column in (block.started, block.completed, block.last_events)
    ]
    fields = [json.loads(text) if text else None for text in block.fields]
    same = list(block.lines), list(block.case_ids), list(block.statuses), list(block.kinds)
    return (*same, times, fields, block.rejections)


CELLS = {
    "case_id": ["A-1", " B ", "Ä", "{…}", "a\tb"],
    "started_at": [START, "2026-01-05 08:00:00+15:59", "0001-01-01T00:00:00+10:00"],
    "completed_at": ["", END, "9999-12-31T23:59:59-10:00", "\n"],
    "status": ["", " completed ", "OPEN", "cancelled"],
    "kind": ["", "simple"],
    "last_event_at": ["", START, "2026-01-05T08:00:00.25+10:99"],
    "rework": ["", "-0", "0.50", "123456789012345.123456789", "1\n2", "\n", "1e9"],
}


@st.composite
def rows_almost_good(draw):
    """Good rows with one or two cells another way: most are read the fast way."""
    rows = [list(GOOD) for _row in range(draw(st.integers(1, 3)))]
    for _cell in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(NAMES) - 1))
        known = st.sampled_from(CELLS[NAMES[at]])
        rows[draw(st.integers(0, len(rows) - 1))][at] = draw(
            known | known | st.text("01Z+-:T.e \n", max_size=4)
        )
    return rows


@settings(max_examples=150, deadline=None)
@given(rows_almost_good())
@example([GOOD, (*GOOD[:-1], "1\n2")])
@example([GOOD, ("A-2", "0001-01-01T00:00:00+10:00", *GOOD[2:])])
def test_fast_way_gives_the_same_as_the_slow_way(rows):
    raw = raw_of(*rows)
    fast, slow = block_of(raw), block_of(raw)

    if fill_fast(fast, raw, TERMS):
        fill_slow(slow, raw, TERMS)
        assert meant(fast) == meant(slow)


@pytest.mark.parametrize(
    "word, end, state",
    [
        ("Erledigt", END, "completed"),
        ("in Bearbeitung", "", "open"),
        ("Storniert", END, "cancelled"),
        ("Zurückgezogen", "", "cancelled"),
        ("Clôturé", END, "completed"),
        ("En cours", "", "open"),
        ("ANNULÉ", "", "cancelled"),
        ("resolved", END, "completed"),
    ],
)
def test_states_are_read_in_three_languages(word, end, state):
    raw = raw_of(("A-1", START, end, word, "", "", ""))
    fast, slow = block_of(raw), block_of(raw)

    assert fill_fast(fast, raw, TERMS)
    fill_slow(slow, raw, TERMS)

    assert fast.statuses == list(slow.statuses) == [state]


def test_plain_rows_are_read_the_fast_way():
    raw = raw_of(GOOD, GOOD)

    assert fill_fast(block_of(raw), raw, TERMS)


@pytest.mark.parametrize(
    "name, text",
    [
        ("rework", "1\n2"),
        ("rework", "\n"),
        ("completed_at", "\n"),
        ("last_event_at", f"{START}\n{START}"),
        ("started_at", "0001-01-01T00:00:00+10:00"),
        ("started_at", "2026-01-05T08:00:00+16:00"),  # no offset that PostgreSQL reads
        ("started_at", "2026-01-05T08:00:00+10:99"),
    ],
)
def test_cell_that_only_looks_plain_is_left_to_the_slow_way(name, text):
    raw = raw_of(GOOD, tuple(dict(zip(NAMES, GOOD, strict=True), **{name: text}).values()))

    assert not fill_fast(block_of(raw), raw, TERMS)
