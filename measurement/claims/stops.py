"""What a stop or a pause of the redesign means for its readings."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.charts import words
from workflows.choices import RedesignState
from workflows.models import GoLive, Redesign


def stopped(redesign: Redesign, go_live: GoLive) -> str:
    """What a stop means for the readings; empty while work is done this way."""
    since = redesign.stopped_at
    if since is None:
        return ""
    if redesign.state == RedesignState.SUSPENDED:
        return _("Suspended since %(day)s. Nothing is read until it is resumed.") % {
            "day": words.day(since)
        }
    if since < go_live.reading_at:
        return _("Not in use since %(day)s, before its date of %(due)s. It is not read.") % {
            "day": words.day(since),
            "due": words.day(go_live.reading_at),
        }
    return _("Not in use since %(day)s. Nothing dated later is read.") % {"day": words.day(since)}


def pauses(spans: list[tuple[datetime, datetime]]) -> list[str]:
    """Suspensions that are over: their days are not left out."""
    return [
        _("Suspended from %(start)s to %(end)s. These days count in the reading.")
        % {"start": words.day(start), "end": words.day(end)}
        for start, end in spans
    ]
