"""Public holidays, as the pinned release of the `holidays` library knows them."""

from collections.abc import Iterable
from datetime import date


def public_holidays(country: str, subdivision: str, first: date, last: date) -> list[date]:
    """Days off between two days (inclusive).

    Raises ValueError for a country or subdivision the library does not know.
    """
    import holidays

    try:
        known = holidays.country_holidays(
            country, subdiv=subdivision or None, years=range(first.year, last.year + 1)
        )
    except NotImplementedError as unknown:
        raise ValueError(str(unknown)) from unknown
    return sorted(day for day in known if first <= day <= last)


def holiday_names(
    country: str, subdivision: str, days: Iterable[date], *, language: str
) -> dict[date, str]:
    """Names of stored holidays, in ``language`` where the library speaks it, else the country's.

    Only for reading: a day the library no longer knows has no name, and stays a holiday.
    """
    import holidays

    wanted = set(days)
    if not wanted or country not in countries():
        return {}
    there = holidays.country_holidays(country)
    spoken, own = there.supported_languages or (), there.default_language
    chosen = next((one for one in (language, f"{language}_US") if one in spoken), own)
    known = holidays.country_holidays(
        country,
        subdiv=subdivision if subdivision in regions_of(country) else None,
        years={day.year for day in wanted},
        language=chosen,
    )
    return {day: known[day] for day in wanted if day in known}


def countries() -> dict[str, list[str]]:
    """Two letters of each country that is known, with the codes of its regions."""
    import holidays

    return {
        code: regions
        for code, regions in sorted(holidays.list_supported_countries().items())
        if len(code) == 2  # noqa: PLR2004
    }


def regions_of(country: str) -> list[str]:
    return countries().get(country, [])


def holidays_release() -> str:
    import holidays

    return f"holidays {holidays.__version__}"
