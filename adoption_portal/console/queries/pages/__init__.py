"""One module a page: what it shows, and the sheets it takes away as files."""

from adoption_portal.console.queries.pages.adoption import adoption_page, use_rows, workflows_in_use
from adoption_portal.console.queries.pages.evidence import (
    compared,
    evidence_page,
    evidence_rows,
    orders,
    verdict_links,
)
from adoption_portal.console.queries.pages.overview import overview_page
from adoption_portal.console.queries.pages.quality import feeds, quality_page
from adoption_portal.console.queries.pages.sheets import Sheet, about
from adoption_portal.console.queries.pages.sign_offs import longest_waiting, sign_off_page
from adoption_portal.console.queries.pages.trust import trust_page, waves

__all__ = [
    "Sheet",
    "about",
    "adoption_page",
    "compared",
    "evidence_page",
    "evidence_rows",
    "feeds",
    "longest_waiting",
    "orders",
    "overview_page",
    "quality_page",
    "sign_off_page",
    "trust_page",
    "use_rows",
    "verdict_links",
    "waves",
    "workflows_in_use",
]
