"""The wording is data: it is the paper's, in three languages, and nobody changes it by accident."""

import hashlib
import json

import pytest

from surveys import instruments
from surveys.instruments import VERSIONS
from surveys.models import Instrument, Item

LANGUAGES = {"en", "de", "fr"}
# A changed word is a new version: a new file, a new line here.
TEXTS = {
    "awt_16_1_0": "5056a9f226db2f03d914ea148b4ffa86b1a02e4692382a19ef990f82074df922",
    "awb_5_1_0": "99366b4b79a2b1123fc661d4c8011e65c5a60a5a7f28dbcb8ddd62e0f95e3ab4",
}


def hash_of(name):
    text = next(t for v, t in zip(VERSIONS, instruments.instruments(), strict=True) if v == name)
    whole = json.dumps(text, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(whole).hexdigest()


@pytest.mark.parametrize("name", VERSIONS)
def test_no_word_of_a_published_version_changes(name):
    assert hash_of(name) == TEXTS[name]


@pytest.mark.parametrize("text", list(instruments.instruments()), ids=VERSIONS)
def test_every_text_stands_in_every_language(text):
    said = [text["lead_in"], text["answers"], *(row["text"] for row in text["items"])]
    said += [row["name"] for row in text["scales"]]

    assert all(set(one) == LANGUAGES and all(one.values()) for one in said)
    assert all(len(labels) == 6 for labels in text["answers"].values())
    assert set(text["comment_question"]) in (LANGUAGES, set())


@pytest.mark.django_db
def test_awt_16_has_seven_scales_of_the_index_and_calibration():
    instrument = Instrument.objects.get(code="AWT-16", version="1.0")

    scales = instrument.scales.order_by("position")
    assert [scale.key for scale in scales] == [
        "REL",
        "UND",
        "CTL",
        "FAI",
        "MGR",
        "TRN",
        "WIL",
        "CAL",
    ]
    assert [scale.key for scale in scales if not scale.in_index] == ["CAL"]
    items = list(instrument.items.order_by("position"))
    assert [item.position for item in items] == list(range(16))
    assert [item.key for item in items if item.is_reversed] == ["REL2", "CTL2", "FAI2", "CAL2"]
    assert [item.part for item in items] == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
    assert instrument.is_pilot


@pytest.mark.django_db
def test_awb_5_is_five_single_items_on_one_page():
    instrument = Instrument.objects.get(code="AWB-5", version="1.0")

    items = Item.objects.filter(instrument=instrument).order_by("position")
    assert [item.key for item in items] == ["NOW", "HLP", "WOR", "PRE", "ASK"]
    assert [item.key for item in items if item.is_reversed] == ["WOR"]
    assert {(item.part, item.scale_id) for item in items} == {(1, None)}
    assert instrument.comment_question == {}
