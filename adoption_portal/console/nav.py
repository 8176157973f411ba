"""The console's entry, and its pages for those who may open it (decision 0050)."""

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from adoption_portal.console.rules import may_see_console
from core.acting import acting_person

KNOWN_FOR_SECONDS = 60  # the frame asks on every page; the pages themselves ask the database

PAGES = (
    ("overview", _("Overview"), "chart"),
    ("evidence", _("Did it work?"), "eye"),
    ("adoption", _("Adoption"), "people"),
    ("trust", _("Trust and enablement"), "heart"),
    ("sign_offs", _("Waiting for a signature"), "sign"),
    ("quality", _("Data quality"), "data"),
)


def shown(request: HttpRequest) -> bool:
    """One query a minute and person, and none where the cache knows."""
    person = acting_person(request)
    key = f"console:nav:{person.public_id}"
    known = cache.get(key)
    if known is None:
        known = may_see_console(person)
        cache.set(key, known, KNOWN_FOR_SECONDS)
    return bool(known)


def sections(request: HttpRequest) -> list[tuple[object, list[tuple[object, str, str]]]]:
    """The pages of the console, while one is in it."""
    if not request.path.startswith(reverse("console:overview")) or not shown(request):
        return []
    return [
        (
            _("Program office"),
            [(label, reverse(f"console:{name}"), icon) for name, label, icon in PAGES],
        )
    ]


SHOWN = {"console": shown}
