"""Tables by attribute, rounded: means to 0.1, numbers of people to the nearest 5."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from surveys.attributes import ATTRIBUTES, shown
from surveys.models import AttributeTally, Item, Wave

FEWEST_PER_ITEM = 10
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
    """The same items in every group: one that too few of a group answered is left out of all."""

    attribute: str
    label: str | Promise
    groups: tuple[AttributeGroup, ...]


def attribute_tables(wave: Wave, items: Sequence[Item]) -> tuple[AttributeTable, ...]:
    """In the order of the wave's attributes; those that were not safe to show are not there."""
    found: dict[str, dict[str, Counts]] = {}
    for tally in AttributeTally.objects.filter(wave=wave).order_by("pk"):
        counts = found.setdefault(tally.attribute, {}).setdefault(tally.category_group, {})
        counts.setdefault(tally.item, [0] * 6)[tally.value] += tally.count
    return tuple(
        AttributeTable(
            attribute=attribute,
            label=ATTRIBUTES.get(attribute, attribute),
            groups=_groups(wave, attribute, found[attribute], items),
        )
        for attribute in wave.attributes
        if attribute in found
    )


def _groups(
    wave: Wave, attribute: str, groups: Mapping[str, Counts], items: Sequence[Item]
) -> tuple[AttributeGroup, ...]:
    categories = wave.snapshot.attributes[attribute]
    least = max(wave.minimum_group, FEWEST_PER_ITEM)
    told = [
        item
        for item in items
        if all(sum(counts[item.key][1:]) >= least for counts in groups.values())
    ]
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
