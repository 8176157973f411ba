"""One cell at a time: numbers, yes and no."""

import math
import re

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Someone meant a number: such a column is refused row by row, never silently dropped.
NEARLY_NUMBER = re.compile(r"[+-]?(?:nan|inf(?:inity)?)", re.IGNORECASE)
_BLANKS = " \u00a0\u2009\u202f'\u2019"
_THOUSANDS = str.maketrans("", "", _BLANKS)
_IN_GROUPS = re.compile(rf"[+-]?[0-9]{{1,3}}(?:[{_BLANKS}][0-9]{{3}})+(?:[.,][0-9]*)?")
# Thousands apart by the sign that is not for decimals: twice, or with decimals behind.
_GROUPS = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]*|(?:,[0-9]{3}){2,})"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3})+,[0-9]*|(?:\.[0-9]{3}){2,})"),
}
YES_NO = {
    "true": "1", "yes": "1", "ja": "1", "oui": "1", "wahr": "1", "vrai": "1",
    "false": "0", "no": "0", "nein": "0", "non": "0", "falsch": "0", "faux": "0",
}  # fmt: skip


class BadValueError(ValueError):
    """``code`` names what is wrong with the cell."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def with_point(text: str, decimal: str) -> str:
    """A number of which ``decimal`` is the decimal sign with a point in its place.

    Signs between thousands are taken out where they cannot be anything else: blanks, apostrophes,
    and the other one of point and comma where it stands twice or a decimal sign follows. "1.234"
    with a comma for decimals may be either, and gives "".
    """
    plain = text.translate(_THOUSANDS) if _IN_GROUPS.fullmatch(text) else text
    other = "," if decimal == "." else "."
    if other in plain:
        grouped = _GROUPS[decimal].fullmatch(plain)
        return plain.replace(other, "").replace(decimal, ".") if grouped else ""
    return plain.replace(decimal, ".")


def read_number(text: str, decimal: str = ".") -> str:
    """The number as JSON text; yes and no in three languages are 1 and 0."""
    answer = YES_NO.get(text.lower())
    if answer:
        return answer
    text = with_point(text, decimal)
    if NUMBER.fullmatch(text):
        value = float(text)
        if math.isfinite(value):
            return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - exact in a float
        raise BadValueError("number_too_large")
    raise BadValueError("not_a_number")


def is_numberlike(text: str, decimal: str = ".") -> bool:
    number = with_point(text, decimal)
    return bool(NUMBER.fullmatch(number) or text.lower() in YES_NO or NEARLY_NUMBER.fullmatch(text))
