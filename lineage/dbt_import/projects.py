"""The rows that remember which node is which asset."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.access import Access
from accounts.bulk import insert, run
from accounts.models import Tenant
from lineage.dbt import Manifest
from lineage.dbt.nodes import SOURCE
from lineage.recording.flows import KnownFlow


@dataclass(frozen=True, slots=True)
class KnownNode:
    """A node as the last import left it; the id of its asset, and the row that this leads to."""

    unique_id: str
    asset_pk: int
    asset_id: str
    seen_at: datetime
    removed_at: datetime | None

    @property
    def is_source(self) -> bool:
        return self.unique_id.startswith(f"{SOURCE}.")


def lock_project(access: Access, flow: KnownFlow, manifest: Manifest) -> datetime:
    """Make or lock the project's row, so that imports of it take turns; when its newest manifest
    before this one was generated (this one's own time, for the first)."""
    now = timezone.now()
    insert(
        "lineage_dbtproject",
        {
            "flow_id": "bigint",
            "tenant_id": "bigint",
            "name": "text",
            "adapter": "text",
            "dbt_version": "text",
            "generated_at": "timestamptz",
            "imported_at": "timestamptz",
            "imported_by_id": "bigint",
        },
        [(flow.pk, access.tenant.pk, *_told(manifest), now, access.user.pk)],
        "on conflict do nothing",
    )
    [(newest,)] = run(
        "select generated_at from lineage_dbtproject where flow_id = %s for no key update",
        [flow.pk],
    )
    return newest


def keep_project(access: Access, flow: KnownFlow, manifest: Manifest) -> None:
    """What the newest manifest says of the project, and who brought it."""
    run(
        "update lineage_dbtproject set name = %s, adapter = %s, dbt_version = %s,"
        " generated_at = %s, imported_at = %s, imported_by_id = %s where flow_id = %s",
        [*_told(manifest), timezone.now(), access.user.pk, flow.pk],
    )


def _told(manifest: Manifest) -> tuple[str, str, str, datetime]:
    return (
        manifest.project[:200],
        manifest.adapter[:100],
        manifest.dbt_version[:100],
        manifest.generated_at,
    )


def stored_nodes(flow: KnownFlow) -> dict[str, KnownNode]:
    """Unique id → node, of all that the project ever had."""
    rows = run(
        "select d.unique_id, d.asset_id, a.public_id, d.seen_at, d.removed_at"
        " from lineage_dbtnode d join catalog_asset a on a.id = d.asset_id"
        " where d.project_id = %s",
        [flow.pk],
    )
    return {row[0]: KnownNode(*row) for row in rows}


UPSERT_NODE = """
on conflict (project_id, unique_id) do update set
    asset_id = case when excluded.seen_at >= old.seen_at
        then excluded.asset_id else old.asset_id end,
    seen_at = greatest(old.seen_at, excluded.seen_at),
    removed_at = excluded.removed_at
"""


def keep_nodes(
    tenant: Tenant,
    flow: KnownFlow,
    nodes: Mapping[str, tuple[int, datetime, datetime | None]],
) -> None:
    """Write nodes: unique id → (asset row, seen at, removed at); one statement."""
    insert(
        "lineage_dbtnode as old",
        {
            "tenant_id": "bigint",
            "project_id": "bigint",
            "unique_id": "text",
            "asset_id": "bigint",
            "seen_at": "timestamptz",
            "removed_at": "timestamptz",
        },
        [(tenant.pk, flow.pk, unique_id, *values) for unique_id, values in sorted(nodes.items())],
        UPSERT_NODE,
    )
