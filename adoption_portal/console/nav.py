"""The console's entry, and its pages for those who may open it (decision 0050)."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from adoption_portal.console.rules import console_roles

PAGES = (
    ("overview", _("Overview"), "chart"),
    ("evidence", _("Did it work?"), "eye"),
    ("adoption", _("Adoption"), "people"),
    ("trust", _("Trust and enablement"), "heart"),
    ("sign_offs", _("Waiting for a signature"), "sign"),
    ("quality", _("Data quality"), "data"),
)


def shown(request: HttpRequest) -> bool:
    return bool(console_roles(request))


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
