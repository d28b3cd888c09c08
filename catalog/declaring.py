"""Writing what runs say about assets: whole sets at a time, a constant number of statements.

Locks are taken in one order by everybody: missing assets are inserted sorted by id, then the
states of all touched assets are locked sorted by row id, and nothing is inserted after that.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.bulk import (
    Statement,
    changing,
    dump,
    insertion,
    run,
    run_together,
    texts,
    update,
)
from accounts.models import Tenant
from catalog.counters import COUNTERS, Counters
from catalog.merging import CLAIMS, AssetValues, Changes, merge
from catalog.moments import micros, moment
from catalog.naming import namespace_ids
from catalog.reading.lifecycle import ttl_moment, ttl_text
from catalog.touches import Part, Touch

#: Columns of AssetChange.
HISTORY = {
    "tenant_id": "bigint",
    "asset_id": "bigint",
    "kind": "text",
    "at": "timestamptz",
    "recorded_at": "timestamptz",
    "changes": "jsonb",
    "source": "jsonb",
}

LOCK_STATES = (
    "select asset_id from catalog_assetstate where asset_id = any(%s::bigint[])"
    " order by asset_id for no key update"
)


@dataclass(slots=True)
class Stored:
    """One locked asset: its values and counters, and what this request changes of them."""

    pk: int
    public_id: str
    namespace_pk: int | None
    deleted_at: datetime | None
    values: AssetValues
    counters: Counters
    #: It has become another name of another asset.
    is_merged: bool = False
    is_changed: bool = False
    history: list[tuple[str, Touch, Changes]] = field(default_factory=list)

    @property
    def is_claimed(self) -> bool:
        """Whether it is somebody's: a placeholder, only read so far, is not."""
        return any(register in self.values.clock for register in CLAIMS)

    def hear(self, touch: Touch) -> None:
        """Merge one touch, count it, and remember what it changed."""
        when = moment(touch.at)
        if touch.counts:
            self.counters.count(touch.part, when)
        if not touch.declares:
            return
        kind = "updated" if self.values.clock else "created"
        created_at, namespace = self.values.created_at, self.values.namespace
        changes = merge(self.values, touch, self.public_id)
        if self.deleted_at and touch.part is Part.WRITE and when > self.deleted_at:
            self.deleted_at, kind = None, "restored"
        if changes or kind != "updated":
            self.history.append((kind, touch, changes))
            self.is_changed = True
        self.is_changed |= created_at != self.values.created_at
        if namespace != self.values.namespace:
            self.namespace_pk = None


def apply_touches(
    tenant: Tenant, touched: Mapping[int, Sequence[Touch]], namespaces: Mapping[str, int]
) -> list[Stored]:
    """Merge what was said into the assets, count it, and write the history: four statements.

    `touched`: asset row → touches in any order. `namespaces`: name → row id of every namespace
    that a touch may lead to. Counters take each touch once: callers pass new ones only.
    """
    if not touched:
        return []
    assets = lock_assets(sorted(touched))
    for asset in assets:
        for touch in sorted(touched[asset.pk], key=lambda touch: touch.stamp):
            asset.hear(touch)
    store_assets(tenant, assets, namespaces)
    return assets


def store_assets(tenant: Tenant, assets: Sequence[Stored], namespaces: Mapping[str, int]) -> None:
    """Write locked assets that have heard something, and their history: two statements."""
    changed = [asset for asset in assets if asset.is_changed]
    run_together(
        [
            _changed_assets(tenant, changed, namespaces),
            _changed_states(assets),
            _history(tenant, assets),
        ]
    )


def lock_assets(pks: Sequence[int]) -> list[Stored]:
    """The assets in the order of their rows, their states locked until the end.

    Locking and reading are two statements: a row that was joined to a lock that had to wait
    would be as old as the wait.
    """
    run(LOCK_STATES, [list(pks)])
    return read_assets(pks)


