"""Names of people in comments, taken out before anything is stored."""

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W\d_]+(?:[’'\-][^\W\d_]+)*")
MASK = "[…]"
SHORTEST = 3


def names_in(people: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Given and family names, and the parts of double ones, without regard to case."""
    found = set()
    for name in (name for pair in people for name in pair):
        for word in WORD.findall(name):
            found |= {word.casefold(), *(part.casefold() for part in re.split(r"[’'\-]", word))}
    return frozenset(name for name in found if len(name) >= SHORTEST)


def masked(text: str, names: frozenset[str]) -> str:
    """Words that are such a name and begin with a capital; everything else as it was written.

    A lower-case word is more often a word ("will", "mark") than a name.
    """

    def hidden(found: re.Match[str]) -> str:
        word = found[0]
        parts = {word.casefold(), *(part.casefold() for part in re.split(r"[’'\-]", word))}
        return MASK if word[0].isupper() and parts & names else word

    return WORD.sub(hidden, text)
