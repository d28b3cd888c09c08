"""The demo as it stands in the database: what is promised of it, counted."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest
from django.db import connection
from django.db.models import Count, F, Model, QuerySet
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker
from rest_framework.test import APIClient

from accounts.access import Access, access_of
from accounts.actions import create_group, create_person, create_tenant
from accounts.models import ApiToken, Membership, Tenant, User
from catalog.models import Asset, AssetChange, AssetState, Namespace
from catalog.models.aliases import AssetMergeRows
from catalog.quality import verdict_of
from lineage.demo import DemoAccounts, TenantTaken, load_demo
from lineage.demo.clearing import clear_demo, owned_models
from lineage.demo.load import is_loaded
from lineage.models import (
    AssetUsage,
    CatalogImport,
    ColumnEdge,
    Edge,
    Execution,
    Flow,
    ImportedRow,
    TaskRun,
)
from lineage.unifying import merge_assets

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


CHAIN = (
    "tms.public.legs",
    "raw.tms_legs",
    "stg.legs",
    "int.voyage_legs",
    "int.voyage_hours",
    "int.voyage_fuel",
    "int.voyage_tolls",
    "int.voyage_costs",
    "finance.voyage_margin",
    "finance.accruals",
    "finance.journal_draft",
    "finance.journal_lines",
    "s3://heron-lake-curated/erp/journal.csv",
    "erp.gl_postings",
    "bi/close",
)


@pytest.fixture(scope="module")
def accounts(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DemoAccounts]:
    """The demo, loaded once for all tests here, and taken away after them."""
    with django_db_blocker.unblock():
        loaded = load_demo(reset=False)
        assert loaded is not None
        yield loaded
        clear_demo()
        assert not any(model._base_manager.exists() for model, _ in owned_models())
        assert not User.objects.exists()


@pytest.fixture
def main(accounts: DemoAccounts) -> Tenant:
    return Tenant.objects.get(slug="main")


def everything(model: type[Model], tenant: Tenant) -> QuerySet:
    return model._default_manager.unscoped("test").filter(tenant=tenant)  # type: ignore[attr-defined]


def user_of(accounts: DemoAccounts, role: str) -> User:
    email = next(user.email for user in accounts.users if user.role == role)
    return User.objects.get(email=email)


def access(accounts: DemoAccounts, role: str, slug: str = "main") -> Access:
    return access_of(user_of(accounts, role), Tenant.objects.get(slug=slug))


def graph(tenant: Tenant) -> dict[str, set[str]]:
    """asset → the assets that are made of it."""
    edges = everything(Edge, tenant).exclude(upstream=None).exclude(downstream=None)
    found = defaultdict(set)
    for upstream, downstream in edges.values_list("upstream__public_id", "downstream__public_id"):
        found[upstream].add(downstream)
    return found


def test_counts(main: Tenant) -> None:
    other = Tenant.objects.get(slug="other")
    assert everything(Namespace, main).filter(name__startswith="company.").count() >= 8
    assert everything(Flow, main).count() > 220
    assert everything(Asset, main).count() > 280
    plain = everything(Asset, main).exclude(public_id__startswith="s3://heron-statements/")
    assert plain.count() > 80
    assert everything(Execution, main).count() > 2000
    assert everything(Flow, other).count() == 3
    assert everything(Asset, other).count() == 7
    assert everything(Execution, other).count() > 20


def test_types_and_placeholders(main: Tenant) -> None:
    types = {
        type_.rpartition(".")[2]
        for type_ in everything(Asset, main).values_list("type", flat=True)
    }
    assert types == {
        "API", "AWS_BUCKET", "Dashboard", "Dataset", "External", "File", "Model", "Table",
        "Topic", "VM",
    }  # fmt: skip


def test_some_assets_belong_to_nobody(main: Tenant) -> None:
    tenant_wide = everything(Asset, main).filter(namespace=None)
    assert set(tenant_wide.values_list("public_id", flat=True)) == {
        "ref.calendar",
        "ref.fleet",
        "ref.quays",
    }


def test_runs_of_every_kind(main: Tenant) -> None:
    states = dict(everything(Execution, main).values_list("state").annotate(Count("pk")))
    assert states["FAILED"] > 20 and states["WARNING"] > 20
    assert set(states) >= {
        "CANCELLED", "FAILED", "KILLED", "PAUSED", "RUNNING", "SUCCESS", "WARNING",
    }  # fmt: skip
    recent = timezone.now() - timedelta(hours=1)
    assert everything(Execution, main).filter(ended_at__gt=recent).exists()
    assert everything(TaskRun, main).filter(attempts__1__isnull=False).exists()


def test_flows_that_nobody_registered(main: Tenant) -> None:
    flows = everything(Flow, main).filter(revision=0)
    assert {flow.public_id for flow in flows} == {"crane_log_copy", "port_calls", "quality_gate"}
    for flow in flows:
        assert everything(Execution, main).filter(flow=flow).count() >= 29


def test_openlineage_tells_columns_and_quality_of_the_same_assets(main: Tenant) -> None:
    """Its names are read by the demo's rules, so that nothing is there twice."""
    assert not everything(Asset, main).filter(public_id__startswith="postgres://").exists()
    bookings = everything(Asset, main).get(public_id="stg.bookings")
    assert [column["name"] for column in bookings.columns][:2] == ["booking_id", "customer_id"]
    links = everything(ColumnEdge, main).filter(downstream=bookings)
    assert links.filter(upstream__public_id="raw.tms_bookings").count() >= 9
    calls = everything(Asset, main).get(public_id="port.calls")
    assert everything(ColumnEdge, main).filter(downstream=calls, kind="openlineage").exists()
    assert (
        everything(AssetChange, main).filter(asset=calls, changes__has_key="columns").count() == 2
    )
    verdict = verdict_of(calls)
    assert (verdict.failed, verdict.warned, verdict.passed) == (1, 1, 3)
    assert verdict_of(bookings).state == "success"


