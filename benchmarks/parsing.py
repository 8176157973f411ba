"""Files of events and of cases to checked blocks, against what the parser library alone needs.

The libraries' side reads the whole file and does nothing with it; ours also finds the columns,
checks every cell and gives columns of text.
"""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET
from xml.parsers import expat
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

import python_calamine
import xlsxwriter

from benchmarks.imports import made_up_file, parsed
from benchmarks.timing import figure, in_turn
from measurement.parsing import FileTerms, LogTerms, read_events
from measurement.parsing.raws import raw_blocks

EVENTS = 200_000
SHEET_ROWS = 50_000
CASES = 200_000
REPEATS = 3
TARGET = 2.0
FIRST = datetime(2024, 1, 1, 8, tzinfo=UTC)
TERMS = FileTerms(at=datetime(2030, 1, 1, tzinfo=UTC), log=LogTerms(ends=("step 9",)))
HEADER = ("case_id", "activity", "at", "lifecycle", "kind", "team", "amount", "rework")


def rows_of(count):
    """Cases of eight events; every fifth row a start, the others completions."""
    for number in range(count):
        yield (
            f"CASE-{number // 8:06d}",
            f"step {number % 10}",
            (FIRST + timedelta(seconds=37 * number)).isoformat(),
            "complete" if number % 5 else "start",
            f"kind {number // 8 % 4}",
            f"team {number % 30}",
            f"{number % 9973}.25",
            str(int(number % 11 == 0)),
        )


def as_csv(rows):
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(HEADER)
    sheet.writerows(rows)
    return text.getvalue().encode()


def as_xes(rows):
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n']
    case = None
    for case_id, activity, at, lifecycle, kind, team, amount, rework in rows:
        if case_id != case:
            out.append("</trace>\n" * (case is not None))
            out.append(f'<trace>\n<string key="concept:name" value={quoteattr(case_id)}/>\n')
            out.append(f'<string key="kind" value={quoteattr(kind)}/>\n')
            case = case_id
        out.append(
            f'<event>\n<string key="concept:name" value={quoteattr(activity)}/>\n'
            f'<date key="time:timestamp" value="{at}"/>\n'
            f'<string key="lifecycle:transition" value="{lifecycle}"/>\n'
            f'<string key="org:group" value="{team}"/>\n<float key="amount" value="{amount}"/>\n'
            f'<boolean key="rework" value="{"true" if rework == "1" else "false"}"/>\n</event>\n'
        )
    return "".join([*out, "</trace>\n</log>\n"]).encode()


def as_workbook(rows):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                if at == 2:
                    when = datetime.fromisoformat(cell).replace(tzinfo=None)
                    sheet.write_datetime(number, at, when, date)
                elif at > 5:
                    sheet.write_number(number, at, float(cell))
                else:
                    sheet.write_string(number, at, cell)
    return stream.getvalue()


def ours(file, **terms):
    read_terms = FileTerms(at=TERMS.at, log=TERMS.log, **terms)
    return sum(len(block.lines) for block in read_events(io.BytesIO(file), read_terms))


def cells_of(file):
    """The reading alone: cells sorted into columns, none of them checked."""
    return sum(len(raw.lines) for _columns, raw in raw_blocks(io.BytesIO(file), TERMS))


def by_csv(file):
    return sum(1 for _row in csv.reader(io.TextIOWrapper(io.BytesIO(file), newline="")))


def by_dict_reader(file):
    """Rows by the names of their columns, as whoever uses them needs them."""
    return sum(1 for _row in csv.DictReader(io.TextIOWrapper(io.BytesIO(file), newline="")))


def by_iterparse(file):
    for _event, element in ET.iterparse(io.BytesIO(file)):
        if element.tag == "trace":
            element.clear()


def nothing(*_read):
    pass


def by_expat(*parts):
    for part in parts:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = parser.EndElementHandler = nothing
        parser.CharacterDataHandler = nothing
        parser.ParseFile(part)


def by_expat_unpacked(file):
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        for name in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
            with book.open(name) as part:
                by_expat(part)


def by_calamine(file):
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0)
    return sum(1 for _row in sheet.iter_rows())


def told(subject, mine, peers):
    names, works = zip(*peers.items(), strict=True)
    our_times, *their_times = in_turn(mine, *works, repeats=REPEATS)
    parts = []
    for name, times in zip(names, their_times, strict=True):
        ratio = our_times.median / times.median
        parts.append(
            f"{name} {figure(times.median)} ({times.spread}), ours takes {ratio:.2f} of it"
        )
    print(
        f"{subject}: {figure(our_times.median)} ({our_times.spread}); {'; '.join(parts)}",
        flush=True,
    )


def main():
    rows = list(rows_of(EVENTS))
    log, table, cases = as_xes(rows), as_csv(rows), made_up_file(CASES)
    book = as_workbook(rows[:SHEET_ROWS])
    zone = ZoneInfo("Europe/Berlin")
    naive = table.replace(b"+00:00", b"")
    print(f"target: at most {TARGET:g} of what the library alone takes")
    told(
        f"{EVENTS:,} events of CSV, columns of cells not yet checked",
        lambda: cells_of(table),
        {"csv.reader": lambda: by_csv(table), "csv.DictReader": lambda: by_dict_reader(table)},
    )
    told(
        f"{EVENTS:,} events of CSV",
        lambda: ours(table),
        {"csv.reader": lambda: by_csv(table), "csv.DictReader": lambda: by_dict_reader(table)},
    )
    told(
        f"{EVENTS:,} events of CSV without offsets",
        lambda: ours(naive, zone=zone),
        {"csv.reader": lambda: by_csv(naive), "csv.DictReader": lambda: by_dict_reader(naive)},
    )
    told(
        f"{CASES:,} cases of CSV",
        lambda: parsed(cases),
        {"csv.reader": lambda: by_csv(cases), "csv.DictReader": lambda: by_dict_reader(cases)},
    )
    told(
        f"{EVENTS:,} events of XES",
        lambda: ours(log),
        {
            "ElementTree.iterparse": lambda: by_iterparse(log),
            "expat with empty handlers": lambda: by_expat(io.BytesIO(log)),
        },
    )
    told(
        f"{SHEET_ROWS:,} events of XLSX",
        lambda: ours(book, zone=zone),
        {
            "expat with empty handlers": lambda: by_expat_unpacked(book),
            "calamine": lambda: by_calamine(book),
        },
    )


if __name__ == "__main__":
    main()
