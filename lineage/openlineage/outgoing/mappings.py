"""Mappings: of which metadata an exporter fills an OpenLineage field (Kestra, K4.5).

`{asset type: {OpenLineage field: metadata key}}`. A field is `namespace`, `name`, a facet's field
as `storage.fileFormat`, or a facet alone, which is its main field. Keys are taken literally; what
is no metadata key may be a field of the asset. The type `*` is for all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openlineage.client.generated.base import DatasetFacet
from openlineage.client.generated.catalog_dataset import CatalogDatasetFacet
from openlineage.client.generated.dataset_type_dataset import DatasetTypeDatasetFacet
from openlineage.client.generated.dataset_version_dataset import DatasetVersionDatasetFacet
from openlineage.client.generated.datasource_dataset import DatasourceDatasetFacet
from openlineage.client.generated.documentation_dataset import DocumentationDatasetFacet
from openlineage.client.generated.ownership_dataset import Owner, OwnershipDatasetFacet
from openlineage.client.generated.storage_dataset import StorageDatasetFacet

from catalog.asset_types import spellings
from lineage.openlineage.outgoing.making import Facets, facet
from lineage.openlineage.outgoing.shipped import ShippedAsset

NAMESPACE, NAME, EVERY_TYPE = "namespace", "name", "*"
MAX_TYPES, MAX_FIELDS, MAX_LENGTH = 100, 50, 250

type Mappings = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A facet that can be filled: its fields, the main one first, and those it cannot lack."""

    facet: type[DatasetFacet]
    fields: tuple[str, ...]
    required: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    "catalog": Kind(
        CatalogDatasetFacet,
        ("name", "framework", "type", "metadataUri", "warehouseUri", "source"),
        ("name", "framework", "type"),
    ),
    "dataSource": Kind(DatasourceDatasetFacet, ("name", "uri"), ()),
    "datasetType": Kind(DatasetTypeDatasetFacet, ("datasetType", "subType"), ("datasetType",)),
    "documentation": Kind(
        DocumentationDatasetFacet, ("description", "contentType"), ("description",)
    ),
    "ownership": Kind(OwnershipDatasetFacet, ("owners",), ("owners",)),
    "storage": Kind(StorageDatasetFacet, ("storageLayer", "fileFormat"), ("storageLayer",)),
    "version": Kind(DatasetVersionDatasetFacet, ("datasetVersion",), ("datasetVersion",)),
}
ASSET_FIELDS = ("id", "type", "namespace", "displayName", "description", "status")


def read_mappings(value: Any) -> tuple[dict[str, dict[str, str]], list[dict[str, str]]]:
    """(mappings, [{"field", "message"}] of what is wrong with them)"""
    if not isinstance(value, Mapping):
        return {}, [_wrong("mappings", "A map of asset types to maps of fields.")]
    errors = []
    if len(value) > MAX_TYPES:
        errors.append(_wrong("mappings", f"At most {MAX_TYPES} types."))
    for type_, fields in value.items():
        where = f"mappings.{type_}"
        if not isinstance(fields, Mapping) or len(fields) > MAX_FIELDS:
            errors.append(_wrong(where, f"A map of at most {MAX_FIELDS} fields to keys."))
            continue
        for target, key in fields.items():
            if not _is_target(target):
                errors.append(_wrong(f"{where}.{target}", f"No such field. {_OFFERED}"))
            if not isinstance(key, str) or not 0 < len(key) <= MAX_LENGTH:
                errors.append(_wrong(f"{where}.{target}", "The name of a metadata key."))
    return ({} if errors else {t: dict(f) for t, f in value.items()}), errors


def _wrong(field: str, message: str) -> dict[str, str]:
    return {"field": field[:300], "message": message}


def _is_target(target: Any) -> bool:
    if target in (NAMESPACE, NAME):
        return True
    name, dot, field = str(target).partition(".")
    return name in KINDS and (not dot or field in KINDS[name].fields)


_OFFERED = "Use namespace, name, or " + ", ".join(
    f"{name}.{field}" for name, kind in KINDS.items() for field in kind.fields
)


def mapped(mappings: Mappings, asset: ShippedAsset) -> dict[str, str]:
    """OpenLineage field → value, of the fields that this asset can fill."""
    fields = _fields_for(mappings, asset.type)
    found = {target: _value(asset, key) for target, key in fields.items()}
    return {target: value for target, value in found.items() if value}


def _fields_for(mappings: Mappings, type_: str) -> Mapping[str, str]:
    """Of the type itself, else of what it is called otherwise (`Table`), else of `*`."""
    if type_ in mappings:
        return mappings[type_]
    for name, fields in mappings.items():
        if type_ in spellings(name):
            return fields
    return mappings.get(EVERY_TYPE, {})


def _value(asset: ShippedAsset, key: str) -> str:
    value = asset.metadata.get(key)
    if value is None and key in ASSET_FIELDS:
        value = getattr(asset, "display_name" if key == "displayName" else key)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip() if isinstance(value, str | int | float) else ""


def mapped_facets(values: Mapping[str, str]) -> Facets:
    """Facets of what `mapped` found; one that would lack what it must have is left out."""
    found: dict[str, dict[str, Any]] = {}
    for target, value in values.items():
        if target not in (NAMESPACE, NAME):
            name, _, field = target.partition(".")
            found.setdefault(name, {})[field or KINDS[name].fields[0]] = value
    return {
        name: facet(KINDS[name].facet, **_arguments(name, fields))
        for name, fields in found.items()
        if all(field in fields for field in KINDS[name].required)
    }


def _arguments(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Several owners are parted by commas."""
    if name != "ownership":
        return fields
    names = [owner.strip() for owner in fields["owners"].split(",")]
    return {"owners": [Owner(owner) for owner in names if owner]}
