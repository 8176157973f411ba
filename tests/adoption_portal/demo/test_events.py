"""A simulated event log tells the same cases as the table would."""

import csv
import io
from datetime import UTC, date, datetime
from itertools import pairwise

from adoption_portal.demo.cases import Simulation, simulated_csv
from adoption_portal.demo.catalogue import STORIES
from adoption_portal.demo.deliveries import ways_of
from adoption_portal.demo.events import CANCELLED, RECEIVED, TimedStep, Ways, simulated_log

SIMULATION = Simulation(
    7, 3.0, 4.0, effect=0.6, cancelled=0.1, fields=(("reopened", 0.2, 0.1),), prefix="E"
)
WAYS = Ways(
    before=(TimedStep("Read", 30, 600), TimedStep("Decide", 60, 1200)),
    after=(TimedStep("Read", 5, 60), TimedStep("Confirm", 20, 300)),
)
SPAN = {
    "first": date(2025, 3, 3),
    "until": datetime(2025, 9, 1, 12, tzinfo=UTC),
    "go_live": datetime(2025, 6, 2, 6, tzinfo=UTC),
}


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def by_case():
    found = {}
    for row in rows_of(simulated_log(SIMULATION, WAYS, **SPAN)):
        found.setdefault(row["case_id"], []).append(row)
    return found


def test_cases_begin_and_end_as_in_the_table():
    events = by_case()
    cases = rows_of(simulated_csv(SIMULATION, **SPAN))

    assert list(events) == [case["case_id"] for case in cases]
    assert {case["status"] for case in cases} == {"completed", "cancelled", "open"}
    for case in cases:
        first, last = events[case["case_id"]][0], events[case["case_id"]][-1]
        assert (first["activity"], first["at"]) == (RECEIVED, case["started_at"])
        if case["status"] == "completed":
            assert (last["at"], last["reopened"]) == (case["completed_at"], case["reopened"])
            assert last["activity"] in WAYS.last
        elif case["status"] == "cancelled":
            assert (last["activity"], last["at"]) == (CANCELLED, case["last_event_at"])
        else:
            assert last["activity"] not in {CANCELLED, *WAYS.last}


def test_steps_follow_each_other_and_change_with_the_go_live():
    live = "2025-06-02T06:00:00Z"
    for rows in by_case().values():
        ats = [row["at"] for row in rows]
        assert ats == sorted(ats)
        for before, row in pairwise(rows):
            assert not row["began_at"] or before["at"] <= row["began_at"] <= row["at"]
        if rows[-1]["activity"] == "Decide":
            assert ats[0] < live
        if rows[-1]["activity"] == "Confirm":
            assert ats[0] >= live


def test_the_same_arguments_give_the_same_log():
    assert simulated_log(SIMULATION, WAYS, **SPAN) == simulated_log(SIMULATION, WAYS, **SPAN)


def test_removed_steps_are_not_timed_after_and_added_ones_are():
    [story] = [one for one in STORIES if one.slug == "batch-record-review"]

    ways = ways_of(story)

    assert "Print and collate the record" not in [step.title for step in ways.after]
    assert TimedStep("Reviewer checks every flag", 110, 1500) in ways.after
    assert ways.last == ["Second reviewer reads all", "Second reviewer reads exceptions"]