def test_a_run_of_openlineage_has_runs_below_runs(main: Tenant) -> None:
    inner = everything(TaskRun, main).filter(task_id="port_calls.sum_berths.execute_insert_into")
    outer = everything(TaskRun, main).filter(task_id="port_calls.sum_berths")
    parents = set(outer.values_list("execution_id", "public_id"))
    assert set(inner.values_list("execution_id", "parent_public_id")) == parents


def test_an_expression_that_fails_is_told_and_loses_nothing(main: Tenant) -> None:
    wrong = everything(TaskRun, main).exclude(asset_errors=[])
    assert set(wrong.values_list("task_id", "value", "state", "shown_state")) == {
        ("store", "basel", "SUCCESS", "WARNING")
    }
    [error] = wrong[0].asset_errors
    assert error["field"] == "outputs[0].id" and "basel" in error["message"]
    assert everything(Asset, main).filter(public_id__startswith="raw.berth_windows_").count() == 3


def test_two_hundred_flows_read_the_exchange_rates(main: Tenant) -> None:
    rates = everything(Asset, main).get(public_id="ref.exchange_rates")
    reads = everything(AssetUsage, main).filter(asset=rates, direction="READ")
    assert reads.aggregate(flows=Count("execution__flow", distinct=True))["flows"] >= 200
    assert len(graph(main)["ref.exchange_rates"]) >= 200


def test_a_chain_twelve_deep(main: Tenant) -> None:
    downstream = graph(main)
    assert len(CHAIN) > 12
    assert all(below in downstream[above] for above, below in pairwise(CHAIN))


def test_a_diamond(main: Tenant) -> None:
    downstream = graph(main)
    sides = {"marts.capacity_by_day", "marts.demand_by_day"}
    assert sides <= downstream["int.voyages"]
    assert all("marts.load_factor" in downstream[side] for side in sides)


def test_the_cycle_goes_through_model_plan_and_river(main: Tenant) -> None:
    with pytest.raises(CycleError) as cycle:
        TopologicalSorter(graph(main)).prepare()
    assert {"ml.draught_forecast", "ops.load_plan", "ops.draught_observations"} <= {
        *cycle.value.args[1]
    }


def test_only_what_stopped_is_stale(main: Tenant) -> None:
    stale = everything(AssetState, main).filter(stale_at__lt=timezone.now())
    assert set(stale.values_list("asset__public_id", flat=True)) == {
        "raw.lock_waiting_times",
        "raw.fuel_transactions",
        "s3://heron-lake-raw/fuel/transactions.csv",
    }


def test_assets_have_a_past(main: Tenant) -> None:
    changes = everything(AssetChange, main).filter(asset__public_id="vm/forecast-01")
    states = changes.values_list("changes__metadata.state", flat=True)
    assert ["stopped", "running"] in states and ["running", "stopped"] in states
    revised = everything(AssetChange, main).filter(asset__public_id="raw.gauge_readings")
    assert revised.filter(changes__has_key="metadata.refresh").exists()
    assert everything(Flow, main).get(public_id="gauge_readings").revision == 2


