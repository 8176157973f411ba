"""The rows of a release, written in the caller's transaction.

Answers and comments go by binary COPY: no statement, whatever the database logs of statements and
their faults, holds one. Both are in an order of their own, by a cryptographic generator.
"""

from collections.abc import Iterable, Sequence
from secrets import SystemRandom
from typing import Any
from uuid import uuid4

from django.db import connection
from django.views.decorators.debug import sensitive_variables

from people.models import Person
from surveys.counting import Count
from surveys.masking import masked, names_in
from surveys.models import AttributeTally, Participation, ReleasedCell, Wave
from surveys.scoring.tallies import Tally
from surveys.sealing import Sheet

RESPONSES = "COPY surveys_response (id, wave_id, atom, answers) FROM STDIN (FORMAT BINARY)"
RESPONSE_TYPES = ("uuid", "int8", "int4", "int2[]")
COMMENTS = "COPY surveys_comment (id, wave_id, block_id, text, withheld) FROM STDIN (FORMAT BINARY)"
COMMENT_TYPES = ("uuid", "int8", "int8", "text", "bool")


@sensitive_variables()
def publish(wave: Wave, sheets: Sequence[Sheet], counted: Count) -> None:
    """Responses with their atom only, comments at their block, tallies and released figures."""
    responses = [
        (uuid4(), wave.pk, atom, list(sheet.answers))
        for sheet, atom in zip(sheets, counted.release.atom_of, strict=True)
    ]
    _copy(RESPONSES, RESPONSE_TYPES, responses)
    names = _names(wave)
    comments = [
        (uuid4(), wave.pk, block, masked(sheet.comment, names), False)
        for sheet, block in zip(sheets, counted.comments, strict=True)
        if block is not None
    ]
    _copy(COMMENTS, COMMENT_TYPES, comments)
    AttributeTally.objects.bulk_create(
        (_tally(wave, tally) for tally in counted.tallies), batch_size=2000
    )
    ReleasedCell.objects.bulk_create(
        (
            ReleasedCell(
                wave=wave,
                unit_id=cell.unit,
                scope=cell.scope,
                subset=cell.subset,
                metric=cell.metric,
                n=cell.n,
                mean=cell.mean,
                low=cell.low,
                high=cell.high,
                sd=cell.sd,
                favourable=cell.favourable,
                detail=cell.detail or {},
            )
            for cell in counted.release.cells
        ),
        batch_size=2000,
    )


@sensitive_variables()
def _copy(statement: str, types: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    SystemRandom().shuffle(rows)
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _names(wave: Wave) -> frozenset[str]:
    """Of everybody invited, and of those who head the units they are in."""
    invited = Participation.objects.filter(wave=wave)
    units = [node["unit"] for node in wave.snapshot.tree]
    people: Iterable[tuple[str, str]] = (
        Person.objects.filter(pk__in=invited.values("person"))
        .union(Person.objects.filter(heads__in=units))
        .values_list("given_name", "family_name")
    )
    return names_in(people)


def _tally(wave: Wave, tally: Tally) -> AttributeTally:
    return AttributeTally(
        wave=wave,
        block_id=tally.block,
        attribute=wave.attributes[tally.attribute],
        category_group=",".join(str(place) for place in tally.group),
        item=tally.item,
        value=tally.value,
        count=tally.count,
    )
