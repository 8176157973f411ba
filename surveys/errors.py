"""Refusals of the trust surveys, fit for the person they meet."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Forbidden


class NotInvited(DomainError):
    """Like a survey that does not exist: nobody learns which there are."""

    status = 404
    code = "not_invited"
    message = _("There is no survey for you here.")


class WaveNotOpen(DomainError):
    status = 409
    code = "wave_not_open"
    message = _("This survey is not open. Nothing was sent.")


class AlreadyAnswered(DomainError):
    """Nothing is said about the first sending: it cannot be read."""

    status = 409
    code = "already_answered"
    message = _("You have already answered this survey. What you sent now was not stored.")


class BadAnswers(DomainError):
    """What was sent does not fit the questionnaire; the caller keeps it in the page."""

    code = "bad_answers"
    message = _("These answers do not fit the questionnaire.")


class WaveNotPossible(DomainError):
    """A plan that must not be; ``field`` is the argument of ``plan_wave`` it is about, or empty."""

    code = "wave_not_possible"

    def __init__(self, message: str | Promise, *, field: str = "", **facts: object) -> None:
        super().__init__(message, **facts)
        self.field = field


class NotPossibleNow(DomainError):
    """The state of the wave does not allow it."""

    status = 409
    code = "not_possible_now"
    message = _("This is not possible in the present state.")


class PromiseNotTranslated(DomainError):
    """Nobody is asked under a promise that somebody invited cannot read."""

    status = 409
    code = "promise_not_translated"
    message = _(
        "The promise to those who answer is missing in a language: %(missing)s. The survey opens "
        "once it is there."
    )


class NoReasonGiven(DomainError):
    code = "reason_missing"
    message = _("Say why: everybody who was invited reads it.")


class ResultsNotReady(DomainError):
    status = 409
    code = "results_not_ready"
    message = _("There are no results of this survey yet.")


class NotYours(Forbidden):
    message = _("Surveys are planned and run by the program office.")
