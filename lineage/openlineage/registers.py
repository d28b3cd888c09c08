"""Registers: what was said under a name, and when; the latest event time wins, ties by digest."""

from collections.abc import Mapping
from heapq import nlargest
from typing import Any

from lineage.openlineage.events import is_deleted

MAX_FACETS = 1_000

#: (event time in µs, digest of the event): the larger one is later.
type Stamp = tuple[int, str]
#: Name → (stamp, what was said then).
type Registers = Mapping[str, tuple[Stamp, Any]]


def said_at(said: Mapping[str, Any], stamp: Stamp) -> Registers:
    """What is null or empty says nothing, so it takes nothing back."""
    spoken = {name: (stamp, value) for name, value in said.items() if value not in (None, "")}
    return bounded(spoken, MAX_FACETS)


def later(one: Registers, other: Registers) -> Registers:
    """Of each name what was said last."""
    if not other:
        return one
    joined = dict(one)
    for name, register in other.items():
        if name not in joined or register[0] > joined[name][0]:
            joined[name] = register
    return bounded(joined, MAX_FACETS)


def bounded[K, V](items: Mapping[K, V], limit: int) -> Mapping[K, V]:
    """Those with the largest keys: a choice that no order of arrival changes, and of partitions
    named by their day the latest."""
    if len(items) <= limit:
        return items
    kept = nlargest(limit, items)  # type: ignore[type-var]
    return {key: items[key] for key in kept}


def spoken(registers: Registers) -> dict[str, Any]:
    """What was said last under each name."""
    return {name: value for name, (_, value) in registers.items()}


def standing(registers: Registers) -> dict[str, Any]:
    """The facets that hold: without those that were deleted."""
    return {name: value for name, (_, value) in registers.items() if not is_deleted(value)}
