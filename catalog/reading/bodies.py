"""Assets as people post them: a whole one, or a merge patch of one that is stored (K3).

Beside what flows declare, a body may name `tags` and `columns`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.reading.assets import (
    OWN_FIELDS,
    SERVER_FIELDS,
    Errors,
    metadata_problem,
    parse_asset,
)
from catalog.reading.columns import read_columns
from catalog.reading.declared import AssetDeclaration, AssetError
from catalog.reading.rules import describe_kind, validate_type
from catalog.reading.yaml_nodes import Node

MAX_TAGS = 100
TAG_LENGTH = 100

_LISTS = ("tags", "columns")
CLEARABLE = ("displayName", "description")
#: Told by the server of an asset: posted back, they are neither stored nor metadata.
_TOLD = frozenset(
    {"stateReason", "lastWrittenAt", "lastFailedAt", "lastReadAt", "staleAt", "deletedAt"}
)
#: Kept as typed, whatever YAML makes of it: an id may be `007` or `1.10`.
_TEXTS = ("id", "type", "namespace", *CLEARABLE)


@dataclass(frozen=True, slots=True)
class AssetBody:
    """One asset as posted. `lists`: its tags and columns, where they were said. `cleared` names
    texts to remove. An empty type keeps what is stored."""

    declared: AssetDeclaration
    lists: Mapping[str, Any] = field(default_factory=dict)
    cleared: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return self.declared.id

    @property
    def fields(self) -> dict[str, Any]:
        """As `catalog.merging.Touch` takes them."""
        return self.declared.fields | dict(self.lists)


def yaml_values(node: Node) -> Any:
    """The plain value of a YAML node, an asset's texts as they were typed."""
    value = node.plain()
    if not isinstance(node.value, dict):
        return value
    typed = {key: node.value[key] for key in _TEXTS if key in node.value}
    return value | {
        key: child.text
        for key, child in typed.items()
        if child.text is not None and child.value is not None
    }


def read_body(value: Any) -> tuple[AssetBody | None, Errors]:
    """An asset to create or update; None comes with at least one error.

    As for a flow, what is left out keeps what is stored, and a null list empties it.
    """
    if not isinstance(value, Mapping):
        return None, (AssetError("", f"must be a map, not {describe_kind(value)}"),)
    errors: list[AssetError] = []
    lists: dict[str, Any] = {}
    if "tags" in value:
        lists["tags"] = _tags(value["tags"], errors)
    if "columns" in value:
        lists["columns"] = read_columns(value["columns"], "columns", errors)
    declared, problems = parse_asset(_declarable(value))
    if declared is None or errors:
        return None, (*problems, *errors)
    return AssetBody(declared, lists), ()


def read_patch(
    value: Any, asset_id: str, type_: str, metadata: Mapping[str, Any]
) -> tuple[AssetBody | None, Errors]:
    """A merge patch (RFC 7396) of a stored asset: what is named changes, null removes.

    `type_` and `metadata` are the stored ones. Unknown members are metadata, as in a body.
    """
    if not isinstance(value, Mapping):
        return None, (AssetError("", f"must be a map, not {describe_kind(value)}"),)
    if value.get("id", asset_id) != asset_id:
        return None, (AssetError("id", "cannot be changed"),)
    changes, problem = _patched_metadata(value, metadata)
    if problem:
        return None, (AssetError("metadata", problem),)
    own = {key: value[key] for key in value if key in OWN_FIELDS - SERVER_FIELDS}
    lists = {key: value[key] for key in _LISTS if key in value}
    body, errors = read_body({"type": type_} | own | lists | {"id": asset_id, "metadata": {}})
    if body is None:
        return None, errors
    cleared = frozenset(name for name in CLEARABLE if name in value and value[name] is None)
    declared = replace(body.declared, metadata=changes)
    return replace(body, declared=declared, cleared=cleared), ()


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def _patched_metadata(
    value: Mapping[str, Any], stored: Mapping[str, Any]
) -> tuple[dict[str, Any], str | None]:
    """(key → its new value, None removes; what is wrong with it)"""
    patch = {key: item for key, item in _declarable(value).items() if key not in OWN_FIELDS}
    said = value.get("metadata", {})
    if said is None:
        patch |= dict.fromkeys(stored)
    elif isinstance(said, Mapping):
        patch |= said
    else:
        return {}, f"must be a map, not {describe_kind(said)}"
    if problem := metadata_problem(patch):
        return {}, problem
    return {
        key: None if item is None else merge_patch(stored.get(key), item)
        for key, item in patch.items()
    }, None


def _declarable(value: Mapping[str, Any]) -> dict[str, Any]:
    """What is left for the declaration: without the lists, and without what the server tells.

    `state` is the server's where it comes with its reason, else metadata: a VM has one.
    """
    told = _TOLD | {"state"} if "stateReason" in value else _TOLD
    return {key: item for key, item in value.items() if key not in told and key not in _LISTS}


def _tags(value: Any, errors: list[AssetError]) -> list[str]:
    """Each once, in the order given."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_TAGS:
        errors.append(AssetError("tags", f"must be a list of at most {MAX_TAGS} texts"))
        return []
    for n, tag in enumerate(value):
        if message := _tag_problem(tag):
            errors.append(AssetError(f"tags[{n}]", message))
    return list(dict.fromkeys(tag for tag in value if isinstance(tag, str)))


def _tag_problem(tag: Any) -> str | None:
    if not isinstance(tag, str):
        return f"must be text, not {describe_kind(tag)}"
    if len(tag) > TAG_LENGTH:
        return f"is longer than {TAG_LENGTH} characters"
    return validate_type(tag)
