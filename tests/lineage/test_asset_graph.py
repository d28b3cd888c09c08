"""Lineage on the pages of one asset: the tab, the neighbours, the impact."""

from tests.conftest import Cast
from tests.factories import make_asset, make_bundle, make_execution, make_flow, make_task_run
from tests.lineage.graphs import add_edge, arrows
from tests.statements import statements
from tests.world import World


def piece(cast: Cast, asset_id: str, tab: str, who: str = "admin", **params: object) -> str:
    response = cast.browser(who).get(f"/main/assets/{asset_id}/-/{tab}", params)
    assert response.status_code == 200
    return response.content.decode()


def test_the_tab_shows_the_graph_in_the_assets_frame(world: World):
    text = piece(world.cast, "orders", "lineage")
    assert 'aria-current="page">Lineage' in text
    assert 'href="/main/assets/stg_orders"' in text, "nodes lead to their pages"
    assert 'href="/main/flows/company.data/build_orders"' in text
    assert "Explorer" in text


def test_the_tab_swaps_the_graph_alone(world: World):
    response = world.cast.browser("admin").get(
        "/main/assets/orders/-/lineage?depth=1", headers={"HX-Request": "true"}
    )
    text = response.content.decode()
    assert text.lstrip().startswith('<div class="stack" id="graph"')
    assert response["HX-Push-Url"].endswith("/main/assets/orders/-/lineage?depth=1")


def test_neighbours_on_both_sides_and_the_flows_between(world: World):
    text = piece(world.cast, "orders", "neighbours")
    for word in ("Staged orders", "ledger", "build_orders", "close_books", "reads", "writes"):
        assert word in text
    assert "<html" not in text


def test_the_preview_is_three_columns_wide(cast: Cast):
    arrows(cast.main, "a>b>c a>c")
    svg = piece(cast, "b", "neighbours").partition("</svg>")[0]
    assert 'class="node flow' not in svg
    width = float(svg.partition('class="graph" width="')[2].partition('"')[0])
    assert width < 3 * 256 + 2 * 40 + 2 * 40


def test_the_preview_of_an_asset_without_neighbours_shows_its_flows(cast: Cast):
    alone = make_asset(cast.main, "alone")
    run = make_task_run(make_execution(make_flow(cast.main, "nightly")), "copy")
    make_bundle(run, [], [alone])
    assert 'class="node flow' in piece(cast, "alone", "neighbours")


def test_neighbours_keep_to_what_the_viewer_may_see(world: World):
    text = piece(world.cast, "orders", "neighbours", "viewer")
    for word in ("ledger", "finance", "close_books", "bucket"):
        assert word not in text
    assert "Restricted asset" in text
    assert "build_orders" in text


def test_a_flow_is_listed_once_a_task_and_access(cast: Cast):
    a, b, c = (make_asset(cast.main, name) for name in "abc")
    flow = make_flow(cast.main, "nightly")
    make_bundle(make_task_run(make_execution(flow), "copy"), [a], [b, c])
    make_bundle(make_task_run(make_execution(flow), "fix"), [a], [a])
    text = piece(cast, "a", "neighbours")
    rows = text[text.index("<tbody>") : text.index("</tbody>")]
    assert rows.count("<tr>") == 3
    assert (rows.count("reads"), rows.count("writes")) == (2, 1)


def test_many_neighbours_are_counted_not_listed(cast: Cast):
    hub = make_asset(cast.main, "hub")
    for number in range(20):
        add_edge(hub, make_asset(cast.main, f"n{number:02}"), make_flow(cast.main, f"f{number}"))
    text = piece(cast, "hub", "neighbours")
    assert "8 more" in text
    client = cast.browser("admin")
    before = statements(lambda: client.get("/main/assets/hub/-/neighbours"))
    small = make_asset(cast.main, "small")
    add_edge(small, hub, make_flow(cast.main, "one"))
    assert statements(lambda: client.get("/main/assets/small/-/neighbours")) == before <= 15


def test_the_impact_is_told_in_a_sentence(cast: Cast):
    arrows(cast.main, "a>b>c up>a")
    assert "<b>2 assets</b>" in piece(cast, "a", "impact")
    assert "Impact: 2 assets, 0 owners" in piece(cast, "a", "impact", brief=1)
    assert "<b>1 asset</b>" in piece(cast, "a", "impact", side="upstream")
    assert "Nothing is made of it." in piece(cast, "c", "impact")


def test_the_impact_counts_what_is_hidden_apart(world: World):
    assert "<b>0 assets</b> and 1 restricted" in piece(world.cast, "orders", "impact", "viewer")
