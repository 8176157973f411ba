"""No choice of filters shows fewer people than the minimum group: by linear algebra.

Every figure that is shown is a sum over people. What can be added to or subtracted from what is the
row space of those sums. A group under the minimum can be computed exactly when a vector of that
space stands on fewer than k people: of people who are in the same figures, so that one of each kind
and how many they are is all that counts.
"""

from datetime import date
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.queries.use.answers import _beginners
from measurement.queries.use.arrays import Units, UseArrays
from measurement.queries.use.enablement import breadth
from measurement.queries.use.figures import HIDDEN, Shown
from measurement.queries.use.groups import (
    Groups,
    Metric,
    by_unit,
    cut_is_safe,
    groups_of,
    part_of,
    tool_groups,
    veiled,
)
from measurement.queries.use.loaded import Use

K = 5


@st.composite
def organisations(draw, *, tools=0, most=12, units=7):
    """A tree of units with sites and functions, people in them, and their tools."""
    count = draw(st.integers(1, units))
    parent = [-1] + [draw(st.integers(0, at - 1)) for at in range(1, count)]
    site = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    function = draw(st.lists(st.sampled_from("ab"), min_size=count, max_size=count))
    size = draw(st.lists(st.integers(0, most), min_size=count, max_size=count))
    tree = Units(
        pk=np.arange(1, count + 1) * 10,
        parent=np.array(parent),
        site=np.array(site),
        function=np.array(function),
    )
    unit = np.repeat(np.arange(count), size)
    people = len(unit)
    seed = draw(st.integers(0, 10_000))
    chance = np.random.default_rng(seed)
    has = chance.random((tools, people)) < chance.random((tools, count))[:, unit]
    return tree, unit, has, chance


def scopes_of(units):
    """All that can be asked for: subtrees, sites, functions and their intersections."""
    everywhere = np.ones(len(units.pk), bool)
    subtrees = [(everywhere, False)] + [(units.below(int(pk)), True) for pk in units.pk]
    sites = [everywhere, *(units.site == site for site in np.unique(units.site))]
    functions = [everywhere, *(units.function == name for name in np.unique(units.function))]
    for (subtree, whole), site, function in product(subtrees, sites, functions):
        yield subtree & site & function, whole


def sets_shown(metric, units, unit, of):
    """(figures, people) bool: whose sum each shown figure is."""
    found = []
    for wanted, whole in scopes_of(units):
        if isinstance(metric.rung(wanted, whole=whole), Shown):
            kept, _left_out = metric.groups.covered(wanted)
            found.append(kept[unit] & of)
    return found


def smallest_group(sets, people):
    """Fewest people that a combination of the sums stands on; all of them when there is none.

    Of a matrix in reduced form with few columns: leave out all but some kinds of people and see
    whether the space still has a vector on the rest.
    """
    if not sets:
        return people
    kinds, counts = np.unique(np.array(sets, float).T, axis=0, return_counts=True)
    inside = kinds.any(axis=1)
    kinds, counts = kinds[inside], counts[inside]
    small = [at for at in range(len(kinds)) if counts[at] < K]
    fewest = people
    rank = np.linalg.matrix_rank(kinds)
    for size in range(1, K):
        for chosen in combinations(small, size):
            on = counts[list(chosen)].sum()
            if on >= K:
                continue
            others = np.delete(kinds, chosen, axis=0)
            # A combination that vanishes on all others and not on the chosen ones.
            left = np.linalg.matrix_rank(others) if len(others) else 0
            if left < rank:
                fewest = min(fewest, int(on))
    return fewest


@settings(deadline=None, max_examples=150)
@given(organisations())
def test_no_filter_shows_fewer_people_than_the_minimum(organisation):
    units, unit, _has, _chance = organisation
    everybody = np.ones(len(unit), bool)
    (size,) = by_unit(units, unit, everybody)
    groups = groups_of(units, size, K)
    shown = sets_shown(Metric(groups, size, size), units, unit, everybody)
    assert smallest_group(shown, len(unit)) >= min(K, len(unit))


@settings(deadline=None, max_examples=100)
@given(organisations(tools=1))
def test_two_denominators_together_show_no_fewer(organisation):
    """Everybody, and those with access among them: what the one hides the other does not tell."""
    units, unit, has, _chance = organisation
    everybody, entitled = np.ones(len(unit), bool), has[0]
    size, with_access = by_unit(units, unit, everybody, entitled)
    people = groups_of(units, size, K)
    access = groups_of(units, with_access, K, within=people)
    all_shown = sets_shown(Metric(people, size, size), units, unit, everybody)
    some_shown = sets_shown(Metric(access, with_access, with_access), units, unit, entitled)
    for sets in (all_shown, some_shown):
        assert smallest_group(sets, len(unit)) >= min(K, len(unit))
    # Every figure of the part is told of people whose whole is told, too, or is made of such.
    for part in some_shown:
        inside = np.unique(people.atom[unit[part]])
        assert (inside >= 0).all()


