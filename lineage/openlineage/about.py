"""What facets say about a dataset: description, owners, tags, kind, where and how it is kept."""

import re
from typing import Any

from catalog.reading.bodies import MAX_TAGS, TAG_LENGTH
from catalog.reading.lifecycle import MAX_OWNERS, OWNER_LENGTH
from catalog.reading.rules import DESCRIPTION_LENGTH, validate_type
from lineage.openlineage.events import Facets, PostedDataset
from lineage.openlineage.naming import is_messaging, is_storage, names_file, system_of, table_parts
from lineage.openlineage.reading import Facet, Problems, facet, gone

TABLE = "io.kestra.plugin.ee.assets.Table"
DATASET = "io.kestra.plugin.ee.assets.Dataset"
FILE = "io.kestra.plugin.ee.assets.File"

#: Of the datasetType facet; other kinds are told in their own words.
TYPES = {
    "TABLE": TABLE,
    "FILE": FILE,
    "DATASET": DATASET,
    "VIEW": "View",
    "TOPIC": "Topic",
    "STREAM": "Stream",
    "MODEL": "Model",
}
#: Formats that make a table of files.
TABLE_FORMATS = frozenset({"iceberg", "delta", "hudi", "paimon"})
TEXT_LENGTH = 2_000

_PASSWORD = re.compile(r"//[^/@\s]*@")
#: Facet → the metadata keys that it sets, which its deletion removes.
_METADATA = {
    "dataSource": ("dataSource",),
    "version": ("version",),
    "storage": ("storageLayer", "fileFormat"),
    "catalog": ("catalog",),
    "hierarchy": ("hierarchy",),
    "datasetType": ("subType",),
}


def description_of(facets: Facets, problems: Problems) -> str:
    """Markdown, or what its `contentType` says."""
    documentation = facet(facets, "documentation", problems)
    return documentation.text("description", DESCRIPTION_LENGTH) if documentation else ""


def owners_of(facets: Facets, problems: Problems) -> list[str] | None:
    """Names as `team:data`; None where the facet says nothing."""
    if gone(facets, "ownership"):
        return []
    ownership = facet(facets, "ownership", problems)
    if ownership is None or ownership.body.get("owners") is None:
        return None
    names = [_fitting(item, "name", OWNER_LENGTH) for item in ownership.items("owners")]
    return _once(names, MAX_OWNERS, ownership, "owners")


def tags_of(facets: Facets, problems: Problems) -> tuple[list[str] | None, dict[str, list[str]]]:
    """(tags of the whole, or None where the facet says nothing; column → its tags)

    A tag reads `key`, or `key:value` where its value says more than "true".
    """
    if gone(facets, "tags"):
        return [], {}
    body = facet(facets, "tags", problems)
    if body is None or body.body.get("tags") is None:
        return None, {}
    whole: list[str] = []
    columns: dict[str, list[str]] = {}
    for item in body.items("tags"):
        tag, column = tag_of(item), item.text("field")
        (columns.setdefault(column, []) if column else whole).append(tag)
    return _once(whole, MAX_TAGS, body, "tags"), {
        column: _once(tags, MAX_TAGS, body, "tags") for column, tags in columns.items()
    }


def tag_of(item: Facet) -> str:
    key, value = item.text("key"), item.body.get("value")
    if isinstance(value, bool | int | float):
        value = str(value).lower()
    plain = value in (None, "", "true")
    text = key if plain or not isinstance(value, str) or not key else f"{key}:{value}"
    return _checked(text, item, "key", TAG_LENGTH)


def _fitting(item: Facet, key: str, length: int) -> str:
    return _checked(item.text(key), item, key, length)


def _checked(text: str, item: Facet, key: str, length: int) -> str:
    message = validate_type(text) if text else "is required"
    if message or len(text) > length:
        item.note(key, message or f"is longer than {length} characters; left out")
        return ""
    return text


def _once(texts: list[str], most: int, body: Facet, key: str) -> list[str]:
    kept = list(dict.fromkeys(text for text in texts if text))
    if len(kept) > most:
        body.note(key, f"holds more than {most}; the rest is left out")
    return kept[:most]


