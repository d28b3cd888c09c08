"""Owners, tags and columns of an asset with several names: what is said under each name counts.

A producer that knows an asset by another name declares it from its own point of view. Were there
one register, the last to speak would wipe out what the others said, and whether it did would
depend on when the two names were found to be one asset. So each name has its own, kept in the
clock under `names`, and the asset has what all of them say together:

    {"names": {"owners": {"": [stamp, value], "another name": [stamp, value]}, …}}

"" is the asset's own id, whose stamp is in the clock as ever. An asset that is only ever called
by its id has no `names`. What a person says is meant of the asset, whatever its names.
"""

from collections.abc import Mapping
from typing import Any

#: What is united; everything else goes by the latest word alone.
UNITED = frozenset({"owners", "tags", "columns"})
OWN = ""

#: Name → [stamp, value].
type Words = dict[str, list[Any]]


def words_on(clock: Mapping[str, Any], field: str, value: Any) -> Words:
    """What is said under each name of a field that has `value` now."""
    words: Words = clock.get("names", {}).get(field, {})
    return words or {OWN: [clock.get(field, ""), value]}


def hear(words: Words, name: str, stamp: str, value: Any) -> Words:
    """With one more word; an earlier one under the same name is forgotten."""
    held = words.get(name)
    return words if held and stamp < held[0] else words | {name: [stamp, value]}


def keep(clock: dict[str, Any], field: str, words: Words) -> Any:
    """Store the words; answers what they say together."""
    said = {name: word for name, word in words.items() if name == OWN or word[1] or word[0]}
    named: dict[str, Words] = {k: v for k, v in clock.get("names", {}).items() if k != field}
    if said.keys() - {OWN}:
        named[field] = said
    clock.pop("names", None)
    if named:
        clock["names"] = named
    return together(field, said)


def together(field: str, words: Words) -> list[Any]:
    """The own ones first, then by name; of a column, what was said last."""
    values = [words[name][1] for name in sorted(words)]
    if field != "columns":
        return list(dict.fromkeys(item for value in values for item in value))
    last = {
        column["name"]: column
        for _, (_, value) in sorted(words.items(), key=lambda word: (word[1][0], word[0]))
        for column in value
    }
    order = dict.fromkeys(column["name"] for value in values for column in value)
    return [last[name] for name in order]
