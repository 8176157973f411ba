"""What changed between two contents, in words. Contents are the real ones, of two revisions."""

from copy import deepcopy
from decimal import Decimal

import pytest

from tests.factories.people import WorkCalendarFactory
from tests.factories.workflows import GuardrailFactory, RedesignFactory, WorkflowFactory
from workflows.content import canonical_content
from workflows.differences import Difference, differences

pytestmark = pytest.mark.django_db


@pytest.fixture
def revision():
    redesign = RedesignFactory()
    GuardrailFactory(hypothesis=redesign.current_revision.hypothesis, name="Right first time")
    return redesign.current_revision


def told(revision, **changes):
    """The differences after ``changes`` to the hypothesis."""
    before = canonical_content(revision)
    for name, value in changes.items():
        setattr(revision.hypothesis, name, value)
    return differences(before, canonical_content(revision))


def test_equal_contents_do_not_differ(revision):
    content = canonical_content(revision)

    assert differences(content, deepcopy(content)) == []


@pytest.mark.parametrize(
    "field, value, expected",
    [
        ("placebo", False, Difference("Look for jumps between earlier quarters", "yes", "no")),
        ("drift_key", False, Difference("Look for a trend before go-live", "yes", "no")),
        ("standardise", False, Difference("Allow for a different mix of cases", "yes", "no")),
        ("season", True, Difference("This work has a yearly season", "no", "yes")),
        ("before_days", 2555, Difference("Days before go-live that count", "364", "2555")),
        ("washout_days", 0, Difference("Days after go-live left out", "14", "0")),
        ("after_days", None, Difference("Days after that count", "84", "")),
        ("margin", Decimal("0.1"), Difference("Too small to matter", "5%", "10%")),
        ("target_ratio", Decimal("0.7"), Difference("Promise", "20% less time", "30% less time")),
    ],
)
def test_each_field_of_the_promise_has_its_line(revision, field, value, expected):
    for name in ("margin", "target_ratio"):
        setattr(revision.hypothesis, name, Decimal(getattr(revision.hypothesis, name)))

    assert told(revision, **{field: value}) == [expected]


def test_what_the_promise_names_is_told_by_name(revision):
    other = WorkflowFactory(name="Complaints in Graz")
    calendar = WorkCalendarFactory(name="Two shifts")

    assert told(revision, comparison=other, calendar=calendar) == [
        Difference("Comparison workflow", "", "Complaints in Graz"),
        Difference("Time is counted by", "", "Two shifts"),
    ]


def test_every_field_of_the_promise_that_is_signed_is_compared(revision):
    """Nothing signed can change without a line on the page of revisions."""
    before = canonical_content(revision)
    for name in set(before["hypothesis"]) - {"guardrails"}:
        after = deepcopy(before)
        value = before["hypothesis"][name]
        after["hypothesis"][name] = (
            (not value) if isinstance(value, bool) else 7 if isinstance(value, int) else "0.3"
        )
        assert len(differences(before, after)) == 1, name


def test_guardrails_come_go_and_change(revision):
    before = canonical_content(revision)
    after = deepcopy(before)
    after["hypothesis"]["guardrails"][0]["margin"] = "0.05"
    without = deepcopy(before)
    without["hypothesis"]["guardrails"] = []

    assert [line.what for line in differences(before, after)] == ["Guardrail Right first time"]
    (gone,) = differences(before, without)
    assert (gone.what, gone.after) == ("Guardrail Right first time", "")