def test_no_secret_is_stored_with_an_asset(main: Tenant) -> None:
    assert not everything(Asset, main).filter(metadata__icontains="secret").exists()


def test_the_viewer_sees_only_company_data(accounts: DemoAccounts) -> None:
    viewer = access(accounts, "viewer")
    for queryset in (
        Asset.objects.listed_to(viewer),
        Flow.objects.listed_to(viewer),
        Execution.objects.listed_to(viewer),
    ):
        names = set(queryset.values_list(F("namespace__name"), flat=True))
        assert len(names) >= 3
        assert all(each == "company.data" or each.startswith("company.data.") for each in names)


def test_who_is_where(accounts: DemoAccounts) -> None:
    reach = {
        user.role: [
            slug for slug in ("main", "other") if access(accounts, user.role, slug).is_member
        ]
        for user in accounts.users
    }
    assert reach == {
        "instance_admin": ["main", "other"],
        "admin": ["main"],
        "editor": ["main"],
        "viewer": ["main"],
        "outsider": ["other"],
    }
    assert user_of(accounts, "instance_admin").is_instance_admin


def test_everybody_can_log_in(accounts: DemoAccounts) -> None:
    for user in accounts.users:
        assert Client().login(email=user.email, password=user.password)


def test_the_tokens_do_what_their_names_say(accounts: DemoAccounts) -> None:
    may_post = {}
    for role, token in accounts.tokens.items():
        client = APIClient(headers={"Authorization": f"Bearer {token}"})
        answer = client.post("/api/v1/main/executions", [], format="json")
        may_post[role] = answer.status_code != 403
        assert answer.status_code != 401
        assert client.post("/api/v1/other/executions", [], format="json").status_code == 404
    assert may_post == {"admin": True, "editor": True, "viewer": False, "ingest": True}


def test_a_second_load_changes_nothing(accounts: DemoAccounts) -> None:
    before = Execution.objects.unscoped("test").count(), ApiToken.objects.count()
    assert load_demo(reset=False) is None
    assert (Execution.objects.unscoped("test").count(), ApiToken.objects.count()) == before


def test_a_reset_builds_the_same_with_new_secrets(accounts: DemoAccounts, main: Tenant) -> None:
    flows = set(everything(Flow, main).values_list("public_id", flat=True))
    leave_traces(accounts, main)
    again = load_demo(reset=True)
    assert again is not None
    connection.check_constraints()  # they are checked when a transaction ends; a test's does not
    assert not set(accounts.tokens.values()) & set(again.tokens.values())
    assert not {u.password for u in accounts.users} & {u.password for u in again.users}
    assert [u.email for u in accounts.users] == [u.email for u in again.users]
    rebuilt = Tenant.objects.get(slug="main")
    assert rebuilt.pk != main.pk
    assert set(everything(Flow, rebuilt).values_list("public_id", flat=True)) == flows


def leave_traces(accounts: DemoAccounts, main: Tenant) -> None:
    """What people may have done since, in rows that have no tenant of their own."""
    visitor = create_person("visitor@example.com", None)
    create_group(main, "visitors", [visitor])
    kept, absorbed = Asset.objects.unscoped("test").filter(tenant=main).order_by("public_id")[:2]
    merge_assets(access_of(user_of(accounts, "admin"), main), kept, absorbed)
    brought = CatalogImport.objects.create(
        tenant=main, by=visitor, name="c.csv", format="csv", size=0
    )
    ImportedRow.objects.create(catalog_import=brought, row=1, line=2)
    assert {AssetMergeRows, ImportedRow, Membership} <= {model for model, _ in owned_models()}


def test_a_demo_half_taken_away_is_not_taken_for_a_whole_one(accounts: DemoAccounts) -> None:
    assert is_loaded()
    user_of(accounts, "viewer").delete()
    assert not is_loaded()


@pytest.mark.parametrize("reset", [False, True])
def test_somebody_elses_tenant_is_left_alone(db: None, reset: bool) -> None:
    clear_demo()
    theirs = create_tenant("main", "Acme")
    with pytest.raises(TenantTaken, match="main"):
        load_demo(reset=reset)
    assert [*Tenant.objects.all()] == [theirs]
