"""Taking a delivery in: on disk, looked at, and a job asked for. Nothing is parsed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.choices import ENDED, JobState
from core.deliveries import Readable, Stored, shown_name
from core.jobs import enqueue
from measurement.choices import ImportChannel
from measurement.errors import FileRefusedError
from measurement.models import CaseImport, CaseSource
from measurement.operations.imports import files, sources
from measurement.parsing import Block, EventBlock, Unreadable, read_cases, read_events
from measurement.queries.terms import LOOK, checked_options, terms_of
from people.models import Person


@dataclass(frozen=True, slots=True)
class Received:
    """``again``: these very bytes were delivered before, and nothing new was asked for."""

    case_import: CaseImport
    again: bool


def receive_file(
    *,
    source: CaseSource,
    actor: Person | None,
    upload: Readable,
    options: Mapping[str, Any],
    channel: ImportChannel,
    name: str = "",
    skip_bad_rows: bool = False,
    source_facts: Mapping[str, Any] | None = None,
) -> Received:
    """Store the file and ask for "measurement.import_cases".

    It is read as its source says; ``options``, for this delivery alone: ``zone``, ``encoding``,
    ``covers_to``. ``source_facts`` change the source in the same transaction; an unsaved source is
    made there. Raises FileRefusedError for what the beginning of the file already shows.
    """
    for fact, value in (source_facts or {}).items():
        setattr(source, fact, value)
    wanted = checked_options(options, source)
    with files.stored(upload) as file:
        if not file.size:
            raise FileRefusedError("empty")
        look_at(file.name, wanted)
        with transaction.atomic():
            source = sources.locked_source(source=source, actor=actor, facts=source_facts or {})
            before = _same_delivery(source, file.sha256, wanted, skip_bad_rows=skip_bad_rows)
            if before is None:
                made = created(
                    source=source,
                    actor=actor,
                    file=file,
                    options=wanted,
                    channel=channel,
                    name=name,
                    skip_bad_rows=skip_bad_rows,
                )
                asked_for(made, actor)
    if before is not None:
        files.discard(file.name)
        return Received(before, again=True)
    return Received(made, again=False)


def created(
    *,
    source: CaseSource,
    actor: Person | None,
    file: Stored,
    options: dict[str, Any],
    channel: ImportChannel,
    name: str,
    skip_bad_rows: bool = False,
) -> CaseImport:
    return CaseImport.objects.create(
        source=source,
        channel=channel,
        original_name=shown_name(name),
        stored_name=file.name,
        size=file.size,
        sha256=file.sha256,
        options=options,
        skip_bad_rows=skip_bad_rows,
        created_by=actor,
    )


def asked_for(made: CaseImport, actor: Person | None) -> None:
    """The job that reads it, and with it everything else that is not saved yet."""
    made.job = enqueue("measurement.import_cases", actor=actor, subject=made, import_id=made.pk)
    made.save()


def _same_delivery(
    source: CaseSource, sha256: str, options: Mapping[str, Any], *, skip_bad_rows: bool
) -> CaseImport | None:
    """An import of the same bytes, read the same way, that is merged or still under way."""
    candidates = (
        CaseImport.objects.filter(source=source, sha256=sha256, options=options)
        .select_related("job", "source__workflow")
        .order_by("-pk")
    )
    for found in candidates[:20]:
        if found.merged_at is not None:
            return found
        waits = found.job is not None and found.job.state not in ENDED
        held = found.job is not None and found.job.state == JobState.NEEDS_REVIEW
        if waits and not (held and skip_bad_rows):
            return found
    return None


def look_at(stored_name: str, options: Mapping[str, Any]) -> None:
    """Refuse at once what cannot be such a file, where the person still looks at the form."""
    terms = terms_of(options, at=timezone.now(), limits=LOOK)
    block: Block | EventBlock | None
    try:
        with files.open_stored(stored_name) as stream:
            if terms.log is None:
                block = next(read_cases(stream, terms), None)
            else:
                block = next(read_events(stream, terms), None)
    except Unreadable as refused:
        # Too much for a look is no fault of the file: the worker reads on with the real limits.
        if refused.code == "too_large_unpacked":
            return
        raise FileRefusedError(refused.code, **refused.facts) from refused
    if block is not None and not block.lines:
        naive = next((row for row in block.rejections if row.code == "no_zone"), None)
        if naive is not None:
            raise FileRefusedError("no_zone", example=naive.row.get(naive.column, ""))
