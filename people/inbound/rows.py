"""One row about one person: which fields there are, and what each may hold."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from core.deliveries.cells import NESTED, is_storable

# Texts and how long they may be. A field that is not given stays as it is, an empty one is emptied.
TEXTS = {
    "given_name": 100,
    "family_name": 100,
    "email": 254,
    "employee_number": 64,
    "legal_entity": 64,
    "unit": 64,
    "manager": 128,
    "job_title": 150,
    "country": 2,
    "site": 64,
    "status": 8,
    "cost_centre": 64,
}
FIELDS = ("source_id", *TEXTS, "active", "effective_from", "primary", "source_version")
# Left as they are when empty: a person cannot be nowhere, nor employed by nobody.
NEVER_EMPTIED = frozenset({"legal_entity", "unit", "status"})
# May be shown when refused; the others name a person.
SHOWN = frozenset(
    {"legal_entity", "unit", "manager", "country", "site", "status", "active", "effective_from",
     "primary", "source_version", "cost_centre"}
)  # fmt: skip
SOURCE_ID_LENGTH = 128
STATUSES = frozenset({"active", "leave"})
YES = frozenset({"true", "1", "yes", "y", "ja", "oui", "wahr", "vrai", "active", "aktiv", "actif"})
NO = frozenset(
    {"false", "0", "no", "n", "nein", "non", "falsch", "faux", "inactive", "inaktiv", "inactif"}
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EMAIL = re.compile(r"[^\s@<>\"(),;:\\]+@[^\s@<>\"(),;:\\]+\.[^\s@<>\"(),;:\\.]+")
COUNTRY = re.compile(r"[A-Z]{2}")
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
LARGEST_VERSION = 2**62


class RowRefused(Exception):
    """This row is not taken; ``code`` says why, ``value`` what stood there if it may be shown."""

    def __init__(self, column: str, code: str, value: str = "") -> None:
        super().__init__(column, code)
        self.column = column
        self.code = code
        self.value = value if column in SHOWN else ""


@dataclass(frozen=True, slots=True)
class Row:
    """``given`` holds the texts that were given, trimmed; ``effective_from`` None is today."""

    source_id: str
    given: dict[str, str] = field(default_factory=dict)
    active: bool | None = None
    effective_from: date | None = None
    primary: bool = True
    version: int | None = None


def read_row(cells: Mapping[str, str]) -> Row:
    """``cells`` by field name, as texts. Raises RowRefused at the first that cannot be kept."""
    source_id = cells.get("source_id", "").strip()
    if not source_id:
        raise RowRefused("source_id", "missing")
    if len(source_id) > SOURCE_ID_LENGTH:
        raise RowRefused("source_id", "too_long")
    whole = "".join(cells.values())
    if not whole.isprintable() or NESTED in whole:
        _refuse_no_text(cells)
    given: dict[str, str] = {}
    for name, limit in TEXTS.items():
        cell = cells.get(name)
        if cell is None:
            continue
        text = cell.strip()
        if len(text) > limit:
            code = "not_a_country" if name == "country" else "too_long"
            raise RowRefused(name, code, text[:100])
        if text or name not in NEVER_EMPTIED:
            given[name] = text
    _check_texts(given)
    return Row(
        source_id=source_id,
        given=given,
        active=_yes_no(cells, "active"),
        effective_from=_day(cells),
        primary=_yes_no(cells, "primary") is not False,
        version=_version(cells.get("source_version", "").strip()),
    )


def _refuse_no_text(cells: Mapping[str, str]) -> None:
    for name, cell in cells.items():
        if cell.strip() == NESTED or not is_storable(cell.strip()):
            raise RowRefused(name, "not_a_text")


def _check_texts(given: dict[str, str]) -> None:
    if email := given.get("email"):
        given["email"] = email = email.lower()
        if not EMAIL.fullmatch(email):
            raise RowRefused("email", "not_an_email")
    if country := given.get("country"):
        given["country"] = country = country.upper()
        if not COUNTRY.fullmatch(country):
            raise RowRefused("country", "not_a_country", country)
    if status := given.get("status"):
        given["status"] = status = status.lower()
        if status not in STATUSES:
            raise RowRefused("status", "unknown_status", status)


def _yes_no(cells: Mapping[str, str], name: str) -> bool | None:
    text = cells.get(name, "").strip().lower()
    if not text:
        return None
    if text in YES:
        return True
    if text in NO:
        return False
    raise RowRefused(name, "not_yes_no", text[:100])


def _day(cells: Mapping[str, str]) -> date | None:
    text = cells.get("effective_from", "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise RowRefused("effective_from", "not_a_date", text[:100])
    if not EARLIEST <= day <= LATEST:
        raise RowRefused("effective_from", "out_of_range", text)
    return day


def _version(text: str) -> int | None:
    """A whole number, or a time as microseconds since 1970: larger is newer."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 19:  # noqa: PLR2004 - digits of 2**62
        version = int(text)
    else:
        try:
            moment = datetime.fromisoformat(text)
            version = round(moment.astimezone(UTC).timestamp() * 1_000_000) if moment.tzinfo else -1
        except (ValueError, OverflowError):
            version = -1
    if not 0 <= version < LARGEST_VERSION:
        raise RowRefused("source_version", "not_a_version", text[:100])
    return version


def digest_of(row: Row) -> bytes:
    """SHA-256 of what the row says, its age left out: the same row is known again by it."""
    parts = [f"{name}\x1f{row.given[name]}" for name in TEXTS if name in row.given]
    parts += [row.source_id, str(row.active), str(row.effective_from), str(row.primary)]
    return hashlib.sha256("\x1e".join(parts).encode()).digest()
