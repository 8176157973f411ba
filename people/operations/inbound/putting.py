"""One person by the interface: the same rules as a file's row."""

from django.db import transaction

from people.errors import OlderVersion
from people.inbound import Row, RowRefused, digest_of
from people.models import Person
from people.operations.inbound.applying import Inbound, apply_rows, hold_inbound


@transaction.atomic
def put_person(*, row: Row, inbound: Inbound) -> tuple[Person, str]:
    """The person, and "created", "updated" or "unchanged".

    Raises RowRefused, and OlderVersion for a row that says it is older than the last.
    """
    hold_inbound()
    applied = apply_rows([(1, row, digest_of(row))], inbound=inbound)
    (outcome,) = applied.outcomes
    if outcome.said == "rejected":
        raise RowRefused(outcome.column, outcome.code, outcome.value)
    if outcome.said == "stale":
        raise OlderVersion
    return Person.objects.get(source_id=row.source_id), outcome.said
