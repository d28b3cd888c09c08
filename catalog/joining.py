"""What two assets that become one are together, and what is left when they are two again.

Register by register, as if the words on both had always been on one: the later stamp holds
(`catalog.merging`), what is said under each name of owners, tags and columns counts
(`catalog.uniting`), and the kept asset is, is called and lives as it did, if anybody has told. So
it does not matter when the two are found to be one. Nothing here asks the database.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from catalog.merging import OTHER, STAND_INS, WHOLE, AssetValues, Changes, is_told, settle
from catalog.uniting import OWN, UNITED, Words, keep, words_on

#: Registers that hold the earliest word, with its value; `rule` holds the latest.
EARLIEST = frozenset({"hint", "called", "writer", "reader"})
#: Register → where its value stands.
PLACES = {**WHOLE, "type": "type", "displayName": "display_name", "description": "description"}
#: Registers of which the words of the absorbed asset go into those of another name.
BY_OTHER = EARLIEST | {"rule", *STAND_INS}
#: Registers that are maps, or go together with one.
KEYED = UNITED | {"metadata", "names"}
NOTHING = AssetValues()


def joined(kept: AssetValues, absorbed: AssetValues, name: str) -> AssetValues:
    """The values of one asset that both have become; neither argument is changed.

    `name`: the absorbed asset's id, an other name of the kept one from now on.
    """
    values, other = as_declared(deepcopy(kept)), as_declared(deepcopy(absorbed))
    for register, place in PLACES.items():
        if register not in UNITED and _later(values, other, register, place):
            setattr(values, place, getattr(other, place))
    for register in UNITED:
        _unite(values, other, register, name)
    _join_metadata(values, other)
    for register, held in _as_of_another(other).items():
        values.clock[register] = _held(register, values.clock.get(register), held)
    values.created_at = min(_known(kept.created_at, absorbed.created_at), default=None)
    declared = [one.updated_at for one in (kept, absorbed) if is_told(one.clock)]
    values.updated_at = max(_known(*declared), default=values.created_at)
    settle(values)
    return values


def _as_of_another(other: AssetValues) -> dict[str, Any]:
    """The clock of the absorbed asset, whose id is another name now; without what is KEYED."""
    clock: dict[str, Any] = {}
    for register, held in other.clock.items():
        if register in KEYED:
            continue
        moved = f"{OTHER}{register}" if register in BY_OTHER else register
        if register in STAND_INS:
            held = [held, getattr(other, PLACES[register])]
        clock[moved] = _held(moved, clock.get(moved), held)
    return clock


def _held(register: str, own: Any, other: Any) -> Any:
    """Which of two words holds; `told` is no word, but that there was one."""
    if own is None or own is True:
        return other if own is None else own
    if register.removeprefix(OTHER) in EARLIEST:
        return min(own, other)
    return max(own, other, key=lambda word: word[0] if isinstance(word, list) else word)


def _later(values: AssetValues, other: AssetValues, register: str, place: str) -> bool:
    """Where nobody declared either, something beats nothing."""
    if register in STAND_INS and register in other.clock:
        return False
    if register in other.clock:
        return other.clock[register] > values.clock.get(register, "")
    return register not in values.clock and getattr(values, place) == getattr(NOTHING, place)


def as_declared(values: AssetValues) -> AssetValues:
    """With the status that somebody declared; settling drops again what was dropped."""
    if "declaredStatus" in values.clock:
        values.status = values.clock.pop("declaredStatus")
    return values


def _known(*times: int | None) -> list[int]:
    return [at for at in times if at is not None]


def _unite(values: AssetValues, other: AssetValues, register: str, name: str) -> None:
    place = PLACES[register]
    words = words_on(values.clock, register, getattr(values, place))
    for called, word in words_on(other.clock, register, getattr(other, place)).items():
        called = called or name
        words = words | {called: max(words.get(called, word), word, key=lambda one: one[0])}
    setattr(values, place, keep(values.clock, register, words))


def _join_metadata(values: AssetValues, other: AssetValues) -> None:
    own, stamps = values.clock.get("metadata", {}), other.clock.get("metadata", {})
    for key in stamps.keys() | other.metadata.keys():
        if stamps.get(key, "") > own.get(key, "") or not (key in own or key in values.metadata):
            _copy(own, stamps, key)
            _copy(values.metadata, other.metadata, key)
    if own:
        values.clock["metadata"] = own


def parted(now: AssetValues, before: AssetValues, after: AssetValues) -> AssetValues:
    """What is `now`, without what came by the merge that made `after` of `before`.

    What was said since stays: every register that is still as the merge left it goes back.
    """
    now, before, after = (as_declared(deepcopy(one)) for one in (now, before, after))
    values = deepcopy(now)
    for register in (now.clock.keys() | after.clock.keys()) - KEYED:
        if now.clock.get(register) == after.clock.get(register):
            _copy(values.clock, before.clock, register)
            if place := PLACES.get(register, ""):
                setattr(values, place, deepcopy(getattr(before, place)))
    _part_places(values, now, before, after)
    _part_metadata(values, before, after)
    for time in ("created_at", "updated_at"):
        if getattr(now, time) == getattr(after, time):
            setattr(values, time, getattr(before, time))
    if now.updated_at != after.updated_at and "told" in now.clock:
        values.clock["told"] = True
    settle(values)
    return values


def _part_places(
    values: AssetValues, now: AssetValues, before: AssetValues, after: AssetValues
) -> None:
    """What has words under several names, and what nobody has declared."""
    for register, place in PLACES.items():
        if register in UNITED:
            _part_words(values, before, after, register)
        elif register not in now.clock and getattr(now, place) == getattr(after, place):
            setattr(values, place, deepcopy(getattr(before, place)))


def _part_words(
    values: AssetValues, before: AssetValues, after: AssetValues, register: str
) -> None:
    place = PLACES[register]
    now, was, then = (
        words_on(one.clock, register, getattr(one, place)) for one in (values, before, after)
    )
    words: Words = {}
    for called, word in now.items():
        if word != then.get(called):
            words[called] = word
        elif called in was:
            words[called] = deepcopy(was[called])
    words.setdefault(OWN, ["", []])
    setattr(values, place, keep(values.clock, register, words))


def _part_metadata(values: AssetValues, before: AssetValues, after: AssetValues) -> None:
    now, then = values.clock.get("metadata", {}), after.clock.get("metadata", {})
    earlier = before.clock.get("metadata", {})
    for key in [key for key in now if now[key] == then.get(key)]:
        _copy(now, earlier, key)
        _copy(values.metadata, before.metadata, key)
    for key in [key for key in values.metadata if key not in now]:  # no run has declared it
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
