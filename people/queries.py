"""Reads about persons."""

from people.models import Person


def person_with(email: str) -> Person | None:
    """``Person.email`` is the one address of a person; allauth's table of further ones is not read.

    A row there would let its owner in as somebody else.
    """
    return Person.objects.filter(email=email.replace("\x00", "").strip().lower()).first()
