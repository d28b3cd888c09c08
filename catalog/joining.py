"""What two assets that become one are together, and what is left when they are two again.

Register by register, as if the words on both had always been on one: the later stamp holds
(`catalog.merging`). Only what people give an asset bit by bit is united: owners, tags and columns
of either are those of both, until somebody declares them anew. Nothing here asks the database.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from catalog.merging import UNDECLARED, WHOLE, AssetValues, Changes, settle

#: Registers that hold the earliest word, with its value; `rule` holds the latest.
EARLIEST = frozenset({"hint", "called", "writer", "reader"})
#: Register → where its value stands.
PLACES = {**WHOLE, "type": "type", "displayName": "display_name", "description": "description"}


def joined(kept: AssetValues, absorbed: AssetValues) -> AssetValues:
    """The values of one asset that both have become; neither argument is changed."""
    values, other = deepcopy(kept), deepcopy(absorbed)
    for register, place in PLACES.items():
        if _later(values, other, register, place):
            setattr(values, place, getattr(other, place))
    _join_metadata(values, other)
    for register, held in other.clock.items():
        if register != "metadata":
            own = values.clock.get(register)
            first = register in EARLIEST
            values.clock[register] = held if own is None else (min if first else max)(own, held)
    values.owners = united(kept.owners, absorbed.owners)
    values.tags = united(kept.tags, absorbed.tags)
    values.columns = united_columns(kept.columns, values.columns, absorbed.columns)
    values.created_at = min(_known(kept.created_at, absorbed.created_at), default=None)
    declared = [one.updated_at for one in (kept, absorbed) if one.clock.keys() - UNDECLARED]
    values.updated_at = max(_known(*declared), default=values.created_at)
    settle(values)
    return values


def _later(values: AssetValues, other: AssetValues, register: str, place: str) -> bool:
    """Where nobody declared either, something beats nothing."""
    if register in other.clock:
        return other.clock[register] > values.clock.get(register, "")
    return register not in values.clock and getattr(values, place) == getattr(NOTHING, place)


NOTHING = AssetValues()


def _known(*times: int | None) -> list[int]:
    return [at for at in times if at is not None]


def _join_metadata(values: AssetValues, other: AssetValues) -> None:
    own, stamps = values.clock.get("metadata", {}), other.clock.get("metadata", {})
    for key in stamps.keys() | other.metadata.keys():
        if stamps.get(key, "") > own.get(key, "") or not (key in own or key in values.metadata):
            _copy(own, stamps, key)
            _copy(values.metadata, other.metadata, key)
    if own:
        values.clock["metadata"] = own


def united(own: Iterable[str], others: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*own, *others]))


def united_columns(
    own: Iterable[Mapping[str, Any]],
    latest: Iterable[Mapping[str, Any]],
    others: Iterable[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """By name, in the order of `own`; what the `latest` schema says of a column holds."""
    found = {column["name"]: dict(column) for column in (*own, *others)}
    ours = {column["name"]: dict(column) for column in own}
    return list((found | ours | {column["name"]: dict(column) for column in latest}).values())


def parted(now: AssetValues, before: AssetValues, after: AssetValues) -> AssetValues:
    """What is `now`, without what came by the merge that made `after` of `before`.

    What was said since stays: every register that is still as the merge left it goes back.
    """
    values = deepcopy(now)
    for register in now.clock.keys() | after.clock.keys():
        place = PLACES.get(register, "")
        if register != "metadata" and _same(now, after, register, place):
            _copy(values.clock, before.clock, register)
            if place:
                setattr(values, place, deepcopy(getattr(before, place)))
    _part_metadata(values, before, after)
    for place in ("created_at", "updated_at", *PLACES.values()):
        register = next((name for name, where in PLACES.items() if where == place), "")
        if register not in now.clock and getattr(now, place) == getattr(after, place):
            setattr(values, place, deepcopy(getattr(before, place)))
    settle(values)
    return values


def _same(now: AssetValues, after: AssetValues, register: str, place: str) -> bool:
    held = now.clock.get(register) == after.clock.get(register)
    return held and (not place or getattr(now, place) == getattr(after, place))


def _part_metadata(values: AssetValues, before: AssetValues, after: AssetValues) -> None:
    now, then = values.clock.get("metadata", {}), after.clock.get("metadata", {})
    earlier = before.clock.get("metadata", {})
    for key in [key for key in now if now[key] == then.get(key)]:
        _copy(now, earlier, key)
        _copy(values.metadata, before.metadata, key)
    for key in [key for key in values.metadata if key not in now]:  # never declared: by hand
        if values.metadata[key] == after.metadata.get(key):
            _copy(values.metadata, before.metadata, key)
    if not now and "metadata" not in before.clock:
        values.clock.pop("metadata", None)


def _copy(mine: dict[str, Any], theirs: Mapping[str, Any], key: str) -> None:
    """`mine` gets what `theirs` has under `key`, or nothing."""
    if key in theirs:
        mine[key] = deepcopy(theirs[key])
    else:
        mine.pop(key, None)


def differences(before: AssetValues, after: AssetValues) -> Changes:
    """As `AssetChange.changes` has them."""
    pairs = {
        name: [getattr(before, place), getattr(after, place)] for name, place in PLACES.items()
    }
    keys = before.metadata.keys() | after.metadata.keys()
    pairs |= {f"metadata.{k}": [before.metadata.get(k), after.metadata.get(k)] for k in keys}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
