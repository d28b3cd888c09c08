"""What another Headwater's facets may say, and what they may not."""

from typing import Any

import pytest

from accounts import actions
from accounts.access import Access, access_of
from catalog.asset_types import EXTERNAL
from catalog.models import Asset, AssetState
from lineage.models import TaskRun
from lineage.openlineage.headwater import TaskTold, asset_told, place_told, refined, task_told
from lineage.recording.openlineage import record_events
from tests.conftest import Cast, role
from tests.factories import make_asset
from tests.lineage.openlineage.samples import BASE, dataset_event, run_event


def asset_facet(**fields: Any) -> dict[str, Any]:
    return {"headwater_asset": {**BASE, "id": "orders", "type": "Table", **fields}}


def run_facet(**fields: Any) -> dict[str, Any]:
    return {"headwater_run": {**BASE, **fields}}


def output(**fields: Any) -> dict[str, Any]:
    return {"namespace": "headwater://x", "name": "orders", "facets": asset_facet(**fields)}


@pytest.fixture
def narrow(cast: Cast) -> Access:
    """May post in company.data alone."""
    account = actions.create_service_account(cast.main, "narrow")
    actions.bind(account, role(cast.main, "Ingest"), "company.data")
    return access_of(account, cast.main)


def post(access: Access, *outputs: Any, namespace: str = "company.data") -> list[str]:
    event = run_event(
        job={"namespace": namespace, "name": "daily"}, inputs=[], outputs=list(outputs)
    )
    return [outcome.reason for outcome in record_events(access, [event])]


def stored(id_: str = "orders") -> Asset | None:
    rows = Asset.objects.unscoped("test").select_related("namespace")
    return rows.filter(public_id=id_).first()


def nothing_is_said_of_it() -> bool:
    """At most its name is there, since another name leads to it."""
    asset = stored()
    return asset is None or (
        asset.namespace is None and asset.type == EXTERNAL and not asset.metadata
    )


def test_an_asset_is_here_what_it_is_there(cast: Cast):
    access = cast.access("ingest")
    assert post(access, output(namespace="company.new", metadata={"a": 1}, status="old")) == [""]
    asset = stored()
    assert asset is not None and asset.namespace is not None
    assert (asset.type, asset.namespace.name, asset.metadata) == ("Table", "company.new", {"a": 1})
    assert (asset.status, asset.display_name) == ("old", None)


def test_null_is_no_namespace_and_silence_the_jobs(cast: Cast):
    access = cast.access("ingest")
    quiet = {"namespace": "headwater://x", "name": "quiet", "facets": asset_facet(id="quiet")}
    assert post(access, output(namespace=None), quiet) == [""]
    assert stored() is not None and stored().namespace is None
    assert stored("quiet").namespace.name == "company.data"


@pytest.mark.parametrize("namespace", ["company.finance", None])
def test_a_facet_reaches_no_further_than_the_token(narrow: Access, namespace: str | None):
    assert post(narrow, output(namespace=namespace, metadata={"a": 1})) == [""]
    assert nothing_is_said_of_it()
    (run,) = TaskRun.objects.unscoped("test").all()
    assert "may not write" in run.asset_errors[0]["message"]


def test_nor_does_it_move_an_asset_of_others_here(cast: Cast, narrow: Access):
    make_asset(cast.main, "orders", "company.finance", type="Dashboard")
    AssetState.objects.unscoped("test").update(clock={"type": "0|x|0", "namespace": "0|x|0"})
    post(narrow, output(namespace="company.data"))
    assert stored().namespace.name == "company.finance"
    assert stored().type == "Dashboard"


def test_nor_in_a_dataset_event(narrow: Access):
    said = asset_facet(namespace="company.finance")
    event = dataset_event(dataset={"namespace": "headwater://x", "name": "orders", "facets": said})
    (outcome,) = record_events(narrow, [event])
    assert outcome.forbidden
    assert nothing_is_said_of_it()


def test_a_facet_that_makes_no_sense_is_left_out():
    problems: list[str] = []
    assert asset_told(asset_facet(type=""), problems) is None
    assert asset_told({"headwater_asset": 7}, problems) is None
    assert len(problems) == 2
    assert asset_told({}, problems) is None
    assert place_told(asset_facet(namespace="A B"))[0] is None


def test_a_state_is_refined_and_never_contradicted():
    assert refined("SUCCESS", run_facet(state="WARNING")) == "WARNING"
    assert refined("KILLED", run_facet(state="CANCELLED")) == "CANCELLED"
    assert refined("FAILED", run_facet(state="WARNING")) == "FAILED"
    assert refined("SUCCESS", run_facet(state="FAILED")) == "SUCCESS"
    assert refined("SUCCESS", run_facet(state=["WARNING"])) == "SUCCESS"
    assert refined("SUCCESS", {"headwater_run": None}) == "SUCCESS"


def test_of_a_task_only_what_fits_is_taken():
    told = task_told(run_facet(taskId="build", value="north", iteration=2))
    assert told == TaskTold("build", "north", 2)
    assert task_told(run_facet(taskId="a b", value=7, iteration=True)) == TaskTold()
    assert task_told(run_facet(taskId=None, iteration=-1)) == TaskTold()
