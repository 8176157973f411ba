"""The sealed ballot box: what goes into a box, and its one size.

A box is an X25519 sealed box (libsodium) around the answer, its length in front and zeros behind.
Every box of a wave has the same size, whatever was answered and whether or not a comment was
written. Only the wave's private key opens it.
"""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from nacl.bindings import crypto_box_SEALBYTES
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

LENGTH_BYTES = 4
SIZE_WITH_COMMENT = 8192
SIZE_WITHOUT = 1024
OVERHEAD = crypto_box_SEALBYTES  # the sender's one-time key and the authentication tag
LONGEST_COMMENT = 1000
LINE_BREAK = "\n"


class BoxNotOpened(Exception):
    """The box was not sealed to this key, or is no box. Says nothing of what may be in it."""


class SheetNotPossible(Exception):
    """What was answered fits no ballot; the text never repeats it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's answers, in memory only. It never prints what was answered."""

    unit: int
    attributes: tuple[int, ...] = field(repr=False)
    answers: tuple[int | None, ...] = field(repr=False)
    comment: str = field(default="", repr=False)
    language: str = field(default="", repr=False)


def plain_size(*, asks_comment: bool) -> int:
    return SIZE_WITH_COMMENT if asks_comment else SIZE_WITHOUT


def seal(sheet: Sheet, *, public_key: bytes, asks_comment: bool) -> bytes:
    """A box of ``plain_size`` and ``OVERHEAD`` bytes. Raises SheetNotPossible, cuts nothing."""
    try:
        text = json.dumps(
            [sheet.unit, sheet.attributes, sheet.answers, sheet.comment, sheet.language],
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
    except UnicodeEncodeError:
        raise SheetNotPossible("half a character") from None
    size = plain_size(asks_comment=asks_comment)
    if len(text) > size - LENGTH_BYTES:
        raise SheetNotPossible("longer than a ballot")
    plain = len(text).to_bytes(LENGTH_BYTES, "big") + text
    return SealedBox(PublicKey(public_key)).encrypt(plain.ljust(size, b"\0"))


def unseal(box: bytes, *, private_key: bytes) -> Sheet:
    """Raises BoxNotOpened; its cause is left out, because it may hold what was inside."""
    try:
        plain = SealedBox(PrivateKey(private_key)).decrypt(box)
        length = int.from_bytes(plain[:LENGTH_BYTES], "big")
        unit, attributes, answers, comment, language = json.loads(
            plain[LENGTH_BYTES : LENGTH_BYTES + length]
        )
        return Sheet(unit, tuple(attributes), tuple(answers), comment, language)
    except (CryptoError, ValueError, TypeError):
        raise BoxNotOpened from None


def new_private_key() -> bytes:
    return bytes(PrivateKey.generate())


def public_of(private_key: bytes) -> bytes:
    return bytes(PrivateKey(private_key).public_key)


def are_answers(values: Sequence[object], count: int) -> bool:
    """Whether ``values`` are ``count`` answers of 1 to 5 or None."""
    return len(values) == count and all(
        value is None or (type(value) is int and 1 <= value <= 5)  # noqa: PLR2004 the scale
        for value in values
    )


def tidy_comment(text: str) -> str:
    """Line breaks as one sign, a tab as a space, no space around; still to be checked."""
    lines = text.replace("\r\n", LINE_BREAK).replace("\r", LINE_BREAK).replace("\t", " ")
    return lines.strip()


def is_comment(text: str) -> bool:
    """At most 1,000 code points, none of them a control sign (but line breaks) or half a pair."""
    return len(text) <= LONGEST_COMMENT and not any(
        unicodedata.category(sign) in {"Cc", "Cs"} for sign in text if sign != LINE_BREAK
    )
