"""What a delivered file would become under given terms, before anything is saved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from core.deliveries import Shelf, Unreadable
from measurement.choices import SourceLayout
from measurement.errors import FileRefusedError, row_refusal
from measurement.models import CaseImport, CaseSource
from measurement.parsing import (
    ENCODINGS,
    Block,
    DerivedCase,
    EventBlock,
    FileTerms,
    Look,
    Rejection,
    cases_of_events,
    look,
    names_a_person,
    read_cases,
    read_events,
)
from measurement.queries.terms import (
    DECIMALS,
    FIELDS_OF,
    LOOK,
    checked_options,
    separates,
    terms_of,
)

SHELF = Shelf("cases")
ROWS_SHOWN = 20
EVENTS_SEEN = 2_000  # of a log: enough to see cases of it come to their end
SMALL_BLOCKS = replace(LOOK, block=50)  # so that rows are seen though the look ends within a file


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row of the file as it is read: ``cells`` by our field names, times in ISO 8601.

    ``seconds``: from start to end on the wall clock (of an event: from when it began), None where
    there is no end. ``refusal``: why the row is not kept, in words; then its cells are as they
    came.
    """

    line: int
    cells: Mapping[str, str]
    seconds: float | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class PreviewCase:
    """A case that the first events of a log make. ``seconds`` on the wall clock, None: open."""

    case_id: str
    started_at: datetime
    completed_at: datetime | None
    status: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the beginning of a file holds and becomes.

    ``look`` is None where not even the beginning is readable; ``refusal`` says why, or why the file
    cannot be read under these terms. ``fields``: our names, in the order to show them. ``cases``:
    only of a log, of its first events; later ones may end cases that are open here.
    """

    look: Look | None
    refusal: FileRefusedError | None
    fields: tuple[str, ...]
    rows: tuple[PreviewRow, ...] = ()
    cases: tuple[PreviewCase, ...] = ()


def preview(
    case_import: CaseImport,
    *,
    source_facts: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Preview:
    """The beginning of a stored file, read as its source would be with ``source_facts``.

    ``source_facts`` and ``options`` as in ``start_import``; nothing is saved. Raises
    FileRefusedError when the file is gone.
    """
    source = CaseSource.objects.get(pk=case_import.source_id)
    for fact, value in (source_facts or {}).items():
        setattr(source, fact, value)
    at = case_import.created_at
    known = source.layout in SourceLayout.values
    fields = FIELDS_OF[SourceLayout(source.layout)] if known else ()
    seen, refusal = _looked(case_import, looking_terms(source, at=at, options=options))
    if seen is None:
        return Preview(None, refusal, fields)
    try:
        terms = terms_of(checked_options(options or {}, source), at=at, limits=SMALL_BLOCKS)
        read = _cases_read if terms.log is None else _events_read
        with SHELF.open_stored(case_import.stored_name) as stream:
            return read(stream, terms, seen)
    except Unreadable as refused:
        return Preview(seen, FileRefusedError(refused.code, **refused.facts), fields)
    except FileRefusedError as refused:
        return Preview(seen, refused, fields)


def looking_terms(
    source: CaseSource, *, at: datetime, options: Mapping[str, Any] | None = None
) -> FileTerms:
    """For a look that does not fail by what is to be chosen after it."""
    encoding = str((options or {}).get("encoding") or source.encoding)
    mapping = source.mapping if isinstance(source.mapping, dict) else {}
    return FileTerms(
        at=at,
        mapping={
            name: column
            for name, column in mapping.items()
            if isinstance(column, str) and not names_a_person(column)
        },
        encoding=encoding if encoding in ENCODINGS else "",
        limits=LOOK,
        delimiter=source.delimiter if separates(source.delimiter) else "",
        decimal=source.decimal if source.decimal in DECIMALS else ".",
        sheet=source.sheet,
    )


def _looked(
    case_import: CaseImport, terms: FileTerms
) -> tuple[Look | None, FileRefusedError | None]:
    """Once more with the first sheet where there is none of that name."""
    try:
        with SHELF.open_stored(case_import.stored_name) as stream:
            return look(stream, terms, ROWS_SHOWN), None
    except Unreadable as refused:
        if terms.sheet or terms.delimiter:
            return _looked(case_import, replace(terms, sheet="", delimiter=""))
        return None, FileRefusedError(refused.code, **refused.facts)


def _cases_read(stream: BinaryIO, terms: FileTerms, seen: Look) -> Preview:
    block = next(read_cases(stream, terms), None)
    rows = (
        []
        if block is None
        else [
            *_good(block.lines, _of_cases(block), "started_at", "completed_at"),
            *_refused(block.rejections, terms),
        ]
    )
    return Preview(seen, None, FIELDS_OF[SourceLayout.CASES], _first(rows))


def _events_read(stream: BinaryIO, terms: FileTerms, seen: Look) -> Preview:
    blocks: list[EventBlock] = []
    try:
        for block in read_events(stream, terms):
            blocks.append(block)
            if sum(one.read for one in blocks) >= EVENTS_SEEN:
                break
    except Unreadable:
        if not blocks:  # what is wrong further on is the worker's to say
            raise
    rows = [
        row
        for block in blocks[:1]
        for row in (
            *_good(block.lines, _of_events(block), "began_at", "at"),
            *_refused(block.rejections, terms),
        )
    ]
    assert terms.log is not None  # noqa: S101 - the caller's distinction
    cases = cases_of_events(blocks, terms.log)
    return Preview(
        seen,
        None,
        FIELDS_OF[SourceLayout.EVENTS],
        _first(rows),
        tuple(map(_case, cases[:ROWS_SHOWN])),
    )


def _first(rows: list[PreviewRow]) -> tuple[PreviewRow, ...]:
    return tuple(sorted(rows, key=lambda row: row.line)[:ROWS_SHOWN])


def _refused(rejections: Iterable[Rejection], terms: FileTerms) -> Iterator[PreviewRow]:
    for one in rejections:
        words = row_refusal(one.code, one.column, mapping=terms.mapping)
        yield PreviewRow(one.line, one.row, None, words)


def _of_cases(block: Block) -> dict[str, Sequence[str]]:
    return {
        "case_id": block.case_ids,
        "started_at": block.started,
        "completed_at": block.completed,
        "status": block.statuses,
        "kind": block.kinds,
        "last_event_at": block.last_events,
    }


def _of_events(block: EventBlock) -> dict[str, Sequence[str]]:
    return {
        "case_id": block.case_ids,
        "activity": block.activities,
        "began_at": block.begans,
        "at": block.ats,
        "lifecycle": block.lifecycles,
        "kind": block.kinds,
    }


def _good(
    lines: Sequence[int], columns: Mapping[str, Sequence[str]], begin: str, end: str
) -> Iterator[PreviewRow]:
    """``begin`` and ``end``: the columns between which the time is shown."""
    for line, *cells in islice(zip(lines, *columns.values(), strict=True), ROWS_SHOWN):
        row = dict(zip(columns, cells, strict=True))
        yield PreviewRow(line, row, _seconds(row[begin], row[end]))


def _case(case: DerivedCase) -> PreviewCase:
    ended = case.completed_at
    return PreviewCase(
        case.case_id,
        case.started_at,
        ended,
        case.status,
        None if ended is None else (ended - case.started_at).total_seconds(),
    )


def _seconds(first: str, last: str) -> float | None:
    if not (first and last):
        return None
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
