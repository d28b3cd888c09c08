"""How declarations of one asset merge: by event time, whatever the order of arrival (K1.7).

Every declared field and every metadata key is a register of its own: the declaration with the
latest stamp sets it, ties go by execution id (DESIGN §6, Order). Nothing here asks the database.

A stamp is a string that sorts as it should: `{µs:016d}|{source}|{position}`. The clock of an
asset, stored as JSON, holds the stamps that the next merge must beat:

    {"type": stamp, "displayName": stamp, …, every field of WHOLE likewise, "namespace": stamp,
     "metadata": {key: stamp}, "told": true, "rule": [stamp, ns],
     "life": [stamp, dropped or alive], "hint": [stamp, type], "called": [stamp, name],
     "writer": [stamp, ns], "reader": [stamp, ns]}

The last four are the earliest, not the latest: a reference types an asset that nobody declared,
its name elsewhere is shown while nobody declares another, and an asset without a declared
namespace lives where a naming rule says, else where it was first written, else first read.
What is said of an asset by another of its names has registers of its own: of owners, tags and
columns it counts as well (`catalog.uniting`); what the asset is, is called and where it lives
(`type`, `displayName`, `namespace` and what stands in for them) only while nobody says it by its
id. Those registers hold [stamp, value] and begin with `other `.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.reading.lifecycle import DEFAULT_STATUS
from catalog.touches import Part, Touch
from catalog.uniting import OWN, UNITED, hear, keep, words_on

EXTERNAL = "io.kestra.core.models.assets.External"
#: The status of what a run has dropped (OpenLineage: lifecycleStateChange DROP).
DROPPED = "dropped"
EXTERNAL_NAMES = frozenset({EXTERNAL, "External", "EXTERNAL"})


@dataclass(slots=True)
class AssetValues:
    """The mergeable part of an asset; times in µs since 1970."""

    type: str = EXTERNAL
    namespace: str | None = None
    display_name: str | None = None
    description: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    created_at: int | None = None
    updated_at: int | None = None
    clock: dict[str, Any] = field(default_factory=dict)
    status: str = DEFAULT_STATUS
    ttl: str | None = None
    owners: list[str] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    part_of: dict[str, Any] | None = None
    related_to: list[dict[str, Any]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)


#: Fields that a declaration replaces as a whole → where they stand in AssetValues.
WHOLE = {
    "namespace": "namespace",
    "status": "status",
    "ttl": "ttl",
    "owners": "owners",
    "assetActions": "actions",
    "partOf": "part_of",
    "relatedTo": "related_to",
    "tags": "tags",
    "columns": "columns",
}


#: field → [before, after]; metadata keys as `metadata.key`.
type Changes = dict[str, list[Any]]


def merge(values: AssetValues, touch: Touch, own_id: str = "") -> Changes:
    """Merge one touch in place and tell what it changed. `own_id`: what the asset is called.

    The values that a set of touches leads to do not depend on the order of merging them.
    """
    changes: Changes = {}
    values.created_at = min(values.created_at or touch.at, touch.at)
    if touch.part in (Part.WRITE, Part.DESCRIBE):
        if touch.says_something:
            told = is_told(values.clock) and values.updated_at
            values.updated_at = max(told or touch.at, touch.at)
            values.clock["told"] = True
        _declare(values, touch, own_id, changes)
    if touch.life:
        _keep_latest(values.clock, "life", touch.stamp, touch.life)
    _place(values.clock, touch, "" if touch.name in ("", own_id) else OTHER)
    _settle(values, changes)
    return changes


#: Begins the registers of what is said by another name.
OTHER = "other "
#: What stands in for declarations without saying anything of the asset itself.
_STANDING_IN = ("called", "hint", "reader", "rule", "writer")
#: Registers that say nothing of the asset itself: with these alone it is a placeholder.
UNDECLARED = frozenset(
    {"declaredStatus", "life", *_STANDING_IN, *(f"{OTHER}{name}" for name in _STANDING_IN)}
)


def _place(clock: dict[str, Any], touch: Touch, other: str) -> None:
    """What stands in for declarations: of type, name and namespace."""
    declares = touch.part in (Part.WRITE, Part.DESCRIBE)
    if not declares and touch.type and touch.type not in EXTERNAL_NAMES:
        _earliest(clock, f"{other}hint", touch.stamp, touch.type)
    if touch.hint:
        _earliest(clock, f"{other}hint", touch.stamp, touch.hint)
    if touch.called:
        _earliest(clock, f"{other}called", touch.stamp, touch.called)
    if touch.job_namespace:
        own = "writer" if touch.part is Part.WRITE else "reader"
        register = touch.owner_register or own
        _earliest(clock, f"{other}{register}", touch.stamp, touch.job_namespace)
    if touch.rule_namespace:
        _keep_latest(clock, f"{other}rule", touch.stamp, touch.rule_namespace)


def _keep_latest(clock: dict[str, Any], register: str, stamp: str, value: Any) -> None:
    """Of a register that holds its value."""
    held = clock.get(register)
    if held is None or stamp >= held[0]:
        clock[register] = [stamp, value]


def is_told(clock: Mapping[str, Any]) -> bool:
    """Whether anybody has said something of the asset: until then it is as old as its name."""
    return "told" in clock or bool(clock.keys() - UNDECLARED)


def _declare(values: AssetValues, touch: Touch, own_id: str, changes: Changes) -> None:
    clock = values.clock
    by_other = touch.name not in ("", own_id)
    if touch.type and touch.type not in EXTERNAL_NAMES:
        if by_other:
            _keep_latest(clock, "other type", touch.stamp, touch.type)
        elif _latest(clock, "type", touch.stamp):
            _set(values, "type", touch.type, "type", changes)
    _declare_whole(values, touch, touch.name if by_other else "", changes)
    for name, attribute in (("displayName", "display_name"), ("description", "description")):
        value = touch.fields.get(name)
        if value is None and name not in touch.cleared:
            continue
        if by_other and name == "displayName":
            _keep_latest(clock, "other displayName", touch.stamp, value)
        elif _latest(clock, name, touch.stamp):
            _set(values, attribute, value, name, changes)
    if metadata := touch.fields.get("metadata"):
        _declare_metadata(values, metadata, touch.stamp, changes)


def _declare_metadata(
    values: AssetValues, metadata: Mapping[str, Any], stamp: str, changes: Changes
) -> None:
    stamps = values.clock.setdefault("metadata", {})
    for key, value in metadata.items():
        if _latest(stamps, key, stamp):
            _set_metadata(values.metadata, key, value, changes)


def _declare_whole(values: AssetValues, touch: Touch, other_name: str, changes: Changes) -> None:
    clock = values.clock
    for name in touch.fields.keys() & WHOLE.keys():
        value = touch.fields[name]
        if other_name and name == "namespace":
            _keep_latest(clock, "other namespace", touch.stamp, value)
        elif name in UNITED and (other_name or "names" in clock):
            _unite(values, touch, other_name, name, changes)
        elif _latest(clock, name, touch.stamp):
            _set(values, WHOLE[name], value, name, changes)
            if name == "status":
                clock.pop("declaredStatus", None)


def _unite(
    values: AssetValues, touch: Touch, other_name: str, field_: str, changes: Changes
) -> None:
    """A word on one of `UNITED`, of an asset that has other names or is called by one."""
    value = touch.fields[field_]
    words = words_on(values.clock, field_, getattr(values, WHOLE[field_]))
    if other_name:
        words = hear(words, other_name, touch.stamp, value)
    elif _latest(values.clock, field_, touch.stamp):
        words = ({} if touch.by_hand else words) | {OWN: [touch.stamp, value]}
    _set(values, WHOLE[field_], keep(values.clock, field_, words), field_, changes)


def _live(values: AssetValues, changes: Changes) -> None:
    """`status` of what was dropped (OpenLineage's DROP), until it is created or declared anew."""
    clock = values.clock
    if "life" not in clock:
        return
    stamp, life = clock["life"]
    declared = clock.pop("declaredStatus", values.status)
    if life == DROPPED and stamp > clock.get("status", ""):
        clock["declaredStatus"] = declared
        declared = DROPPED
    _set(values, "status", declared, "status", changes)


def _settle(values: AssetValues, changes: Changes) -> None:
    """Type, name, namespace and `updated_at` of an asset for which nobody declared them."""
    clock = values.clock
    _live(values, changes)
    for name, (attribute, stand_ins) in STAND_INS.items():
        if name not in clock:
            held = next((clock[register] for register in stand_ins if register in clock), None)
            if held:
                _set(values, attribute, held[1], name, changes)
    if not is_told(clock):
        values.updated_at = values.created_at


#: Field → where its value stands, and the registers that tell it while its own does not.
STAND_INS = {
    "type": ("type", ("hint", "other type", "other hint")),
    "displayName": ("display_name", ("other displayName", "called", "other called")),
    "namespace": (
        "namespace",
        (
            *("rule", "writer", "other namespace", "other rule", "other writer"),
            *("reader", "other reader"),
        ),
    ),
}


def settle(values: AssetValues) -> None:
    """As after every touch: what nobody declared, by what the clock holds of it."""
    _settle(values, {})


def _set(values: AssetValues, attribute: str, value: Any, name: str, changes: Changes) -> None:
    before = getattr(values, attribute)
    if before != value:
        changes[name] = [changes[name][0] if name in changes else before, value]
        setattr(values, attribute, value)


def _set_metadata(metadata: dict[str, Any], key: str, value: Any, changes: Changes) -> None:
    before = metadata.get(key)
    if value is None:
        metadata.pop(key, None)
    else:
        metadata[key] = value
    if before != value:
        changes[f"metadata.{key}"] = [before, value]


def _latest(clock: dict[str, Any], key: str, stamp: str) -> bool:
    """Whether `stamp` wins the register, and if so, that it now holds it."""
    if stamp < clock.get(key, ""):
        return False
    clock[key] = stamp
    return True


def _earliest(clock: dict[str, Any], key: str, stamp: str, value: str) -> None:
    held = clock.get(key)
    if held is None or [stamp, value] < held:
        clock[key] = [stamp, value]


def after(clock: Mapping[str, Any], at: int) -> int:
    """`at`, or later where needed to come after every declaration so far.

    For a person's word: it follows what they saw, also when a run's clock is ahead of ours.
    """
    stamps = [clock[name] for name in (*WHOLE, *STAND_INS, "description") if name in clock]
    stamps += clock.get("metadata", {}).values()
    return max([at, *(int(stamp.partition("|")[0]) + 1 for stamp in stamps)])


#: The registers that make an asset somebody's: a placeholder, only read so far, has none.
CLAIMS = ("namespace", "rule", "writer", "other namespace", "other rule", "other writer")