def type_of(dataset: PostedDataset, problems: Problems) -> tuple[str | None, bool]:
    """(type of the asset, whether a facet says so rather than its namespace)"""
    body = facet(dataset.facets, "datasetType", problems)
    if body and (kind := _fitting(body, "datasetType", 250)):
        word = kind.strip().upper()
        return TYPES.get(word) or kind.strip().replace("_", " ").capitalize(), True
    return _type_by_name(dataset, problems), False


def _type_by_name(dataset: PostedDataset, problems: Problems) -> str | None:
    if is_messaging(dataset.namespace):
        return "Topic"
    if not is_storage(dataset.namespace):
        return TABLE if system_of(dataset.namespace) else DATASET
    storage = facet(dataset.facets, "storage", [])
    if storage and storage.text("storageLayer").lower() in TABLE_FORMATS:
        return TABLE
    return FILE if names_file(dataset.name) else DATASET


def metadata_of(
    dataset: PostedDataset, asset_type: str | None, problems: Problems
) -> dict[str, Any]:
    """Keys of an asset's metadata; None removes one, as the deletion of its facet does.

    Kestra's own keys (K1.3) follow from the name where the naming spec tells its parts.
    """
    metadata: dict[str, Any] = {
        key: None for name, keys in _METADATA.items() if gone(dataset.facets, name) for key in keys
    }
    metadata |= _by_name(dataset, asset_type)
    for name, read in _READERS.items():
        if body := facet(dataset.facets, name, problems):
            metadata |= read(body)
    return metadata


def _by_name(dataset: PostedDataset, asset_type: str | None) -> dict[str, Any]:
    system = system_of(dataset.namespace)
    if not system:
        return {}
    if is_storage(dataset.namespace):
        path = dataset.name if "://" in dataset.name else _path(dataset)
        return {"system": system, "path" if asset_type == FILE else "location": path}
    return {"system": system, **table_parts(dataset.namespace, dataset.name)}


def _path(dataset: PostedDataset) -> str:
    if "://" not in dataset.namespace:
        return dataset.name
    return f"{dataset.namespace.rstrip('/')}/{dataset.name.lstrip('/')}"


def _texts(body: Facet, *keys: str) -> dict[str, str]:
    """Those that are told; addresses without the passwords in them."""
    told = {key: without_password(body.text(key, TEXT_LENGTH)) for key in keys}
    return {key: text for key, text in told.items() if text}


def without_password(text: str) -> str:
    """`postgres://me:secret@host` → `postgres://***@host`; a bucket's `container@` may stay."""
    return _PASSWORD.sub(lambda found: "//***@" if ":" in found[0] else found[0], text)


def _data_source(body: Facet) -> dict[str, Any]:
    told = _texts(body, "name", "uri")
    return {"dataSource": told} if told else {}


def _version(body: Facet) -> dict[str, Any]:
    told = _texts(body, "datasetVersion")
    return {"version": told["datasetVersion"]} if told else {}


def _catalog(body: Facet) -> dict[str, Any]:
    told: dict[str, Any] = {
        **_texts(body, "framework", "type", "name", "metadataUri", "warehouseUri", "source")
    }
    properties = body.inner("catalogProperties")
    if properties and properties.body:
        told["properties"] = _texts(properties, *properties.body)
    return {"catalog": told} if told else {}


def _hierarchy(body: Facet) -> dict[str, Any]:
    """From the highest level down; the levels of a table also under Kestra's keys."""
    levels = [_texts(item, "type", "name") for item in body.items("hierarchy")]
    told = {level["type"].upper(): level["name"] for level in levels if len(level) == 2}
    own = {"DATABASE": "database", "SCHEMA": "schema", "TABLE": "name"}
    found: dict[str, Any] = {own[level]: name for level, name in told.items() if level in own}
    return {"hierarchy": [level for level in levels if level], **found} if told else {}


_READERS = {
    "dataSource": _data_source,
    "version": _version,
    "storage": lambda body: _texts(body, "storageLayer", "fileFormat"),
    "catalog": _catalog,
    "hierarchy": _hierarchy,
    "datasetType": lambda body: _texts(body, "subType"),
}
