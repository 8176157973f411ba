"""Which kind of file about people it is, by the names of its columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.deliveries import Limits, Unreadable
from core.deliveries.cells import plain, storable
from core.deliveries.limits import COLUMN_NAME_LENGTH


@dataclass(frozen=True, slots=True)
class Layout:
    """``fields``: our field -> what its column may be called; the first name is the usual one.

    ``required`` must be there. ``by``: what its persons are named by, "source_id", "email" or
    "employee_number".
    """

    name: str
    kind: str
    fields: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    by: str = "source_id"


USAGE, ENTITLEMENTS, COMPLETIONS = "usage", "entitlements", "completions"
# Column names: Viva Insights' person query and the Copilot usage report as Microsoft documents them
# (vivainsights pq_data; Graph getMicrosoft365CopilotUsageUserDetail).
LAYOUTS = (
    Layout(
        "viva",
        USAGE,
        {
            "person": ("personid",),
            "week": ("metricdate",),
            "active_days": ("total_copilot_active_days",),
        },
        ("person", "week", "active_days"),
    ),
    Layout(
        "copilot",
        USAGE,
        {
            "person": ("user_principal_name", "userprincipalname"),
            "last_day": ("last_activity_date", "lastactivitydate"),
            "read_day": ("report_refresh_date", "reportrefreshdate"),
        },
        ("person", "last_day", "read_day"),
        by="email",
    ),
    Layout(
        "usage",
        USAGE,
        {
            "person": ("person", "person_source_id", "source_id"),
            "tool": ("tool",),
            "week": ("week",),
            "active_days": ("active_days",),
            "assisted_cases": ("assisted_cases",),
            "worked_days": ("worked_days",),
        },
        ("person", "week", "active_days"),
    ),
    Layout(
        "entitlements",
        ENTITLEMENTS,
        {
            "person": ("person", "person_source_id", "source_id"),
            "tool": ("tool",),
            "since": ("from",),
            "until": ("to",),
        },
        ("person", "since"),
    ),
    Layout(
        "xapi",
        COMPLETIONS,
        {
            "person": ("actor.account.name",),
            "training": ("object.id",),
            "completed_date": ("timestamp", "stored"),
            "verb": ("verb.id",),
        },
        ("person", "training", "completed_date", "verb"),
        by="employee_number",
    ),
    Layout(
        "completions",
        COMPLETIONS,
        {
            "person": ("person", "person_source_id", "source_id"),
            "training": ("training", "training_code"),
            "completed_date": ("completed_date", "completed_at", "completed_on"),
        },
        ("person", "training", "completed_date"),
    ),
)
NO_TOOL_COLUMN = frozenset({"viva", "copilot"})


@dataclass(frozen=True, slots=True)
class Recognised:
    """``places``: our field -> the column's own name; ``ignored``: columns nothing is read of."""

    layout: Layout
    places: Mapping[str, str]
    ignored: tuple[str, ...]


def recognise(header: Sequence[str], kind: str, limits: Limits) -> Recognised:
    """The layout whose columns are all there. Raises Unreadable, saying which one is missing.

    A file of another kind is refused as such, not as one with columns missing.
    """
    _refuse_impossible(header, limits)
    theirs = {plain(name): name for name in header}
    for layout in LAYOUTS:
        if layout.kind == kind and (found := _fits(layout, theirs)):
            return found
    shown = ", ".join(cell.strip()[:40] for cell in header[:12])
    if any(layout.kind != kind and _fits(layout, theirs) for layout in LAYOUTS):
        raise Unreadable("other_layout", found=shown)
    nearest = max(
        (layout for layout in LAYOUTS if layout.kind == kind),
        key=lambda layout: (len(_places(layout, theirs)), layout.name == kind),
    )
    places = _places(nearest, theirs)
    missing = next(field for field in nearest.required if field not in places)
    raise Unreadable("column_missing", column=nearest.fields[missing][0], found=shown)


def _fits(layout: Layout, theirs: Mapping[str, str]) -> Recognised | None:
    places = _places(layout, theirs)
    if any(field not in places for field in layout.required):
        return None
    used = set(places.values())
    return Recognised(
        layout,
        places,
        tuple(storable(name) for name in theirs.values() if name not in used and name),
    )


def _places(layout: Layout, theirs: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for field, names in layout.fields.items():
        name = next((theirs[name] for name in names if name in theirs), None)
        if name is not None:
            found[field] = name
    return found


def _refuse_impossible(header: Sequence[str], limits: Limits) -> None:
    if len(header) > limits.columns:
        raise Unreadable("too_many_columns", limit=limits.columns, found=len(header))
    seen: set[str] = set()
    for raw in header:
        name, key = raw.strip(), plain(raw)
        if len(name) > COLUMN_NAME_LENGTH:
            raise Unreadable("column_name_too_long", column=name[:40], limit=COLUMN_NAME_LENGTH)
        if key and key in seen:
            raise Unreadable("column_twice", column=name)
        seen.add(key)
