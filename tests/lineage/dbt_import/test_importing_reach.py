"""Who may bring what in, and what stays somebody else's: assets, names, executions."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accounts.models import User
from catalog.locking import LockRequest, lock_asset
from catalog.models import Asset, AssetAlias, AssetState
from lineage.dbt import Options
from lineage.dbt_import import ImportRefused
from lineage.models import DbtNode, TaskRun
from lineage.purging import purge_assets
from lineage.unifying import merge_assets
from tests.conftest import Cast
from tests.factories import make_asset
from tests.lineage.dbt.builders import (
    HARBOUR,
    manifest,
    model,
    read,
    read_folder,
    result,
    run_results,
    source,
)
from tests.lineage.dbt_import.bringing import IN_DATA, WHY, asset, bring, edges, later


def test_what_may_not_be_written_is_told_and_the_rest_goes_in(
    cast: Cast, grant: Callable[..., User]
) -> None:
    grant("loader", "Ingest", "company.data")
    make_asset(cast.main, "shop.main.a", "company.finance", description="theirs", type="Table")
    AssetState.objects.unscoped(WHY).update(clock={"namespace": "0000000000000001|x|000000"})
    nodes = [model("a", description="ours"), model("b", ["model.shop.a"]), source("s")]
    ran = run_results(result("model.shop.a"), result("model.shop.b"))
    found = bring(cast, read(manifest=manifest(*nodes), run_results=ran), "loader")
    assert {one.unique_id: one.status for one in found.nodes} == {
        "model.shop.a": "failed",
        "model.shop.b": "created",
        "source.shop.crm.s": "created",
    }
    [problem] = found.problems
    assert (problem.node, problem.is_loss) == ("model.shop.a", True)
    assert "may not write" in problem.message
    assert asset("shop.main.a").description == "theirs"
    assert ("shop.main.a", "shop.main.b") in edges()
    assert not DbtNode.objects.unscoped(WHY).filter(unique_id="model.shop.a").exists()
    run = TaskRun.objects.unscoped(WHY).get(task_id="model.shop.a")
    assert "may not write" in run.asset_errors[0]["message"]


def test_who_may_not_post_there_is_refused(cast: Cast, grant: Callable[..., User]) -> None:
    grant("loader", "Ingest", "company.data")
    artifacts = read_folder(HARBOUR)
    with pytest.raises(ImportRefused) as caught:
        bring(cast, artifacts, "loader", options=Options(namespace="company.finance"))
    assert caught.value.forbidden
    with pytest.raises(ImportRefused, match="must start"):
        bring(cast, artifacts, options=Options(namespace="No Good"))
    with pytest.raises(ImportRefused) as caught:
        bring(cast, artifacts, options=Options(namespace="company.data", flow="a b"))
    assert (caught.value.field, caught.value.forbidden) == ("flow", False)


def test_a_tenant_that_requires_namespaces(cast: Cast) -> None:
    cast.main.requires_existing_namespaces = True
    cast.main.save()
    with pytest.raises(ImportRefused, match="requires existing"):
        bring(cast, read_folder(HARBOUR))


def test_assets_by_template(cast: Cast) -> None:
    options = replace(IN_DATA, asset_namespace="company.{schema}")
    bring(cast, read(manifest=manifest(model("a"), source("s"))), options=options)
    namespaces = {one: asset(one).namespace for one in ("shop.main.a", "shop.raw.s")}
    assert {one: str(namespace) for one, namespace in namespaces.items()} == {
        "shop.main.a": "company.main",
        "shop.raw.s": "company.raw",
    }


def test_an_alias_takes_nobodys_asset_over(cast: Cast) -> None:
    make_asset(cast.main, "model.shop.a", "company.finance")
    found = bring(cast, read(manifest=manifest(model("a"))))
    assert [(one.node, one.field) for one in found.problems] == [("model.shop.a", "alias")]
    assert not AssetAlias.objects.unscoped(WHY).exists()
    other = replace(IN_DATA, flow="shop_prod")
    bring(cast, read(manifest=manifest(model("b"))))
    twin = model("b", database="prod", relation_name='"prod"."main"."b"')
    again = bring(cast, read(manifest=manifest(twin)), options=other)
    assert [(one.node, one.field) for one in again.problems] == [("model.shop.b", "alias")]
    assert AssetAlias.objects.unscoped(WHY).get(name="model.shop.b").asset.public_id == (
        "shop.main.b"
    )


def test_a_name_that_is_not_of_dbts_shape_is_no_alias(cast: Cast) -> None:
    odd = model("a") | {"unique_id": "analytics.public.orders"}
    bring(cast, read(manifest=manifest(odd)))
    assert asset("shop.main.a")
    assert not AssetAlias.objects.unscoped(WHY).exists()


def test_an_asset_that_became_another_one_is_neither_gone_nor_made_anew(cast: Cast) -> None:
    nodes = [model("a"), model("b", ["model.shop.a"])]
    bring(cast, read(manifest=manifest(*nodes)))
    kept = make_asset(cast.main, "warehouse/a", "company.data")
    merge_assets(cast.access("editor"), kept, asset("shop.main.a"))
    for day in (1, 2):
        assert bring(cast, read(manifest=manifest(*nodes, **later(day)))).is_unchanged
    assert asset("warehouse/a").status == "active"
    assert asset("warehouse/a").metadata["dbt"]["uniqueId"] == "model.shop.a"
    assert ("warehouse/a", "shop.main.b") in edges()
    found = bring(cast, read(manifest=manifest(model("b"), **later(3))))
    assert [(one.asset_id, one.status) for one in found.nodes if one.status == "removed"] == [
        ("warehouse/a", "removed")
    ]


def test_assets_of_a_project_can_be_deleted_for_good(cast: Cast) -> None:
    bring(cast, read_folder(HARBOUR))
    pks = list(Asset.objects.unscoped(WHY).values_list("pk", flat=True))
    assert purge_assets(cast.access("admin"), pks) == 11
    assert not DbtNode.objects.unscoped(WHY).exists()
    assert bring(cast, read_folder(HARBOUR)).counts["created"] == 11


def test_a_locked_asset_keeps_its_words(cast: Cast) -> None:
    bring(cast, read(manifest=manifest(model("a", description="one"))))
    lock_asset(cast.access("editor"), asset("shop.main.a").pk, LockRequest())
    changed = read(manifest=manifest(model("a", description="two"), **later(1)))
    found = bring(cast, changed)
    assert [one.status for one in found.nodes] == ["failed"]
    assert "is locked by" in found.problems[0].message
    assert asset("shop.main.a").description == "one"


def test_an_execution_of_another_flow_stays_its_own(cast: Cast) -> None:
    ran = run_results(result("model.shop.a"))
    bring(cast, read(manifest=manifest(model("a")), run_results=ran))
    found = bring(
        cast,
        read(manifest=manifest(model("a")), run_results=ran),
        options=replace(IN_DATA, flow="shop_prod"),
    )
    assert found.run is None
    assert "belongs to another flow" in [one.message for one in found.problems][0]


def test_two_nodes_whose_assets_became_one_both_speak(cast: Cast) -> None:
    nodes = [model("a", description="one"), model("b", tags=["two"])]
    bring(cast, read(manifest=manifest(*nodes)))
    merge_assets(cast.access("editor"), asset("shop.main.a"), asset("shop.main.b"))
    changed = [model("a", description="three"), model("b", tags=["four"])]
    bring(cast, read(manifest=manifest(*changed, **later(1))))
    kept = asset("shop.main.a")
    assert (kept.description, kept.tags) == ("three", ["four"])
