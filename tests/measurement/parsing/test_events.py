"""Events of any format: the same events, the same blocks."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.parsing import FileTerms, Limits, LogTerms, Unreadable, read_cases, read_events
from measurement.parsing.blocks import EventBlock, RawBlock
from measurement.parsing.columns import Columns
from measurement.parsing.event_rows import fill_events_fast, fill_events_slow
from tests.factories.workbooks import workbook_of

AT = datetime(2026, 3, 1, tzinfo=UTC)
LOG = LogTerms(ends=("ship",))
MAPPING = {
    "case_id": "case:concept:name",
    "activity": "concept:name",
    "at": "time:timestamp",
    "lifecycle": "lifecycle:transition",
    "kind": "case:kind",
}
NAMES = ("case:concept:name", "case:kind", "concept:name", "time:timestamp", "amount", "ok")


def terms(**more):
    return FileTerms(at=AT, log=LOG, **{"mapping": MAPPING, **more})


def read(file, read_terms=None):
    """All events as rows without their lines, and all refusals."""
    rows, refused = [], []
    for block in read_events(io.BytesIO(file), read_terms or terms()):
        moments = [datetime.fromisoformat(at) for at in block.ats]
        fields = [json.loads(text) if text else {} for text in block.fields]
        columns = block.case_ids, block.activities, moments, block.lifecycles, block.kinds, fields
        rows += zip(*columns, strict=True)
        refused += [(row.column, row.code) for row in block.rejections]
    return rows, refused


def as_csv(rows):
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(NAMES)
    sheet.writerows([*row[:3], row[3].isoformat(), *row[4:]] for row in rows)
    return text.getvalue().encode()


def as_json(rows):
    cells = (
        [*row[:3], row[3].isoformat(), float(row[4] or 0) if row[4] else None, row[5]]
        for row in rows
    )
    return "\n".join(json.dumps(dict(zip(NAMES, row, strict=True))) for row in cells).encode()


def as_xes(rows):
    """A trace for each run of rows of one case."""
    out, case = ['<log xmlns="http://www.xes-standard.org/">'], None
    for case_id, kind, activity, at, amount, ok in rows:
        if (case_id, kind) != case:
            out += ["</trace>"] * (case is not None)
            out += [f'<trace><string key="concept:name" value={quoteattr(case_id)}/>']
            out += [f'<string key="kind" value={quoteattr(kind)}/>']
            case = case_id, kind
        number = f'<float key="amount" value="{amount}"/>' if amount else ""
        out.append(
            f'<event><string key="concept:name" value={quoteattr(activity)}/>'
            f'<date key="time:timestamp" value="{at.isoformat()}"/>{number}'
            f'<boolean key="ok" value="{"true" if ok == "1" else "false"}"/></event>'
        )
    return "\n".join([*out, "</trace></log>"]).encode()


TEXTS = st.text("aäß<&\"' €", min_size=1, max_size=6).filter(lambda text: text.strip() == text)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A-1", "B", "C&D"]),
        st.sampled_from(["k1", "k 2"]),
        TEXTS,
        st.datetimes(
            datetime(2020, 1, 1),  # noqa: DTZ001
            datetime(2026, 1, 1),  # noqa: DTZ001
            timezones=st.just(UTC),
        ).map(lambda at: at.replace(microsecond=0)),
        st.sampled_from(["", "1.5", "12"]),
        st.sampled_from(["0", "1"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 5))
def test_log_reads_as_the_table_of_the_same_rows(rows, block):
    limits = Limits(block=block)
    expected = read(as_csv(rows), terms(limits=limits))

    assert expected[1] == []
    assert read(as_xes(rows), terms(limits=limits)) == expected
    assert read(gzip.compress(as_xes(rows)), terms(limits=limits)) == expected
    assert read(as_json(rows), terms(limits=limits)) == expected


def test_workbook_reads_as_the_table_of_the_same_rows():
    rows = [
        ("A-1", "k1", f"step {day}", datetime(2026, 1, day, 9, tzinfo=UTC), "1.5", "1")
        for day in range(1, 20)
    ]
    book = workbook_of(
        [NAMES, *([*row[:3], row[3].replace(tzinfo=None), 1.5, True] for row in rows)]
    )

    assert read(book, terms(zone=ZoneInfo("UTC"))) == read(as_csv(rows))


def test_decimals_of_typed_formats_do_not_follow_the_habit_of_texts():
    row = ("A-1", "k1", "step", AT - timedelta(days=1), "1.5", "1")
    book = workbook_of([NAMES, [*row[:3], row[3].replace(tzinfo=None), 1.5, True]])
    commas = terms(decimal=",", zone=ZoneInfo("UTC"))

    expected = read(as_csv([row]))
    assert read(as_csv([(*row[:4], "1,5", "1")]), commas) == expected
    for file in (as_json([row]), as_xes([row]), book):
        assert read(file, commas) == expected


XES = """<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<log xes.version="2.0" xmlns:xi="http://www.w3.org/2001/XInclude">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="trace"><string key="concept:name" value="none"/></global>
<global scope="event"><string key="concept:name" value="none"/></global>
<classifier name="Activity" keys="concept:name"/>
<string key="concept:name" value="a log"/>
<trace>
<string key="concept:name" value="A-1"><string key="concept:name" value="nested"/></string>
<int key="pages" value="3"/>
<string key="customer" value="Ms Müller"/>
<list key="many"><values><string key="concept:name" value="no"/></values></list>
<event>
<string key="concept:name" value="pack"><string key="concept:name" value="nested"/></string>
<string key="org:resource" value="Joe"/><string key="org:group" value="night"/>
<date key="time:timestamp" value="2026-01-05T08:00:00.250+01:00"/>
<string key="lifecycle:transition" value="START"/>
</event>
<event>
<string key="concept:name" value="pack"/><int key="pages" value="4"/>
<date key="time:timestamp" value="2026-01-05T09:00:00Z"/>
<string key="lifecycle:transition" value="suspend"/>
</event>
</trace>
<trace/>
<trace><string key="concept:name" value="A-2"/></trace>
</log>
"""


def test_log_gives_what_is_kept_of_its_events():
    (block,) = read_events(io.BytesIO(XES.encode()), FileTerms(at=AT, log=LOG))

    assert (list(block.case_ids), list(block.activities)) == (["A-1"] * 2, ["pack"] * 2)
    assert list(block.lifecycles) == ["start", "other"]
    assert list(block.fields) == ['{"case:pages":3}', '{"case:pages":3,"pages":4}']
    assert list(block.lines) == [14, 20]
    assert block.columns.dropped == {
        "case:customer": "person",
        "case:many": "text",
        "org:resource": "person",
        "org:group": "text",
    }


def test_log_of_another_encoding_is_read_by_its_declaration():
    named = XES.replace("UTF-8", "ISO-8859-1").replace("pack", "päck")
    (latin,) = read_events(io.BytesIO(named.encode("latin-1")), FileTerms(at=AT, log=LOG))
    wide = XES.replace("UTF-8", "UTF-16").encode("utf-16")
    (other,) = read_events(io.BytesIO(wide), FileTerms(at=AT, log=LOG))

    assert latin.activities[0] == "päck"
    assert other.activities[0] == "pack"


def test_log_is_not_read_as_cases():
    with pytest.raises(Unreadable) as refused:
        list(read_cases(io.BytesIO(XES.encode()), FileTerms(at=AT)))
    assert refused.value.code == "holds_events"


def test_attribute_of_text_is_kept_where_it_is_mapped_and_never_of_people():
    by_group = terms(mapping={"kind": "org:group"})
    (block,) = read_events(io.BytesIO(XES.encode()), by_group)
    assert list(block.kinds) == ["night", ""]

    with pytest.raises(Unreadable) as refused:
        list(read_events(io.BytesIO(XES.encode()), terms(mapping={"kind": "case:customer"})))
    assert refused.value.code == "person_mapped"


def test_what_is_wrong_with_an_event_is_said():
    header = "case_id,activity,at,began_at,lifecycle\n"
    rows = [
        "A,pack,2026-01-05T09:00:00Z,2026-01-05T08:00:00Z,complete",
        ",pack,2026-01-05T09:00:00Z,,",
        "A,,2026-01-05T09:00:00Z,,",
        "A,pack,,,",
        "A,pack,05.01.2026,,",
        "A,pack,2026-01-05T09:00:00Z,2026-01-05T09:00:01Z,",
        "A,pack,2027-01-05T09:00:00Z,,",
        f"A,{'x' * 201},2026-01-05T09:00:00Z,,",
        "A,pack",
    ]
    (block,) = read_events(io.BytesIO((header + "\n".join(rows)).encode()), terms(mapping={}))

    assert list(block.lines) == [2]
    assert [(row.line, row.column, row.code) for row in block.rejections] == [
        (3, "case_id", "no_case_id"),
        (4, "activity", "no_activity"),
        (5, "at", "no_time"),
        (6, "at", "not_a_time"),
        (7, "began_at", "clock_error"),
        (8, "at", "clock_error"),
        (9, "activity", "too_long"),
        (10, "", "wrong_cells"),
    ]


START = "2026-01-05T08:00:00Z"
GOOD = ("A-1", "pack", START, "", "complete", "k", "1")
FIELDS = ("case_id", "activity", "at", "began_at", "lifecycle", "kind", "rework")
CELLS = {
    "case_id": ["A-1", " B ", "", "{…}"],
    "activity": ["pack ", "", "a\tb", "x" * 201],
    "at": [START, "2026-01-05 08:00:00", "2026-03-29 02:30:00", "05.01.2026", ""],
    "began_at": ["", START, "2026-01-05T08:00:01Z"],
    "lifecycle": ["", " START ", "Complete", "suspend"],
    "kind": ["", "simple", "x" * 101],
    "rework": ["", "yes", " 0", "1,5", "1e9", "much"],
}


@st.composite
def rows_almost_good(draw):
    rows = [list(GOOD) for _row in range(draw(st.integers(1, 3)))]
    for _cell in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(FIELDS) - 1))
        rows[draw(st.integers(0, len(rows) - 1))][at] = draw(st.sampled_from(CELLS[FIELDS[at]]))
    return rows


@settings(max_examples=150, deadline=None)
@given(rows_almost_good(), st.sampled_from([".", ","]))
def test_fast_way_gives_the_same_as_the_slow_way(rows, decimal):
    cells = dict(zip(FIELDS, zip(*rows, strict=True), strict=True))
    raw = RawBlock(range(2, 2 + len(rows)), cells)
    fast, slow = (block_of(len(rows)) for _way in range(2))
    read_terms = terms(zone=ZoneInfo("Europe/Berlin"), decimal=decimal)

    fill_events_slow(slow, raw, read_terms)
    if fill_events_fast(fast, raw, read_terms):
        assert meant(fast) == meant(slow)
    else:
        assert slow.rejections


def block_of(rows):
    columns = Columns({name: at for at, name in enumerate(FIELDS[:-1])}, {"rework": 6})
    columns.decide("rework", numeric=True)
    return EventBlock(columns, rows)


def meant(block):
    times = [
        [datetime.fromisoformat(text).astimezone(UTC) if text else None for text in column]
        for column in (block.ats, block.begans)
    ]
    texts = block.lines, block.case_ids, block.activities, block.lifecycles, block.kinds
    fields = [json.loads(text) if text else None for text in block.fields]
    return [*map(list, texts), *times, fields, block.rejections]


@pytest.mark.parametrize("sign", ["~", "^", " ", "#", "\x1f", "¦"])
def test_any_single_sign_separates_cells(sign):
    line = sign.join(["A", "pack", "2026-01-05T09:00:00Z"])
    file = (sign.join(["case_id", "activity", "at"]) + "\n" + line).encode()

    (block,) = read_events(io.BytesIO(file), terms(mapping={}, delimiter=sign))

    assert (list(block.case_ids), list(block.activities)) == (["A"], ["pack"])


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b""])
def test_line_ends_may_be_mixed(start):
    rows = ["case_id,activity,at", *(f"A,{n},2026-01-05T09:00:00Z" for n in range(4))]
    ends = ["\n", "\r\n", "\n\n", "\r\n", "\n"]
    file = start + "".join(row + end for row, end in zip(rows, ends, strict=True)).encode()

    (block,) = read_events(io.BytesIO(file), terms(mapping={}))

    assert list(block.activities) == ["0", "1", "2", "3"]
    assert list(block.lines) == [2, 3, 5, 6]


def test_rows_of_several_lines_among_many_others_keep_their_lines():
    """Lines are cut many at once where each is a row, and one by one where not."""
    rows = ["case_id,activity,at,remark"]
    rows += [
        f"A,{n},2026-01-05T09:00:00Z,{chr(34)}x{chr(10) * (n % 7 == 3)}{chr(34)}"
        for n in range(3_000)
    ]
    (block,) = read_events(io.BytesIO("\n".join(rows).encode()), terms(mapping={}))

    assert list(block.activities) == [str(n) for n in range(3_000)]
    begins, line = [], 2
    for n in range(3_000):
        begins.append(line)
        line += 2 if n % 7 == 3 else 1
    assert list(block.lines) == begins
