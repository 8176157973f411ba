"""What stops a start; the text is one line for the person who typed the command."""


class CannotStart(Exception):
    """The message says what is missing and what to do about it."""


class StopRequested(BaseException):
    """Ctrl-C or SIGTERM; not an Exception, so that nothing swallows it during the boot."""
