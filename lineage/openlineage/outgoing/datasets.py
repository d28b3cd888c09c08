"""An asset as an OpenLineage dataset: its names and its facets."""

from collections.abc import Mapping, Sequence
from typing import Any

from openlineage.client.generated.dataset_type_dataset import DatasetTypeDatasetFacet
from openlineage.client.generated.datasource_dataset import DatasourceDatasetFacet
from openlineage.client.generated.documentation_dataset import DocumentationDatasetFacet
from openlineage.client.generated.ownership_dataset import Owner, OwnershipDatasetFacet
from openlineage.client.generated.schema_dataset import (
    SchemaDatasetFacet,
    SchemaDatasetFacetFields,
)
from openlineage.client.generated.symlinks_dataset import Identifier, SymlinksDatasetFacet
from openlineage.client.generated.tags_dataset import TagsDatasetFacet, TagsDatasetFacetFields

from catalog.asset_types import EXTERNAL_SPELLINGS, asset_type
from lineage.openlineage.headwater import ASSET_FACET
from lineage.openlineage.naming import normalized
from lineage.openlineage.outgoing.making import Facets, HeadwaterAssetFacet, facet
from lineage.openlineage.outgoing.mappings import NAME, NAMESPACE, Mappings, mapped, mapped_facets
from lineage.openlineage.outgoing.names import dataset_name, other_names
from lineage.openlineage.outgoing.shipped import (
    ShippedAsset,
    ShippedStatement,
    ShippedTaskRun,
    Source,
)
from lineage.openlineage.readable import masked

#: What facets that came in say of the lineage of this and of other assets is told by what may be
#: seen of it now; what an asset's own facets say, by the catalog, where people may have edited it.
TOLD_ANEW = frozenset({"columnLineage", "lineage", "schema", "documentation", "ownership", "tags"})
#: Facets of one run, which do not hold for the next.
OF_A_RUN = frozenset(
    {"lifecycleStateChange", "dataQualityMetrics", "dataQualityAssertions", "symlinks"}
)
SOURCE = "HEADWATER"


class Datasets:
    """The assets of one task run or statement as datasets, each named once."""

    def __init__(
        self, source: Source, of: ShippedTaskRun | ShippedStatement, mappings: Mappings
    ) -> None:
        self.source = source
        self.assets = of.assets
        self.values = {id_: mapped(mappings, asset) for id_, asset in of.assets.items()}
        self.names: Mapping[str, tuple[str, str]] = {}
        told = None
        if isinstance(of, ShippedTaskRun):
            self.names, told = of.names, of.told
        self.told = (
            {
                position: {(d.namespace, d.name): d for d in datasets}
                for position, datasets in (("input", told.inputs), ("output", told.outputs))
            }
            if told
            else {}
        )

    def name(self, id_: str) -> tuple[str, str]:
        """By the mapping, else as this run called it, else by the rule for all assets."""
        known = self.names.get(id_)
        namespace, name = (
            normalized(*known) if known else dataset_name(self.source, self.assets[id_])
        )
        values = self.values[id_]
        return values.get(NAMESPACE, namespace), values.get(NAME, name)

    def symlinks(self, asset: ShippedAsset) -> Facets:
        names = other_names(self.source, asset)
        if not names:
            return {}
        identifiers = [Identifier(*name, type="TABLE") for name in names]
        return {"symlinks": facet(SymlinksDatasetFacet, identifiers=identifiers)}

    def dataset(self, id_: str, position: str, lineage: Facets) -> dict[str, Any]:
        """`position`: input or output. `lineage`: facets that say what the asset came out of."""
        asset, (namespace, name) = self.assets[id_], self.name(id_)
        came = self.told.get(position, {}).get(self.names.get(id_, ("", "")))
        told = came.facets if came else {}
        facets = {
            **{n: masked(b) for n, b in asset.facets.items() if n not in TOLD_ANEW | OF_A_RUN},
            **{n: masked(b) for n, b in told.items() if n not in TOLD_ANEW},
        }
        facets |= {n: b for n, b in own_facets(asset, namespace).items() if n not in facets}
        facets |= mapped_facets(self.values[id_]) | self.symlinks(asset) | lineage
        facets[ASSET_FACET] = asset_facet(asset)
        dataset: dict[str, Any] = {"namespace": namespace, "name": name, "facets": facets}
        if came and came.position_facets:
            dataset[f"{position}Facets"] = masked(dict(came.position_facets))
        return dataset


def own_facets(asset: ShippedAsset, namespace: str) -> Facets:
    """What the catalog knows, in OpenLineage's words."""
    uri = namespace if "://" in namespace else None
    facets = {"dataSource": facet(DatasourceDatasetFacet, name=namespace, uri=uri)}
    if asset.type not in EXTERNAL_SPELLINGS:
        kind = asset_type(asset.type).label.upper().replace(" ", "_")
        facets["datasetType"] = facet(DatasetTypeDatasetFacet, datasetType=kind)
    if asset.description:
        facets["documentation"] = facet(
            DocumentationDatasetFacet, description=asset.description, contentType="text/markdown"
        )
    if asset.owners:
        owners = [Owner(name) for name in asset.owners]
        facets["ownership"] = facet(OwnershipDatasetFacet, owners=owners)
    if asset.columns:
        facets["schema"] = facet(SchemaDatasetFacet, fields=schema_fields(asset.columns))
    tags = [tag(text) for text in asset.tags] + list(column_tags(asset.columns))
    if tags:
        facets["tags"] = facet(TagsDatasetFacet, tags=tags)
    return facets


def schema_fields(columns: Sequence[Mapping[str, Any]]) -> list[SchemaDatasetFacetFields]:
    """Nested as the columns are."""
    return [
        SchemaDatasetFacetFields(
            name=column["name"],
            type=column.get("type"),
            description=column.get("description"),
            fields=schema_fields(column.get("columns", ())) or None,
        )
        for column in columns
    ]


def tag(text: str, field: str | None = None) -> TagsDatasetFacetFields:
    """`tier:gold` is a key and its value; any other word is true."""
    key, colon, value = text.partition(":")
    if not (colon and key and value and value != "true"):
        key, value = text, "true"
    return TagsDatasetFacetFields(key=key, value=value, source=SOURCE, field=field)


def column_tags(
    columns: Sequence[Mapping[str, Any]], above: str = ""
) -> list[TagsDatasetFacetFields]:
    """Of columns at any depth; `field` is the dotted path."""
    found = []
    for column in columns:
        path = f"{above}{column['name']}"
        found += [tag(text, path) for text in column.get("tags", ())]
        found += column_tags(column.get("columns", ()), f"{path}.")
    return found


def asset_facet(asset: ShippedAsset) -> Facets:
    """Nothing of it is left out: null means something as a namespace, and inside of metadata."""
    body = facet(
        HeadwaterAssetFacet,
        id=asset.id,
        type=asset.type,
        displayName=asset.display_name,
        status=asset.status or None,
        owners=list(asset.owners),
        tags=list(asset.tags),
    )
    return body | {
        "namespace": asset.namespace,
        "metadata": dict(asset.metadata),
        **asset.relations,
    }
