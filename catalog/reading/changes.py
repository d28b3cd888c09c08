"""Assets in files: what a row says of an asset, whether or not it is there yet (see docs).

What is left out keeps what is stored, as in a body; but null takes back: a text, a list, all of
the metadata. An asset that is there needs no type.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from catalog.reading.assets import Errors
from catalog.reading.bodies import CLEARABLE, AssetBody, read_body
from catalog.reading.declared import AssetError
from catalog.reading.rules import describe_kind, validate_asset_id

#: As `AssetAlias.Source` has them.
ALIAS_SOURCES = ("manual", "symlink", "rename", "rule", "merge", "dbt")
MAX_ALIASES = 200
#: Stands in for a type that is not said while the rest is read.
_UNSAID = "-"


@dataclass(frozen=True, slots=True)
class AssetChange:
    """`body` has an empty type where none was said. `aliases`: (name, source) to add."""

    body: AssetBody
    aliases: tuple[tuple[str, str], ...] = ()
    empties_metadata: bool = False


def read_change(value: Mapping[str, Any]) -> tuple[AssetChange | None, Errors]:
    """None comes with at least one error."""
    errors: list[AssetError] = []
    aliases = _aliases(value.get("aliases"), errors)
    said = {key: value[key] for key in value if key != "aliases"}
    has_type = said.get("type") is not None
    body, problems = read_body(said if has_type else said | {"type": _UNSAID})
    if body is None or errors:
        return None, (*problems, *errors)
    cleared = frozenset(name for name in CLEARABLE if name in value and value[name] is None)
    declared = body.declared if has_type else replace(body.declared, type="")
    empties = "metadata" in value and value["metadata"] is None
    return AssetChange(replace(body, declared=declared, cleared=cleared), aliases, empties), ()


def _aliases(value: Any, errors: list[AssetError]) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_ALIASES:
        errors.append(AssetError("aliases", f"must be a list of at most {MAX_ALIASES} names"))
        return ()
    found: dict[str, str] = {}
    for n, item in enumerate(value):
        name, source, problem = _alias(item)
        if problem:
            errors.append(AssetError(f"aliases[{n}]", problem))
        found[name] = source
    return tuple(found.items())


def _alias(item: Any) -> tuple[str, str, str | None]:
    """(name, source, what is wrong with it)"""
    if isinstance(item, str):
        item = {"name": item}
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
        return "", "", f"must be a name, or a map with one, not {describe_kind(item)}"
    source = item.get("source", ALIAS_SOURCES[0])
    if source not in ALIAS_SOURCES:
        return item["name"], "", f"source must be one of {', '.join(ALIAS_SOURCES)}"
    return item["name"], source, validate_asset_id(item["name"])
