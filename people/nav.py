"""What the frame shows of people; decision 0050."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

Link = tuple[str, str, str]


def sections(request: HttpRequest) -> list[tuple[str, list[Link]]]:
    """The flag, not the role, is asked: every page pays for what is asked here."""
    if not getattr(request.user, "is_staff", False):
        return []
    return [(_("Administration"), [(_("People from HR"), reverse("people:imports"), "people")])]
