"""The grade, and what keeps it from A."""

from datetime import UTC, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.charts import words
from measurement.claims.adjusted import against_last_year
from measurement.claims.figures import figure
from measurement.claims.gates import gates
from measurement.models import Reading

Text = str | Promise

CHANGED: dict[str, Text] = {
    "data_from": gettext_lazy("“Complete from” was changed after it was registered."),
    "completed_only": gettext_lazy(
        "“Delivers completed cases only” was changed after it was registered."
    ),
    "horizon_days": gettext_lazy("The horizon was changed after it was registered."),
    "steps": gettext_lazy("Which steps begin and end a case was changed after it was registered."),
    "picked_because_slow": gettext_lazy("“Picked because it was slow” was changed after go-live."),
    "comparison_data_from": gettext_lazy(
        "“Complete from” of the comparison workflow was changed after it was registered."
    ),
    "comparison_steps": gettext_lazy(
        "Which steps begin and end a case of the comparison workflow was changed after it was "
        "registered."
    ),
}


def post_hoc(reading: Reading) -> list[str]:
    """What was not fixed beforehand; empty when everything was."""
    if not reading.post_hoc:
        return []
    changed = [str(CHANGED[name]) for name in reading.design.get("changed_since_go_live", ())]
    if not changed or reading.go_live.post_hoc:
        changed.insert(0, _("The go-live was entered afterwards."))
    return changed


def comparison_dropped(reading: Reading) -> str:
    seconds = reading.design.get("comparison_dropped_for")
    if seconds is None:
        return ""
    return _(
        "The comparison workflow was redesigned itself on %(day)s, so it is not used and the grade "
        "is C."
    ) % {"day": words.day(datetime.fromtimestamp(seconds, tz=UTC))}


def why_not_better(reading: Reading) -> list[str]:
    """What keeps the grade from A, in the reader's words (measurement-method.md section 8)."""
    result = reading.result
    if reading.grade == "A":
        return []
    told = []
    dropped = comparison_dropped(reading)
    if dropped:
        told.append(dropped)
    elif not result["compared"]:
        told.append(_("There is no comparison workflow."))
    if reading.grade == "C":
        told += [
            _("A check failed: %(title)s.") % {"title": line.title}
            for line in gates(reading)
            if line.passed is False
        ]
        told += post_hoc(reading)
        weeks = int(result["weeks_before"])
        if weeks < 26:
            told.append(
                ngettext(
                    "Only %(count)s week before go-live counts; 26 are needed.",
                    "Only %(count)s weeks before go-live count; 26 are needed.",
                    weeks,
                )
                % {"count": weeks}
            )
        if against_last_year(reading):
            told.append(
                _("The season was taken out by last year's weeks, without looking further back.")
            )
        elif not result["compared"]:
            told += _guards_told(reading)
        if result["completed_only"]:
            told.append(_("The source delivers completed cases only."))
    return told


def _guards_told(reading: Reading) -> list[str]:
    registered = reading.design["design"]
    kappa = figure(reading, "kappa")
    told = []
    if not registered["placebo"]:
        told.append(_("The look for jumps between earlier quarters was switched off."))
    elif kappa is None:
        told.append(_("The quarters before go-live could not be compared with each other."))
    elif kappa > 1.5:
        told.append(_("The workflow moved a lot by itself before go-live."))
    if reading.result["drift_used"]:
        told.append(_("There was a drift before go-live."))
    elif not registered["drift_key"]:
        told.append(_("The look for a trend before go-live was switched off."))
    elif reading.result["drift"] is None:
        told.append(_("A trend before go-live could not be judged."))
    return told
