"""What is promised before the first statement, sentence by sentence.

The page prints them from its template; a test holds the two together. Here they can be asked
whether each language has them: nobody may be asked under a promise in words they cannot read.
"""

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

PROMISE = (
    gettext_noop("Your name is not stored with your answers."),
    gettext_noop(
        "They are sealed when you send them. When the survey closes they are opened once, all "
        "together, and the key is destroyed: from then on nobody, including the database "
        "administrators, can find out which answers are yours. Until then the portal has no way to "
        "show them; only someone with access to both the key and the database could."
    ),
    gettext_noop(
        "You can answer once. We know whether you have answered, only to stop reminders. You "
        "cannot change or withdraw your answers after sending."
    ),
    gettext_noop("Shown only for %(count)s or more people."),
    gettext_noop("Neither your manager nor anybody else sees a smaller group."),
    gettext_noop("You see the result too."),
    gettext_noop(
        "You, everybody invited, your manager and the program office: the same page, on the same "
        "day."
    ),
    gettext_noop("Comments are read by the program office."),
)


def languages_without_promise() -> list[str]:
    """Codes of the languages in which a sentence of it is missing; in English it is written."""
    return [
        code
        for code, _name in settings.LANGUAGES
        if code != settings.LANGUAGE_CODE and not _is_told_in(code)
    ]


def _is_told_in(code: str) -> bool:
    with override(code):
        return all(gettext(sentence) != sentence for sentence in PROMISE)