@settings(deadline=None, max_examples=60)
@given(organisations(tools=2, most=40, units=5))
def test_tools_divide_people_without_showing_fewer(organisation):
    units, unit, has, _chance = organisation
    everybody = np.ones(len(unit), bool)
    (size,) = by_unit(units, unit, everybody)
    groups = groups_of(units, size, K)
    shown = sets_shown(Metric(groups, size, size), units, unit, everybody)
    blocks, told = tool_groups(groups, units, unit, has)
    for tool in told:
        (of,) = by_unit(units, unit, has[tool])
        shown += sets_shown(Metric(blocks, of, of), units, unit, has[tool])
    assert smallest_group(shown, len(unit)) >= min(K, len(unit))


@settings(deadline=None, max_examples=60)
@given(organisations(tools=2, most=60, units=5))
def test_breadth_shows_no_few_with_a_tool(organisation):
    """Who has a tool is known of every group: an active count is one of these, whatever it is of.

    Even a count that is told as a word is a sum over those with the tool.
    """
    units, unit, has, chance = organisation
    people = len(unit)
    use = use_with(units, unit, has, chance, before=1, worked=1e9)
    use.arrays.used_by[:] = chance.random((2, people, 12)) < 0.1
    shown = []
    for (place, tool), pk in product(enumerate((0, 1)), units.pk):
        if isinstance(breadth(use, tool, int(pk)), Shown):
            shown.append(units.below(int(pk))[unit] & has[place])
    if shown:
        assert smallest_group(shown, people) >= K


def use_with(units, unit, has, chance, *, before=None, worked=None):
    """A year in which some are new to it, and some were hardly there; more or fewer of both."""
    people = len(unit)
    before = chance.choice([0.6, 0.9, 0.97, 1.0]) if before is None else before
    worked = chance.choice([0.7, 1.5, 8.0, 40.0]) if worked is None else worked
    return Use(
        UseArrays(
            as_of=date(2026, 11, 23),
            units=units,
            person=np.arange(people),
            unit=unit,
            on_leave=np.zeros(people, bool),
            worked=chance.random((people, 12)) < worked * chance.random((people, 1)),
            in_changed=np.zeros(people, bool),
            tools=np.arange(len(has)),
            entitled_by=has,
            entitled_before_by=has & (chance.random(has.shape) < before),
            used_by=np.zeros((len(has), people, 12), bool),
            data_to=None,
            is_simulated=True,
        ),
        K,
    )


def of_one_kind(sets, kind):
    """Fewest people, all of ``kind`` (people,), that a combination of the sums stands on, or K."""
    if not sets:
        return K
    columns, place = np.unique(np.array(sets, float).T, axis=0, return_inverse=True)
    counts = np.bincount(place.ravel())
    pure = np.bincount(place.ravel(), kind) == counts
    inside = columns.any(axis=1)
    rank = np.linalg.matrix_rank(columns)
    small = [at for at in range(len(columns)) if inside[at] and pure[at] and counts[at] < K]
    fewest = K
    for size in range(1, K):
        for chosen in combinations(small, size):
            on = counts[list(chosen)].sum()
            others = np.delete(columns, chosen, axis=0)
            left = np.linalg.matrix_rank(others) if len(others) else 0
            if on < K and left < rank:
                fewest = min(fewest, int(on))
    return fewest


@pytest.mark.parametrize("tool", [None, 0])
@settings(deadline=None, max_examples=120)
@given(organisation=organisations(tools=2, most=40, units=5))
def test_nobody_new_and_nobody_who_was_away_is_told_by_the_few(tool, organisation):
    """A, those whose habit is read, and the new ones: what is left are those who were away."""
    units, unit, has, chance = organisation
    use = use_with(units, unit, has, chance)
    judged, _habitual, new = use.habit(tool)
    entitled = use.access(tool).entitled
    metrics = [
        (use.metric("in_changed_work", tool), entitled),
        (use.metric("habitual", tool), judged),
        (use.metric("new", tool), new),
    ]
    sums = []
    for metric, some in metrics:
        sums += [] if metric is None else sets_shown(metric, units, unit, some)
    others = entitled & ~judged
    for kind in (new, others & ~new, others, judged, entitled & ~new):
        assert of_one_kind(sums, kind) == K


