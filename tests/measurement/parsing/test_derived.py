"""Which cases events make, by the activities that begin, end and cancel them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from measurement.parsing import EventBlock, LogTerms, cases_of_events
from measurement.parsing.columns import Columns

FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)


def hour(number):
    return FIRST + timedelta(hours=number)


def block_of(*events):
    """(case, activity, hour, lifecycle, kind, fields, hour it began) each; the rest is optional."""
    filled = [(*event, *("", "", {}, None)[len(event) - 3 :]) for event in events]
    cases, activities, ats, lifecycles, kinds, fields, begans = zip(*filled, strict=True)
    return EventBlock(
        Columns({}, {}),
        len(events),
        range(2, 2 + len(events)),
        cases,
        activities,
        [hour(at).isoformat() for at in ats],
        ["" if began is None else hour(began).isoformat() for began in begans],
        lifecycles,
        kinds,
        [json.dumps(given) if given else "" for given in fields],
    )


def spans(events, **log):
    cases = cases_of_events([block_of(*events)], LogTerms(**log))
    return [(case.case_id, case.started_at, case.completed_at, case.status) for case in cases]


EVENTS = [
    ("B", "ask", 0), ("A", "check", 2), ("A", "ask", 3), ("A", "ship", 5), ("A", "ship", 7),
    ("B", "stop", 4), ("B", "ship", 6), ("C", "check", 1),
]  # fmt: skip


def test_case_goes_from_its_first_event_to_the_first_end():
    assert spans(EVENTS, ends=("ship",)) == [
        ("A", hour(2), hour(5), "completed"),
        ("B", hour(0), hour(6), "completed"),
        ("C", hour(1), None, "open"),
    ]


def test_case_begins_with_a_start_and_there_is_none_without():
    assert spans(EVENTS, starts=("ask",), ends=("ship",)) == [
        ("A", hour(3), hour(5), "completed"),
        ("B", hour(0), hour(6), "completed"),
    ]


def test_case_that_was_cancelled_first_is_cancelled():
    assert spans(EVENTS, ends=("ship",), cancels=("stop",))[1] == (
        "B",
        hour(0),
        hour(4),
        "cancelled",
    )


def test_end_and_cancel_at_one_moment_complete():
    events = [("A", "ask", 0), ("A", "stop", 2), ("A", "ship", 2)]

    assert spans(events, ends=("ship",), cancels=("stop",)) == [
        ("A", hour(0), hour(2), "completed")
    ]


def test_end_before_the_start_does_not_count():
    events = [("A", "ship", 0), ("A", "ask", 1), ("A", "ship", 4)]

    assert spans(events, starts=("ask",), ends=("ship",)) == [("A", hour(1), hour(4), "completed")]


@pytest.mark.parametrize("lifecycle, ended", [("", 3), ("complete", 3), ("start", 5), ("other", 5)])
def test_activity_ends_a_case_when_it_is_finished(lifecycle, ended):
    events = [("A", "ask", 0), ("A", "ship", 3, lifecycle), ("A", "ship", 5, "complete")]

    assert spans(events, ends=("ship",))[0][2] == hour(ended)


def test_case_starts_when_its_first_activity_began():
    events = [("A", "ask", 2, "", "", {}, -1), ("A", "ship", 3)]

    assert spans(events, ends=("ship",)) == [("A", hour(-1), hour(3), "completed")]


def test_last_given_kind_and_numbers_count_whatever_the_order_of_rows():
    events = [
        ("A", "ship", 9, "", "", {"pages": 3}),
        ("A", "ask", 0, "", "old", {"pages": 1, "ok": 1}),
        ("A", "check", 5, "", "new"),
    ]

    (case,) = cases_of_events([block_of(*events)], LogTerms(ends=("ship",)))

    assert (case.kind, case.fields, case.last_event_at) == ("new", {"pages": 3, "ok": 1}, hour(9))


def test_case_may_be_spread_over_blocks():
    blocks = [block_of(("A", "ask", 0)), block_of(("A", "ship", 1))]

    (case,) = cases_of_events(blocks, LogTerms(ends=("ship",)))

    assert case.completed_at == hour(1)
