"""Which nodes came, went and came back, between the newest manifest so far and this one.

Whatever the order in which manifests arrive, the newest decides what is there: an older one that
comes later adds what nobody knew, already as gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lineage.dbt import Manifest
from lineage.dbt_import.projects import KnownNode


@dataclass(slots=True)
class Changes:
    """`gone`: asset row → the node that was it. `late`: ids of assets that this manifest alone
    knew, and that are gone since. `returned`: unique ids. `forgotten`: nodes whose row is marked:
    also a source that nobody reads any more, which still is somebody's table."""

    gone: dict[int, KnownNode] = field(default_factory=dict)
    late: dict[str, str] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    forgotten: list[KnownNode] = field(default_factory=list)


def changes_of(
    manifest: Manifest,
    known: Mapping[str, KnownNode],
    newest: datetime,
    rows: Mapping[str, int],
) -> Changes:
    """`newest`: when the newest manifest before this one was generated. `rows`: asset id → row, of
    those that exist, whatever they are called now."""
    if manifest.generated_at < newest:
        return _of_older(manifest, known, rows)
    changes = Changes()
    present = {rows[node.id] for node in manifest.nodes.values() if node.id in rows}
    for node in known.values():
        now = manifest.nodes.get(node.unique_id)
        if now is not None and rows.get(now.id) == node.asset_pk:
            if node.removed_at and not node.is_source:
                changes.returned.add(node.unique_id)
        elif node.removed_at is None:
            if now is None:
                changes.forgotten.append(node)
            # Only its unique id is another one, when somebody else is that asset now.
            if not node.is_source and node.asset_pk not in present:
                changes.gone[node.asset_pk] = node
    return changes


def _of_older(
    manifest: Manifest, known: Mapping[str, KnownNode], rows: Mapping[str, int]
) -> Changes:
    """What the newer manifests had no more when this one comes."""
    kept = {node.asset_pk for node in known.values() if node.removed_at is None}
    return Changes(
        late={
            node.id: node.unique_id
            for node in manifest.nodes.values()
            if node.unique_id not in known and not node.is_source and rows.get(node.id) not in kept
        }
    )
