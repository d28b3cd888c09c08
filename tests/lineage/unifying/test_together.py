"""Runs are recorded while two names become one asset and two again: no deadlock, nothing lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.access import Access
from catalog.deleting import delete_assets, restore_assets
from catalog.models import Asset, AssetMerge
from lineage.models import AssetUsage, Edge, LineageEvent
from lineage.recording import record_executions
from lineage.unifying import CannotMerge, NameLink, merge_assets, unify_names, unmerge
from tests.lineage.test_recording_order import tenant_access
from tests.lineage.worlds import posted, task_run

ROUNDS = 15


def in_a_thread(act: Callable[[int], Any]) -> Callable[[], list[Any]]:
    def run() -> list[Any]:
        try:
            return [act(n) for n in range(ROUNDS)]
        finally:
            connection.close()

    return run


def writer(access: Access, number: int) -> Callable[[], list[Any]]:
    def write(n: int) -> str:
        key = f"{number}-{n}"
        run = task_run(f"t{key}", reads=["raw", "s3://lake/orders"], writes=["orders", "mart"])
        [result] = record_executions(access, [posted(f"e{key}", f"f{n % 2}", runs=[run])])
        return result.status

    return in_a_thread(write)


def asset(name: str) -> Asset:
    return Asset.objects.unscoped("test").select_related("state").get(public_id=name)


def merger(access: Access) -> Callable[[], list[Any]]:
    def merge(n: int) -> None:
        try:
            unmerge(access, merge_assets(access, asset("orders"), asset("s3://lake/orders")))
        except CannotMerge:  # a link has been faster
            return

    return in_a_thread(merge)


def linker(access: Access) -> Callable[[], list[Any]]:
    def link(n: int) -> None:
        links = [
            NameLink("mart", f"gs://lake/mart{n}", "symlink"),
            NameLink("orders", "s3://lake/orders", "symlink"),
        ]
        with transaction.atomic():
            unify_names(access, links)
            run = task_run(f"tl{n}", reads=[f"gs://lake/mart{n}"], writes=["report"])
            record_executions(access, [posted(f"el{n}", "report", runs=[run])])

    return in_a_thread(link)


def deleter(access: Access) -> Callable[[], list[Any]]:
    def delete(n: int) -> None:
        pks = [asset("raw").pk, asset("mart").pk]
        delete_assets(access, pks)
        restore_assets(access, pks)

    return in_a_thread(delete)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_runs_merges_links_and_deletions_at_once() -> None:
    access = tenant_access("busy")
    first = task_run("t", reads=["raw", "s3://lake/orders"], writes=["orders", "mart"])
    record_executions(access, [posted("e", "f", runs=[first])])
    acts = [writer(access, 1), writer(access, 2), merger(access), linker(access), deleter(access)]
    with ThreadPoolExecutor(len(acts)) as pool:
        done = [future.result() for future in [pool.submit(act) for act in acts]]
    assert done[0] == done[1] == ["created"] * ROUNDS
    left = AssetMerge.objects.unscoped("test").filter(undone_at=None)
    for merge in left:
        unmerge(access, merge)
    orders, lake = asset("orders"), asset("s3://lake/orders")
    assert lake.merged_into_id is None
    seen = AssetUsage.objects.unscoped("test")
    together = 2 * ROUNDS + 1
    assert seen.filter(asset=orders, direction="WRITE").count() == together
    read = seen.filter(direction="READ", asset__in=[orders, lake]).values("task_run")
    assert read.distinct().count() == together
    assert asset("orders").state.writes == together
    for event in LineageEvent.objects.unscoped("test").exclude(
        execution__flow__public_id="report"
    ):
        assert {*event.inputs} & {orders.pk, lake.pk}
    into = Edge.objects.unscoped("test").filter(
        downstream=orders, upstream__public_id="raw", flow__isnull=False
    )
    assert sum(into.values_list("runs", flat=True)) == together
