"""What is read of a result, and by whom: published figures of the units in reach, nothing else."""

from datetime import timedelta

import pytest

from people.choices import Role
from surveys import operations
from surveys.errors import ResultsNotReady
from surveys.models import ReleasedCell, Wave
from surveys.queries import results_of
from tests.factories.people import PersonFactory, RoleGrantFactory, SiteFactory
from tests.factories.sign_offs import NOON
from tests.factories.surveys import closed, instrument, opened, planned, released, send

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def units_of(page):
    return [unit.unit for unit in page.units]


def varied(number):
    return [(number * 7 + place * 3) % 5 + 1 for place in range(16)]


@pytest.mark.parametrize("stage", [planned, opened, closed])
def test_no_result_before_the_release(stage):
    asked = stage()
    with pytest.raises(ResultsNotReady):
        results_of(asked.wave, asked.office)


def test_everything_for_reach_and_the_way_down_for_the_team():
    asked = released((6, 7, 8), answers=varied)
    top = asked.wave.workflow.unit_id
    everything = [top, *(unit.pk for unit in asked.units)]
    auditor = RoleGrantFactory(role=Role.AUDITOR).person
    for person in (asked.office, asked.boss, asked.redesign.workflow.owner, auditor):
        page = results_of(asked.wave, person)
        assert (units_of(page), page.sees_all) == (everything, True)

    member = results_of(asked.wave, asked.people[asked.units[1].pk][0])
    assert (units_of(member), member.sees_all) == ([top, asked.units[1].pk], False)
    lead = results_of(asked.wave, asked.units[2].head)
    assert (units_of(lead), lead.sees_all) == ([top, asked.units[2].pk], False)


def test_figures_are_those_published():
    asked = released((6, 3, 8), answers=varied)
    page = results_of(asked.wave, asked.boss)

    assert page.whole.figures["respondents"].n == 17
    assert page.whole.response_rate == 1
    assert [unit.invited for unit in page.units] == [17, 6, 3, 8]
    assert [unit.depth for unit in page.units] == [0, 1, 1, 1]
    small = page.units[2]
    assert small.is_hidden
    assert (small.figures, small.response_rate) == ({}, None)
    shown = {
        figure.pk
        for unit in page.units
        for which in (unit.figures, unit.direct)
        for figure in which.values()
    }
    published = ReleasedCell.objects.filter(wave=asked.wave, subset="all")
    assert shown == set(published.values_list("pk", flat=True))
    assert [scale.key for scale in page.scales] == [
        "REL",
        "UND",
        "CTL",
        "FAI",
        "MGR",
        "TRN",
        "WIL",
        "CAL",
    ]


def test_comments_and_careful_figures_are_for_the_office():
    asked = released((60,), answers=varied, comments=lambda number: f"Wish {number}")
    from surveys.models import Comment

    Comment.objects.filter(text="Wish 3").update(withheld=True)

    page = results_of(asked.wave, asked.office)
    [block] = page.comments
    assert sorted(block.texts) == sorted(f"Wish {n}" for n in range(60) if n != 3)
    assert (block.unit, block.name, block.withheld) == (
        asked.units[0].pk,
        asked.units[0].name,
        1,
    )
    auditor = RoleGrantFactory(role=Role.AUDITOR).person
    for person in (asked.boss, asked.team[0], auditor):
        page = results_of(asked.wave, person)
        assert page.comments == ()
        assert all(not unit.careful for unit in page.units)


def test_too_few_answers_have_a_page_without_figures():
    asked = opened((6,))
    send(asked, asked.team[0])
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    page = results_of(asked.wave, asked.team[0])

    assert all(unit.is_hidden for unit in page.units)
    assert page.whole.response_rate is None


def second_wave(asked, **fields):
    later = NOON + 90 * DAY
    wave = operations.plan_wave(
        actor=asked.office,
        redesign=asked.redesign,
        instrument=instrument(),
        opens_date=later.date(),
        closes_date=later.date() + 21 * DAY,
        minimum_group=5,
        asks_comment=False,
        attributes=[],
        contact="dpo",
        agreement="",
        at=NOON,
    )
    asked.wave = operations.open_wave(wave=wave, at=later)
    for number, person in enumerate(asked.team):
        send(asked, person, varied(number + 1), at=later)
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=later)
    return operations.release(wave=asked.wave, at=later)


def test_earlier_wave_stands_beside_it():
    asked = released((6, 8), answers=varied)
    first = asked.wave
    second = second_wave(asked)

    page = results_of(second, asked.boss)

    assert page.earlier == first
    assert page.whole.earlier["respondents"].wave_id == first.pk
    assert page.whole.figures["respondents"].wave_id == second.pk
    assert results_of(first, asked.boss).earlier is None


def test_attribute_tables_are_rounded_and_for_who_sees_all():
    asked = planned((43, 42), attributes=["site"])
    for place, unit in enumerate(asked.units):
        unit.site = SiteFactory(name=f"Site {place}")
        unit.save()
    asked.wave = operations.open_wave(wave=asked.wave, at=NOON)
    for number, person in enumerate(asked.team):
        answers = varied(number)
        if number < 40:
            answers[0] = None  # too few of the first site for this item
        answers[5] = ([1, 2, 3, 4, 2, 5] if number < 43 else [5, 4, 3, 2, 4, 1])[number % 6]
        send(asked, person, answers)
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    [table] = results_of(asked.wave, asked.boss).attributes
    assert table.attribute == "site"
    assert [(group.names, group.about) for group in table.groups] == [
        (("Site 0",), 45),
        (("Site 1",), 40),
    ]
    assert all("REL1" not in group.means for group in table.groups)
    assert [group.means["CTL2"] for group in table.groups] == [3.2, 2.8]  # reversed
    assert results_of(asked.wave, asked.team[0]).attributes == ()


@pytest.mark.parametrize("sizes", [(6,), (6, 7, 8, 9)])
def test_queries_are_few_and_fixed(django_assert_num_queries, sizes):
    asked = released(sizes, answers=varied)
    wave = Wave.objects.get(pk=asked.wave.pk)
    for person, count in ((asked.office, 5), (asked.boss, 5), (asked.team[0], 5)):
        with django_assert_num_queries(count):
            results_of(wave, person)


def test_a_stranger_who_gets_here_sees_the_whole_only():
    asked = released((6, 7), answers=varied)
    page = results_of(asked.wave, PersonFactory())
    assert units_of(page) == [asked.wave.workflow.unit_id]
