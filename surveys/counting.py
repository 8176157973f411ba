"""From opened sheets to everything a release writes; no database, no clock.

Figures and tallies are the scoring's. Added here: which comments may be shown where. Whatever the
order of the sheets, figures and tallies are the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.scoring import Ballot, CellId, ItemKey, Release, TreeNode, release
from surveys.scoring.cells import ROLL_UP
from surveys.scoring.tallies import Tally, attribute_tallies
from surveys.sealing import Sheet

FEWEST_COMMENTS, FEWEST_BESIDE_COMMENTS = 10, 50


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
    nodes = [TreeNode(node["unit"], node["parent"]) for node in tree]
    ballots = [Ballot(sheet.unit, sheet.answers) for sheet in sheets]
    made = release(tree=nodes, answers=ballots, items=items, k=k, previous=previous)
    blocks = {cell.unit for cell in made.published if cell.scope == ROLL_UP}
    return Count(
        release=made,
        comments=_blocks_of_comments(sheets, tree=tree, blocks=blocks, k=k),
        tallies=attribute_tallies(
            tree=nodes,
            answers=ballots,
            codes=[sheet.attributes for sheet in sheets],
            categories=[len(names) for names in attributes.values()],
            items=items,
            k=k,
            previous=previous,
        )
        if attributes
        else [],
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
