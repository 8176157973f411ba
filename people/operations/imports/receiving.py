"""Taking a file of people in: on disk, looked at, and a job asked for. Nothing is parsed here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from core.deliveries import (
    ENCODINGS,
    FileRefusedError,
    Limits,
    Readable,
    Shelf,
    Stored,
    Unreadable,
    shown_name,
)
from core.jobs import enqueue
from people.choices import ImportMode, InboundChannel
from people.inbound import read_people
from people.models import PeopleImport, Person

SHELF = Shelf("people")
# A look at the beginning: enough for the header and the first rows, whatever a bomb unpacks to.
LOOK = Limits(unpacked=600_000, block=200)


def receive_people(*, upload: Readable, encoding: str = "", **facts: Any) -> PeopleImport:
    """Store the file and take it in; ``facts`` are those of ``take_in``.

    Raises FileRefusedError for what the beginning of the file already shows.
    """
    with delivered(upload, encoding=encoding) as file, transaction.atomic():
        return take_in(file=file, encoding=encoding, **facts)


@contextmanager
def delivered(upload: Readable, *, encoding: str = "") -> Iterator[Stored]:
    """The file on disk and looked at; if the caller fails, it goes again."""
    if encoding and encoding not in ENCODINGS:
        raise FileRefusedError("unknown_encoding", encoding=encoding[:40])
    with SHELF.stored(upload) as file:
        _look(file, encoding)
        yield file


def take_in(
    *,
    file: Stored,
    actor: Person | None,
    channel: InboundChannel,
    mode: ImportMode,
    dry_run: bool = False,
    preview: bool = False,
    encoding: str = "",
    name: str = "",
) -> PeopleImport:
    """Ask for "people.import_people". In a transaction.

    ``dry_run`` only tells what would happen; with ``preview`` it waits to be told to go on.
    """
    made = PeopleImport.objects.create(
        channel=channel,
        mode=mode,
        dry_run=dry_run,
        preview=preview,
        original_name=shown_name(name),
        stored_name=file.name,
        size=file.size,
        sha256=file.sha256,
        encoding=encoding,
        created_by=actor,
    )
    made.job = enqueue("people.import_people", actor=actor, subject=made, import_id=made.pk)
    made.save(update_fields=["job"])
    return made


def _look(file: Stored, encoding: str) -> None:
    """Refuse at once what cannot be a file of people, where the person still looks at the form."""
    if not file.size:
        raise FileRefusedError("empty")
    try:
        with SHELF.open_stored(file.name) as stream:
            next(read_people(stream, encoding=encoding, limits=LOOK), None)
    except Unreadable as refused:
        # Too much for a look is no fault of the file: the worker reads on with the real limits.
        if refused.code != "too_large_unpacked":
            raise FileRefusedError(refused.code, **refused.facts) from refused
