"""Tables by attribute, rounded: means to 0.1, numbers of people to the nearest 5."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from surveys.attributes import ATTRIBUTES, shown
from surveys.models import AttributeTally, Item, Wave

FEWEST_FOR_EXTREMES = 30
LOWEST, HIGHEST = 1.2, 4.8
STEP = 5
Counts = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    """Categories shown together; "" among ``names`` stands for the rest and those not known.

    ``about`` people answered, to the nearest 5. ``means`` by item, after reversing.
    """

    names: tuple[str, ...]
    about: int
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """Of one unit with all below it. An item that is left out of one group is out of all."""

    unit: int
    name: str
    attribute: str
    label: str | Promise
    groups: tuple[AttributeGroup, ...]


def attribute_tables(wave: Wave, items: Sequence[Item]) -> tuple[AttributeTable, ...]:
    """By unit in the order of the tree, then in that of the wave's attributes.

    What was not safe to show was not written.
    """
    found: dict[tuple[int, str], dict[str, Counts]] = {}
    for tally in AttributeTally.objects.filter(wave=wave).order_by("pk"):
        groups = found.setdefault((tally.block_id, tally.attribute), {})
        counts = groups.setdefault(tally.category_group, {}).setdefault(tally.item, [0] * 6)
        counts[tally.value] += tally.count
    return tuple(
        AttributeTable(
            unit=node["unit"],
            name=node["name"],
            attribute=attribute,
            label=ATTRIBUTES.get(attribute, attribute),
            groups=_groups(wave, attribute, found[node["unit"], attribute], items),
        )
        for node in wave.snapshot.tree
        for attribute in wave.attributes
        if (node["unit"], attribute) in found
    )


def _groups(
    wave: Wave, attribute: str, groups: Mapping[str, Counts], items: Sequence[Item]
) -> tuple[AttributeGroup, ...]:
    categories = wave.snapshot.attributes[attribute]
    told = [item for item in items if all(item.key in counts for counts in groups.values())]
    return tuple(
        AttributeGroup(
            names=tuple(shown(attribute, categories[int(place)]) for place in group.split(",")),
            about=round(sum(next(iter(counts.values()))) / STEP) * STEP,
            means={item.key: _mean(counts[item.key], item) for item in told},
        )
        for group, counts in groups.items()
    )


def _mean(counts: Sequence[int], item: Item) -> float:
    """A mean beyond 1.2 or 4.8 of few people is drawn back to that limit."""
    answered = sum(counts[1:])
    total = sum(value * counts[value] for value in range(1, 6))
    mean = total / answered
    if item.is_reversed:
        mean = 6 - mean
    if answered < FEWEST_FOR_EXTREMES:
        mean = min(HIGHEST, max(LOWEST, mean))
    return round(mean, 1)