@pytest.mark.parametrize("tool", [None, 0])
@settings(deadline=None, max_examples=120)
@given(organisation=organisations(tools=2, most=40, units=5))
def test_beginners_and_new_ones_together_tell_of_no_few(tool, organisation):
    """Who began within a year is told beside who is new, and most of the new ones are among them."""
    units, unit, has, chance = organisation
    use = use_with(units, unit, has, chance)
    base = use.groups("judged", tool)
    if base is None:
        return
    _judged, _habitual, new = use.habit(tool)
    began = (new & (chance.random(len(unit)) < 0.9)) | (chance.random(len(unit)) < 0.15)
    groups = _beginners(use, base, np.flatnonzero(began), tool)
    (size,) = by_unit(units, unit, began)
    sums = sets_shown(Metric(groups, size, size), units, unit, began)
    if (metric := use.metric("new", tool)) is not None:
        sums += sets_shown(metric, units, unit, new)

    for kind in (began, began & ~new, new & ~began):
        assert of_one_kind(sums, kind) == K


def test_too_few_to_be_left_out_stay_in():
    """Two new ones and three who were away of 40: the habit of all 40 is read."""
    units = Units(np.array([1]), np.array([-1]), np.zeros(1), np.array([""]))
    has = np.ones((1, 40), bool)
    use = use_with(units, np.zeros(40, int), has, np.random.default_rng(0), before=2, worked=1e9)
    use.arrays.entitled_before_by[0, :2] = False
    use.arrays.worked[2:5, :7] = False
    use.arrays.used_by[0, 4:20] = True

    assert use.metric("habitual", None).rung(np.array([True])) == Shown(40, 16)
    assert use.metric("new", None) is None
    use.arrays.entitled_before_by[0, 30:33] = False
    fresh = Use(use.arrays, K)
    assert fresh.metric("habitual", None).rung(np.array([True])) == Shown(35, 16)
    assert fresh.metric("new", None).people(np.array([True])) == K


def test_new_people_are_told_of_groups_of_them_alone():
    """Two units of 20, with 7 and 3 new ones: neither the 3 nor, beside the 10, the 7 are told."""
    units = Units(np.array([1, 2, 3]), np.array([-1, 0, 0]), np.zeros(3), np.array(["", "", ""]))
    unit = np.repeat([1, 2], 20)
    use = use_with(units, unit, np.ones((1, 40), bool), np.random.default_rng(0), worked=5)
    fresh = np.isin(np.arange(40), [*range(7), 20, 21, 22])
    use.arrays.entitled_before_by[0] = ~fresh
    use.arrays.worked[:] = True

    metric = use.metric("new", None)

    told = [metric.people(units.below(pk), whole=True) for pk in (1, 2, 3)]
    assert told in ([10, HIDDEN, HIDDEN], [HIDDEN, 7, HIDDEN])


def test_blocks_with_a_few_of_a_part_join_others():
    nothing = groups_of(Units(*([np.zeros(0, int)] * 4)), np.zeros(0, int), K).cells
    blocks = Groups(np.array([60, 50, 80, 55]), np.array([0, 1, 2, 3]), 10, nothing, is_blocks=True)
    units = Units(np.arange(4), np.full(4, -1), np.zeros(4), np.array([""] * 4))

    assert part_of(blocks, units, np.array([12, 4, 30, 0])).atom.tolist() == [1, 1, 2, 3]
    assert part_of(blocks, units, np.array([0, 4, 5, 0])).atom.tolist() == [-1] * 4


def test_the_algebra_sees_a_leak():
    whole, part = np.ones(23, bool), np.arange(23) < 20
    assert smallest_group([whole, part], 23) == 3
    assert smallest_group([whole], 23) == 23


def test_naive_hiding_would_leak_and_this_does_not():
    """Two units of 20 and 3 below one: with the head office and the 20 the 3 would be known."""
    units = Units(
        pk=np.array([1, 2, 3]),
        parent=np.array([-1, 0, 0]),
        site=np.array([1, 1, 2]),
        function=np.array(["a", "a", "b"]),
    )
    size = np.array([0, 20, 3])
    metric = Metric(groups_of(units, size, K), size, size)
    assert metric.rung(units.below(1), whole=True) == Shown(23, 23)
    assert metric.rung(units.below(2), whole=True) == HIDDEN
    assert metric.rung(units.below(3), whole=True) == HIDDEN
    assert metric.rung(units.site == 1) == HIDDEN


