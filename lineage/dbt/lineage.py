"""Which asset comes out of which, as bundles: one a node, its parents into it.

Sources, which dbt only tells of, and what came to be one asset although dbt has two nodes for it,
are seen to here. What the bundles say together is exactly dbt's `child_map`, tests left out.
"""

from collections.abc import Mapping

from catalog.reading.declared import AssetDeclaration, AssetReference
from lineage.dbt.catalog import Catalog
from lineage.dbt.declaring import Options, declaration_of
from lineage.dbt.nodes import Manifest, Node
from lineage.dbt.notes import Notes
from lineage.dsl.bundles import Bundle, ColumnLink

#: A statement longer than this is not kept with its edge.
MAX_SQL = 1 << 20


def declarations_of(
    manifest: Manifest, catalog: Catalog | None, options: Options, notes: Notes
) -> dict[str, AssetDeclaration]:
    """Unique id → what it says of its asset. Of two nodes with one relation only one speaks:
    the one that makes it, not the source; among equals the first by unique id."""
    speaking: dict[str, Node] = {}
    relations = catalog.relations if catalog else {}
    for node in sorted(manifest.nodes.values(), key=lambda one: (one.is_source, one.unique_id)):
        first = speaking.setdefault(node.id, node)
        if first is not node:
            notes.add(
                node.unique_id, "relation_name", f"is the asset “{node.id}” of {first.unique_id}"
            )
    return {
        node.unique_id: declaration_of(
            node, manifest, relations.get(node.unique_id), options, notes
        )
        for node in speaking.values()
    }


def bundles_of(
    manifest: Manifest,
    declarations: Mapping[str, AssetDeclaration],
    notes: Notes,
    columns: Mapping[str, tuple[ColumnLink, ...]] | None = None,
) -> dict[str, Bundle]:
    """Unique id → its bundle. A source's has neither inputs nor outputs: it only describes."""
    bundles = {}
    for node in manifest.nodes.values():
        declared = declarations.get(node.unique_id)
        if node.is_source:
            if declared:
                bundles[node.unique_id] = Bundle(origin="dbt", describes=(declared,))
            continue
        bundles[node.unique_id] = Bundle(
            inputs=inputs_of(node, manifest, notes),
            outputs=(declared or AssetDeclaration(node.id, node.type),),
            origin="dbt",
            columns=(columns or {}).get(node.unique_id, ()),
            sql=node.sql if len(node.sql) <= MAX_SQL else "",
        )
    return bundles


def inputs_of(node: Node, manifest: Manifest, notes: Notes) -> tuple[AssetReference, ...]:
    inputs: dict[str, AssetReference] = {}
    for parent in (manifest.nodes[unique_id] for unique_id in node.parents):
        if parent.id == node.id:
            notes.add(node.unique_id, "depends_on", f"reads {parent.unique_id}, the same asset")
        else:
            inputs[parent.id] = AssetReference(parent.id, parent.type)
    return tuple(inputs.values())
