"""What a cell and a header are, whoever reads them."""

import re

DELIMITERS = ",;\t|"
NESTED = "{…}"  # stands for a list or an object inside a row


def plain(name: str) -> str:
    """A header as it is compared: trimmed, lower case, blanks and dashes as underscores."""
    return re.sub(r"[\s\-]+", "_", name.strip()).casefold()


def delimiter_of(line: str) -> str:
    """The sign that cuts the header into most cells, outside of quotes."""
    outside = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=outside.count)


def is_storable(text: str) -> bool:
    """No control characters (NUL and line ends among them), no half of a surrogate pair."""
    return not any(
        (ordinal := ord(sign)) < 32 or ordinal == 127 or 0xD800 <= ordinal < 0xE000  # noqa: PLR2004
        for sign in text
    )


def storable(text: str) -> str:
    """With a mark in the place of each sign that ``is_storable`` refuses."""
    if is_storable(text):
        return text
    return "".join(sign if is_storable(sign) else "\ufffd" for sign in text)