def test_a_site_is_shown_without_its_smallest_groups():
    units = Units(
        pk=np.array([1, 2, 3]),
        parent=np.array([-1, 0, 0]),
        site=np.array([1, 1, 2]),
        function=np.array(["a", "a", "b"]),
    )
    size = np.array([6, 20, 7])
    groups = groups_of(units, size, K)
    assert groups.covered(units.site == 1)[0].tolist() == [True, True, False]
    small = np.array([2, 20, 7])
    groups = groups_of(units, small, K)
    # The two of the head office stand with the company: nobody there is told by site.
    kept, left_out = groups.covered(units.site == 1)
    assert kept.tolist() in ([False, True, False], [False, False, False])
    assert left_out


@pytest.mark.parametrize(
    "count, of, shown",
    [
        (0, 10, Shown(10, None, "nearly_none")),
        (1, 10, Shown(10, None, "nearly_none")),
        (2, 10, Shown(10, 2)),
        (8, 10, Shown(10, 8)),
        (9, 10, Shown(10, None, "nearly_all")),
        (10, 10, Shown(10, None, "nearly_all")),
        (3, 4, HIDDEN),
    ],
)
def test_what_everybody_does_is_a_word(count, of, shown):
    units = Units(np.array([1]), np.array([-1]), np.array([0]), np.array([""]))
    size = np.array([of])
    metric = veiled(groups_of(units, size, K), np.array([count]), size)
    assert metric.rung(np.array([True])) == shown


def told_of(metric, units):
    """(numbers, units) bool: of which units each shown number is the sum."""
    rows = []
    for wanted, whole in scopes_of(units):
        found = metric.rung(wanted, whole=whole)
        if isinstance(found, Shown) and found.count is not None:
            rows.append(metric.groups.covered(wanted)[0])
    return np.array(rows, float).reshape(-1, len(units.pk))


def one_sided_sets_that_follow(metric, units):
    """Sets of units whose number follows from the shown ones though a word must stand for it."""
    shown, inhabited = told_of(metric, units), np.flatnonzero(metric.of > 0)
    rank = np.linalg.matrix_rank(shown) if len(shown) else 0
    for bits in range(1, 1 << len(inhabited)):
        some = inhabited[[bool(bits >> place & 1) for place in range(len(inhabited))]]
        yes, of = metric.yes[some].sum(), metric.of[some].sum()
        if min(yes, of - yes) >= 2:
            continue
        wanted = np.zeros((1, len(units.pk)))
        wanted[0, some] = 1
        if rank and np.linalg.matrix_rank(np.vstack((shown, wanted))) == rank:
            yield some.tolist(), int(yes), int(of)


@settings(deadline=None, max_examples=200)
@given(organisations(tools=1))
def test_no_number_follows_where_a_word_stands(organisation):
    units, unit, has, _chance = organisation
    everybody = np.ones(len(unit), bool)
    size, yes = by_unit(units, unit, everybody, has[0])
    metric = veiled(groups_of(units, size, K), yes, size)
    assert list(one_sided_sets_that_follow(metric, units)) == []


@settings(deadline=None, max_examples=100)
@given(organisations(tools=2, most=40))
def test_no_number_follows_between_blocks_of_a_tool(organisation):
    units, unit, has, chance = organisation
    everybody = np.ones(len(unit), bool)
    (size,) = by_unit(units, unit, everybody)
    blocks, shown = tool_groups(groups_of(units, size, K), units, unit, has)
    for tool in shown:
        active = has[tool] & (chance.random(len(unit)) < chance.random(len(units.pk))[unit] ** 3)
        of, yes = by_unit(units, unit, has[tool], active)
        metric = veiled(blocks, yes, of)
        assert list(one_sided_sets_that_follow(metric, units)) == []


def test_neighbours_do_not_tell_what_a_word_hides():
    """5 of 12 and 4 of 6 of them: the other six would be 1 of 6."""
    units = Units(np.array([1, 2, 3]), np.array([-1, 0, 0]), np.zeros(3), np.array(["", "", ""]))
    size, yes = np.array([0, 6, 6]), np.array([0, 4, 1])
    metric = veiled(groups_of(units, size, K), yes, size)
    whole, one, other = (metric.rung(units.below(pk), whole=True) for pk in (1, 2, 3))
    assert (whole, one, other) == (Shown(12, 5), HIDDEN, Shown(6, None, "nearly_none"))


def test_cut_condition_by_hand():
    # Two units almost pure in their tool: A minus the first unit is one person.
    assert not cut_is_safe(np.array([[20, 0], [1, 20]]), K)
    assert cut_is_safe(np.array([[20, 0], [0, 20]]), K)
    assert cut_is_safe(np.array([[15, 5], [6, 20]]), K)
