"""All that is published of a wave, put together: nothing follows about fewer than k people."""

from collections import Counter

import numpy as np
import pytest

from surveys.scoring import Ballot, TreeNode, release
from surveys.scoring.careless import careless
from surveys.scoring.scores import answer_array, score
from tests.surveys.scoring.derivable import few_who_leak
from tests.surveys.scoring.instruments import AWT
from tests.surveys.scoring.waves import random_wave

PLACES = {f"item:{item.key}": place for place, item in enumerate(AWT)}
MEMBERS = {
    f"scale:{item.scale}": [p for p, one in enumerate(AWT) if one.scale == item.scale]
    for item in AWT
}
MEMBERS["index"] = [place for place, item in enumerate(AWT) if item.in_index]


class Known:
    """What somebody with all figures and the answers' form can write as sums of unknowns."""

    def __init__(self, nodes, answers, found):
        parent = {node.unit: node.parent for node in nodes}
        inner = set(parent.values())
        given = answer_array([ballot.answers for ballot in answers], len(AWT))
        scores = score(given, AWT)
        flags = careless(given, np.array([item.is_reversed for item in AWT]))
        has_index = np.isfinite(scores.index)
        self.kinds = Counter()
        for ballot, flag, valid in zip(answers, flags, has_index, strict=True):
            there = tuple(one is not None for one in ballot.answers)
            above, unit = [], ballot.unit
            while unit is not None:
                above.append((unit, "roll"))
                unit = parent[unit]
            if ballot.unit in inner:
                above.append((ballot.unit, "direct"))
            self.kinds[(tuple(above), there, bool(flag), bool(valid))] += 1
        self.names = sorted(self.kinds)
        self.found = found

    def means(self):
        """Rows over (kind, item): mean times n is a weighted sum of scores."""
        rows = []
        for cell in self.found.cells:
            if cell.mean is None and "distribution" not in cell.detail:
                continue
            row = np.zeros((len(self.names), len(AWT)))
            for place, kind in enumerate(self.names):
                row[place] = self.weights(cell, kind)
            rows.append(row.ravel())
        return rows, [
            (place, self.kinds[kind]) for place, kind in enumerate(self.names) for _ in AWT
        ]

    def weights(self, cell, kind):
        above, there, flag, valid = kind
        weight = np.zeros(len(AWT))
        if (cell.unit, cell.scope) not in above or (cell.subset == "careful" and flag):
            return weight
        if cell.metric == "index" and not valid:
            return weight
        members = MEMBERS.get(cell.metric) or [PLACES[cell.metric]]
        answered = [place for place in members if there[place]]
        weight[answered] = 1 / max(len(answered), 1)
        return weight

    def counts(self, metric, shown):
        """Rows over kinds: counts of one metric, such as of the favourable."""
        columns = Counter()
        for kind in self.names:
            column = tuple(
                float(self.weights(cell, kind).any())
                for cell in self.found.cells
                if cell.metric == metric and shown(cell)
            )
            columns[column] += self.kinds[kind]
        del columns[(0.0,) * len(next(iter(columns)))]
        rows = [list(row) for row in zip(*columns, strict=True)]
        return rows, list(enumerate(columns.values()))


def leaks(nodes, answers, k=5):
    known = Known(nodes, answers, release(tree=nodes, answers=answers, items=AWT, k=k))
    return known, few_who_leak(*known.means(), k)


@pytest.mark.parametrize("seed", range(12))
def test_no_sum_about_few_people_follows_from_all_means_together(seed):
    # Few and many who leave something out, few and many who are careless.
    missing, flagged = ((0.004, 0.0), (0.01, 0.1), (0.02, 0.3))[seed % 3]
    nodes, answers = random_wave(seed, people=36 + seed, units=4, missing=missing, careless=flagged)

    known, found = leaks(nodes, answers)

    assert found == []
    for metric in PLACES:
        assert few_who_leak(*known.counts(metric, lambda one: one.favourable is not None), 5) == []
        rows = known.counts(metric, lambda one: "distribution" in one.detail)
        assert few_who_leak(*rows, 10) == []


def test_the_algebra_finds_what_the_rules_prevent():
    # The means of a scale and of both its items, where one person left an item out.
    people = [(0, 9), (0, 9), (1, 1)]
    scale, first, second = [0.5, 0.5, 1], [1, 0, 1], [0, 1, 0]

    assert few_who_leak([scale, first, second], people, 5) == [(1,)]
    assert few_who_leak([scale, first], people, 5) == []


@pytest.mark.parametrize("gone", [1, 4, 5, 8])
def test_few_without_training_give_nothing_away(gone):
    # Everybody has left something out: those who left out another number of items are few.
    nodes = [TreeNode(1, None), TreeNode(2, 1), TreeNode(3, 1)]
    _, answers = random_wave(gone, people=44, units=3, missing=0, careless=0)
    answers = [
        Ballot(
            ballot.unit,
            tuple(
                None if place == 10 or (place in (3, 7) and number < gone) else one
                for place, one in enumerate(ballot.answers)
            ),
        )
        for number, ballot in enumerate(answers)
    ]

    _, found = leaks(nodes, answers)

    assert found == []


def test_what_is_kept_back_is_little():
    # 3 % cannot say, 60 groups of about 12 and what is above them: most means are there.
    nodes, answers = random_wave(5, people=720, units=60, missing=0.03)
    found = release(tree=nodes, answers=answers, items=AWT, k=5)
    scored = [one for one in found.cells if one.metric in MEMBERS and one.subset == "all"]

    hidden = [one for one in scored if one.mean is None and "mean" not in one.detail]

    assert len(hidden) < 0.06 * len(scored)
    assert not [one for one in hidden if (one.unit, one.scope) == (1, "roll")]
    assert not [one for one in hidden if one.metric == "index"]
