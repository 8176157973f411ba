"""Who acts in a request."""

from typing import TYPE_CHECKING, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

if TYPE_CHECKING:
    from people.models import Person


def acting_person(request: HttpRequest) -> "Person":
    """The signed-in, active person. Raises PermissionDenied for anybody else."""
    person = getattr(request, "user", None)  # None for a system's API token
    if person is None or not person.is_authenticated or not person.is_active:
        raise PermissionDenied
    return cast("Person", person)
