"""Taking a delivery about people in: on disk, looked at, and a job asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from core.choices import ENDED, JobState
from core.deliveries import ENCODINGS, Limits, Readable, Stored, Unreadable, shown_name
from core.jobs import enqueue
from measurement.choices import ImportChannel, UseKind
from measurement.errors import FileRefusedError, ImportOverError
from measurement.models import UseImport
from measurement.operations.imports import files
from measurement.parsing import PeopleBlock, PeopleTerms, read_people
from measurement.queries.terms import LOOK
from people.models import Person
from workflows.models import AiTool

# One merge of a kind at a time: both would write the same rows in another order. Who only delivers
# never waits for a merge.
LOCK_OF_KIND = {UseKind.USAGE: 1, UseKind.ENTITLEMENTS: 2, UseKind.COMPLETIONS: 3}
LOCKS = 0x757365  # "use"


@dataclass(frozen=True, slots=True)
class Received:
    """``again``: these very bytes were delivered before, and nothing new was asked for."""

    use_import: UseImport
    again: bool


def receive_people(
    *,
    kind: UseKind,
    actor: Person | None,
    upload: Readable,
    options: Mapping[str, Any],
    channel: ImportChannel,
    name: str = "",
    skip_bad_rows: bool = False,
    starts: bool = True,
) -> Received:
    """Store the file and ask for "measurement.import_people_rows".

    ``options``: ``encoding``, ``tool`` (public id) for files that name none. ``starts`` false:
    somebody is to see first how it was recognised, see ``start_import``. Raises FileRefusedError
    for what the beginning of the file already shows.
    """
    wanted = _checked(options)
    with files.stored(upload) as file:
        found = _look(file, kind, wanted)
        kept = wanted | {
            "layout": found.recognised.layout.name if found else "",
            "columns": dict(found.recognised.places) if found else {},
            "ignored": [one[:100] for one in found.recognised.ignored[:100]] if found else [],
        }
        with transaction.atomic():
            lock_kind(kind, merging=False)
            before = _same_delivery(kind, file.sha256, wanted, skip_bad_rows=skip_bad_rows)
            if before is None:
                made = UseImport.objects.create(
                    kind=kind,
                    channel=channel,
                    original_name=shown_name(name),
                    stored_name=file.name,
                    size=file.size,
                    sha256=file.sha256,
                    options=kept,
                    skip_bad_rows=skip_bad_rows,
                    created_by=actor,
                )
                if starts:
                    _enqueue(made, actor)
            elif starts and before.job_id is None:
                _enqueue(before, actor)
    if before is not None:
        files.discard(file.name)
        return Received(before, again=True)
    return Received(made, again=False)


@transaction.atomic
def start_import(*, use_import: UseImport, actor: Person | None) -> UseImport:
    """It was recognised rightly: read it. Raises ImportOverError when that was said before."""
    found = UseImport.objects.select_for_update(no_key=True, of=("self",)).get(pk=use_import.pk)
    if found.job_id is not None or not found.stored_name:
        raise ImportOverError
    _enqueue(found, actor)
    return found


def lock_kind(kind: str, *, merging: bool = True) -> None:
    """Until the end of the transaction."""
    number = LOCK_OF_KIND[UseKind(kind)] + (0 if merging else len(LOCK_OF_KIND))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, number])


def terms_of(kind: str, options: Mapping[str, Any], *, limits: Limits | None = None) -> PeopleTerms:
    return PeopleTerms(
        kind=kind,
        at=timezone.localdate(),
        tool=options.get("tool", ""),
        encoding=options.get("encoding", ""),
        limits=limits or Limits(),
    )


def _enqueue(made: UseImport, actor: Person | None) -> None:
    made.job = enqueue(
        "measurement.import_people_rows", actor=actor, subject=made, import_id=made.pk
    )
    made.save(update_fields=["job"])


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    encoding = str(options.get("encoding") or "").strip().lower()
    tool = str(options.get("tool") or "")
    if encoding and encoding not in ENCODINGS:
        raise FileRefusedError("unknown_encoding", encoding=encoding[:40])
    if tool and not AiTool.objects.filter(public_id__in=_as_ids(tool)).exists():
        raise FileRefusedError("tool_unknown")
    return {"encoding": encoding, "tool": tool}


def _as_ids(text: str) -> list[str]:
    from uuid import UUID

    try:
        return [str(UUID(text))]
    except ValueError:
        return []


def _look(file: Stored, kind: UseKind, options: Mapping[str, Any]) -> PeopleBlock | None:
    """Refuse at once what cannot be such a file, and say how its columns are read."""
    if not file.size:
        raise FileRefusedError("empty")
    try:
        with files.open_stored(file.name) as stream:
            return next(read_people(stream, terms_of(kind, options, limits=LOOK)), None)
    except Unreadable as refused:
        if refused.code == "too_large_unpacked":
            return None
        raise FileRefusedError(refused.code, **refused.facts) from refused


def _same_delivery(
    kind: UseKind, sha256: str, options: Mapping[str, Any], *, skip_bad_rows: bool
) -> UseImport | None:
    """An import of the same bytes, read the same way, that is merged or still under way."""
    candidates = (
        UseImport.objects.filter(kind=kind, sha256=sha256, options__contains=options)
        .select_related("job")
        .order_by("-pk")
    )
    for found in candidates[:20]:
        if found.merged_at is not None:
            return found
        job = found.job
        if job is None:
            if found.stored_name:
                return found
            continue
        held = job.state == JobState.NEEDS_REVIEW
        if job.state not in ENDED and not (held and skip_bad_rows):
            return found
    return None
