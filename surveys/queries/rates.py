"""How many have answered, as far as it may be said while a wave is open."""

from surveys.models import Wave


def about_rate(wave: Wave) -> str | None:
    """Such as "about 65 % have answered"; None when nothing is said.

    Counted once a day and rounded to 5 %, for ten invited and more; no query.
    """
    raise NotImplementedError
