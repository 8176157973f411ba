"""Before against after: pairs, moves, counts, totals and the sentence."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from workflows.choices import Change
from workflows.comparison import LOOKS, compare
from workflows.drafts import as_kept, brought_up_to_date, settled


@dataclass
class Was:
    title: str
    position: int
    step_key: uuid.UUID = field(default_factory=uuid.uuid4)
    role: str = ""
    system: str = ""
    touch_minutes: Decimal | None = Decimal(30)
    wait_minutes: Decimal | None = Decimal(90)
    share_of_cases: Decimal = Decimal(1)


@dataclass
class ToBe(Was):
    change: str = Change.KEPT
    detail: str = ""
    origin_keys: list = field(default_factory=list)


def as_is(*titles, **facts):
    return [Was(title, position, **facts) for position, title in enumerate(titles, 1)]


def kept(was, position=None, change=Change.KEPT, **facts):
    common = {
        name: getattr(was, name)
        for name in ("title", "step_key", "touch_minutes", "wait_minutes", "share_of_cases")
    }
    return ToBe(**(common | {"position": position or was.position, "change": change} | facts))


def titles(pairs):
    return [
        (pair.before.title if pair.before else None, pair.after.title if pair.after else None)
        for pair in pairs
    ]


def test_kept_steps_pair_with_themselves():
    was = as_is("a", "b")

    found = compare(was, [kept(step) for step in was])

    assert titles(found.pairs) == [("a", "a"), ("b", "b")]
    assert not found.changes_anything
    assert all(pair.thin for pair in found.pairs)


def test_added_and_removed_steps_have_one_side():
    was = as_is("a", "b")
    after = [
        kept(was[0], 1),
        ToBe("new", 2, change=Change.ADDED),
        kept(was[1], 3, Change.REMOVED),
    ]

    found = compare(was, after)

    assert titles(found.pairs) == [("a", "a"), (None, "new"), ("b", None)]
    assert (found.before.steps, found.after.steps) == (2, 2)
    assert found.counts[Change.REMOVED] == 1


def test_an_as_is_step_nobody_mentions_counts_as_removed_in_its_place():
    was = as_is("a", "b", "c")

    found = compare(was, [kept(was[0], 1), kept(was[2], 2)])

    assert titles(found.pairs) == [("a", "a"), ("b", None), ("c", "c")]


def test_nothing_left_pairs_every_step_with_nothing():
    was = as_is("a", "b")

    found = compare(was, [])

    assert titles(found.pairs) == [("a", None), ("b", None)]
    assert found.after.steps == 0


def test_a_removed_step_that_never_was_is_ignored():
    found = compare([], [ToBe("ghost", 1, change=Change.REMOVED)])

    assert found.pairs == ()


def test_moved_marks_the_fewest_steps():
    was = as_is("a", "b", "c", "d")
    order = [1, 2, 3, 0]  # a goes last: only a moved

    found = compare(was, [kept(was[at], position) for position, at in enumerate(order, 1)])

    assert [pair.before.title for pair in found.pairs if pair.moved] == ["a"]
    assert found.moved == 1
    assert found.changes_anything


def test_removing_a_step_moves_nobody():
    was = as_is("a", "b", "c")

    found = compare(was, [kept(was[1], 1), kept(was[2], 2), kept(was[0], 3, Change.REMOVED)])

    assert found.moved == 0


def test_merge_names_its_origins_and_where_they_went():
    was = as_is("a", "b", "c")
    merged = kept(was[0], 1, Change.CHANGED, origin_keys=[was[0].step_key, was[1].step_key])

    found = compare(was, [merged, kept(was[1], 2, Change.REMOVED), kept(was[2], 3)])

    first, second, _third = found.pairs
    assert (first.origins, first.merged) == ((1, 2), True)
    assert second.merged_into == 1
    assert first.origin_words == "merged from steps 1, 2"


def test_split_names_the_step_it_came_from():
    was = as_is("a")
    part = ToBe("a, part two", 2, change=Change.ADDED, origin_keys=[was[0].step_key])

    found = compare(was, [kept(was[0], 1, Change.CHANGED, origin_keys=[was[0].step_key]), part])

    assert found.pairs[0].origins == ()
    assert (found.pairs[1].origins, found.pairs[1].split) == ((1,), True)
    assert found.pairs[1].origin_words == "split from step 1"


def test_origins_that_never_were_are_ignored():
    found = compare([], [ToBe("new", 1, change=Change.ADDED, origin_keys=[uuid.uuid4()])])

    assert found.pairs[0].origins == ()


def test_totals_weigh_each_step_by_its_share_of_cases():
    was = as_is("a", "b", touch_minutes=Decimal(60), wait_minutes=Decimal(40))
    was[1].share_of_cases = Decimal("0.250")

    totals = compare(was, []).before

    assert (totals.work, totals.wait, totals.minutes) == (75, 50, 125)
    assert totals.wait_percent == 40


def test_steps_without_times_are_counted_and_left_out():
    was = as_is("a", "b")
    was[1].touch_minutes = was[1].wait_minutes = None
    bare = as_is("c", touch_minutes=None, wait_minutes=None)

    assert compare(was, []).before.untimed == 1
    assert compare(was, []).before.known
    assert not compare(bare, []).before.known
    assert compare([], []).before.wait_percent is None


def test_sentence_says_it_all():
    was = as_is(*"abcdefghijklmn", touch_minutes=Decimal(60), wait_minutes=Decimal(558))
    changes = [Change.AI_ASSISTED] * 3 + [Change.AUTOMATED, Change.HUMAN_REVIEW_ADDED]
    after = [
        kept(step, change=change, wait_minutes=Decimal("500.0"))
        for step, change in zip(was[:9], [*changes, *[Change.KEPT] * 4], strict=True)
    ]

    assert compare(was, after).sentence == (
        "The work goes from 14 to 9 steps, 3 of them AI-assisted, 1 of them automated, "
        "1 of them an added human review. "
        "The expected time goes from 6 days to 3.5 days (−42%)."
    )


def test_sentence_leaves_out_what_is_not_known():
    assert compare([], []).sentence == "The work keeps its 0 steps."
    was = as_is("a", touch_minutes=None, wait_minutes=None)
    assert compare(was, [kept(was[0])]).sentence == "The work keeps its 1 step."
    idle = as_is("a", touch_minutes=Decimal(0), wait_minutes=Decimal(0))
    assert compare(idle, [kept(idle[0])]).sentence == "The work keeps its 1 step."
    assert compare(idle, [kept(idle[0])]).expected_ratio is None


def test_bars_are_percent_of_the_longer_side_in_every_language():
    was = as_is("a", touch_minutes=Decimal(30), wait_minutes=Decimal(70))
    half = [kept(was[0], touch_minutes=Decimal(20), wait_minutes=Decimal("10.5"))]

    with translation.override("de"):
        assert compare(was, half).bars == (("30.0%", "100.0%"), ("20.0%", "30.5%"))
    assert compare([], []).bars == (("0.0%", "0.0%"), ("0.0%", "0.0%"))


def test_every_kind_of_change_has_a_look():
    assert set(LOOKS) == set(Change)


# --- properties ---------------------------------------------------------------------------------
changes = st.sampled_from(list(Change))


@st.composite
def redesigned(draw):
    was = as_is(*(f"s{n}" for n in range(draw(st.integers(0, 8)))))
    keep = [step for step in was if draw(st.booleans())]
    rows = [
        kept(
            step,
            change=draw(changes),
            origin_keys=[one.step_key for one in was if draw(st.booleans())],
        )
        for step in draw(st.permutations(keep))
    ]
    rows += [ToBe(f"n{n}", 0, change=draw(changes)) for n in range(draw(st.integers(0, 4)))]
    rows = draw(st.permutations(rows))
    for position, row in enumerate(rows, 1):
        row.position = position
    return was, rows


@given(redesigned())
def test_every_step_of_today_stands_in_exactly_one_pair(case):
    was, rows = case

    found = compare(was, rows)

    before = [pair.before.key for pair in found.pairs if pair.before]
    assert sorted(before) == sorted(step.step_key for step in was)
    assert all(pair.before or pair.after for pair in found.pairs)


@given(redesigned())
def test_every_staying_step_stands_in_its_order_and_is_counted(case):
    was, rows = case

    found = compare(was, rows)

    after = [pair.after.key for pair in found.pairs if pair.after]
    assert after == [row.step_key for row in rows if row.change != Change.REMOVED]
    numbers = [pair.after.number for pair in found.pairs if pair.after]
    assert numbers == list(range(1, len(after) + 1))
    assert sum(found.counts.values()) == len(found.pairs)


@given(redesigned())
def test_steps_that_did_not_move_are_in_rising_order(case):
    was, rows = case

    still = [
        pair.before.number
        for pair in compare(was, rows).pairs
        if pair.before and pair.after and not pair.moved
    ]

    assert still == sorted(still)


@given(redesigned())
def test_settling_twice_changes_nothing_more(case):
    was, rows = case
    from workflows.drafts import of_rows

    once = settled(of_rows(rows), was)

    assert settled(once, was) == once
    keys = [step.step_key for step in once]
    assert len(keys) == len(set(keys))
    assert {step.step_key for step in was} <= set(keys)


@given(redesigned())
def test_settled_steps_say_truly_what_they_are(case):
    was, rows = case
    from workflows.drafts import of_rows

    known = {step.step_key: step for step in was}
    for step in settled(of_rows(rows), was):
        old = known.get(step.step_key)
        if step.change == Change.KEPT:
            assert old is not None
            assert step == as_kept([old])[0]
        if step.change == Change.ADDED:
            assert old is None
        if step.change in {Change.REMOVED, Change.CHANGED}:
            assert old is not None


@pytest.mark.parametrize("newer", [[], ["x", "y"]])
def test_a_kept_proposal_follows_a_wholly_new_day(newer):
    steps = as_kept(as_is("a", "b"))
    today = as_is(*newer)

    assert brought_up_to_date(steps, today) == as_kept(today)
