"""The card of an asset's names, merging it on a page, and the list of likely duplicates."""

from urllib.parse import quote

import pytest
from django.test import Client

from catalog.models import Asset, AssetAlias, AssetMerge
from lineage.unifying import merge_assets
from tests.conftest import Cast
from tests.factories import make_asset
from tests.lineage.unifying.tables import apart
from tests.statements import statements
from tests.world import World

pytestmark = pytest.mark.django_db

ORDERS = "/main/assets/orders"
LAKE = "s3://lake/orders"
COLUMNS = [{"name": name} for name in ("id", "amount", "day")]


@pytest.fixture
def editor(world: World) -> Client:
    Asset.objects.unscoped("test").filter(pk=world.orders.pk).update(columns=COLUMNS)
    make_asset(world.cast.main, LAKE, columns=COLUMNS)
    return world.cast.browser("editor")


def card(browser: Client) -> str:
    answer = browser.get(f"{ORDERS}/-/names", HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    html: str = answer.content.decode()
    assert "<html" not in html
    return html


def names() -> set[str]:
    return set(AssetAlias.objects.unscoped("test").values_list("name", flat=True))


def test_the_card_shows_names_and_what_looks_the_same(editor: Client) -> None:
    html = card(editor)
    assert "s3://lake/known" in html
    assert f'Looks like <a href="/main/assets/{LAKE}"' in html
    assert "3 of 3 columns are the same" in html


def test_a_viewer_gets_no_buttons(world: World, editor: Client) -> None:
    html = card(world.cast.browser("viewer"))
    assert "s3://lake/known" in html
    assert "Remove" not in html
    assert "<form" not in html
    assert "Looks like" not in html


def test_names_are_added_and_taken_away(editor: Client) -> None:
    editor.post(f"{ORDERS}/-/naming", {"name": "hive://w/orders"})
    assert names() == {"s3://lake/known", "hive://w/orders"}
    editor.post(f"{ORDERS}/-/naming", {"name": "hive://w/orders", "remove": "1"})
    assert names() == {"s3://lake/known"}
    assert 'value="hive://w/orders"' in editor.get(ORDERS).content.decode()  # undo


def test_what_is_wrong_with_a_name_stands_below_it(editor: Client) -> None:
    answer = editor.post(f"{ORDERS}/-/naming", {"name": "ledger"}, HTTP_HX_REQUEST="true")
    html = answer.content.decode()
    assert "leads to another asset" in html
    assert 'value="ledger"' in html


def test_a_merge_is_previewed_done_and_undone(world: World, editor: Client) -> None:
    page = editor.get(f"{ORDERS}/-/merge", {"asset": LAKE}).content.decode()
    assert f"{LAKE}</bdi></code> becomes another name of" in page
    other = {"asset": "stg_orders", "keep": "other"}
    page = editor.get(f"{ORDERS}/-/merge", other, HTTP_HX_REQUEST="true").content.decode()
    assert "orders</bdi></code> becomes another name of" in page
    assert "Usages" in page
    answer = editor.post(f"{ORDERS}/-/merge", {"asset": LAKE, "keep": "this"})
    assert answer.headers["Location"] == ORDERS
    merge = AssetMerge.objects.unscoped("test").get()
    html = editor.get(ORDERS).content.decode()
    assert f"/main/merges/{merge.pk}/undo" in html  # the toast
    assert f"/main/merges/{merge.pk}/undo" in card(editor)
    answer = editor.post(f"/main/merges/{merge.pk}/undo")
    assert answer.headers["Location"] == ORDERS
    assert editor.get(f"/main/assets/{LAKE}").status_code == 200
    assert "undone by <bdi>Editor" in card(editor)
    history = editor.get(f"{ORDERS}/-/history").content.decode()
    assert "Merged by" in history
    assert "Unmerged by" in history


def test_a_preview_tells_columns_one_by_one(world: World, editor: Client) -> None:
    columns = [{"name": "order_id", "type": "bigint"}, {"name": "extra", "type": "text"}]
    declare_columns(world, "orders", [{"name": "order_id", "type": "int"}])
    declare_columns(world, LAKE, columns)
    page = editor.get(f"{ORDERS}/-/merge", {"asset": LAKE}).content.decode()
    assert "<del><bdi>int</bdi></del>" in page and "<ins><bdi>bigint</bdi></ins>" in page
    assert "<ins><bdi>extra</bdi></ins>" in page
    assert "2 columns change, below." in page


def declare_columns(world: World, asset: str, columns: list[dict[str, str]]) -> None:
    answer = world.cast.api("admin").patch(
        "/api/v1/main/assets/by-id?id=" + quote(asset, safe=""),
        {"columns": columns},
        format="json",
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.content


def test_an_asset_that_is_not_there(editor: Client) -> None:
    page = editor.get(f"{ORDERS}/-/merge", {"asset": "nothing"}).content.decode()
    assert "There is no asset “nothing”" in page
    assert editor.post(f"{ORDERS}/-/merge", {"asset": "orders"}).status_code == 422


def test_duplicates_are_listed_and_dismissed(world: World, editor: Client) -> None:
    html = editor.get("/main/catalog/duplicates").content.decode()
    assert "3 of 3 columns are the same" in html
    assert "/main/catalog/duplicates" in editor.get("/main/catalog").content.decode()
    assert "/main/catalog/duplicates" not in (
        world.cast.browser("viewer").get("/main/catalog").content.decode()
    )
    said = {"one": "orders", "other": LAKE}
    answer = editor.post("/main/catalog/duplicates/dismiss", said, HTTP_HX_REQUEST="true")
    assert answer.content == b""
    assert apart(world.cast.main) == {("orders", LAKE)}
    html = editor.get("/main/catalog/duplicates").content.decode()
    assert "No two assets that you may change look like one." in html
    assert editor.get("/main/catalog/duplicates?cursor=x").status_code == 404


def test_the_card_takes_a_fixed_number_of_statements(world: World, editor: Client) -> None:
    few = statements(lambda: card(editor))
    access = world.cast.access("editor")
    for n in range(12):
        merge_assets(access, world.orders, make_asset(world.cast.main, f"x{n}.orders"))
        AssetAlias.objects.create(
            tenant=world.cast.main, name=f"a{n}", asset=world.orders, source="symlink"
        )
    assert statements(lambda: card(editor)) == few <= 12


def test_merging_takes_the_same_statements_whatever_there_is(cast: Cast) -> None:
    """Usages, edges, history and names of the absorbed asset in any number."""
    from lineage.recording import record_executions
    from tests.lineage.worlds import posted, task_run

    access = cast.access("admin")

    def world_of(name: str, runs: int) -> tuple[Asset, Asset]:
        for n in range(runs):
            reads = [f"{name}/a", f"{name}/up{n}"]
            run = task_run(f"{name}{n}", reads=reads, writes=[f"{name}/k", f"{name}/d{n}"])
            record_executions(access, [posted(f"{name}{n}", f"{name}{n}", runs=[run])])
        rows = Asset.objects.unscoped("test")
        both = {asset.public_id: asset for asset in rows.filter(public_id__startswith=name)}
        return both[f"{name}/k"], both[f"{name}/a"]

    pairs = iter([world_of("one", 2), world_of("two", 2)])
    few = statements(lambda: merge_assets(access, *next(pairs)))
    assert few < 60
    pairs = iter([world_of("three", 2), world_of("lots", 30)])
    assert statements(lambda: merge_assets(access, *next(pairs))) == few
