"""What evaluating the stored input again found stored otherwise."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Text = str | Promise

STORED: dict[str, Text] = {
    "result": gettext_lazy("the figures"),
    "design": gettext_lazy("the call"),
    "input": gettext_lazy("the data"),
    "verdict": gettext_lazy("the verdict"),
    "grade": gettext_lazy("the grade"),
    "ratio": gettext_lazy("the change"),
    "low": gettext_lazy("the lower end"),
    "high": gettext_lazy("the upper end"),
    "p": gettext_lazy("the p-value"),
    "negligible": gettext_lazy("whether it is within 5%"),
}


def differing(names: list[str]) -> list[Text]:
    """What a recomputation found stored otherwise, in words."""
    return [STORED[name] for name in names]
