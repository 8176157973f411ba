"""Bodies that are JSON by the letter but nothing to store, and bodies that are none."""

import io

import pytest
from rest_framework.exceptions import ParseError

from core.api.parsers import StrictJSONParser, TooLarge


def read(raw):
    return StrictJSONParser().parse(io.BytesIO(raw))


@pytest.mark.parametrize(
    "raw, value",
    [
        (b'{"a": [1, 2.5, null, true, "\xc3\xbc"]}', {"a": [1, 2.5, None, True, "ü"]}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"1e5", 1e5),
    ],
)
def test_plain_json_is_read(raw, value):
    assert read(raw) == value


@pytest.mark.parametrize(
    "raw, said",
    [
        (b"", r"not JSON \(line 1, column 1\)"),
        (b"{", "not JSON"),
        (b'{"a": 1,\n  b}', r"line 2, column 3"),
        (b"\xff\xfe{", r"not UTF-8 \(byte 0\)"),
        (b'{"a": 1, "a": 2}', "“a” stands there twice"),
        (b'{"a": {"b": 1, "b": 1}}', "“b” stands there twice"),
        (b"NaN", "NaN is not a number"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b"1" * 5000, "A number is too long"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": "x\\u0000y"}', "a NUL or half a character"),
        (b'{"a\\u0000": 1}', "a NUL or half a character"),
        (b'["\\ud800"]', "a NUL or half a character"),
        (b'{"a": [{"b": "\\udc00x"}]}', "a NUL or half a character"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(raw, said):
    with pytest.raises(ParseError, match=said):
        read(raw)


def test_body_over_the_limit_is_refused_before_it_is_read(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    stream = io.BytesIO(b'"' + b"x" * 1000 + b'"')

    with pytest.raises(TooLarge, match="10 bytes"):
        StrictJSONParser().parse(stream)
    assert stream.tell() == 11


def test_numbers_beyond_reach_are_refused():
    with pytest.raises(ParseError, match="not a number"):
        read(b"1e999")