def read_assets(pks: Sequence[int]) -> list[Stored]:
    """The same as they are now, without a lock: to tell what would become of them."""
    rows = run(
        "select s.asset_id, a.public_id, a.namespace_id, a.deleted_at,"
        " a.merged_into_id is not null, a.type, n.name, a.display_name, a.description,"
        " a.metadata::text, a.created_at, s.updated_at, s.clock::text, a.status, a.expires_at,"
        " a.owners, a.actions::text, a.part_of::text, a.related_to::text, a.tags,"
        " a.columns::text, s.writes, s.first_written_at, s.last_written_at, s.last_read_at,"
        " s.last_failed_at"
        " from catalog_assetstate s join catalog_asset a on a.id = s.asset_id"
        " left join catalog_namespace n on n.id = a.namespace_id"
        " where s.asset_id = any(%s::bigint[]) order by s.asset_id",
        [list(pks)],
    )
    return [
        Stored(
            pk,
            public_id,
            namespace_pk,
            deleted_at,
            _values(rest[:16]),
            Counters(*rest[16:]),
            is_merged=merged,
        )
        for pk, public_id, namespace_pk, deleted_at, merged, *rest in rows
    ]


def _read(text: str | None) -> Any:
    """JSON out of the database; most of it is empty."""
    return [] if text == "[]" else json.loads(text) if text else text


def _values(columns: Sequence[Any]) -> AssetValues:
    type_, namespace, display_name, description, metadata, *rest = columns
    created_at, updated_at, clock, status, expires_at, owners, *texts, tags, described = rest
    actions, part_of, related_to = map(_read, texts)
    return AssetValues(
        type_,
        namespace,
        display_name,
        description,
        _read(metadata),
        micros(created_at),
        micros(updated_at),
        json.loads(clock),
        status,
        expires_at and ttl_text(expires_at),
        owners,
        actions,
        part_of,
        related_to,
        tags,
        json.loads(described),
    )


def _changed_assets(
    tenant: Tenant, assets: Sequence[Stored], namespaces: Mapping[str, int]
) -> Statement | None:
    moved = {a.values.namespace or "" for a in assets if a.namespace_pk is None} - {""}
    ids = {**namespaces, **namespace_ids(tenant, moved - namespaces.keys())}
    return changing(
        "catalog_asset",
        {
            "id": "bigint",
            "type": "text",
            "namespace_id": "bigint",
            "display_name": "text",
            "description": "text",
            "metadata": "jsonb",
            "created_at": "timestamptz",
            "deleted_at": "timestamptz",
            "status": "text",
            "expires_at": "timestamptz",
            "owners": "text[]",
            "actions": "jsonb",
            "part_of": "jsonb",
            "related_to": "jsonb",
            "tags": "text[]",
            "columns": "jsonb",
        },
        [
            (
                asset.pk,
                asset.values.type,
                asset.namespace_pk or ids.get(asset.values.namespace or ""),
                asset.values.display_name,
                asset.values.description,
                dump(asset.values.metadata),
                moment(asset.values.created_at or 0),
                asset.deleted_at,
                *_lifecycle(asset.values),
            )
            for asset in assets
        ],
    )


def _lifecycle(values: AssetValues) -> tuple[Any, ...]:
    """From `status` to `columns`, in the order of the columns above."""
    return (
        values.status,
        ttl_moment(values.ttl) if values.ttl else None,
        texts(values.owners),
        dump(values.actions),
        dump(values.part_of) if values.part_of else None,
        dump(values.related_to),
        texts(values.tags),
        dump(values.columns),
    )


def _changed_states(assets: Sequence[Stored]) -> Statement | None:
    return changing(
        "catalog_assetstate",
        {"asset_id": "bigint", "updated_at": "timestamptz", "clock": "jsonb", **COUNTERS},
        [
            (
                asset.pk,
                moment(asset.values.updated_at or 0),
                dump(asset.values.clock),
                *asset.counters.row(),
            )
            for asset in assets
        ],
    )


def set_counters(counted: Mapping[int, Counters]) -> None:
    """Overwrite the counters of assets (by row), counted anew: two statements."""
    run(LOCK_STATES, [sorted(counted)])
    update(
        "catalog_assetstate",
        {"asset_id": "bigint", **COUNTERS},
        [(pk, *counters.row()) for pk, counters in sorted(counted.items())],
    )


def _history(tenant: Tenant, assets: Sequence[Stored]) -> Statement | None:
    now = timezone.now()
    return insertion(
        "catalog_assetchange",
        HISTORY,
        [
            (tenant.pk, asset.pk, kind, moment(touch.at), now, dump(changes), dump(touch.source))
            for asset in assets
            for kind, touch, changes in asset.history
        ],
    )
