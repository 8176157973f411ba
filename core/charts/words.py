"""Numbers as a person reads them, in the language of the page: times, ratios, dates."""

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

MINUTE, HOUR, DAY = 60, 3600, 86_400
NONE = "–"
MINUS = "−"
LARGEST = 1e15  # seconds; anything longer is a broken clock, drawn at the edge


def finite(value: Any) -> float | None:
    """``value`` as a float within ±LARGEST; None for anything that is not a finite number."""
    if not isinstance(value, (int, float, Decimal)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.copysign(LARGEST, value)
    if math.isnan(number):
        return None
    return max(-LARGEST, min(LARGEST, number))


def number(value: Any, places: int = 0) -> str:
    """Localised, grouped, with a real minus sign."""
    known = finite(value)
    if known is None:
        return NONE
    text = number_format(
        abs(round(known, places)), decimal_pos=places, use_l10n=True, force_grouping=True
    )
    return MINUS + text if round(known, places) < 0 else text


def probability(value: Any, places: int = 3) -> str:
    """As ``number``, but never written as zero, which no probability here is: ``< 0.001``."""
    known = finite(value)
    least = 10.0**-places
    if known is not None and known < least:
        return f"< {number(least, places)}"
    return number(known, places)


def short(value: float) -> str:
    """At most one decimal, none when it is zero: tick labels."""
    return number(value, 0 if abs(value - round(value)) < 0.05 or abs(value) >= 100 else 1)  # noqa: PLR2004


def percent(value: Any, places: int = 0) -> str:
    """``value`` is already in percent."""
    known = finite(value)
    return NONE if known is None else _("%(number)s%%") % {"number": number(known, places)}


def duration(seconds: Any) -> str:
    """``9.4 days``, ``3 h 10``, ``25 min``, ``40 s``; the sign is kept."""
    known = finite(seconds)
    if known is None:
        return NONE
    sign, length = (MINUS if known < 0 else ""), abs(known)
    if length < MINUTE:
        return sign + _("%(count)s s") % {"count": number(length)}
    if length < HOUR - 30:
        return sign + _("%(count)s min") % {"count": number(length / MINUTE)}
    if length < DAY - 30:
        hours, rest = divmod(round(length / MINUTE), 60)
        if not rest:
            return sign + _("%(hours)s h") % {"hours": hours}
        return sign + _("%(hours)s h %(minutes)02d") % {"hours": hours, "minutes": rest}
    days = length / DAY
    shown = short(days)
    return sign + ngettext("%(count)s day", "%(count)s days", 1 if shown == "1" else 2) % {
        "count": shown
    }


def length(seconds: Any, *, working: bool) -> str:
    """On a work calendar in working hours, never in days of 24 hours."""
    known = finite(seconds)
    if known is None or not working:
        return duration(known)
    hours = known / HOUR
    shown = number(hours, 0 if hours >= 10 else 1)  # noqa: PLR2004
    return ngettext(
        "%(hours)s working hour", "%(hours)s working hours", 1 if shown == "1" else 2
    ) % {"hours": shown}


def minutes(value: Any) -> str:
    """A length told in minutes."""
    known = finite(value)
    return NONE if known is None else duration(known * MINUTE)


def percent_change(ratio: Any) -> str:
    """0.62 as ``−38%``, 1.12 as ``+12%``."""
    known = finite(ratio)
    if known is None:
        return NONE
    change = round((known - 1) * 100)
    return ("+" if change > 0 else "") + percent(change)


def ratio_words(ratio: Any) -> str:
    """0.62 as ``38% less time``, 1.12 as ``12% more time``."""
    known = finite(ratio)
    if known is None:
        return _("not known")
    change = round((known - 1) * 100)
    if change == 0:
        return _("the same time")
    words = _("%(percent)s less time") if change < 0 else _("%(percent)s more time")
    return words % {"percent": percent(abs(change))}


def interval_words(low: Any, high: Any) -> str:
    """A ratio's interval as ``−45 to −30``; open ends are said, a missing interval is a dash."""
    if low is None and high is None:
        return NONE
    ends = []
    for end in (low, high):
        known = finite(end)
        if known is None or abs(known) >= LARGEST:
            ends.append(_("no limit"))
        else:
            change = round((known - 1) * 100)
            ends.append(("+" if change > 0 else "") + number(change))
    return _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}


def local_day(value: date | datetime | None) -> date | None:
    if isinstance(value, datetime):
        return timezone.localdate(value) if timezone.is_aware(value) else value.date()
    return value


def day(value: date | datetime | None, *, today: date | None = None) -> str:
    """``4 Aug``, with the year when it is not this one."""
    known = local_day(value)
    if known is None:
        return NONE
    if known.year == (today or timezone.localdate()).year:
        return date_format(known, pgettext("day and month", "j M"))
    return date_format(known, pgettext("day, month and year", "j M Y"))


def moment(value: datetime | None) -> str:
    """``21 Nov 06:00`` in the portal's zone."""
    if value is None:
        return NONE
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local)} {date_format(local, 'H:i')}"


def month(value: date) -> str:
    return date_format(value, pgettext("month on an axis", "M"))
