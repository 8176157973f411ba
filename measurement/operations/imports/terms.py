"""What a delivery says about itself, checked once and kept with the import as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

from measurement.errors import FileRefusedError
from measurement.models import CaseImport, CaseSource
from measurement.parsing import ENCODINGS, FIELDS, FileTerms, Limits, names_a_person


def checked_options(options: Mapping[str, Any], source: CaseSource) -> dict[str, Any]:
    """``zone``, ``encoding`` and ``covers_to`` of the delivery, the columns' names of the source.

    A zone of the delivery wins over the source's. Raises FileRefusedError.
    """
    zone = str(options.get("zone") or source.zone or "")
    encoding = str(options.get("encoding") or "").strip().lower()
    covers_to = options.get("covers_to")
    if zone and zone not in available_timezones():
        raise FileRefusedError("unknown_zone", zone=zone[:64])
    if encoding and encoding not in ENCODINGS:
        raise FileRefusedError("unknown_encoding", encoding=encoding[:40])
    if isinstance(covers_to, datetime) and covers_to > timezone.now():
        raise FileRefusedError("complete_to_in_future")
    mapping = source.mapping if isinstance(source.mapping, dict) else {}
    if any(not isinstance(column, str) for column in mapping.values()):
        raise FileRefusedError("unknown_mapping")
    refuse_people(mapping)
    return {
        "zone": zone,
        "encoding": encoding,
        "mapping": {name: mapping[name] for name in FIELDS if mapping.get(name)},
        "covers_to": covers_to.isoformat() if isinstance(covers_to, datetime) else "",
    }


def refuse_people(mapping: Mapping[str, str]) -> None:
    """Raises FileRefusedError when one of our fields would be read from a column of people."""
    for name in FIELDS:
        if names_a_person(mapping.get(name, "")):
            raise FileRefusedError("person_mapped", column=mapping[name][:100], field=name)


def terms_of(
    options: Mapping[str, Any], *, at: datetime, limits: Limits | None = None
) -> FileTerms:
    return FileTerms(
        at=at,
        mapping=options["mapping"],
        zone=ZoneInfo(options["zone"]) if options["zone"] else None,
        encoding=options["encoding"],
        limits=limits or Limits(),
    )


def terms_of_import(case_import: CaseImport) -> FileTerms:
    return terms_of(case_import.options, at=case_import.created_at)
