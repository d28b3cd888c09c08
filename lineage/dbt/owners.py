"""Who owns a node: `meta.owner` of it, its group's owner, an exposure's own."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.reading.lifecycle import MAX_OWNERS, OWNER_LENGTH
from catalog.reading.rules import validate_type
from lineage.dbt.values import Json, mapping, texts

#: Members of `meta` that name owners.
OWNERS = ("owner", "owners")


def owners_of(raw: Json, meta: Json, groups: Mapping[str, Json]) -> tuple[str, ...]:
    """E-mail addresses where dbt knows them, since that is who people are here; else names.

    `groups`: name → the group as the manifest has it.
    """
    group = raw.get("group") or mapping(raw, "config").get("group")
    found = [
        *(person for key in OWNERS for person in _people(meta.get(key))),
        *_people(raw.get("owner")),
        *_people(groups.get(str(group), {}).get("owner") if group else None),
    ]
    usable = (owner for owner in found if not validate_type(owner) and len(owner) <= OWNER_LENGTH)
    return tuple(dict.fromkeys(usable))[:MAX_OWNERS]


def _people(said: Any) -> Iterator[str]:
    """One or several, each a text or `{name, email}`; e-mail may be a list (dbt 1.10)."""
    if isinstance(said, list):
        for one in said:
            if not isinstance(one, list):
                yield from _people(one)
    elif isinstance(said, Mapping):
        yield from texts(said, "email") or texts(said, "name")
    elif isinstance(said, str) and said.strip():
        yield said.strip()
