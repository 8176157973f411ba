"""The bench of the method runs whole, whatever changes in what it measures."""

import pytest

from benchmarks.method.cells import CELLS
from benchmarks.method.running import chunk
from benchmarks.method.telling import tables


@pytest.fixture(scope="module")
def once():
    return {name: chunk((1, name, 0, 1))[2] for name in CELLS}


def test_every_cell_can_be_read_once_and_told(once):
    told = list(tables(once))

    assert {name for name in CELLS if not once[name].size} == set()
    assert all(heads and lines for _title, heads, lines, _figures in told)


def test_a_cell_is_the_same_when_it_is_drawn_again(once):
    for name in list(CELLS)[::9]:
        assert chunk((1, name, 0, 1))[2].tobytes() == once[name].tobytes()
