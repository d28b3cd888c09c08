"""Of any little graph: merging and undoing, in any order, puts back every row of every table."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import Access
from catalog.models import Asset, AssetMerge
from lineage.models import Edge
from lineage.recording import record_executions
from lineage.recording.openlineage.record import record_events
from lineage.unifying import merge_assets, unmerge
from tests.factories import NOW
from tests.lineage.snapshots import snapshot
from tests.lineage.test_recording_order import tenant_access
from tests.lineage.unifying.tables import rows_of
from tests.lineage.worlds import posted, task_run

NAMES = ("a", "b", "c", "d")
SOME = st.lists(st.sampled_from(NAMES), max_size=3, unique=True)
PAIRS = st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True)
any_graph = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

type Say = Callable[[Access], None]


def asset_id(name: str) -> str:
    return f"w/{name}"


def moment(draw: st.DrawFn, second: int) -> datetime:
    """Among all others; what comes later never at the same time, since a tie goes by names."""
    return NOW + timedelta(minutes=draw(st.integers(0, 3)), seconds=second)


@st.composite
def executions(draw: st.DrawFn, first: int = 0) -> list[dict[str, Any]]:
    """Runs of two flows that read and write, some of them failing."""
    found = []
    for n in range(first, first + draw(st.integers(1, 3))):
        reads, writes = draw(SOME), draw(SOME)
        state = draw(st.sampled_from(["SUCCESS", "SUCCESS", "FAILED"]))
        start = moment(draw, n if first else 0)
        outputs: list[Any] = [
            {
                "id": asset_id(name),
                "type": draw(st.sampled_from(["Table", "File"])),
                **draw(st.sampled_from([{}, {"owners": ["x"]}, {"tags": ["t"]}])),
            }
            for name in writes
        ]
        run = task_run(f"t{n}", "task", state, start, reads=list(map(asset_id, reads)))
        run["assetEmits"] = [
            {"inputs": [{"id": asset_id(name)} for name in reads], "outputs": outputs}
        ]
        found.append(posted(f"e{n}", draw(st.sampled_from(["f", "g"])), start=start, runs=[run]))
    return found


@st.composite
def events(draw: st.DrawFn, first: int = 0) -> list[dict[str, Any]]:
    """OpenLineage events with columns and what they came out of, metrics and facets."""
    found = []
    for n in range(first, first + draw(st.integers(0, 2))):
        reads, writes = draw(SOME), draw(SOME)
        fields = [{"namespace": "w", "name": name, "field": "x"} for name in reads]
        facet = {"_producer": "p", "_schemaURL": "s"}
        columns = {**facet, "fields": {"y": {"inputFields": fields}}}
        schema = {**facet, "fields": [{"name": draw(st.sampled_from("yz")), "type": "int"}]}
        facets: dict[str, Any] = {"columnLineage": columns} if reads else {}
        facets |= {"schema": schema} if draw(st.booleans()) else {}
        statistics = {"outputStatistics": {**facet, "rowCount": n}}
        of_run = {"eventType": "COMPLETE", "run": {"runId": str(UUID(int=n + 1))}}
        found.append(
            {
                **(of_run if first or draw(st.booleans()) else {}),
                "eventTime": moment(draw, n + 5 if first else 0).isoformat(),
                "job": {"namespace": "company.ol", "name": draw(st.sampled_from(["j", "k"]))},
                "inputs": [{"namespace": "w", "name": name} for name in reads],
                "outputs": [
                    {"namespace": "w", "name": name, "facets": facets}
                    | ({"outputFacets": statistics} if draw(st.booleans()) else {})
                    for name in writes
                ],
                "producer": "p",
                "schemaURL": "s",
            }
        )
    return found


@st.composite
def worlds(draw: st.DrawFn, first: int = 0) -> Say:
    """What happens in a tenant; the same in each that it is played in."""
    ran, told = draw(executions(first)), draw(events(first))
    drawn = draw(st.lists(PAIRS, max_size=2)) if not first else []

    def say(
        access: Access, names: Callable[[Any], Any] = lambda said: said, *, again: bool = False
    ) -> None:
        for value in names(ran):
            [result] = record_executions(access, [value])
            assert result.status != "failed", result
        for value in names(told):
            [outcome] = record_events(access, [value])
            assert not outcome.reason
        for pair in () if again else drawn:
            state_by_hand(access, *pair)

    return say


def state_by_hand(access: Access, upstream: str, downstream: str) -> None:
    ends = [found(access, name) for name in (upstream, downstream)]
    if all(ends):
        Edge.objects.unscoped("test").get_or_create(
            tenant=access.tenant,
            upstream=ends[0],
            downstream=ends[1],
            flow=None,
            defaults={
                "kind": "manual",
                "note": f"{upstream} feeds {downstream}",
                "stated": True,
                "runs": 0,
                "first_seen": NOW,
                "last_seen": NOW,
                "created_by": access.user,
            },
        )


def found(access: Access, name: str) -> Asset | None:
    rows = Asset.objects.unscoped("test").filter(tenant=access.tenant, merged_into=None)
    return rows.filter(public_id=asset_id(name)).first()


def merged(access: Access, pairs: Sequence[list[str]]) -> list[AssetMerge]:
    merges = []
    for kept, absorbed in pairs:
        one, other = found(access, kept), found(access, absorbed)
        if one and other:
            merges.append(merge_assets(access, one, other))
    return merges


@pytest.mark.django_db
@any_graph
@given(say=worlds(), pairs=st.lists(PAIRS, min_size=1, max_size=4), data=st.data())
def test_undone_in_any_order_nothing_is_left_of_merges(
    say: Say, pairs: list[list[str]], data: st.DataObject, db: None
) -> None:
    with transaction.atomic():
        access = tenant_access("main")
        say(access)
        before = rows_of(access.tenant)
        merges = merged(access, pairs)
        for merge in data.draw(st.permutations(merges), label="undone"):
            unmerge(access, merge)
        try:
            assert rows_of(access.tenant) == before
        finally:
            transaction.set_rollback(True)


@pytest.mark.django_db
@any_graph
@given(say=worlds(), pairs=st.lists(PAIRS, min_size=2, max_size=4), data=st.data())
def test_undoing_one_of_many_is_as_if_it_had_never_been(
    say: Say, pairs: list[list[str]], data: st.DataObject, db: None
) -> None:
    with transaction.atomic():
        access, other = tenant_access("main"), tenant_access("other")
        say(access)
        say(other)
        merges = merged(access, pairs)
        if merges:
            undone = data.draw(st.integers(0, len(merges) - 1), label="undone")
            unmerge(access, merges[undone])
            names = [
                [merge.kept.public_id[2:], merge.absorbed.public_id[2:]]
                for n, merge in enumerate(merges)
                if n != undone
            ]
            for one, two in names:
                kept = found(other, one)
                absorbed = found(other, two)
                if kept and absorbed:
                    merge_assets(other, kept, absorbed)
        try:
            assert comparable(access) == comparable(other)
        finally:
            transaction.set_rollback(True)


def comparable(access: Access) -> dict[str, Any]:
    state = snapshot(access.tenant)
    state["assets"] = [
        tuple(row[:10]) + tuple(row[11:]) for row in state["assets"] if row[10] is None
    ]
    return state


@pytest.mark.django_db
@any_graph
@given(say=worlds(), since=worlds(50), pair=PAIRS)
def test_what_came_since_stays_with_the_kept_asset(
    say: Say, since: Any, pair: list[str], db: None
) -> None:
    """As if it had been said of the kept asset, by its name."""
    with transaction.atomic():
        access, other = tenant_access("main"), tenant_access("other")
        say(access)
        say(other)
        kept, absorbed = pair
        [*merges] = merged(access, [pair])
        since(access)
        for merge in merges:
            unmerge(access, merge)
        since(other, renaming(asset_id(absorbed), asset_id(kept)) if merges else lambda said: said)
        try:
            assert edges_of(access) == edges_of(other)
        finally:
            transaction.set_rollback(True)


def renaming(old: str, new: str) -> Callable[[Any], Any]:
    """Events with one dataset under another name; each dataset stands but once in a list."""

    def rename(said: Any) -> Any:
        if isinstance(said, list):
            items = [rename(item) for item in said]
            if all(isinstance(item, dict) and {"id", "name"} & item.keys() for item in items):
                items = list({key_of(item): item for item in items}.values())
            return items
        if isinstance(said, dict):
            if said.get("namespace") == "w" and f"w/{said['name']}" == old:
                said = said | {"name": new[2:]}
            if said.get("id") == old:
                said = said | {"id": new}
            return {key: rename(value) for key, value in said.items()}
        return said

    def key_of(item: dict[str, Any]) -> Any:
        return item.get("id") or (item["name"], item.get("field"))

    return rename


def edges_of(access: Access) -> dict[str, Any]:
    state = snapshot(access.tenant)
    return {
        "edges": state["edges"],
        "usages": state["usages"],
        "events": {(row[0], *row[2:4], *map(frozenset, row[4:])) for row in state["events"]},
        "counters": [(row[0], *row[12:-3]) for row in state["assets"]],
    }
