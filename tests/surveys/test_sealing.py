"""The box: one size, one way in, and a refusal of everything that does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import sealing
from surveys.sealing import BoxNotOpened, Sheet, SheetNotPossible, seal, unseal

KEY = sealing.new_private_key()
PUBLIC = sealing.public_of(KEY)
SHEET = Sheet(7, (1, 2), (1, None, 5), "Ein Wunsch\nmit Zeile", "de")


def box_of(sheet, *, asks_comment=True, public=PUBLIC):
    return seal(sheet, public_key=public, asks_comment=asks_comment)


def test_box_opens_to_what_was_sealed():
    assert unseal(box_of(SHEET), private_key=KEY) == SHEET


@pytest.mark.parametrize("asks_comment, size", [(True, 8240), (False, 1072)])
def test_every_box_of_a_wave_has_one_size(asks_comment, size):
    sheets = [Sheet(1, (), (None,) * 16), Sheet(10**12, (39, 39, 39), (5,) * 16, "", "fr")]
    if asks_comment:
        sheets.append(Sheet(1, (1, 2, 3), (1,) * 16, "\U0001f600" * 1000, "de"))
        sheets.append(Sheet(1, (), (1,) * 16, '"\\\n' * 333, "de"))

    assert {len(box_of(sheet, asks_comment=asks_comment)) for sheet in sheets} == {size}


def test_two_boxes_of_one_answer_share_nothing():
    first, second = box_of(SHEET), box_of(SHEET)

    assert first[:64] != second[:64]
    same = sum(a == b for a, b in zip(first, second, strict=True))
    assert same < len(first) / 100  # chance: 1 in 256


def test_another_key_opens_nothing():
    with pytest.raises(BoxNotOpened) as refusal:
        unseal(box_of(SHEET), private_key=sealing.new_private_key())
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("place", [0, 40, 100, 8000])
def test_a_changed_box_does_not_open(place):
    box = bytearray(box_of(SHEET))
    box[place] ^= 1

    with pytest.raises(BoxNotOpened):
        unseal(bytes(box), private_key=KEY)


@pytest.mark.parametrize("plain", [b"", b"\0" * 1024, b"\0\0\0\x04null", b"\0\0\0\x02[]"])
def test_a_box_with_nothing_of_ours_does_not_open(plain):
    from nacl.public import PublicKey, SealedBox

    box = SealedBox(PublicKey(PUBLIC)).encrypt(plain)

    with pytest.raises(BoxNotOpened):
        unseal(box, private_key=KEY)


def test_nothing_is_cut_off():
    with pytest.raises(SheetNotPossible):
        box_of(Sheet(1, (), (1,) * 16, "x" * 1000), asks_comment=False)


def test_half_a_character_is_refused_without_repeating_it():
    with pytest.raises(SheetNotPossible) as refusal:
        box_of(Sheet(1, (), (1,), "\ud83d secret"))
    assert "secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_sheet_prints_no_answer():
    assert repr(SHEET) == "Sheet(unit=7)"


@pytest.mark.parametrize(
    "values, fits",
    [
        ([1, 5, None], True),
        ([1, 5], False),
        ([1, 5, 3, 3], False),
        ([0, 1, 1], False),
        ([6, 1, 1], False),
        ([True, 1, 1], False),
        ([1.0, 1, 1], False),
        (["1", 1, 1], False),
    ],
)
def test_answers_fit_or_not(values, fits):
    assert sealing.are_answers(values, 3) is fits


@pytest.mark.parametrize(
    "text, fits",
    [
        ("Zeile\nZeile", True),
        ("\U0001f600" * 1000, True),
        ("x" * 1001, False),
        ("a\x00b", False),
        ("a\x1bb", False),
        ("a\x7fb", False),
        ("a\ud800b", False),
        ("a\tb", False),
        ("שלום", True),
    ],
)
def test_comments_fit_or_not(text, fits):
    assert sealing.is_comment(text) is fits


def test_line_breaks_of_every_browser_are_one():
    assert sealing.tidy_comment(" a\r\nb\rc\td \n") == "a\nb\nc d"


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=1000))
def test_every_comment_that_fits_fits_the_box(text):
    box = box_of(Sheet(10**15, (39, 39, 39), (None,) * 16, text, "de"))

    assert unseal(box, private_key=KEY).comment == text
