"""A delivery that waits until somebody has said how its source is to be read."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.deliveries import Readable, Unreadable
from measurement.choices import ImportChannel
from measurement.errors import FileRefusedError, ImportOverError
from measurement.models import CaseImport, CaseSource
from measurement.operations.imports import files, sources
from measurement.operations.imports.receiving import Received, asked_for, created, look_at
from measurement.operations.imports.reviewing import locked
from measurement.parsing import look
from measurement.queries.deliveries import looking_terms
from measurement.queries.terms import checked_options
from people.models import Person

# What a mapping can put right: another encoding, sign between cells or sheet.
MAPPABLE = frozenset(
    {"broken_bytes", "nul_byte", "broken_csv", "unknown_sheet", "too_large_unpacked"}
)


def shelve_file(
    *,
    source: CaseSource,
    actor: Person | None,
    upload: Readable,
    channel: ImportChannel,
    name: str = "",
) -> Received:
    """Store the file without a job: it waits for ``start_import``, or 30 days.

    The source stays as it is; an unsaved one is made. The same bytes that wait already are not
    stored twice (``again``). Raises FileRefusedError for what no mapping can make readable.
    """
    with files.stored(upload) as file:
        if not file.size:
            raise FileRefusedError("empty")
        _refuse_hopeless(file.name, source)
        with transaction.atomic():
            source = sources.locked_source(source=source, actor=actor, facts={})
            before = (
                CaseImport.objects.filter(source=source, sha256=file.sha256, job__isnull=True)
                .exclude(stored_name="")
                .select_related("source__workflow")
                .first()
            )
            if before is None:
                made = created(
                    source=source, actor=actor, file=file, options={}, channel=channel, name=name
                )
    if before is not None:
        files.discard(file.name)
        return Received(before, again=True)
    return Received(made, again=False)


def start_import(
    *,
    case_import: CaseImport,
    actor: Person | None,
    source_facts: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    skip_bad_rows: bool = False,
) -> CaseImport:
    """Save how the source is read, for this delivery and all later ones, and ask for the job.

    ``source_facts`` are facts of ``CaseSource`` (``sources.FACTS``); ``options``, for this delivery
    alone, as in ``receive_file``. All in one transaction. Raises FileRefusedError for what the
    beginning of the file already shows, ImportOverError when it was started or given up before.
    """
    source = CaseSource.objects.select_related("workflow").get(pk=case_import.source_id)
    for fact, value in source_facts.items():
        setattr(source, fact, value)
    wanted = checked_options(options or {}, source)
    if not case_import.stored_name:
        raise ImportOverError
    look_at(case_import.stored_name, wanted)
    with transaction.atomic():
        found, job = locked(case_import)
        if job is not None or not found.stored_name:
            raise ImportOverError
        sources.locked_source(source=found.source, actor=actor, facts=source_facts)
        found.options = wanted
        found.skip_bad_rows = skip_bad_rows
        asked_for(found, actor)
    return found


def _refuse_hopeless(stored_name: str, source: CaseSource) -> None:
    try:
        with files.open_stored(stored_name) as stream:
            look(stream, looking_terms(source, at=timezone.now()))
    except Unreadable as refused:
        if refused.code not in MAPPABLE:
            raise FileRefusedError(refused.code, **refused.facts) from refused
