"""Files of people as HR systems write them."""

import gzip
import io

import pytest

from core.deliveries import Limits, Unreadable
from people.inbound import RowRefused, depth_of, digest_of, loops_in, read_people, read_row

TEXT = "source_id;given_name;family_name;active\nW-1;Zoë;=cmd();ja\n"


def rows_of(content, encoding=""):
    blocks = list(read_people(io.BytesIO(content), encoding=encoding, limits=Limits()))
    return [row for block in blocks for _line, row in block.rows], blocks


@pytest.mark.parametrize(
    "content, encoding",
    [
        (TEXT.encode(), ""),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-16"), ""),
        (TEXT.encode("windows-1252"), "windows-1252"),
        (gzip.compress(TEXT.encode(), mtime=0), ""),
        (TEXT.replace(";", ",").replace("\n", "\r\n").encode(), ""),
        (TEXT.replace(";", "\t").encode(), ""),
    ],
)
def test_names_are_right_in_every_encoding_and_a_formula_is_text(content, encoding):
    (row,), _blocks = rows_of(content, encoding)

    assert (row.given["given_name"], row.given["family_name"]) == ("Zoë", "=cmd()")
    assert row.active is True


def test_an_unnamed_encoding_is_refused_with_its_line():
    with pytest.raises(Unreadable) as wrong:
        rows_of(TEXT.encode("windows-1252"))

    assert (wrong.value.code, wrong.value.facts["line"]) == ("broken_bytes", 2)


def test_objects_give_what_they_hold_and_name_what_is_left_out():
    content = b'{"source_id": "W-1", "active": false, "email": null, "salary": 1}\n{"source_id": 7}'

    (first, second), blocks = rows_of(content)

    assert (first.active, first.given) == (False, {"email": ""})
    assert (second.source_id, second.given) == ("7", {})
    assert set().union(*(block.dropped for block in blocks)) == {"salary"}


def test_a_bad_row_says_line_column_and_person_and_the_others_are_read():
    content = b"source_id,effective_from,email\nW-1,01/02/2026,\n,,\nW-3,,x@y\nW-4,,\nW-5\n"

    rows, blocks = rows_of(content)

    assert [row.source_id for row in rows] == ["W-4"]
    refused = [one for block in blocks for one in block.refused]
    assert [(one.line, one.source_id, one.column, one.code) for one in refused] == [
        (2, "W-1", "effective_from", "not_a_date"),
        (3, "", "source_id", "missing"),
        (4, "W-3", "email", "not_an_email"),
        (6, "W-5", "", "wrong_cells"),
    ]
    assert refused[2].value == ""


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"name,unit\nA,B\n", "no_source_id"),
        (b"source_id,Source ID\nA,B\n", "column_twice"),
        (b"source_id\n", "no_rows"),
        (b"%PDF-1.4", "other_format"),
        (b'{"source_id": ', "broken_json"),
        (b"source_id\n\x00\n", "nul_byte"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(content, code):
    with pytest.raises(Unreadable) as wrong:
        rows_of(content)

    assert wrong.value.code == code


@pytest.mark.parametrize(
    "cells, wrong",
    [
        ({"source_id": ""}, ("source_id", "missing")),
        ({"source_id": "x" * 129}, ("source_id", "too_long")),
        ({"given_name": "a\tb"}, ("given_name", "not_a_text")),
        ({"given_name": "{…}"}, ("given_name", "not_a_text")),
        ({"given_name": "x" * 101}, ("given_name", "too_long")),
        ({"country": "CHE"}, ("country", "not_a_country")),
        ({"status": "retired"}, ("status", "unknown_status")),
        ({"active": "perhaps"}, ("active", "not_yes_no")),
        ({"effective_from": "20260304"}, ("effective_from", "not_a_date")),
        ({"effective_from": "2026-02-30"}, ("effective_from", "not_a_date")),
        ({"effective_from": "9999-12-31"}, ("effective_from", "out_of_range")),
        ({"source_version": "2026-03-04T09:30:00"}, ("source_version", "not_a_version")),
        ({"source_version": "1" * 5000}, ("source_version", "not_a_version")),
    ],
)
def test_a_cell_that_cannot_be_kept_is_named(cells, wrong):
    with pytest.raises(RowRefused) as refused:
        read_row({"source_id": "W-1", **cells})

    assert (refused.value.column, refused.value.code) == wrong


def test_a_unit_that_is_empty_is_not_said_and_an_address_that_is_empty_is_none():
    assert read_row({"source_id": "W-1", "unit": " ", "email": " "}).given == {"email": ""}


def test_a_newer_time_is_a_larger_version():
    old, new = (
        read_row({"source_id": "W-1", "source_version": text}).version
        for text in ("2026-03-04T09:30:00+01:00", "2026-03-04T09:30:00Z")
    )
    assert old < new


def test_a_row_is_known_again_by_what_it_says_not_by_its_age():
    row = {"source_id": "W-1", "unit": "QA", "source_version": "1"}

    assert digest_of(read_row(row)) == digest_of(read_row(row | {"source_version": "2"}))
    assert digest_of(read_row(row)) != digest_of(read_row(row | {"unit": "QB"}))
    assert digest_of(read_row(row)) != digest_of(read_row(row | {"email": ""}))


def test_lines_have_a_depth_and_circles_are_found_once():
    tree = {1: None, 2: 1, 3: 2, 4: 9}

    assert (depth_of({}), depth_of(tree)) == (0, 3)
    assert loops_in(tree) == []
    assert loops_in({1: 2, 2: 3, 3: 1, 4: 1, 5: 5}) == [[1, 2, 3], [5]]
    assert depth_of({1: 2, 2: 1, 3: 1}) == 3
