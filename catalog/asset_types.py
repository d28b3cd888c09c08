"""How a type is shown: label, icon, hue, and the metadata keys that belong to it.

Types are compared as plain strings (Kestra, K1.3): `io.kestra.plugin.ee.assets.Table`,
`io.kestra.core.models.assets.Table` and `TABLE` are three types that look alike. A type that
nobody described keeps one look for ever, chosen by its own words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

#: The colours that tokens.css knows by name (`data-hue`).
HUES = ("blue", "violet", "pink", "red", "orange", "gold", "green", "teal", "sky")

#: Where Kestra's documentation puts its own types; the last segment is the idea.
PACKAGES = ("io.kestra.plugin.ee.assets.", "io.kestra.core.models.assets.")
EXTERNAL = "io.kestra.core.models.assets.External"


@dataclass(frozen=True, slots=True)
class AssetType:
    """`name` is the type as declared; `keys` are the metadata keys known for it, in order."""

    name: str
    label: str
    icon: str
    hue: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    icon: str
    hue: str
    keys: tuple[str, ...] = ()


#: Kestra's own types (K1.3) and their metadata keys; plugins write `name` beside a table's.
BUILT_IN: Mapping[str, Look] = {
    "Table": Look("table-2", "blue", ("system", "database", "schema", "name")),
    "Dataset": Look("layers", "violet", ("system", "location", "format")),
    "File": Look("file", "gold", ("system", "path")),
    "VM": Look("server", "orange", ("provider", "region", "state")),
    "Deployment": Look("rocket", "pink"),
    "External": Look("circle-dashed", ""),
}

#: A word in a free-form type → how it looks; the last word that is known decides.
WORDS: Mapping[str, Look] = {
    "bucket": Look("cylinder", "teal"),
    "container": Look("cylinder", "teal"),
    "volume": Look("cylinder", "teal"),
    "topic": Look("rss", "teal"),
    "queue": Look("rss", "teal"),
    "stream": Look("rss", "teal"),
    "dashboard": Look("chart-column", "green"),
    "chart": Look("chart-column", "green"),
    "report": Look("chart-column", "green"),
    "model": Look("sparkles", "pink"),
    "view": Look("table-2", "sky"),
    "server": Look("server", "orange"),
    "instance": Look("server", "orange"),
    "host": Look("server", "orange"),
    # dbt's kinds: a model of it is a relation, unlike what machines learn.
    "ephemeral model": Look("table-2", "sky"),
    "semantic model": Look("layers", "violet"),
    "metric": Look("chart-column", "gold"),
    "saved query": Look("bookmark", "gold"),
}
_KNOWN = {name.lower(): name for name in BUILT_IN}


@lru_cache(maxsize=2048)
def asset_type(name: str) -> AssetType:
    """The look of the type `name`; the same for every process and every day."""
    built_in = idea(name)
    if built_in:
        look = BUILT_IN[built_in]
        return AssetType(name, built_in, look.icon, look.hue, look.keys)
    label = _label(name)
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", label)]
    hue = HUES[crc32(label.lower().encode()) % len(HUES)]
    for word in (label.lower(), *reversed(words)):
        if by_word := WORDS.get(word) or WORDS.get(word.removesuffix("s")):
            return AssetType(name, label, by_word.icon, by_word.hue)
        if known := _KNOWN.get(word) or _KNOWN.get(word.removesuffix("s")):
            return AssetType(name, label, BUILT_IN[known].icon, hue)
    return AssetType(name, label, "box", hue)


def idea(name: str) -> str:
    """The built-in that `name` spells (`Table` for all its spellings), or "".

    A bare word counts in any case; a qualified one only in Kestra's own packages.
    """
    for package in PACKAGES:
        if name.startswith(package):
            last = name.removeprefix(package)
            return last if last in BUILT_IN else ""
    return _KNOWN.get(name.lower(), "")


#: The types that say that nothing here makes the asset: a placeholder (K1.3).
EXTERNAL_SPELLINGS = ("External", "EXTERNAL", "external", *(f"{p}External" for p in PACKAGES))


def spellings(word: str) -> tuple[str, ...]:
    """The types that somebody means who writes `word`: `Table` → its qualified names as well."""
    known = _KNOWN.get(word.lower()) if "." not in word else None
    if known is None:
        return (word,)
    variants = (word, known, known.upper(), known.lower())
    return tuple(dict.fromkeys((*variants, *(package + known for package in PACKAGES))))


def _label(name: str) -> str:
    """A qualified class name by its last segment; anything else as it was written."""
    if re.fullmatch(r"[a-z][\w-]*(\.[a-z][\w-]*)+\.[A-Z]\w*", name):
        return name.rpartition(".")[2]
    return name
