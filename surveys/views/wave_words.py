"""From a wave to what lists and its own page print."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.charts import words
from surveys.choices import WITH_RESULTS, InstrumentKind, WaveState
from surveys.models import Wave
from surveys.queries import about_rate

TONES = {
    WaveState.OPEN: "acc",
    WaveState.RELEASED: "good",
    WaveState.DONE: "good",
    WaveState.TOO_FEW: "warn",
    WaveState.STOPPED: "bad",
}


@dataclass(frozen=True, slots=True)
class WaveRow:
    wave: Wave
    asks: str
    days: str
    state: str
    tone: str
    rate: str
    own: str
    action: str
    url: str


def wave_row(wave: Wave, done: bool | None) -> WaveRow:  # noqa: FBT001 yes, no or not invited
    """``done`` is None for somebody who was not invited."""
    action, url = _action(wave, done)
    return WaveRow(
        wave=wave,
        asks=asks(wave),
        days=_("%(first)s to %(last)s")
        % {"first": words.day(wave.opens_date), "last": words.day(last_day(wave))},
        state=state_word(wave),
        tone=tone(wave),
        rate=(about_rate(wave) or "") if wave.state == WaveState.OPEN else "",
        own=_own(wave, done),
        action=action,
        url=url,
    )


def tone(wave: Wave) -> str:
    return TONES.get(WaveState(wave.state), "")


def state_word(wave: Wave) -> str:
    """To those who read results there is one word for both steps of a release."""
    if wave.state in WITH_RESULTS:
        return _("Results are there")
    return str(wave.get_state_display())


def last_day(wave: Wave) -> Any:
    """The last day on which answers were taken: earlier than planned when it was closed early."""
    return min(wave.closed_date or wave.closes_date, wave.closes_date)


def asks(wave: Wave) -> str:
    """What the questionnaire is about, and its version."""
    kind = InstrumentKind(wave.instrument.kind)
    about = _("Before go-live") if kind == InstrumentKind.BEFORE else _("Trust after go-live")
    return f"{about} ({wave.instrument})"


def _own(wave: Wave, done: bool | None) -> str:  # noqa: FBT001
    if done is None:
        return ""
    if done:
        return _("You have answered")
    return _("Waits for your answer") if wave.state == WaveState.OPEN else ""


def _action(wave: Wave, done: bool | None) -> tuple[str, str]:  # noqa: FBT001
    if wave.state == WaveState.OPEN and done is False:
        return _("Answer"), reverse("surveys:first", args=[wave.public_id])
    if wave.state in WITH_RESULTS:
        return _("See the result"), reverse("surveys:result", args=[wave.public_id])
    return _("Look"), reverse("surveys:wave", args=[wave.public_id])


def todo_of(wave: Wave) -> dict[str, Any]:
    """An entry of ``{% todo %}``."""
    return {
        "title": _("Trust survey: %(name)s") % {"name": wave.workflow.name},
        "name": wave.workflow.name,
        "text": _("Under a minute, sealed, without your name.")
        if wave.instrument.kind == InstrumentKind.BEFORE
        else _("Two to three minutes, sealed, without your name."),
        "icon": "heart",
        "tone": "info",
        "tag": _("Open until %(day)s") % {"day": words.day(wave.closes_date)},
        "tag_icon": "clock",
        "action": _("Answer"),
        "url": reverse("surveys:first", args=[wave.public_id]),
    }
