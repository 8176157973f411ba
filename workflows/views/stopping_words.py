"""What follows from suspending, resuming or retiring a redesign, in sentences."""

from django.utils.translation import gettext as _

from core.charts import words
from workflows.choices import Action, RedesignState
from workflows.models import GoLive, Redesign


def what_follows(action: Action, redesign: Redesign) -> list[str]:
    go_live: GoLive | None = getattr(redesign, "go_live", None)
    told = {
        Action.SUSPEND: _suspended,
        Action.RESUME: _resumed,
        Action.RETIRE: _retired,
    }[action](redesign, go_live)
    return [sentence for sentence in told if sentence]


def _suspended(redesign: Redesign, go_live: GoLive | None) -> list[str]:
    revision = redesign.current_revision
    fallback = revision.oversight_fallback.strip() if revision else ""
    return [
        _("From now on work goes on without the AI."),
        _("What was agreed for that: %(fallback)s") % {"fallback": fallback} if fallback else "",
        _("Nothing is read while it is suspended. The promise and its date of %(day)s stay.")
        % {"day": words.day(go_live.reading_at)}
        if go_live
        else "",
        _("The signatures stay: it can be resumed as long as the AI tool is the one signed for."),
    ]


def _resumed(redesign: Redesign, go_live: GoLive | None) -> list[str]:
    revision = redesign.current_revision
    tool = revision.tool if revision else None
    since = redesign.stopped_at
    return [
        _("From now on work is done with %(tool)s again, as it was signed.") % {"tool": tool}
        if tool
        else _("From now on work is done as it was signed."),
        _(
            "The reading stays at its date of %(day)s. The days since %(since)s count in it, "
            "although work went on without the AI."
        )
        % {"day": words.day(go_live.reading_at), "since": words.day(since)}
        if go_live and since and since < go_live.reading_at
        else "",
    ]


def _retired(redesign: Redesign, go_live: GoLive | None) -> list[str]:
    if go_live is None or redesign.state == RedesignState.APPROVED:
        return [
            _("It never goes live. Its signatures stay on record."),
            _("It cannot be brought back; a new redesign can be proposed."),
        ]
    return [
        _("From now on work is no longer done this way. It cannot be brought back."),
        _("What was read and signed stays. Nothing dated later is read."),
        _(
            "The steps on record stay those of this redesign. If work goes back to what it was, "
            "edit the workflow."
        ),
        _(
            "The workflow stays in use. A new redesign can be proposed, or the workflow taken out "
            "of use."
        ),
    ]
