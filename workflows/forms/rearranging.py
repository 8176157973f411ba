"""What the editor's buttons do without a script: move, add, merge and split rows.

Works on the raw text that was sent, so that nothing typed is lost or judged.
"""

import uuid
from collections.abc import Callable

from django.http import QueryDict

from workflows.choices import Change
from workflows.forms.redesign_rows import GUARDRAILS, MAX_GUARDRAILS, STEPS
from workflows.rules import MAX_STEPS

Row = dict[str, list[str]]
STEP_FIELDS = [
    "step_key",
    "origins",
    "tick",
    "change",
    "title",
    "touch_minutes",
    "wait_minutes",
    "role",
    "system",
    "share",
    "detail",
]
GUARDRAIL_FIELDS = ["name", "field", "kind", "margin", "worse"]


def rearranged(data: QueryDict, do: str) -> QueryDict:
    """``data`` after the button ``do`` was pressed.

    Buttons: ``up-2``, ``down-2``, ``add-2`` (below row 2), ``add``, ``drop-2``, ``split-2``,
    ``free-2``, ``merge`` (the ticked rows), ``guard``, ``unguard-2``. An unknown
    button, or a row that is not there, changes nothing.
    """
    verb, _, text = do.partition("-")
    index = int(text) if text.isdecimal() and len(text) < 5 else -1  # noqa: PLR2004
    steps = rows_of(data, STEPS, STEP_FIELDS, MAX_STEPS)
    guardrails = rows_of(data, GUARDRAILS, GUARDRAIL_FIELDS, MAX_GUARDRAILS)
    if verb in _ON_STEPS and (verb in {"add", "merge"} or 0 <= index < len(steps)):
        _ON_STEPS[verb](steps, index)
    elif verb == "guard" and len(guardrails) < MAX_GUARDRAILS:
        guardrails.append({name: [""] for name in GUARDRAIL_FIELDS} | _GUARDRAIL)
    elif verb == "unguard" and 0 <= index < len(guardrails):
        del guardrails[index]
    changed = data.copy()
    for prefix, rows in ((STEPS, steps), (GUARDRAILS, guardrails)):
        _put(changed, prefix, rows)
    return changed


_GUARDRAIL: Row = {"kind": ["share"], "worse": ["higher"]}


def rows_of(data: QueryDict, prefix: str, names: list[str], most: int) -> list[Row]:
    total = data.get(f"{prefix}-TOTAL_FORMS", "0")
    count = min(int(total), most) if total.isdecimal() and len(total) < 5 else 0  # noqa: PLR2004
    return [
        {name: data.getlist(f"{prefix}-{index}-{name}") for name in names} for index in range(count)
    ]


def _put(data: QueryDict, prefix: str, rows: list[Row]) -> None:
    for key in [key for key in data if key.startswith(f"{prefix}-")]:
        del data[key]
    data[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
    data[f"{prefix}-INITIAL_FORMS"] = "0"
    for index, row in enumerate(rows):
        for name, values in row.items():
            if values:
                data.setlist(f"{prefix}-{index}-{name}", values)


def _first(row: Row, name: str) -> str:
    return (row.get(name) or [""])[0]


def _new(**values: str) -> Row:
    start = {"step_key": str(uuid.uuid4()), "change": Change.ADDED.value, "share": "100"}
    return {name: [value] for name, value in (start | values).items()}


def _up(steps: list[Row], index: int) -> None:
    if index:
        steps[index - 1], steps[index] = steps[index], steps[index - 1]


def _down(steps: list[Row], index: int) -> None:
    if index + 1 < len(steps):
        _up(steps, index + 1)


def _add(steps: list[Row], index: int) -> None:
    if len(steps) < MAX_STEPS:
        steps.insert(index + 1 if 0 <= index < len(steps) else len(steps), _new())


def _drop(steps: list[Row], index: int) -> None:
    """Only a new step can be taken away; one of today is marked as removed by its change."""
    if _first(steps[index], "change") == Change.ADDED:
        del steps[index]
    else:
        steps[index]["change"] = [Change.REMOVED.value]


def _split(steps: list[Row], index: int) -> None:
    """A second step below, made from this one."""
    key = _first(steps[index], "step_key")
    if key and len(steps) < MAX_STEPS:
        steps.insert(index + 1, _new(origins=key))
        if _first(steps[index], "change") == Change.KEPT:
            steps[index]["change"] = [Change.CHANGED.value]


def _merge(steps: list[Row], index: int) -> None:  # noqa: ARG001  (one shape for all buttons)
    """The first ticked step takes over the others, which are removed."""
    ticked = [row for row in steps if row.get("tick")]
    for row in ticked:
        row["tick"] = []
    if len(ticked) < 2:  # noqa: PLR2004  (one step alone is no merger)
        return
    first, *others = ticked
    keys = [
        key for row in ticked for key in [_first(row, "step_key"), *_first(row, "origins").split()]
    ]
    first["origins"] = [" ".join(dict.fromkeys(filter(None, keys)))]
    if _first(first, "change") in {Change.KEPT, Change.REMOVED}:
        first["change"] = [Change.CHANGED.value]
    for row in others:
        row["change"] = [Change.REMOVED.value]


def _free(steps: list[Row], index: int) -> None:
    steps[index]["origins"] = []


_ON_STEPS: dict[str, Callable[[list[Row], int], None]] = {
    "up": _up,
    "down": _down,
    "add": _add,
    "drop": _drop,
    "split": _split,
    "free": _free,
    "merge": _merge,
}
