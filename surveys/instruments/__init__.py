"""The questionnaires as data, one file a version; a changed word is a new file.

The wording is original to this project and not yet validated: every result says "pilot".
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VERSIONS = ("awt_16_1_0", "awb_5_1_0")


def instruments() -> Iterator[dict[str, Any]]:
    for name in VERSIONS:
        yield json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))


def publish(apps: Any, *, codes: frozenset[tuple[str, str]]) -> None:
    """Insert those of ``codes``, as (code, version), that are not there; by migrations.

    ``apps``: the migration's picture of the models, or the registry itself.
    """
    instrument_model = apps.get_model("surveys", "Instrument")
    for text in instruments():
        named = {"code": text["code"], "version": text["version"]}
        if (text["code"], text["version"]) not in codes:
            continue
        if instrument_model.objects.filter(**named).exists():
            continue
        instrument = instrument_model.objects.create(
            **named,
            kind=text["kind"],
            lead_in=text["lead_in"],
            answers=text["answers"],
            comment_question=text["comment_question"],
        )
        _fill(apps, instrument, text)


def _fill(apps: Any, instrument: Any, text: dict[str, Any]) -> None:
    scale_model, item_model = (apps.get_model("surveys", name) for name in ("Scale", "Item"))
    scales = {
        row["key"]: scale_model.objects.create(instrument=instrument, position=place, **row)
        for place, row in enumerate(text["scales"])
    }
    item_model.objects.bulk_create(
        item_model(
            instrument=instrument,
            position=place,
            **{**row, "scale": scales.get(row["scale"])},
        )
        for place, row in enumerate(text["items"])
    )
