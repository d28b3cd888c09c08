"""A facet as JSON for a page: without the values whose names say that they are secret."""

from collections.abc import Mapping
from typing import Any

from lineage.dsl import SECRET_MASK
from lineage.openlineage.about import without_password
from lineage.openlineage.readable.rows import is_secret

#: Beside a `value`, what names it: `{"name": "PG_PASSWORD", "value": …}`.
_NAMES = ("name", "key")


def masked(value: Any) -> Any:
    """`value` (JSON, any shape) with SECRET_MASK in place of secrets, and no passwords in URLs."""
    if isinstance(value, str):
        return without_password(value)
    if isinstance(value, list):
        return [masked(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    named = any(is_secret(str(value.get(name, ""))) for name in _NAMES)
    return {
        key: SECRET_MASK
        if isinstance(item, str | int | float) and (is_secret(key) or (named and key == "value"))
        else masked(item)
        for key, item in value.items()
    }
