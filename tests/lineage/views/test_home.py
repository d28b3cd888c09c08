"""The first page: figures that link to what they count, what needs a look, what changed."""

from datetime import datetime, timedelta

from catalog.models import AssetChange
from tests.factories import make_asset, make_bundle, make_execution, make_flow, make_task_run
from tests.lineage.pages import cost, visit
from tests.world import World


def figure(html: str, label: str) -> str:
    """The number below a label of the stat strip."""
    return html.split(label)[1].split("<b>")[1].split("<")[0]


def test_figures_count_the_last_day(world: World, now: datetime):
    make_execution(world.build_orders, state="FAILED", started_at=now - timedelta(hours=2))
    make_execution(world.build_orders, state="RUNNING", started_at=now, ended_at=None)
    make_asset(world.cast.main, "late", last_written_at=now, stale_at=now - timedelta(hours=1))
    html = visit(world, "/").html
    assert figure(html, "Executions, 24 h") == "2"
    assert figure(html, "Failed") == "1"
    assert figure(html, "Running") == "1"
    assert figure(html, "Stale") == "1"
    assert figure(html, "Assets") == "5"


def test_every_figure_links_to_what_it_counts(world: World, now: datetime):
    make_execution(world.build_orders, "red", state="FAILED", started_at=now)
    links = visit(world, "/").links
    for link in (
        "/main/catalog",
        "/main/executions?period=24h",
        "/main/executions?period=24h&state=FAILED",
        "/main/catalog?q=state%3Astale",
        "/main/executions?period=24h&state=FAILED&ns=company.data&flow=build_orders",
    ):
        assert link in links
    failed = visit(world, "/executions?period=24h&state=FAILED&ns=company.data&flow=build_orders")
    assert "/main/executions/red" in failed.links


def test_what_failed_or_went_stale_needs_attention(world: World, now: datetime):
    run = make_execution(world.build_orders, state="FAILED", started_at=now - timedelta(hours=1))
    broken = make_asset(
        world.cast.main, "broken", last_written_at=now - timedelta(days=1), last_failed_at=now
    )
    make_bundle(make_task_run(run), [], [broken])
    make_asset(world.cast.main, "late", last_written_at=now, stale_at=now - timedelta(hours=1))
    page = visit(world, "/")
    assert "1 failed execution in 24 h" in page.html
    assert "/main/assets/broken" in page.links
    assert "/main/assets/late" in page.links


def test_a_calm_day_says_so(world: World):
    assert "Nothing failed in the last 24 hours" in visit(world, "/").html


def test_what_changed_is_listed_with_who_did_it(world: World, now: datetime):
    AssetChange.objects.create(
        tenant=world.cast.main,
        asset=world.orders,
        kind="updated",
        at=now,
        source={"kind": "execution", "flowId": "build_orders", "namespace": "company.data"},
    )
    page = visit(world, "/")
    assert "/main/assets/orders/-/history" in page.links
    assert "by build_orders in company.data" in page.html


def test_a_viewer_hears_of_their_namespaces_only(world: World, now: datetime):
    make_execution(world.close_books, "red", state="FAILED", started_at=now)
    make_asset(
        world.cast.main,
        "secret_late",
        "company.finance",
        last_written_at=now,
        stale_at=now - timedelta(hours=1),
    )
    AssetChange.objects.create(
        tenant=world.cast.main, asset=world.ledger, kind="updated", at=now, source={}
    )
    html = visit(world, "/", "viewer").html
    for hidden in ("close_books", "company.finance", "secret_late", "ledger", "bucket"):
        assert hidden not in html
    assert figure(html, "Failed") == "0"
    assert figure(html, "Assets") == "2"


def test_namespaces_are_drawn_hour_by_hour(world: World, now: datetime):
    make_execution(world.build_orders, state="WARNING", started_at=now)
    html = visit(world, "/").html
    heat = html.split('class="ns-heat"')[1]
    assert 'title="company.data"' in heat
    assert 'data-state="warning" data-l="3"' in heat


def test_an_empty_tenant_says_how_to_begin(world: World):
    response = world.cast.browser("outsider").get("/other/")
    html = response.content.decode()
    assert "Send your first execution" in html
    assert "curl -sS http://testserver/api/v1/other/executions" in html
    assert "create_token" in html


def test_it_costs_the_same_for_one_and_for_twenty(world: World, now: datetime):
    few = cost(world, "/")
    for n in range(20):
        flow = make_flow(world.cast.main, f"flow_{n}", f"company.n{n}")
        run = make_execution(flow, state="FAILED", started_at=now)
        asset = make_asset(
            world.cast.main,
            f"asset_{n}",
            last_written_at=now - timedelta(days=2),
            last_failed_at=now if n % 2 else None,
            stale_at=now - timedelta(days=1),
        )
        make_bundle(make_task_run(run), [world.orders], [asset])
        AssetChange.objects.create(
            tenant=world.cast.main, asset=asset, kind="created", at=now, source={}
        )
    assert cost(world, "/") == few
    assert few <= 15
