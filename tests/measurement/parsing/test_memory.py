"""What a file can make the worker hold at once."""

import io
from datetime import UTC, datetime

import pytest

from core.deliveries import tables
from measurement.parsing import FileTerms, Limits, Unreadable, read_cases

HEADER = "case_id,started_at,completed_at,remark\n"
GOOD = "A-{},2026-01-05T08:00:00Z,,plain\n"
LIMITS = Limits(line=400, columns=6)


def blocks_of(text, limits=LIMITS):
    terms = FileTerms(at=datetime(2026, 3, 1, tzinfo=UTC), limits=limits)
    return list(read_cases(io.BytesIO(text.encode()), terms))


def test_row_of_too_many_cells_is_cut_as_it_is_read_and_still_refused():
    wide = "B" + "," * 300 + '"one\ntwo"\n'
    lines = iter([HEADER, GOOD.format(1), *wide.splitlines(keepends=True), GOOD.format(2)])

    _header, (numbers, rows) = tables.csv_blocks(lines, 10, LIMITS)
    (block,) = blocks_of(HEADER + GOOD.format(1) + wide + GOOD.format(2))

    assert [len(row) for row in rows] == [4, 5, 4]
    assert list(numbers) == [2, 3, 5]
    assert list(block.lines) == [2, 5]
    (refused,) = block.rejections
    assert (refused.line, refused.code, refused.row) == (3, "wrong_cells", {"case_id": "B"})


def test_row_over_many_lines_is_refused_before_it_is_whole():
    endless = 'B,2026-01-05T08:00:00Z,,"' + "one more\n" * 50

    with pytest.raises(Unreadable) as refused:
        blocks_of(HEADER + GOOD.format(1) + endless + '"\n')

    facts = refused.value.facts
    assert (refused.value.code, facts["line"], facts["limit"]) == ("line_too_long", 3, 400)


def test_row_of_some_lines_and_many_rows_pass():
    text = HEADER + 'B,2026-01-05T08:00:00Z,,"one\ntwo"\n' + GOOD.format(1) * 50

    assert sum(len(block.lines) for block in blocks_of(text)) == 51


@pytest.mark.parametrize("shape", ["{}\n", "[{}]"])
def test_object_of_too_many_keys_is_refused_before_the_block_is_whole(shape):
    keys = ",".join(f'"k{number}":1' for number in range(7))

    with pytest.raises(Unreadable) as refused:
        next(tables.json_blocks(iter([shape.format("{" + keys + "}")]), 10, LIMITS))

    assert refused.value.code == "too_many_columns"
    assert refused.value.facts == {"limit": 6, "found": 7}


@pytest.mark.parametrize(
    "text",
    [
        HEADER + GOOD.format(1) * 10,
        '{"case_id":"A","started_at":"2026-01-05T08:00:00Z"}\n' * 10,
    ],
)
def test_block_of_long_rows_ends_early(monkeypatch, text):
    monkeypatch.setattr(tables, "BLOCK_CHARACTERS", 60)

    blocks = blocks_of(text)

    assert len(blocks) > 2
    assert sum(len(block.lines) for block in blocks) == 10
    assert [line for block in blocks for line in block.lines][-1] == text.count("\n")
