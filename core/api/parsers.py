"""Bodies of the machine interface, read with limits before anything looks at them."""

import codecs
import json
import math
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _lazy("The body is too large. Send it in parts.")

    def __init__(self, most: int) -> None:
        told = _("The body is larger than %(most)s bytes. Send it in parts.") % {"most": most}
        super().__init__(told)


class StrictJSONParser(JSONParser):
    """JSON of at most ``settings.DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes that a database can store.

    Refused with words: what is no JSON or no UTF-8, a name given twice, NaN and infinity, numbers
    and nesting beyond reason, NUL and half characters, which no text column takes.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(most)
        try:
            text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
            body = json.loads(
                text,
                object_pairs_hook=_once,
                parse_constant=_no_constant,
                parse_float=_finite,
            )
        except UnicodeDecodeError as error:
            told = _("The body is not UTF-8 (byte %(at)s).") % {"at": error.start}
            raise ParseError(told) from error
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
        except json.JSONDecodeError as error:
            facts = {"line": error.lineno, "column": error.colno}
            told = _("The body is not JSON (line %(line)s, column %(column)s).") % facts
            raise ParseError(told) from error
        except ValueError as error:  # from the hooks below, or a number of thousands of digits
            told = str(error) if isinstance(error, Unusable) else _("A number is too long.")
            raise ParseError(told) from error
        if "\\u" in text or "\x00" in text:
            _refuse_unstorable(body)
        return body


class Unusable(ValueError):
    """JSON by the letter, but nothing that can be meant."""


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unusable(_("“%(name)s” stands there twice.") % {"name": name[:100]})
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise Unusable(_("%(name)s is not a number.") % {"name": name})


def _finite(text: str) -> float:
    """1e999 is written as a number, and read as infinity."""
    value = float(text)
    return value if math.isfinite(value) else _no_constant(text[:20])


def _refuse_unstorable(body: Any) -> None:
    rows = [body]
    while rows:
        value = rows.pop()
        if isinstance(value, dict):
            rows += [*value, *value.values()]
        elif isinstance(value, list):
            rows += value
        elif isinstance(value, str) and not _can_be_stored(value):
            raise ParseError(_("A text holds a NUL or half a character."))


def _can_be_stored(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
