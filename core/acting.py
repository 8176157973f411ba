"""Who acts in a request."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

if TYPE_CHECKING:
    from people.models import Person


def acting_person(request: HttpRequest) -> "Person":
    """The signed-in, active person. Raises PermissionDenied for anybody else."""
    if not request.user.is_authenticated or not request.user.is_active:
        raise PermissionDenied
    return request.user
