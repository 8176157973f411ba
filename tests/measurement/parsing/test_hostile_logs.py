"""XML that was made to hurt is refused in words, early and within little memory."""

import gzip
import io
import tracemalloc
from datetime import UTC, datetime

import pytest

from measurement.errors import file_refusal
from measurement.parsing import FileTerms, Limits, LogTerms, Unreadable, look, read_events

AT = datetime(2026, 3, 1, tzinfo=UTC)
MEMORY = 50_000_000
HEAD = "<log><trace><string key='concept:name' value='A'/>"
EVENT = (
    "<event><string key='concept:name' value='pack'/>"
    "<date key='time:timestamp' value='2026-01-05T09:00:00Z'/></event>"
)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DEEP = "<string key='k' value='v'>"
FILES = {
    "billion laughs": (
        f'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY l0 "ha">{LAUGHS}]><log>&l9;</log>',
        "xml_doctype",
    ),
    "quadratic": (
        f'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "{"x" * 60_000}">]><log>' + "&a;" * 60_000,
        "xml_doctype",
    ),
    "file": (
        '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]><log>&a;',
        "xml_doctype",
    ),
    "http": (
        '<?xml version="1.0"?><!DOCTYPE log SYSTEM "http://127.0.0.1:9/log.dtd"><log/>',
        "xml_doctype",
    ),
    "parameter entity": (
        '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]><log/>',
        "xml_doctype",
    ),
    "unknown entity": (HEAD + EVENT.replace("pack", "&a;"), "broken_xml"),
    "deep": (HEAD + "<event>" + DEEP * 100, "xml_too_deep"),
    "deeper": ("<log>" * 1_000_000, "xml_too_deep"),
    "endless tag": ("<log " + "a" * 10_000_000, "line_too_long"),
    "endless value": (
        HEAD + "<event><string key='concept:name' value='" + "x" * 9_000_000,
        "line_too_long",
    ),
    "endless comment": ("<log><!-- " + "x" * 9_000_000, "line_too_long"),
    "endless attributes": (
        HEAD + "<event>" + "".join(f"<int key='k{n}' value='1'/>" for n in range(300)),
        "too_many_columns",
    ),
    "long key": (HEAD + f"<event><int key='{'k' * 101}' value='1'/>", "column_name_too_long"),
    "cut off": (HEAD + EVENT, "broken_xml"),
    "two roots": ("<log/><log/>", "broken_xml"),
    "nul": (HEAD + EVENT.replace("pack", "pa\0ck"), "broken_xml"),
    "control sign": (HEAD + EVENT.replace("pack", "pa\x01ck"), "broken_xml"),
    "other root": ('<?xml version="1.0"?><catalogue/>', "not_a_log"),
    "no traces": ("<log/>", "no_rows"),
    "traces without events": ("<log><trace/></log>", "no_rows"),
    "events outside of traces": (f"<log>{EVENT}</log>", "events_without_cases"),
    "cases without names": (f"<log><trace>{EVENT}</trace></log>", "column_missing"),
    "unknown encoding": ('<?xml version="1.0" encoding="klingon"?><log/>', "broken_xml"),
    "wide encoding": ('<?xml version="1.0" encoding="utf-7"?><log/>', "broken_xml"),
    "wrong encoding": ('<?xml version="1.0" encoding="utf-16"?><log/>', "broken_xml"),
}


def terms(**limits):
    return FileTerms(at=AT, log=LogTerms(ends=("pack",)), limits=Limits(**limits))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_file_is_refused_in_words(name, packed):
    text, code = FILES[name]
    file = gzip.compress(text.encode()) if packed else text.encode()

    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as refused:
            list(read_events(io.BytesIO(file), terms()))
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()

    assert refused.value.code == code
    assert file_refusal(refused.value.code, refused.value.facts)


def test_xinclude_is_an_element_as_others():
    text = (
        HEAD + "<event><string key='concept:name' value='pack'/>"
        "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>"
        "<date key='time:timestamp' value='2026-01-05T09:00:00Z'/></event></trace></log>"
    )

    (block,) = read_events(io.BytesIO(text.encode()), terms())

    assert list(block.activities) == ["pack"]
    assert block.rejections == []


def test_bomb_is_counted_while_it_is_unpacked():
    bomb = gzip.compress(HEAD.encode() + b" " * 20_000_000)

    with pytest.raises(Unreadable) as refused:
        list(read_events(io.BytesIO(bomb), terms(unpacked=1_000_000)))

    assert refused.value.code == "too_large_unpacked"


def test_cut_gzip_gives_the_blocks_before_and_is_refused():
    whole = gzip.compress((HEAD + EVENT * 100_000 + "</trace></log>").encode())
    events = read_events(io.BytesIO(whole[:-9]), terms(block=1_000))

    assert sum(next(events).read for _block in range(60)) > 50_000
    with pytest.raises(Unreadable) as refused:
        list(events)
    assert refused.value.code == "broken_gzip"


def test_trace_without_end_is_read_block_by_block():
    text = (HEAD + EVENT * 50_000).encode()
    tracemalloc.start()
    try:
        events = read_events(io.BytesIO(text), terms(block=1_000))
        read = sum(next(events).read for _block in range(45))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()

    assert 40_000 < read <= 45_000


def test_too_many_events_are_refused():
    text = HEAD + EVENT * 30 + "</trace></log>"

    with pytest.raises(Unreadable) as refused:
        list(read_events(io.BytesIO(text.encode()), terms(rows=20, block=10)))

    assert refused.value.code == "too_many_rows"


@pytest.mark.parametrize("name", ["billion laughs", "deeper", "endless tag", "other root"])
def test_look_refuses_the_same(name):
    text, code = FILES[name]

    with pytest.raises(Unreadable) as refused:
        look(io.BytesIO(text.encode()), terms())

    assert refused.value.code == code
