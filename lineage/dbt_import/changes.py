"""Which nodes came, went and came back, between the newest manifest so far and this one.

Whatever the order in which manifests arrive, the newest decides what is there: an older one that
comes later adds what nobody knew, already as gone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lineage.dbt import Manifest
from lineage.dbt_import.projects import KnownNode


@dataclass(slots=True)
class Changes:
    """`gone` and `returned`: the ids of assets to mark, and who they were marked for.
    `forgotten`: nodes whose row is marked, while their asset stays as it is: a source that nobody
    reads any more is still somebody's table."""

    gone: dict[str, str] = field(default_factory=dict)
    returned: dict[str, str] = field(default_factory=dict)
    forgotten: list[KnownNode] = field(default_factory=list)


def changes_of(manifest: Manifest, known: Mapping[str, KnownNode], newest: datetime) -> Changes:
    """`newest`: when the newest manifest before this one was generated."""
    if manifest.generated_at < newest:
        return _of_older(manifest, known)
    changes = Changes()
    present = {node.id for node in manifest.nodes.values()}
    for node in known.values():
        now = manifest.nodes.get(node.unique_id)
        if now is not None and now.id == node.asset_id:
            if node.removed_at and not node.is_source:
                changes.returned[node.asset_id] = node.unique_id
        elif node.removed_at is None:
            if now is None:
                changes.forgotten.append(node)
            # Only its unique id is another one, when somebody else is that asset now.
            if not node.is_source and node.asset_id not in present:
                changes.gone[node.asset_id] = node.unique_id
    return changes


def _of_older(manifest: Manifest, known: Mapping[str, KnownNode]) -> Changes:
    """What the newer manifests had no more when this one comes."""
    kept = _assets(node for node in known.values() if node.removed_at is None)
    return Changes(
        gone={
            node.id: node.unique_id
            for node in manifest.nodes.values()
            if node.unique_id not in known and not node.is_source and node.id not in kept
        }
    )


def _assets(nodes: Iterable[KnownNode]) -> set[str]:
    return {node.asset_id for node in nodes}
