"""Assets made and edited by hand on a page: every field, every mistake, nothing typed lost."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from catalog.models import Asset, AssetChange, AssetState
from tests.conftest import Cast
from tests.factories import NOW, make_asset
from tests.world import World

NEW, ORDERS = "/main/assets/-/new", "/main/assets/orders/-/edit"
TYPED: dict[str, Any] = {
    "id": "crm.contacts",
    "type": "Table",
    "namespace": "company.data",
    "displayName": "Contacts",
    "description": "Who we know.\r\n\r\n* people",
    "owners": "sales\r\n group:crm \r\n\r\nsales",
    "tags": "pii\r\ngold",
    "status": "deprecated",
    "ttl": "2027-01-31T12:30",
    "metadata-name": ["system", "rows", "", "version"],
    "metadata-value": ["crm", "5", "", '"5"'],
    "columns-name": ["id", "email", ""],
    "columns-value": ["bigint", "text", ""],
    "columns-description": ["", "Where to write.", ""],
    "columns-tags": ["", "pii; contact", ""],
}


def stored(asset_id: str = "crm.contacts") -> Asset:
    rows = Asset.objects.unscoped("test").select_related("namespace")
    return rows.get(public_id=asset_id)


def form_of(html: str) -> dict[str, Any]:
    """What a browser would post of the form as it is shown."""
    form = html.partition('id="asset-form"')[2].partition("</form>")[0]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name:
            fields.setdefault(name[1], []).append(unescape(value[1] if value else ""))
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.S
    ):
        fields[name] = [unescape(text)]
    return fields


def edit(browser: Client, url: str = ORDERS, **changes: Any) -> Any:
    """Open the form, change some of it, save."""
    return browser.post(url, form_of(browser.get(url).content.decode()) | changes)


def test_a_new_asset_with_all_that_can_be_said(cast: Cast):
    browser = cast.browser("editor")
    answer = browser.post(NEW, TYPED)
    assert answer.status_code == 302 and answer["Location"] == "/main/assets/crm.contacts"
    asset = stored()
    assert asset.namespace and asset.namespace.name == "company.data"
    assert (asset.type, asset.display_name, asset.status) == ("Table", "Contacts", "deprecated")
    assert asset.description == "Who we know.\n\n* people"
    assert (asset.owners, asset.tags) == (["sales", "group:crm"], ["pii", "gold"])
    assert asset.expires_at and asset.expires_at.isoformat() == "2027-01-31T12:30:00+00:00"
    assert asset.metadata == {"system": "crm", "rows": 5, "version": "5"}
    assert asset.columns == [
        {"name": "id", "type": "bigint"},
        {
            "name": "email",
            "type": "text",
            "description": "Where to write.",
            "tags": ["pii", "contact"],
        },
    ]
    [change] = AssetChange.objects.unscoped("test").filter(asset=asset)
    assert (change.kind, change.source["label"]) == ("created", "Editor")
    assert "is in the catalog" in browser.get("/main/assets/crm.contacts").content.decode()


def test_the_address_fills_in_what_it_knows(cast: Cast):
    said = {"id": "x", "type": "File", "namespace": "company", "metadata.path": "/tmp/x"}
    html = cast.browser("editor").get(NEW, said).content.decode()
    form = form_of(html)
    assert (form["id"], form["type"], form["namespace"]) == (["x"], ["File"], ["company"])
    assert (form["metadata-name"], form["metadata-value"]) == (["path", ""], ["/tmp/x", ""])
    assert form["status"] == ["active"]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"id": ""}, "Must not be empty."),
        ({"id": "a b"}, "Must not contain U+0020 (space)."),
        ({"type": " "}, "Must not be blank."),
        ({"namespace": "Not One"}, "Must start with a lower-case letter"),
        ({"displayName": "x" * 501}, "Is longer than 500 characters."),
        ({"owners": "<b>"}, "Must not contain"),
        ({"tags": "x" * 101}, "Is longer than 100 characters."),
        ({"status": "x" * 101}, "Is longer than 100 characters."),
        ({"ttl": "tomorrow"}, "Must be an instant in UTC"),
        ({"metadata-name": ["a", "a"], "metadata-value": ["1", "2"]}, "Stands twice."),
        ({"metadata-name": [""], "metadata-value": ["2"]}, "A key is missing."),
        ({"metadata": "[1]"}, "Must be a map, not a list."),
        ({"metadata": "{"}, "This is not valid JSON"),
        ({"metadata": '{"a": "' + "x" * 70_000 + '"}'}, "Is larger than 65536 bytes"),
        ({"columns-name": ["", ""], "columns-value": ["", "text"]}, "Is required."),
        ({"columns": "{}"}, "Must be a list, not a map."),
        ({"columns": '[{"name": "a", "colour": 1}]'}, "columns[0].colour: Is unknown"),
    ],
)
def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(
    cast: Cast, typed: dict[str, Any], problem: str
):
    answer = cast.browser("editor").post(NEW, TYPED | typed)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert problem in unescape(html)
    for name, values in form_of(html).items():
        if name in TYPED and name != "csrfmiddlewaretoken":
            sent = (TYPED | typed)[name]
            sent = [
                text.replace("\r\n", "\n") for text in ([sent] if isinstance(sent, str) else sent)
            ]
            assert values[: len(sent)] == sent, name
    assert not Asset.objects.unscoped("test").exists()


def test_an_id_that_is_taken_leads_to_its_asset(world: World):
    browser = world.cast.browser("editor")
    browser.post(NEW, TYPED)
    html = browser.post(NEW, TYPED | {"type": "File"}).content.decode()
    assert "There is an asset “crm.contacts” already." in html
    assert 'href="/main/assets/crm.contacts"' in html
    assert stored().type == "Table"


def test_what_was_only_read_so_far_may_be_described(cast: Cast):
    run = {
        "id": "r1",
        "namespace": "company.data",
        "flowId": "copy",
        "state": {"current": "SUCCESS"},
        "taskRunList": [
            {
                "id": "t1",
                "taskId": "copy",
                "state": {"current": "SUCCESS"},
                "assets": {"inputs": [{"id": "crm.contacts"}]},
            }
        ],
    }
    cast.api("ingest").post("/api/v1/main/executions", run, format="json")
    assert stored().type.endswith("External")
    assert cast.browser("editor").post(NEW, TYPED).status_code == 302
    assert stored().type == "Table"


def test_where_one_may_not_create(cast: Cast, grant: Any):
    grant("dora", "Editor", "company.data")
    browser = cast.browser("dora")
    nowhere = browser.post(NEW, TYPED | {"namespace": ""}).content.decode()
    assert "without a namespace, which takes a grant on the whole tenant" in nowhere
    elsewhere = browser.post(NEW, TYPED | {"namespace": "company.finance"}).content.decode()
    assert "You may not create assets in namespace “company.finance”" in elsewhere
    assert browser.post(NEW, TYPED).status_code == 302


def test_editing_says_only_what_has_changed(world: World):
    browser = world.cast.browser("editor")
    AssetState.objects.unscoped("test").update(clock={"writer": ["0", "company.data"]})
    Asset.objects.unscoped("test").filter(public_id="orders").update(
        metadata={"rows": 5, "nested": {"a": 1, "b": 2}, "old": True},
        description="Line one.\r\nLine two.",
    )
    nothing = edit(browser)
    assert nothing.status_code == 302
    changes = AssetChange.objects.unscoped("test").filter(asset=world.orders)
    assert not changes.exists(), "saving what is there changes nothing"
    answer = edit(
        browser,
        displayName="",
        **{"metadata-name": ["rows", "nested"], "metadata-value": ["6", '{"a": 1}']},
    )
    assert answer.status_code == 302
    [change] = changes
    assert change.changes == {
        "displayName": ["Orders", None],
        "metadata.rows": [5, 6],
        "metadata.nested": [{"a": 1, "b": 2}, {"a": 1}],
        "metadata.old": [True, None],
    }
    assert stored("orders").metadata == {"rows": 6, "nested": {"a": 1}}


def test_everything_can_be_emptied(cast: Cast):
    cast.browser("editor").post(NEW, TYPED)
    url = "/main/assets/crm.contacts/-/edit"
    empty = dict.fromkeys(("description", "owners", "tags", "ttl", "status", "namespace"), "")
    rows = {name: "" for name in TYPED if "-" in name}
    assert edit(cast.browser("editor"), url, **empty, **rows).status_code == 302
    asset = stored()
    assert (asset.namespace, asset.description, asset.expires_at) == (None, None, None)
    assert (asset.owners, asset.tags, asset.columns, asset.metadata) == ([], [], [], {})
    assert asset.status == "active"


def test_what_somebody_else_changed_meanwhile_is_shown_beside_mine(world: World):
    browser = world.cast.browser("editor")
    form = form_of(browser.get(ORDERS).content.decode())
    theirs = {"displayName": "Their orders", "owners": ["finance"]}
    patch = world.cast.api("admin").patch(
        "/api/v1/main/assets/orders", theirs, format="json", headers={"If-Match": "*"}
    )
    assert patch.status_code == 200
    answer = browser.post(ORDERS, form | {"displayName": "My orders"})
    assert answer.status_code == 422
    html = unescape(answer.content.decode())
    assert "Somebody has changed this asset meanwhile." in html
    assert '<del dir="auto">Their orders</del>' in html
    assert '<ins dir="auto">My orders</ins>' in html
    assert "Save mine" in html
    assert stored("orders").display_name == "Their orders"
    again = form_of(answer.content.decode())
    assert again["displayName"] == ["My orders"] and again["etag"] != form["etag"]
    assert browser.post(ORDERS, again).status_code == 302
    assert (stored("orders").display_name, stored("orders").owners) == ("My orders", [])


def test_a_lock_keeps_the_form_out(world: World):
    world.cast.api("admin").post("/api/v1/main/assets/orders/lock")
    browser = world.cast.browser("editor")
    answer = edit(browser, displayName="Mine")
    assert answer.status_code == 422
    assert "is locked by Admin" in answer.content.decode()
    browser.post("/main/assets/orders/-/delete")
    assert "is locked by Admin" in browser.get("/main/assets/orders").content.decode()
    assert stored("orders").deleted_at is None


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("more metadata", ["a", "b", ""]),
        ("less metadata 0", ["b"]),
        ("less metadata 7", ["a", "b"]),
        ("less metadata x", ["a", "b"]),
        ("nonsense", ["a", "b"]),
        ("preview", ["a", "b"]),
    ],
)
def test_rows_come_and_go_without_saving(cast: Cast, step: str, names: list[str]):
    typed = TYPED | {"metadata-name": ["a", "b"], "metadata-value": ["1", "2"], "then": step}
    answer = cast.browser("editor").post(NEW, typed)
    assert answer.status_code == 200
    form = form_of(answer.content.decode())
    assert form["metadata-name"] == names
    assert form["displayName"] == ["Contacts"]
    assert not Asset.objects.unscoped("test").exists()
    assert ("<li>people</li>" in answer.content.decode()) is (step == "preview")


def test_rows_become_json_and_rows_again(cast: Cast):
    browser = cast.browser("editor")
    as_json = browser.post(NEW, TYPED | {"then": "json metadata"}).content.decode()
    form = form_of(as_json)
    assert "metadata-name" not in form
    assert '"rows": 5' in form["metadata"][0] and '"version": "5"' in form["metadata"][0]
    rows = form_of(browser.post(NEW, form | {"then": "rows metadata"}).content.decode())
    assert rows["metadata-name"] == ["system", "rows", "version"]
    assert rows["metadata-value"] == ["crm", "5", '"5"']
    unreadable = browser.post(NEW, form | {"metadata": "{", "then": "rows metadata"})
    assert form_of(unreadable.content.decode())["metadata"] == ["{"]
    columns = form_of(browser.post(NEW, TYPED | {"then": "json columns"}).content.decode())
    assert browser.post(NEW, columns | {"then": "save"}).status_code == 302
    assert stored().columns[1]["tags"] == ["pii", "contact"]


@pytest.mark.parametrize(
    "columns",
    [
        [{"name": "a", "columns": [{"name": "b"}]}],
        [{"name": f"c{n}"} for n in range(101)],
        [{"name": "a", "description": "two\nlines"}],
    ],
)
def test_columns_that_are_no_rows_are_json(world: World, columns: list[Any]):
    Asset.objects.unscoped("test").filter(public_id="orders").update(columns=columns)
    browser = world.cast.browser("editor")
    form = form_of(browser.get(ORDERS).content.decode())
    assert "columns-name" not in form and '"name"' in form["columns"][0]
    assert browser.post(ORDERS, form | {"displayName": "x"}).status_code == 302
    assert stored("orders").columns == columns


def test_a_swap_gets_the_form_alone(cast: Cast):
    browser, swap = cast.browser("editor"), {"HX-Request": "true"}
    answer = browser.post(NEW, TYPED | {"id": ""}, headers=swap)
    assert answer.status_code == 200 and b"<html" not in answer.content
    answer = browser.post(NEW, TYPED, headers=swap)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/main/assets/crm.contacts")


def test_deleting_can_be_undone(world: World):
    browser = world.cast.browser("editor")
    assert browser.post("/main/assets/orders/-/delete")["Location"] == "/main/assets/orders"
    html = browser.get("/main/assets/orders").content.decode()
    assert "“Orders” is deleted." in html and "Undo" in html and ">Restore<" in html
    assert stored("orders").deleted_at
    assert "/-/edit" not in html
    assert browser.post("/main/assets/orders/-/restore").status_code == 302
    assert stored("orders").deleted_at is None
    kinds = AssetChange.objects.unscoped("test").filter(asset=world.orders).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["deleted", "restored"]


def test_buttons_are_for_who_may(world: World):
    seen = world.cast.browser("viewer").get("/main/assets/orders").content.decode()
    assert "/-/edit" not in seen and "/-/delete" not in seen
    assert "/-/new" not in world.cast.browser("viewer").get("/main/catalog").content.decode()
    mine = world.cast.browser("editor").get("/main/assets/orders").content.decode()
    assert "/-/edit" in mine and "/-/delete" in mine
    assert "/-/new" in world.cast.browser("editor").get("/main/catalog").content.decode()


def test_hostile_text_is_text(cast: Cast):
    make_asset(
        cast.main,
        "evil",
        display_name='"><script>x</script>',
        description="</textarea><script>x</script>",
        metadata={'"><b>': "<i>"},
        owners=["</textarea>"],
        created_at=NOW,
    )
    html = cast.browser("editor").get("/main/assets/evil/-/edit").content.decode()
    assert (
        "<script>x" not in html
        and "<b>" not in html.partition('id="asset-form"')[2].partition("</form>")[0]
    )
    assert form_of(html)["description"] == ["</textarea><script>x</script>"]


def test_a_flow_offers_to_describe_what_is_unknown(cast: Cast):
    source = (
        "id: f\nnamespace: company.data\ntasks:\n- id: t\n  type: x\n"
        "  assets: {inputs: [{id: raw/a b?&c}, {id: 'raw.x', type: File}]}"
    )
    cast.api("editor").post(
        "/api/v1/main/flows",
        source.replace("raw/a b?&c", "raw/a?&c"),
        content_type="application/x-yaml",
    )
    html = unescape(cast.browser("editor").get("/main/flows/company.data/f").content.decode())
    assert "/main/assets/-/new?id=raw%2Fa%3F%26c&type=&namespace=company.data" in html
    assert "/main/assets/-/new?id=raw.x&type=File&namespace=company.data" in html
    assert (
        "/-/new" not in cast.browser("viewer").get("/main/flows/company.data/f").content.decode()
    )
