"""How many have answered, as far as it may be said while a wave is open."""

from django.utils.translation import gettext as _

from surveys.choices import WaveState
from surveys.models import Wave

SMALLEST_GROUP = 10
STEP, LOWEST, HIGHEST = 5, 10, 90


def about_rate(wave: Wave) -> str | None:
    """Such as "about 65 % have answered"; None when nothing is said.

    Counted once a day and rounded to 5 %, for ten invited and more; no query.
    """
    if wave.state != WaveState.OPEN or wave.answered_percent is None:
        return None
    if wave.answered_percent <= LOWEST:
        return _("Up to 10% have answered")
    if wave.answered_percent >= HIGHEST:
        return _("90% or more have answered")
    return _("About %(percent)s%% have answered") % {"percent": wave.answered_percent}


def rounded_share(done: int, invited: int) -> int | None:
    """Percent in steps of 5 from 10 to 90, the ends standing for all beyond; None under ten."""
    if invited < SMALLEST_GROUP:
        return None
    return min(HIGHEST, max(LOWEST, round(done / invited * 100 / STEP) * STEP))
