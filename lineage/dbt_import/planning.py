"""What an import is going to do, before anything is written: read, compared, and judged."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from accounts.access import Access
from accounts.bulk import run
from catalog.finding import find_assets
from catalog.moments import micros
from catalog.reading.declared import AssetDeclaration
from catalog.touches import Touch
from lineage.dbt import Artifacts, Manifest, Node, Notes, Options, bundles_of, declarations_of
from lineage.dbt.columns import Links
from lineage.dbt.declaring import overlaid
from lineage.dbt_import.changes import Changes, changes_of
from lineage.dbt_import.projects import KnownNode, stored_nodes
from lineage.dbt_import.statements import marking, source_of, statements_of
from lineage.recording.flows import KnownFlow
from lineage.recording.rendered import RenderedRun
from lineage.recording.resolving import may_write
from lineage.recording.stated import Stating


@dataclass(slots=True)
class Plan:
    """`statements`: unique id → what stands for a run of the node. `newest`: when the newest
    manifest before this one was generated. `assets`: id → row, once they are found."""

    access: Access
    flow: KnownFlow
    artifacts: Artifacts
    newest: datetime
    known: Mapping[str, KnownNode]
    changes: Changes
    statements: Mapping[str, RenderedRun]
    source: Mapping[str, Any]
    #: Asset row → where it is, of those that were there before.
    namespaces: Mapping[int, str | None]
    assets: dict[str, int] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest:
        return self.artifacts.manifest

    @property
    def notes(self) -> Notes:
        return self.artifacts.notes

    @property
    def is_older(self) -> bool:
        """Whether a newer manifest has been imported before."""
        return self.manifest.generated_at < self.newest

    def is_refused(self, node: Node) -> bool:
        statement = self.statements.get(node.unique_id)
        return statement is not None and bool(statement.asset_errors)

    def taken(self) -> dict[str, tuple[Node, int]]:
        """Unique id → (node, row of its asset), of those that the caller may write."""
        return {
            node.unique_id: (node, self.assets[node.id])
            for node in self.manifest.nodes.values()
            if node.id in self.assets and not self.is_refused(node)
        }

    def statings(self) -> list[Stating]:
        """The lineage that the manifest states, of what the caller may write."""
        at = micros(self.manifest.generated_at)
        return [
            Stating(self.flow.pk, statement.posted.task_id, at, statement.bundles)
            for statement in self.statements.values()
            if not statement.asset_errors
        ]


def plan_of(
    access: Access,
    flow: KnownFlow,
    artifacts: Artifacts,
    options: Options,
    columns: Links,
    newest: datetime,
) -> Plan:
    """The caller has locked the project; from here on names are held (`catalog.finding`)."""
    manifest, notes = artifacts.manifest, artifacts.notes
    stored = stored_nodes(flow)
    ids = {node.id for node in manifest.nodes.values()}
    found = find_assets(access.tenant, ids | {node.asset_id for node in stored.values()})
    rows = {id_: asset.pk for id_, asset in found.items()}
    known = {
        unique_id: replace(node, asset_pk=rows.get(node.asset_id, node.asset_pk))
        for unique_id, node in stored.items()
    }
    declared = declarations_of(manifest, artifacts.catalog, options, notes)
    declared = over_stored_columns(artifacts, declared, rows)
    return Plan(
        access,
        flow,
        artifacts,
        newest,
        known,
        changes_of(manifest, known, newest, rows),
        statements_of(flow, artifacts.as_of, bundles_of(manifest, declared, notes, columns)),
        source_of(flow, manifest),
        {asset.pk: asset.namespace for asset in found.values()},
    )


def over_stored_columns(
    artifacts: Artifacts, declared: Mapping[str, AssetDeclaration], rows: Mapping[str, int]
) -> dict[str, AssetDeclaration]:
    """Where there is no catalog for a node, what the manifest alone tells of its columns (the
    documented ones, mostly without types) is laid over those that the asset has."""
    relations = artifacts.catalog.relations if artifacts.catalog else {}
    alone = {
        rows[one.id]
        for unique_id, one in declared.items()
        if one.id in rows and one.lifecycle.get("columns") and unique_id not in relations
    }
    stored = stored_columns(alone)
    return {
        unique_id: _over(one, stored[rows[one.id]]) if rows.get(one.id) in stored else one
        for unique_id, one in declared.items()
    }


def _over(declared: AssetDeclaration, columns: list[dict[str, Any]]) -> AssetDeclaration:
    told = declared.lifecycle["columns"]
    return replace(declared, lifecycle={**declared.lifecycle, "columns": overlaid(columns, told)})


def stored_columns(assets: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Asset row → the columns it has, of those that have any: one statement."""
    rows = run(
        "select id, columns::text from catalog_asset where id = any(%s::bigint[])"
        " and columns <> '[]'",
        [sorted(assets)],
    )
    return {pk: json.loads(columns) for pk, columns in rows}


def marks_of(plan: Plan) -> dict[int, Touch]:
    """Asset row → that it is no more in the project, or again; where the caller may say so."""
    at = max(plan.newest, plan.artifacts.as_of)
    taken = plan.taken()
    marks = {
        taken[unique_id][1]: marking(plan.flow, at, plan.source, is_gone=False)
        for unique_id in plan.changes.returned & taken.keys()
    }
    for pk, node in list(plan.changes.gone.items()):
        if may_write(plan.access, plan.namespaces.get(pk)):
            marks[pk] = marking(plan.flow, at, plan.source, is_gone=True)
        else:
            del plan.changes.gone[pk]
            plan.notes.loss(
                node.unique_id, "status", f"is gone, but you may not change “{node.asset_id}”"
            )
    for unique_id in plan.changes.late.values():
        if unique_id in taken:
            marks[taken[unique_id][1]] = marking(plan.flow, at, plan.source, is_gone=True)
    return marks


def node_rows(plan: Plan) -> dict[str, tuple[int, datetime, datetime | None]]:
    """Unique id → (asset row, seen at, removed at) of all whose row says something else now."""
    seen_at = plan.manifest.generated_at
    rows: dict[str, tuple[int, datetime, datetime | None]] = {}
    for unique_id, (_, pk) in plan.taken().items():
        removed_at = None
        if plan.is_older:
            known = plan.known.get(unique_id)
            removed_at = known.removed_at if known else plan.newest
        rows[unique_id] = pk, seen_at, removed_at
    told = plan.changes.gone.values()
    present = {pk for _, pk in plan.taken().values()}
    for node in plan.changes.forgotten:
        # One that may not be marked is asked about again, next time.
        if node.is_source or node in told or node.asset_pk in present:
            rows[node.unique_id] = node.asset_pk, node.seen_at, seen_at
    return rows
