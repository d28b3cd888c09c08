"""Assets from plain values: declarations after rendering, emissions, API bodies.

The rules are Kestra's (K1.2) with the limits of DESIGN §4. Readers answer what could be used, or
everything that is wrong.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from catalog.reading.declared import UNSET, AssetDeclaration, AssetError, AssetReference
from catalog.reading.lifecycle import LIFECYCLE_FIELDS, read_lifecycle
from catalog.reading.rules import (
    DESCRIPTION_LENGTH,
    DISPLAY_NAME_LENGTH,
    describe_kind,
    validate_asset_id,
    validate_namespace,
    validate_number,
    validate_text,
    validate_type,
)

METADATA_BYTES = 65_536
METADATA_DEPTH = 32

# Of an asset as Kestra's API answers it: set by the server, so neither stored nor metadata.
SERVER_FIELDS = frozenset({"tenantId", "created", "updated", "deleted", "lock"})
OWN_FIELDS = SERVER_FIELDS | LIFECYCLE_FIELDS | {
    "id", "type", "namespace", "displayName", "description", "metadata",
}  # fmt: skip

Errors = tuple[AssetError, ...]
# Reads one item of a list: the value and its place, what it is and what is wrong with it.
Parse = Callable[[Any, str], tuple[Any, Errors]]


def parse_asset(value: Any, field: str = "") -> tuple[AssetDeclaration | None, Errors]:
    """An asset that is written (K1.2): `{id, type, namespace?, displayName?, description?, …}`.

    Unknown top-level keys fold into `metadata` (an explicit metadata key wins); a null in metadata
    stays, for "remove this key". None comes with at least one error whose `field` starts with
    `field`.
    """
    if not isinstance(value, Mapping):
        return None, (AssetError(field, f"must be a map, not {describe_kind(value)}"),)
    reader = _Fields(value, field)
    asset_id = reader.required("id", validate_asset_id)
    asset_type = reader.required("type", validate_type)
    namespace: Any = UNSET
    if "namespace" in value:
        namespace = reader.optional("namespace", validate_namespace)
    display_name = reader.text("displayName", DISPLAY_NAME_LENGTH)
    description = reader.text("description", DESCRIPTION_LENGTH)
    metadata = reader.metadata()
    lifecycle = read_lifecycle(value, reader.error)
    if reader.errors:
        return None, tuple(reader.errors)
    return AssetDeclaration(
        asset_id, asset_type, namespace, display_name, description, metadata, lifecycle
    ), ()


def parse_reference(value: Any, field: str = "") -> tuple[AssetReference | None, Errors]:
    """An asset that is read: `{id, type?}`, or just its id as text."""
    if isinstance(value, str):
        value = {"id": value}
    if not isinstance(value, Mapping):
        return None, (AssetError(field, f"must be a map, not {describe_kind(value)}"),)
    reader = _Fields(value, field)
    asset_id = reader.required("id", validate_asset_id)
    asset_type = reader.optional("type", validate_type)
    if reader.errors:
        return None, tuple(reader.errors)
    return AssetReference(asset_id, asset_type), ()


def asset_problems(value: Any) -> Errors:
    """What keeps a value from being an asset; empty when nothing does."""
    return parse_asset(value)[1]


def child(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key


class _Fields:
    """Reads one map field by field and keeps what was wrong with each."""

    def __init__(self, value: Mapping[str, Any], field: str) -> None:
        self.value = value
        self.field = field
        self.errors: list[AssetError] = []

    def required(self, key: str, validate: Any) -> str:
        if self.value.get(key) is None:
            self.error(key, "is required")
            return ""
        return self.optional(key, validate) or ""

    def optional(self, key: str, validate: Any) -> str | None:
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.error(key, f"must be text, not {describe_kind(value)}")
            return None
        message = validate(value)
        if message:
            self.error(key, message)
        return value

    def text(self, key: str, length: int) -> str | None:
        value = self.optional(key, validate_text)
        if value is not None and len(value) > length:
            self.error(key, f"is longer than {length} characters")
        return value

    def metadata(self) -> dict[str, Any]:
        metadata = {key: self.value[key] for key in self.value if key not in OWN_FIELDS}
        declared = self.value.get("metadata")
        if isinstance(declared, Mapping):
            metadata.update(declared)
        elif declared is not None:
            self.error("metadata", f"must be a map, not {describe_kind(declared)}")
        if metadata:
            message = metadata_problem(metadata)
            if message:
                self.error("metadata", message)
        return metadata

    def error(self, key: str, message: str) -> None:
        self.errors.append(AssetError(child(self.field, key), message))


def metadata_problem(metadata: Mapping[str, Any]) -> str | None:
    """Why a metadata map cannot be stored: > 64 KiB of JSON, > 32 levels, or no JSON at all."""
    try:
        bound = _size_bound(metadata, METADATA_DEPTH)
    except ValueError as error:
        return str(error)
    if bound > METADATA_BYTES:
        size = len(json.dumps(metadata, ensure_ascii=False).encode())
        if size > METADATA_BYTES:
            return f"is larger than {METADATA_BYTES} bytes as JSON"
    return None


def _size_bound(value: Any, depth: int) -> int:
    """No fewer bytes than `value` takes as JSON; raises ValueError where it is not JSON."""
    if isinstance(value, str):
        message = validate_text(value)
        if message:
            raise ValueError(message)
        return 6 * len(value) + 4
    if value is None or isinstance(value, bool):
        return 8
    if isinstance(value, int):
        return value.bit_length() // 3 + 6
    if isinstance(value, float):
        message = validate_number(value)
        if message:
            raise ValueError(message)
        return 32
    if depth == 0:
        raise ValueError(f"is nested deeper than {METADATA_DEPTH} levels")
    return _container_bound(value, depth)


def _container_bound(value: Any, depth: int) -> int:
    children: Iterable[Any]
    if isinstance(value, dict | Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("must have text as keys")
        children = (*value, *value.values())
    elif isinstance(value, list | tuple):
        children = value
    else:
        raise ValueError(f"must not hold a {type(value).__name__}")
    return 4 + sum(_size_bound(child, depth - 1) for child in children)
