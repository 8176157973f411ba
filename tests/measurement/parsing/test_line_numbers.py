"""Rows are named by the line they begin on, whatever lines stand inside their cells."""

import io
from datetime import UTC, datetime

import pytest

from measurement.parsing import FileTerms, Limits, Unreadable, read_cases

TERMS = FileTerms(at=datetime(2026, 3, 1, tzinfo=UTC), limits=Limits(block=2))
HEADER = "case_id,started_at,completed_at,remark\n"
GOOD = "A-{},2026-01-05T08:00:00Z,,plain\n"


def blocks_of(text):
    return list(read_cases(io.BytesIO(text.encode()), TERMS))


def test_lines_go_on_over_blank_lines_quoted_lines_and_blocks():
    quoted = 'Q,2026-01-05T08:00:00Z,,"one\ntwo\nthree"\n'
    text = "\n" + HEADER + GOOD.format(1) + "\n" + quoted + GOOD.format(2) + "\n\n" + GOOD.format(3)

    lines = [line for block in blocks_of(text) for line in block.lines]

    assert lines == [3, 5, 8, 11]


def test_row_with_another_number_of_cells_is_refused_by_its_line():
    text = HEADER + GOOD.format(1) + GOOD.format(2) + GOOD.format(3) + "short,row\n"

    blocks = blocks_of(text)

    assert [line for block in blocks for line in block.lines] == [2, 3, 4]
    refused = [row for block in blocks for row in block.rejections]
    assert [(row.line, row.code) for row in refused] == [(5, "wrong_cells")]


def test_broken_row_is_named_by_the_line_it_begins_on():
    quoted = 'Q,2026-01-05T08:00:00Z,,"one\ntwo"\n'
    text = HEADER + GOOD.format(1) + quoted + 'B,2026-01-05T08:00:00Z,,"never\nended\n'

    with pytest.raises(Unreadable) as refused:
        blocks_of(text)

    assert (refused.value.code, refused.value.facts["line"]) == ("broken_csv", 5)
