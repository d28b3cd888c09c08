"""What an asset declares beside its description: its lifecycle, actions and relations (K1.8-1.10).

`read_lifecycle` answers only what was said, under the names that `catalog.merging` knows:

    {"status": "active", "ttl": "2026-12-31T00:00:00.000Z", "owners": ["group:finance"],
     "assetActions": [{"namespace", "flowId", "label"?, "when"?: [{"field", "op", "value"?}]}],
     "partOf": {"id", "namespace"?, "role"?}, "relatedTo": [{"id", "namespace"?, "role"?}]}

What is left out keeps what is stored; a null, or a blank text as templates render it, takes it
back (no expiry, nobody's, no actions, part of nothing).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from catalog.reading.rules import (
    describe_kind,
    validate_asset_id,
    validate_flow_id,
    validate_namespace,
    validate_number,
    validate_text,
    validate_type,
)

DEFAULT_STATUS = "active"
STATUS_LENGTH, OWNER_LENGTH, ROLE_LENGTH, LABEL_LENGTH = 100, 200, 100, 200
MAX_OWNERS, MAX_ACTIONS, MAX_CONDITIONS, MAX_RELATED, MAX_VALUES = 50, 50, 20, 200, 200
#: Operators of a condition (K1.9), by what stands in `value`.
COMPARISONS = frozenset({"EQ", "NE", "LT", "LTE", "GT", "GTE", "STARTS_WITH", "CONTAINS"})
MEMBERSHIPS = frozenset({"IN", "NOT_IN"})
PRESENCES = frozenset({"IS_SET", "IS_NOT_SET"})
OPERATORS = ("EQ", "NE", "IN", "NOT_IN", "LT", "LTE", "GT", "GTE", "STARTS_WITH", "CONTAINS",
             "IS_SET", "IS_NOT_SET")  # fmt: skip

_TTL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)

# Notes a problem: the place below the asset, and what is wrong with it.
Note = Callable[[str, str], None]


def read_lifecycle(value: Mapping[str, Any], note: Note) -> dict[str, Any]:
    """What `value` says; `note` hears of each problem, and then the answer is of no use."""
    found: dict[str, Any] = {}
    for key, (name, read) in _READERS.items():
        if key not in value:
            continue
        said = value[key]
        if isinstance(said, str) and not said.strip():
            said = None
        if said is not None or name not in found:
            found[name] = read(said, key, note)
    return found


def ttl_text(moment: datetime) -> str:
    """An instant as Kestra writes a ttl: `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ttl_moment(text: str) -> datetime:
    """The instant of a ttl that was read here."""
    return datetime.fromisoformat(text)


def _status(said: Any, place: str, note: Note) -> str:
    if said is None:
        return DEFAULT_STATUS
    return _text(said, place, note, validate_type, STATUS_LENGTH)


def _ttl(said: Any, place: str, note: Note) -> str | None:
    if said is None:
        return None
    text = _text(said, place, note, validate_text, 40)
    try:
        if not _TTL.fullmatch(text):
            raise ValueError
        return ttl_text(datetime.fromisoformat(text))
    except ValueError:
        note(place, "must be an instant in UTC such as 2026-12-31T00:00:00.000Z")
        return None


def _owner(said: Any, place: str, note: Note) -> list[str]:
    return [] if said is None else [_text(said, place, note, validate_type, OWNER_LENGTH)]


def _owners(said: Any, place: str, note: Note) -> list[str]:
    owners = [
        _text(item, at, note, validate_type, OWNER_LENGTH)
        for item, at in _list(said, place, MAX_OWNERS, note)
    ]
    return list(dict.fromkeys(owners))


def _part_of(said: Any, place: str, note: Note) -> dict[str, Any] | None:
    return None if said is None else _relative(said, place, note)


def _related_to(said: Any, place: str, note: Note) -> list[dict[str, Any]]:
    """One relative may stand without its list."""
    if isinstance(said, str | Mapping):
        said = [said]
    relatives = [_relative(item, at, note) for item, at in _list(said, place, MAX_RELATED, note)]
    return list({relative["id"]: relative for relative in relatives}.values())


def _relative(said: Any, place: str, note: Note) -> dict[str, Any]:
    """`{id, namespace?, role?}`, or just the id (K1.10)."""
    if isinstance(said, str):
        said = {"id": said}
    if not isinstance(said, Mapping):
        note(place, f"must be a map with id, not {describe_kind(said)}")
        return {"id": ""}
    return _members(
        said,
        place,
        note,
        {
            "id": (validate_asset_id, 500),
            "namespace": (validate_namespace, 150),
            "role": (validate_type, ROLE_LENGTH),
        },
        required=("id",),
    )


def _actions(said: Any, place: str, note: Note) -> list[dict[str, Any]]:
    return [_action(item, at, note) for item, at in _list(said, place, MAX_ACTIONS, note)]


def _action(said: Any, place: str, note: Note) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        note(place, f"must be a map with namespace and flowId, not {describe_kind(said)}")
        return {}
    action = _members(
        said,
        place,
        note,
        {
            "namespace": (validate_namespace, 150),
            "flowId": (validate_flow_id, 100),
            "label": (validate_text, LABEL_LENGTH),
        },
        required=("namespace", "flowId"),
    )
    conditions = _list(said.get("when"), f"{place}.when", MAX_CONDITIONS, note)
    if conditions:
        action["when"] = [_condition(item, at, note) for item, at in conditions]
    return action


def _condition(said: Any, place: str, note: Note) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        note(place, f"must be a map with field and op, not {describe_kind(said)}")
        return {}
    texts = {"field": (validate_text, 500), "op": (validate_text, 20)}
    condition = _members(said, place, note, texts, required=("field", "op"))
    operator = condition["op"] = condition.get("op", "").upper()
    if operator and operator not in OPERATORS:
        note(f"{place}.op", f"must be one of {', '.join(OPERATORS)}")
    value, at = said.get("value"), f"{place}.value"
    if operator in MEMBERSHIPS:
        condition["value"] = [
            _scalar(item, i, note) for item, i in _list(value, at, MAX_VALUES, note)
        ]
        if not condition["value"]:
            note(at, f"must be a list for {operator}")
    elif operator in COMPARISONS:
        condition["value"] = _scalar(value, at, note)
        if value is None:
            note(at, f"is required for {operator}")
    return condition


def _scalar(value: Any, place: str, note: Note) -> Any:
    if isinstance(value, str):
        return _text(value, place, note, validate_text, 2_000)
    if isinstance(value, float) and (message := validate_number(value)):
        note(place, message)
    elif isinstance(value, list | tuple | Mapping):
        note(place, f"must be a text, number or boolean, not {describe_kind(value)}")
    return value


def _members(
    said: Mapping[str, Any],
    place: str,
    note: Note,
    texts: Mapping[str, tuple[Callable[[str], str | None], int]],
    required: tuple[str, ...],
) -> dict[str, Any]:
    """The texts of a map that are there; unknown members are not kept."""
    found = {}
    for key, (validate, length) in texts.items():
        value = said.get(key)
        if value is None or value == "":
            if key in required:
                note(f"{place}.{key}", "is required")
        else:
            found[key] = _text(value, f"{place}.{key}", note, validate, length)
    return found


def _text(
    value: Any, place: str, note: Note, validate: Callable[[str], str | None], length: int
) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        note(place, f"must be text, not {describe_kind(value)}")
        return ""
    message = validate(value)
    if message is None and len(value) > length:
        message = f"is longer than {length} characters"
    if message:
        note(place, message)
    return value


def _list(value: Any, place: str, most: int, note: Note) -> list[tuple[Any, str]]:
    """The items with the place of each; nothing for a null."""
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        note(place, f"must be a list, not {describe_kind(value)}")
        return []
    if len(value) > most:
        note(place, f"holds more than {most} items")
    return [(item, f"{place}[{n}]") for n, item in enumerate(value[:most])]


# `owners` comes after Kestra's one `owner`, and wins over it.
_READERS: Mapping[str, tuple[str, Callable[[Any, str, Note], Any]]] = {
    "status": ("status", _status),
    "ttl": ("ttl", _ttl),
    "owner": ("owners", _owner),
    "owners": ("owners", _owners),
    "assetActions": ("assetActions", _actions),
    "partOf": ("partOf", _part_of),
    "relatedTo": ("relatedTo", _related_to),
}

#: Top-level fields that are read here and so do not fold into metadata.
LIFECYCLE_FIELDS = frozenset(_READERS)
