"""How long signatures take: no figure, and no difference of figures, is of fewer than may be."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoption_portal.console.models import ScopeFigures
from adoption_portal.console.queries.counting.latency import (
    EVERY_ROLE,
    Asked,
    Latencies,
    thinned,
)
from adoption_portal.console.queries.counting.places import Places, _above
from people.models import OrgUnit
from tests.adoption_portal.console import scene as scenes
from tests.factories.people import PersonFactory
from workflows.models import RouteStep, StepAssignment

K = 3
GROUPS = [("all", None), *(("unit", pk) for pk in range(1, 7)), *(("site", pk) for pk in (1, 2))]
GROUPS += [("function", name) for name in "ab"] + [("tool", pk) for pk in (1, 2)]


def tree(parents):
    """Units by number from 1; sites in turn."""
    units = {
        at: OrgUnit(pk=at, parent_id=parent, site_id=at % 2 + 1)
        for at, parent in enumerate(parents, 1)
    }
    above = {pk: _above(pk, units) for pk in units}
    return Places(units, {pk: pk for pk in units}, above)


def asked(unit, signers, *, role="manager", days=1.0, function="", tool=None):
    return Asked(
        role,
        title=role,
        days=days,
        decided=True,
        signers=frozenset(signers),
        unit=unit,
        function=function,
        tool=tool,
    )


@st.composite
def organisations(draw):
    """Two tops at most; requests of two roles to few of eight people, of any function and tool."""
    count = draw(st.integers(1, 6))
    parents = [None, *(draw(st.sampled_from([None, *range(1, at)])) for at in range(2, count + 1))]
    requests = st.builds(
        asked,
        st.integers(1, count),
        st.sets(st.integers(1, 8), max_size=3),
        role=st.sampled_from(["manager", "quality", "council"]),
        function=st.sampled_from(["", "a", "b"]),
        tool=st.sampled_from([None, 1, 2]),
    )
    return tree(parents), draw(st.lists(requests, min_size=3, max_size=25))


@settings(deadline=None, max_examples=150)
@given(organisations())
def test_no_difference_of_figures_is_of_fewer_signers(organisation):
    """Whatever is added to or subtracted from whatever stands on nobody or K signers and more."""
    places, requests = organisation
    latencies = Latencies(places, requests, K)
    number = {id(request): at for at, request in enumerate(requests)}
    figures = []
    for group in GROUPS:
        for rows in latencies.shown(*group).values():
            figure = np.zeros(len(requests))
            figure[[number[id(row)] for row in rows]] = 1
            figures.append(figure)
    assert fewest_signers(np.array(figures), requests) >= K


def fewest_signers(figures, requests):
    """Of all combinations of the figures: the fewest people whose requests one stands on."""
    if not len(figures):
        return K
    rank = np.linalg.matrix_rank(figures)
    everybody = frozenset().union(*(request.signers for request in requests))
    for size in range(min(K, len(everybody) + 1)):
        for few in combinations(sorted(everybody), size):
            others = [not request.signers <= set(few) for request in requests]
            if np.linalg.matrix_rank(figures[:, others]) < rank:
                return size
    return K


def test_the_algebra_sees_a_leak():
    requests = [asked(1, [1]), asked(2, [2, 3]), asked(2, [4])]
    assert fewest_signers(np.array([[1.0, 1, 1], [0, 1, 1]]), requests) == 1
    assert fewest_signers(np.array([[1.0, 1, 1]]), requests) == K


def test_one_signer_is_not_what_is_left_of_a_unit():
    """Six sign in all and five in a unit: with both the sixth would be known by subtraction."""
    places = tree([None, 1, 1])
    requests = [asked(2, [signer]) for signer in range(5)] + [asked(3, [5])]
    latencies = Latencies(places, requests, 5)
    assert latencies.of("all", None)[EVERY_ROLE]["of"] == 6
    assert latencies.of("unit", 2) == latencies.of("unit", 3) == {}
    more = [*requests, *(asked(3, [signer]) for signer in range(6, 10))]
    latencies = Latencies(places, more, 5)
    assert [latencies.of("unit", pk)[EVERY_ROLE]["of"] for pk in (1, 2, 3)] == [10, 5, 5]


def test_three_units_are_not_what_is_left_of_two():
    """Less either of the fives six are left, less both of them one."""
    requests = [asked(2, [n]) for n in range(5)] + [asked(3, [n]) for n in range(5, 10)]
    latencies = Latencies(tree([None, 1, 1, 1]), [*requests, asked(4, [10])], 5)
    shown = [pk for pk in (2, 3, 4) if latencies.of("unit", pk)]
    assert len(shown) == 1
    assert shown != [4]


def test_a_role_of_few_is_not_what_is_left_of_all_roles():
    managers = [asked(1, [signer]) for signer in range(7)]
    quality = [asked(1, [7], role="quality")]
    assert set(Latencies(tree([None]), managers + quality, 5).of("all", None)) == {""}
    quality += [asked(1, [signer], role="quality") for signer in range(8, 12)]
    told = Latencies(tree([None]), managers + quality, 5).of("all", None)
    assert set(told) == {"", "manager", "quality"}


def test_a_function_of_few_is_not_told_and_neither_is_the_rest():
    requests = [asked(1, [signer], function="a") for signer in range(5)]
    requests += [asked(1, [9], function="b")]
    latencies = Latencies(tree([None]), requests, 5)
    assert latencies.of("function", "a") == latencies.of("function", "b") == {}


def test_a_curve_needs_thirty_requests():
    requests = [asked(1, [number % 6], days=number) for number in range(29)]
    told = Latencies(tree([None]), requests, 5).of("all", None)[""]
    assert (told["of"], told["median"], told["curve"]) == (29, 14.0, [])
    requests.append(asked(1, [1], days=40))
    told = Latencies(tree([None]), requests, 5).of("all", None)[""]
    assert told["curve"][-1] == [40, 0]


@pytest.mark.parametrize("count", [0, 1, 2, 23, 24, 25, 26, 47, 48, 100, 101])
def test_a_drawn_curve_keeps_its_last_step(count):
    points = [(float(day), 1 - day / count) for day in range(count)]
    found = thinned(points)
    assert found[-1:] == points[-1:]
    assert found[:1] == points[:1]
    assert len(found) <= 24


@pytest.mark.django_db
def test_latencies_of_a_count_come_from_the_routes():
    scene = scenes.build(sizes=(("Quality", 12), ("Supply", 8)))
    scenes.waiting(scene, name="Supply")
    others = PersonFactory.create_batch(5)
    for redesign, person in zip(scenes.waiting(scene, count=5), others, strict=True):
        step = RouteStep.objects.get(route__redesign=redesign)
        StepAssignment.objects.create(step=step, person=person, started_at=step.opened_at)
    scenes.counted()
    told = {row.name: row.latency for row in ScopeFigures.objects.all()}
    assert told[""][""]["of"] == 6
    assert told["Quality"] == told["Supply"] == {}  # the boss alone, beside five more
