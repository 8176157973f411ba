"""Does the effect still hold 90 and 180 days later?"""

from measurement.statistics.reading import Reading
from measurement.statistics.verdict import INSUFFICIENT, failed


def lasting(primary: Reading, later: Reading) -> str:
    """Say whether the effect is "sustained", in "relapse", "not_shown" or "not_known".

    ``later`` is the same call with the washout and the cutoff moved by 90 or
    180 days. A relapse, the only alarm, needs an interval that rules out the
    effect measured at the primary reading; "not_known" means that the later
    data do not carry an answer yet.

    Source: measurement method, section 7.
    """
    if later.verdict == "improved":
        return "sustained"
    if failed(later.gates, (*INSUFFICIENT, "G5", "G8")):
        return "not_known"
    if primary.verdict == "improved" and later.low > primary.ratio:
        return "relapse"
    return "not_shown"
