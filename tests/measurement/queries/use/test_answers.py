"""The ladder, concentration, heat map and enablement of a small company, counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from measurement.queries.use import (
    HIDDEN,
    Scope,
    Shown,
    concentration,
    coverage,
    enablement,
    heat_map,
    load_use,
    loaded,
    people_ladder,
    use_by_workflow,
)
from measurement.queries.use.arrays import first_use
from measurement.queries.use.groups import by_unit
from people.choices import EmploymentStatus
from people.models import Employment
from tests.factories.measurement import CaseFactory, CaseImportFactory, reading_of
from tests.factories.people import (
    AssignmentFactory,
    EmploymentFactory,
    OrgUnitFactory,
    SiteFactory,
    TrainingCompletionFactory,
    TrainingFactory,
)
from tests.factories.sign_offs import live, put_into
from tests.factories.use import EntitlementFactory, staffed, using
from tests.factories.workflows import AiToolFactory, WorkflowFactory
from workflows.models import TeamTalk, Workflow

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)  # a Thursday; the week before ends on the 22nd
HABIT, RARE = "333333333333", "1..........."


@pytest.fixture
def company():
    """A top with 6 and two units of 12 and 8 on two sites; 10 + 8 of them have the tool."""
    tool = AiToolFactory(name="Assistant", version="1")
    top = OrgUnitFactory(name="Company", site=SiteFactory(name="Basel"))
    first = OrgUnitFactory(name="First", parent=top, site=top.site, function="Quality")
    second = OrgUnitFactory(
        name="Second", parent=top, site=SiteFactory(name="Lyon"), function="Supply"
    )
    people = {"top": staffed(top, 6), "first": staffed(first, 12), "second": staffed(second, 8)}
    for person in people["first"][:10] + people["second"]:
        EntitlementFactory(person=person, tool=tool)
    for person in people["first"][:4]:
        using(person, tool, HABIT)
    for person in people["first"][4:7]:
        using(person, tool, RARE)
    for person in people["second"][:3]:
        using(person, tool, HABIT)
    return {"tool": tool, "units": (top, first, second), "people": people}


def test_ladder_of_everybody(company):
    ladder = people_ladder(Scope(), NOW)

    assert ladder.as_of == date(2026, 11, 23)
    assert ladder.data_to == date(2026, 11, 22)
    assert (ladder.people, ladder.on_leave) == (26, 0)
    assert ladder.access == Shown(26, 18)
    assert ladder.active == Shown(18, 7)
    assert ladder.habitual == Shown(18, 7)
    assert ladder.new == 0
    assert ladder.in_changed_work == Shown(18, 0)
    assert ladder.translation_gap == pytest.approx(7 / 18)
    assert not ladder.partial


def test_ladder_of_a_unit_a_site_and_a_function(company):
    _top, first, second = company["units"]
    assert people_ladder(Scope(unit=first.pk), NOW).habitual == Shown(10, 4)
    assert people_ladder(Scope(site=second.site_id), NOW).habitual == Shown(8, 3)
    assert people_ladder(Scope(function="Supply"), NOW).access == Shown(8, 8)
    assert people_ladder(Scope(unit=first.pk, site=second.site_id), NOW).people == HIDDEN


def test_a_small_unit_shows_nothing(company):
    small = OrgUnitFactory(parent=company["units"][0])
    for person in staffed(small, 4):
        EntitlementFactory(person=person, tool=company["tool"])
        using(person, company["tool"], HABIT)
    ladder = people_ladder(Scope(unit=small.pk), NOW)
    assert ladder.people == ladder.access == ladder.active == ladder.habitual == HIDDEN
    assert ladder.new == ladder.translation_gap == ladder.first_use == HIDDEN


def test_minimum_group_of_the_organisation_counts(company, settings):
    settings.MINIMUM_GROUP = 9
    second = company["units"][2]
    assert people_ladder(Scope(unit=second.pk), NOW).access == HIDDEN


def test_long_leave_is_in_no_denominator(company):
    away = company["people"]["first"][:5]
    Employment.objects.filter(person__in=away).update(status=EmploymentStatus.LEAVE)
    ladder = people_ladder(Scope(), NOW)
    assert (ladder.people, ladder.on_leave) == (21, 5)
    assert ladder.access == Shown(21, 13)
    assert ladder.active == Shown(13, 3)


def test_weeks_of_leave_do_not_punish(company):
    person = company["people"]["first"][9]
    EmploymentFactory(
        person=person,
        status=EmploymentStatus.LEAVE,
        valid=DateRange(date(2019, 1, 1), date(2019, 2, 1)),
    )
    using(person, company["tool"], "333333------")
    assert people_ladder(Scope(), NOW).habitual == Shown(18, 8)


def test_new_people_stand_beside(company):
    for person in company["people"]["top"]:
        EntitlementFactory(
            person=person, tool=company["tool"], valid=DateRange(date(2026, 11, 2), None)
        )
    ladder = people_ladder(Scope(), NOW)
    assert (ladder.access, ladder.habitual, ladder.new) == (Shown(26, 24), Shown(18, 7), 6)


def test_use_without_access_is_in_no_figure(company):
    using(company["people"]["first"][11], company["tool"], HABIT)
    assert people_ladder(Scope(), NOW).active == Shown(18, 7)


def test_the_running_week_is_not_known_yet(company):
    using(company["people"]["second"][4], company["tool"], "5", until=date(2026, 11, 30))
    assert people_ladder(Scope(), NOW).active == Shown(18, 7)


def test_the_same_answer_all_week(company):
    use = [people_ladder(Scope(), NOW + timedelta(days=day)) for day in (-3, 0, 3)]
    assert use[0] == use[1] == use[2]


def test_time_to_first_use(company):
    # All have had access since 5 January; rows begin twelve weeks ago, on 31 August.
    found = people_ladder(Scope(), NOW).first_use
    assert found.of == 18
    assert found.days == (date(2026, 9, 6) - date(2026, 1, 5)).days
    for person in staffed(OrgUnitFactory(parent=company["units"][0]), 6):
        EntitlementFactory(person=person, tool=company["tool"])
    found = people_ladder(Scope(), NOW).first_use
    assert (found.of, found.days) == (24, None)  # 10 of 24 began


def access(person, tool, *ranges):
    for since, until in ranges:
        EntitlementFactory(person=person, tool=tool, valid=DateRange(since, until))


def test_renewed_access_is_no_beginning():
    """Of six, five had access two years ago: four whose range was renewed, one who paused."""
    unit, tool = OrgUnitFactory(), AiToolFactory()
    *renewed, paused, other = staffed(unit, 6)
    old, now = date(2024, 11, 1), date(2026, 10, 1)
    for person in renewed:
        access(person, tool, (old, now), (now, None))
    access(paused, tool, (old, date(2025, 1, 1)), (now, None))
    access(other, tool, (now, None))
    rows = first_use(load_use(NOW).arrays, tool=None)
    assert [column.tolist() for column in rows] == [[5], [52], [False]]


def test_access_that_ended_counts_until_then():
    """Of five two had it taken away before they used it: left out, all would have begun at once."""
    unit, tool, second = OrgUnitFactory(), AiToolFactory(), AiToolFactory()
    people = staffed(unit, 5)
    since, until = date(2026, 8, 31), date(2026, 9, 28)
    for person in people[:2]:
        access(person, tool, (since, until))
    using(people[0], tool, "3")  # without access by then
    access(people[1], tool, (date(2026, 11, 2), None))
    for person in people[2:4]:
        access(person, tool, (since, None))
        using(person, tool, "3...........")
    access(people[4], tool, (since, date(2026, 9, 14)))
    access(people[4], second, (date(2026, 9, 14), None))  # one run of the two
    using(people[4], second, "3..")
    use = load_use(NOW)
    who, days, used = first_use(use.arrays, tool=None)
    order = who.argsort()
    assert days[order].tolist() == [28, 28, 6, 6, 69]
    assert used[order].tolist() == [False, False, True, True, True]
    who, days, used = first_use(use.arrays, tool=tool.pk)
    assert (days[who == 4].tolist(), used[who == 4].tolist()) == ([14], [False])


def test_tools_are_told_of_large_groups_only(company):
    tool = company["tool"]
    ladder = people_ladder(Scope(tool=tool.pk), NOW)
    assert (ladder.access, ladder.active, ladder.habitual) == (Shown(26, 18), HIDDEN, HIDDEN)
    other = OrgUnitFactory(parent=company["units"][0])
    for person in staffed(other, 32):
        EntitlementFactory(person=person, tool=tool)
    ladder = people_ladder(Scope(tool=tool.pk), NOW)
    assert (ladder.access, ladder.active) == (Shown(58, 50), Shown(50, 7))
    assert ladder.habitual == Shown(50, 7)
    assert people_ladder(Scope(tool=tool.pk, unit=other.pk), NOW).active == HIDDEN
    assert people_ladder(Scope(tool=tool.pk + 1000), NOW).active == HIDDEN


def test_a_tool_of_a_few_is_not_told(company):
    for person in staffed(OrgUnitFactory(parent=company["units"][0]), 32):
        EntitlementFactory(person=person, tool=company["tool"])
    rare = AiToolFactory()
    for person in company["people"]["first"][:3]:
        EntitlementFactory(person=person, tool=rare)
    assert people_ladder(Scope(tool=rare.pk), NOW).active == HIDDEN
    assert people_ladder(Scope(tool=company["tool"].pk), NOW).active == Shown(50, 7)


def test_who_lacks_a_tool_does_not_show_through(company):
    """All tools minus the one tool would be what two people do."""
    for person in staffed(OrgUnitFactory(parent=company["units"][0]), 32):
        EntitlementFactory(person=person, tool=company["tool"])
    other = AiToolFactory()
    for person in company["people"]["first"][10:]:
        EntitlementFactory(person=person, tool=other)
    assert people_ladder(Scope(), NOW).active == Shown(52, 7)
    assert people_ladder(Scope(tool=company["tool"].pk), NOW).active == HIDDEN


def test_concentration_needs_thirty_people(company):
    assert concentration(Scope(), NOW) == HIDDEN
    for person in staffed(OrgUnitFactory(parent=company["units"][0]), 32):
        EntitlementFactory(person=person, tool=company["tool"])
    found = concentration(Scope(), NOW)
    # 40 people with no day, 3 with 1, 7 with 36: 2 * 11970 / (50 * 255) - 51 / 50.
    assert (found.of, found.weeks) == (50, 12)
    assert found.gini == pytest.approx(0.857647, abs=1e-6)
    assert found.gini_low < found.gini < found.gini_high
    assert found.top_tenth_share == pytest.approx(5 * 36 / 255)
    assert found.lorenz[0] == (0.0, 0.0)
    assert found.lorenz[-1] == (1.0, pytest.approx(1.0))
    assert found.below_weekly == Shown(50, 43)


def test_concentration_of_fifty_draws_no_step_of_few(company):
    for person in staffed(OrgUnitFactory(parent=company["units"][0]), 14):
        EntitlementFactory(person=person, tool=company["tool"])
    found = concentration(Scope(), NOW)
    assert (found.of, len(found.lorenz) - 1, found.top_tenth_share) == (32, 6, None)


def test_heat_map(company):
    _top, first, second = company["units"]
    found = heat_map(NOW, rung="access")
    assert [place.name for place in found.units] == ["First", "Second"]
    assert [place.name for place in found.sites] == ["Basel", "Lyon"]
    assert found.cells == {
        (first.pk, first.site_id): Shown(12, 10),
        (second.pk, second.site_id): Shown(8, 8),
    }
    with pytest.raises(ValueError, match="rung"):
        heat_map(NOW, rung="prompts")


def test_nobody_at_all():
    ladder = people_ladder(Scope(), NOW)
    assert (ladder.people, ladder.access, ladder.data_to) == (HIDDEN, HIDDEN, None)
    assert concentration(Scope(), NOW) == HIDDEN
    assert heat_map(NOW).cells == {}
    assert coverage(Scope(), NOW).managers == HIDDEN
    assert people_ladder(Scope(unit=12345), NOW).people == HIDDEN


def test_in_changed_work(company):
    first = company["units"][1]
    flow = live(
        at=NOW - timedelta(days=200),
        live_at=NOW - timedelta(days=190),
        workflow=WorkflowFactory(unit=first, is_simulated=True),
        boss=company["units"][0].head,
    )
    reading_of(flow.redesign)
    put_into(flow.redesign, "measured")
    assert people_ladder(Scope(), NOW).in_changed_work == Shown(18, 10)
    reading_of(
        flow.redesign, kind="day_90", verdict="no_measurable_change", ratio=0.95, low=0.9, high=1
    )
    assert people_ladder(Scope(), NOW).in_changed_work == Shown(18, 0)


def in_use(company, unit, *, tool=None):
    """A workflow of the unit that runs with the tool."""
    return live(
        at=NOW - timedelta(days=60),
        live_at=NOW - timedelta(days=50),
        workflow=WorkflowFactory(unit=unit, is_simulated=True),
        boss=company["units"][0].head,
        **({"tool": tool} if tool else {}),
    ).redesign.workflow


def all_closed(workflow, count=100):
    CaseFactory.create_batch(
        count,
        workflow=workflow,
        first_import=CaseImportFactory(),
        completed_at=NOW - timedelta(days=10),
        started_at=NOW - timedelta(days=11),
    )


@pytest.fixture
def large(company):
    """60 people in a unit of the first level, 52 of them with the tool that its workflow runs with.

    All others with the tool are 50.
    """
    unit, tool = OrgUnitFactory(parent=company["units"][0]), company["tool"]
    people = staffed(unit, 60)
    for person in people[:52] + staffed(OrgUnitFactory(parent=unit.parent), 32):
        EntitlementFactory(person=person, tool=tool)
    return in_use(company, unit, tool=tool), people, tool


def test_breadth_and_depth(company, large):
    workflow, people, tool = large
    for person in people[:6]:
        using(person, tool, "33", cases=3)
    using(people[55], tool, "33", cases=3)  # without access: in no figure
    found = use_by_workflow([workflow.pk], NOW)[workflow.pk]
    assert found.breadth == Shown(60, 6)
    assert found.depth is None  # no case was closed
    all_closed(workflow)
    assert use_by_workflow([workflow.pk], NOW)[workflow.pk].depth == (36, 100)
    assert use_by_workflow([workflow.pk + 1], NOW) == {}


def test_depth_is_not_told_where_it_would_be_of_a_few(company, large):
    workflow, people, tool = large
    for person in people[:6]:
        using(person, tool, "33", cases=3)
    using(company["people"]["second"][4], tool, "33", cases=3)
    whole = in_use(company, workflow.unit, tool=tool)
    Workflow.objects.filter(pk=whole.pk).update(unit=company["units"][0])
    all_closed(workflow)
    all_closed(whole)
    found = use_by_workflow([workflow.pk, whole.pk], NOW)
    assert found[workflow.pk].depth == (36, 100)
    assert found[whole.pk].breadth == Shown(118, 14)
    assert found[whole.pk].depth is None  # less the 36: what one person did

    for person in company["people"]["first"][4:8]:
        using(person, tool, "3", cases=3)
    assert use_by_workflow([whole.pk], NOW)[whole.pk].depth == (54, 100)


def test_breadth_does_not_tell_what_the_few_with_a_tool_do(company):
    """Access to the tool is told: 2 of 40. So a breadth of 2 of 40 would name both."""
    unit, rare = OrgUnitFactory(parent=company["units"][0]), AiToolFactory()
    people = staffed(unit, 40)
    for person in people:
        EntitlementFactory(person=person, tool=company["tool"])
    for person in people[:2]:
        EntitlementFactory(person=person, tool=rare)
        using(person, rare, HABIT, cases=3)
    workflow = in_use(company, unit, tool=rare)
    assert people_ladder(Scope(unit=unit.pk, tool=rare.pk), NOW).access == Shown(40, 2)
    found = use_by_workflow([workflow.pk], NOW)[workflow.pk]
    assert (found.breadth, found.depth) == (HIDDEN, None)


def test_breadth_does_not_say_that_all_with_the_tool_use_it(large):
    workflow, people, tool = large
    for person in people[:52]:
        using(person, tool, HABIT)
    assert use_by_workflow([workflow.pk], NOW)[workflow.pk].breadth == HIDDEN  # 52 of 60
    for person in people[52:]:
        EntitlementFactory(person=person, tool=tool)
        using(person, tool, HABIT)
    found = use_by_workflow([workflow.pk], NOW)[workflow.pk].breadth
    assert found == Shown(60, None, "nearly_all")


def test_breadth_and_coverage_are_counted_once(company, large, monkeypatch):
    workflow, _people, tool = large
    flows = [workflow, *(in_use(company, workflow.unit, tool=tool) for _number in range(3))]
    TrainingFactory(code="BASICS", required_of="people")
    counted = []

    def counting(*given):
        counted.append(given)
        return by_unit(*given)

    for module in (enablement, loaded):
        monkeypatch.setattr(module, "by_unit", counting)
    use = load_use(NOW)
    use_by_workflow([flows[0].pk], NOW, use=use)
    coverage(Scope(), NOW, use=use)
    counted.clear()
    assert len(use_by_workflow([flow.pk for flow in flows], NOW, use=use)) == 4
    coverage(Scope(unit=workflow.unit_id), NOW, use=use)
    assert counted == []


def test_coverage_of_managers_and_people(company):
    flows = []
    for _number in range(6):
        unit = OrgUnitFactory(parent=company["units"][0])
        staffed(unit, 5)
        flows.append(
            live(
                at=NOW - timedelta(days=60),
                live_at=NOW - timedelta(days=50),
                workflow=WorkflowFactory(unit=unit, is_simulated=True),
                boss=company["units"][0].head,
            ).redesign
        )
    lead = TrainingFactory(code="LEAD", required_of="managers")
    basics = TrainingFactory(code="BASICS", required_of="people")
    TrainingFactory(code="EXTRA")
    heads = [flow.workflow.unit.head for flow in flows]
    for number, (head, flow) in enumerate(zip(heads, flows, strict=True)):
        EmploymentFactory(person=head)
        AssignmentFactory(person=head, unit=flow.workflow.unit)
        TrainingCompletionFactory(person=head, training=lead)
        TrainingCompletionFactory(person=head, training=basics)
        if number < 3:
            TeamTalk.objects.create(redesign=flow, held_date=date(2026, 9, 1), recorded_by=head)
    found = coverage(Scope(), NOW)
    assert found.managers == Shown(6, 3)
    assert found.ready == Shown(36, 6)
    assert [(row.code, row.done) for row in found.trainings] == [
        ("BASICS", Shown(36, 6)),
        ("LEAD", Shown(6, None, "nearly_all")),
    ]


def test_reading_costs_the_same_whatever_the_rows(company, django_assert_num_queries):
    with django_assert_num_queries(9):
        use = load_use(NOW)
    staffed(OrgUnitFactory(parent=company["units"][0]), 20)
    with django_assert_num_queries(9):
        use = load_use(NOW)
    with django_assert_num_queries(1):  # who began to use it, and when
        people_ladder(Scope(), NOW, use=use)
