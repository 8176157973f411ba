"""One verb, one transaction; what the database refuses comes back as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, IntegrityError, OperationalError, transaction

from core.errors import Stale
from workflows.errors import refusal_for

# lock_not_available, deadlock_detected, serialization_failure
SOMEBODY_ELSE = frozenset({"55P03", "40P01", "40001"})


@contextmanager
def one_act() -> Iterator[None]:
    """A transaction around one operation.

    Raises the DomainError behind a broken rule, and Stale when somebody else held the row too
    long; every other database error stays what it is.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = refusal_for(_told(error, "constraint_name"))
        if refusal is None:
            raise
        raise refusal from error
    except OperationalError as error:
        if _told(error, "sqlstate") in SOMEBODY_ELSE:
            raise Stale from error
        raise


def _told(error: Error, fact: str) -> str:
    return getattr(getattr(error.__cause__, "diag", None), fact, None) or ""
