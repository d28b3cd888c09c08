"""Merges undone after more has come: what nobody has touched since is as if they had never been.

A second tenant hears the same without any merge; what came since, under the names that it led to
then. Absorbed assets and all others have to be alike in every field; of kept ones that it spoke
of, what counts and what links, since they have heard words under other names.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from accounts.access import Access
from accounts.models import Tenant
from catalog.models import AssetChange, AssetMerge
from lineage.unifying import merge_assets, unmerge
from tests.lineage.snapshots import observed, snapshot
from tests.lineage.test_openlineage_order import difference
from tests.lineage.test_recording_order import tenant_access
from tests.lineage.unifying.test_any_graph import (
    PAIRS,
    any_graph,
    found,
    renaming,
    worlds,
)


@pytest.mark.django_db
@pytest.mark.slow
@settings(any_graph, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(say=worlds(), data=st.data())
def test_what_nobody_touched_since_is_as_if_never_merged(
    say: Any, data: st.DataObject, db: None
) -> None:
    with transaction.atomic():
        access, other = tenant_access("main"), tenant_access("other")
        say(access)
        say(other)
        merges: list[AssetMerge] = []
        spoken_of: set[str] = set()
        for n in range(data.draw(st.integers(1, 3), label="merges")):
            merges += merged(access, *data.draw(PAIRS, label="pair"))
            since: Any = data.draw(worlds(10 * (n + 1)), label="since")
            since(access)
            since(other, under_names_of(merges, spoken_of))
            if data.draw(st.booleans(), label="again"):  # a second delivery says nothing new
                say(access, again=True)
        for merge in data.draw(st.permutations(merges), label="undone"):
            unmerge(access, merge)
        kept = {merge.kept.public_id for merge in merges} & spoken_of
        try:
            one, two = state_of(access.tenant, kept), state_of(other.tenant, kept)
            differing = {part: difference(one[part], two[part]) for part in one}
            assert not {part: rows for part, rows in differing.items() if rows}
        finally:
            transaction.set_rollback(True)


def merged(access: Access, kept: str, absorbed: str) -> list[AssetMerge]:
    one, other = found(access, kept), found(access, absorbed)
    return [merge_assets(access, one, other)] if one and other else []


def under_names_of(merges: list[AssetMerge], spoken_of: set[str]) -> Callable[[Any], Any]:
    """Events as they are said of the assets that are left; their ids join `spoken_of`."""

    def rename(said: Any) -> Any:
        for merge in merges:
            said = renaming(merge.absorbed.public_id, merge.kept.public_id)(said)
        gather(said, spoken_of)
        return said

    return rename


def gather(said: Any, names: set[str]) -> None:
    """Ids of assets that events name."""
    if isinstance(said, list):
        for item in said:
            gather(item, names)
    elif isinstance(said, dict):
        if said.get("namespace") == "w":
            names.add(f"w/{said['name']}")
        names.add(str(said.get("id")))
        gather(list(said.values()), names)


def state_of(tenant: Tenant, kept: set[str]) -> dict[str, Any]:
    """Names in facets, and digests of events with names, differ from tenant to tenant."""
    state, seen = snapshot(tenant), observed(tenant)
    history = AssetChange.objects.unscoped("test").filter(tenant=tenant)
    changes = history.exclude(kind__in=["merged", "unmerged"]).exclude(asset__public_id__in=kept)
    return {
        "edges": state["edges"],
        "column_edges": seen["column_edges"],
        "usages": state["usages"],
        "events": sorted({repr((row[0], *row[2:])) for row in state["events"]}),
        "aliases": seen["aliases"],
        "assets": [(row[0], *row[12:18]) if row[0] in kept else row for row in state["assets"]],
        "facets": [
            (*row[:3], row[3][:16], row[4] if row[2] != "columnLineage" else None)
            for row in seen["facets"]
            if row[0] not in kept
        ],
        "measurements": [
            (*row[:2], *row[3:]) for row in seen["measurements"] if row[0] not in kept
        ],
        "history": sorted(
            changes.values_list("asset__public_id", "kind", "at", "changes"), key=repr
        ),
    }
