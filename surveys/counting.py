"""From opened sheets to everything a release writes; no database, no clock.

The figures are the scoring's. Added here: which comments may be shown where, and the tallies by
attribute. Whatever the order of the sheets, figures and tallies are the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from surveys.scoring import Ballot, CellId, ItemKey, Release, TreeNode, release
from surveys.scoring.attributes import Grouping, safe_groupings
from surveys.scoring.cells import ROLL_UP
from surveys.sealing import Sheet

FEWEST_COMMENTS, FEWEST_BESIDE_COMMENTS = 10, 50
FEWEST_IN_ATTRIBUTES, FEWEST_IN_CATEGORY = 50, 10
CANNOT_SAY = 0


class Tally(NamedTuple):
    """``group`` places in the attribute's list of categories; ``value`` 0 is "cannot say"."""

    block: int
    attribute: str
    group: tuple[int, ...]
    item: str
    value: int
    count: int


@dataclass(frozen=True, slots=True)
class Count:
    """``release.atom_of`` and ``comments`` are in the order of the sheets; None: not shown."""

    release: Release
    comments: list[int | None] = field(repr=False)
    tallies: list[Tally] = field(repr=False)


def count(  # noqa: PLR0913 facts of one count
    sheets: Sequence[Sheet],
    *,
    tree: Sequence[Mapping[str, Any]],
    attributes: Mapping[str, Sequence[str]],
    items: Sequence[ItemKey],
    k: int,
    previous: frozenset[CellId],
) -> Count:
    """``tree`` and ``attributes`` as in ``RosterSnapshot``; every sheet fits them."""
    made = release(
        tree=[TreeNode(node["unit"], node["parent"]) for node in tree],
        answers=[Ballot(sheet.unit, sheet.answers) for sheet in sheets],
        items=items,
        k=k,
        previous=previous,
    )
    blocks = {cell.unit for cell in made.published if cell.scope == ROLL_UP}
    return Count(
        release=made,
        comments=_blocks_of_comments(sheets, tree=tree, blocks=blocks, k=k),
        tallies=_tallies(sheets, made, tree, attributes, [item.key for item in items], k),
    )


def _blocks_of_comments(
    sheets: Sequence[Sheet], *, tree: Sequence[Mapping[str, Any]], blocks: set[int], k: int
) -> list[int | None]:
    """The smallest published unit each comment may stand at, from below.

    A unit takes the comments that no unit below it took, when these are ten and the people they may
    come from fifty: what is left over for it is then no small group either.
    """
    waiting: dict[int, list[int]] = {}
    people: Counter[int] = Counter()
    for number, sheet in enumerate(sheets):
        people[sheet.unit] += 1
        if sheet.comment:
            waiting.setdefault(sheet.unit, []).append(number)
    place: list[int | None] = [None] * len(sheets)
    for node in reversed(tree):
        unit, parent = node["unit"], node["parent"]
        numbers = waiting.pop(unit, [])
        enough = len(numbers) >= max(k, FEWEST_COMMENTS) and people[unit] >= max(
            k, FEWEST_BESIDE_COMMENTS
        )
        if unit in blocks and enough:
            for number in numbers:
                place[number] = unit
        elif parent is not None:
            waiting.setdefault(parent, []).extend(numbers)
            people[parent] += people[unit]
    return place


def _tallies(  # noqa: PLR0913, PLR0917 facts of one count
    sheets: Sequence[Sheet],
    made: Release,
    tree: Sequence[Mapping[str, Any]],
    attributes: Mapping[str, Sequence[str]],
    items: Sequence[str],
    k: int,
) -> list[Tally]:
    """In the whole alone: tables of a unit inside another would give their difference away."""
    top = tree[0]["unit"]
    published = CellId(top, ROLL_UP) in made.published
    if not attributes or not published or len(sheets) < max(k, FEWEST_IN_ATTRIBUTES):
        return []
    codes = np.array([sheet.attributes for sheet in sheets], dtype=np.int64)
    groupings = safe_groupings(
        np.array(made.atom_of, dtype=np.int64),
        codes,
        [len(categories) for categories in attributes.values()],
        k=k,
        floor=max(k, FEWEST_IN_CATEGORY),
    )
    answers = np.array(
        [[value or CANNOT_SAY for value in sheet.answers] for sheet in sheets], dtype=np.int64
    )
    return [
        Tally(top, attribute, group, item, value, int(found))
        for column, (attribute, grouping) in enumerate(zip(attributes, groupings, strict=True))
        for group, rows in _rows_of(codes[:, column], grouping)
        for place, item in enumerate(items)
        for value, found in enumerate(np.bincount(answers[rows, place], minlength=6))
    ]


def _rows_of(codes: Any, grouping: Grouping) -> list[tuple[tuple[int, ...], Any]]:
    return [(group, np.isin(codes, group)) for group in grouping]
