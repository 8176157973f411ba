"""How a delivery is to be read: by its source, and what it says about itself.

Checked once and kept with the import as JSON, so that a delivery tells how it was read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

from core.deliveries.cells import is_storable
from measurement.choices import SourceLayout
from measurement.errors import FileRefusedError
from measurement.models import CaseImport, CaseSource
from measurement.parsing import (
    ENCODINGS,
    EVENT_FIELDS,
    FIELDS,
    TIME_PATTERNS,
    FileTerms,
    Limits,
    LogTerms,
    names_a_person,
)

# A look at the beginning: enough for the header and the first rows, whatever a bomb unpacks to.
LOOK = Limits(unpacked=600_000, block=200, strings=20_000_000)
DECIMALS = (".", ",")
ACTIVITIES = ("start_activities", "end_activities", "cancel_activities")
MOST_ACTIVITIES = 100
ACTIVITY_LENGTH = 200
FIELDS_OF = {SourceLayout.CASES: FIELDS, SourceLayout.EVENTS: EVENT_FIELDS}


def checked_options(options: Mapping[str, Any], source: CaseSource) -> dict[str, Any]:
    """``zone``, ``encoding`` and ``covers_to`` of the delivery, everything else of the source.

    A zone or encoding of the delivery wins over the source's. Raises FileRefusedError.
    """
    zone = str(options.get("zone") or source.zone or "")
    encoding = str(options.get("encoding") or source.encoding or "").strip().lower()
    covers_to = options.get("covers_to")
    if zone and zone not in available_timezones():
        raise FileRefusedError("unknown_zone", zone=zone[:64])
    if encoding and encoding not in ENCODINGS:
        raise FileRefusedError("unknown_encoding", encoding=encoding[:40])
    if isinstance(covers_to, datetime) and covers_to > timezone.now():
        raise FileRefusedError("complete_to_in_future")
    return {
        "zone": zone,
        "encoding": encoding,
        "covers_to": covers_to.isoformat() if isinstance(covers_to, datetime) else "",
        **checked_source(source),
    }


def checked_source(source: CaseSource) -> dict[str, Any]:
    """How the source's files are read, but for zone and encoding. Raises FileRefusedError."""
    if source.layout not in SourceLayout.values:
        raise FileRefusedError("unknown_layout", layout=str(source.layout)[:40])
    layout = SourceLayout(source.layout)
    if source.time_pattern not in TIME_PATTERNS:
        raise FileRefusedError("unknown_times", times=str(source.time_pattern)[:40])
    if source.decimal not in DECIMALS:
        raise FileRefusedError("unknown_decimal", decimal=str(source.decimal)[:10])
    if source.delimiter and not separates(source.delimiter):
        raise FileRefusedError("unknown_delimiter", delimiter=str(source.delimiter)[:10])
    mapping = source.mapping if isinstance(source.mapping, dict) else {}
    if any(not isinstance(column, str) for column in mapping.values()):
        raise FileRefusedError("unknown_mapping")
    refuse_people(mapping)
    log = layout == SourceLayout.EVENTS
    starts, ends, cancels = (
        checked_activities(getattr(source, name)) if log else [] for name in ACTIVITIES
    )
    if log and not ends:
        raise FileRefusedError("no_end_activity")
    if twice := sorted(set(ends) & set(cancels)):
        raise FileRefusedError("activity_twice", activity=twice[0][:100])
    return {
        "layout": str(layout),
        "delimiter": source.delimiter,
        "times": source.time_pattern,
        "decimal": source.decimal,
        "sheet": source.sheet,
        "mapping": {name: mapping[name] for name in FIELDS_OF[layout] if name in mapping},
        "starts": starts,
        "ends": ends,
        "cancels": cancels,
    }


def separates(sign: str) -> bool:
    """Any single sign that no cell of ours is made of."""
    return len(sign) == 1 and not sign.isalnum() and sign not in "\"'\n\r.-+"


def checked_activities(given: Any) -> list[str]:
    """Names without blanks around them, none twice. Raises FileRefusedError."""
    names = [name.strip() for name in given] if _are_texts(given) else [""]
    if (
        not all(names)
        or len(names) > MOST_ACTIVITIES
        or max(map(len, names), default=0) > (ACTIVITY_LENGTH)
        or not all(map(is_storable, names))
    ):
        raise FileRefusedError("unknown_activities", limit=MOST_ACTIVITIES)
    return list(dict.fromkeys(names))


def _are_texts(given: Any) -> bool:
    is_list = isinstance(given, Sequence) and not isinstance(given, str)
    return is_list and all(isinstance(name, str) for name in given)


def refuse_people(mapping: Mapping[str, str]) -> None:
    """Raises FileRefusedError when one of our fields would be read from a column of people."""
    for name in dict.fromkeys((*FIELDS, *EVENT_FIELDS)):
        if names_a_person(mapping.get(name, "")):
            raise FileRefusedError("person_mapped", column=mapping[name][:100], field=name)


def terms_of(
    options: Mapping[str, Any], *, at: datetime, limits: Limits | None = None
) -> FileTerms:
    """What was kept before sources said more than zone, encoding and columns is read as then."""
    log = None
    if options.get("layout") == SourceLayout.EVENTS:
        log = LogTerms(
            starts=tuple(options["starts"]),
            ends=tuple(options["ends"]),
            cancels=tuple(options["cancels"]),
        )
    return FileTerms(
        at=at,
        mapping=options.get("mapping", {}),
        zone=ZoneInfo(options["zone"]) if options.get("zone") else None,
        encoding=options.get("encoding", ""),
        limits=limits or Limits(),
        delimiter=options.get("delimiter", ""),
        times=options.get("times", ""),
        decimal=options.get("decimal", "."),
        sheet=options.get("sheet", ""),
        log=log,
    )


def terms_of_import(case_import: CaseImport) -> FileTerms:
    return terms_of(case_import.options, at=case_import.created_at)
