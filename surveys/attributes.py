"""Attributes a wave may report beside the tree of units; each person has one category of each."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

MOST = 3
SITE, FUNCTION, JOB, TENURE = "site", "function", "job", "tenure"
ATTRIBUTES: dict[str, str | Promise] = {
    SITE: _("Site"),
    FUNCTION: _("Function"),
    JOB: _("Job title"),
    TENURE: _("Time with the company"),
}
# Also what all but the commonest categories count as: no table shows more of them.
NOT_KNOWN = ""
MOST_CATEGORIES = 40
# Years, from below; the category is a fixed text, translated where it is shown.
TENURES = (
    (1, gettext_noop("under 1 year")),
    (3, gettext_noop("1 to 3 years")),
    (10, gettext_noop("3 to 10 years")),
)
LONGEST_TENURE = gettext_noop("over 10 years")
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Traits:
    """What the directory knows of one person on a day, by attribute."""

    site: str
    function: str
    job: str
    since: date | None

    def category(self, attribute: str, today: date) -> str:
        if attribute == TENURE:
            return tenure(self.since, today)
        found: dict[str, str] = {SITE: self.site, FUNCTION: self.function, JOB: self.job}
        return found[attribute].strip()


def tenure(since: date | None, today: date) -> str:
    if since is None:
        return NOT_KNOWN
    years = (today - since).days / DAYS_A_YEAR
    return next((name for limit, name in TENURES if years < limit), LONGEST_TENURE)


def commonest(column: list[str]) -> list[str]:
    """Everybody's category again, the rare ones beyond ``MOST_CATEGORIES`` as not known."""
    sizes = Counter(column)
    kept = sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_CATEGORIES]
    return [name if name in kept else NOT_KNOWN for name in column]


def shown(attribute: str, category: str) -> str:
    """A category in the reader's language; those of the directory are as the directory has them."""
    return gettext(category) if attribute == TENURE and category else category
