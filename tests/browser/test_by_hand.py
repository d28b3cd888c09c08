"""A person describes an asset, says what feeds it, and brings a file, in a real browser."""

from playwright.sync_api import expect

from tests.browser.looks import flaws
from tests.browser.pages import Asset, Catalog, Graph


def test_an_asset_is_described_and_linked(open_as):
    page = open_as("editor")
    Catalog(page).visit()
    page.get_by_role("link", name="New asset").click()
    page.get_by_label("Id", exact=True).fill("crm.contacts")
    page.get_by_label("Type", exact=True).fill("Table")
    page.get_by_label("Namespace", exact=True).fill("company.data")
    page.get_by_label("Description", exact=True).fill("Who we *know*.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview of the description")).to_contain_text("know")
    page.get_by_label("Key 1").fill("system")
    page.get_by_label("Value 1").fill("crm")
    page.get_by_role("button", name="Add a key").click()
    expect(page.get_by_label("Key 2")).to_be_visible()
    expect(page.get_by_label("Value 1")).to_have_value("crm")
    page.get_by_label("Key 2").fill("system")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_text("Stands twice.")).to_be_visible()
    page.get_by_role("button", name="Remove system").nth(1).click()
    page.get_by_role("button", name="Create").click()
    expect(Asset(page).heading).to_contain_text("crm.contacts")

    Graph(page).visit("crm.contacts")
    page.get_by_text("Add an edge").click()
    page.get_by_label("The other asset is").select_option("downstream")
    page.get_by_label("Asset", exact=True).press_sequentially("order")
    expect(page.locator("#edge-assets option[value='orders']")).to_be_attached()
    page.get_by_label("Asset", exact=True).fill("orders")
    page.get_by_label("Note").fill("Every Monday.")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(Graph(page).node("Orders")).to_be_visible()
    page.get_by_role("button", name="Take back the edge to Orders").click()
    expect(Graph(page).node("Orders")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(Graph(page).node("Orders")).to_be_visible()

    # Other tests count what there is.
    page.get_by_role("button", name="Take back the edge to Orders").click()
    Asset(page).visit("crm.contacts")
    page.get_by_role("button", name="Delete this asset").click()
    expect(page.get_by_text("“crm.contacts” is deleted.")).to_be_visible()


def test_a_file_is_brought_and_looked_at(open_as):
    page = open_as("editor")
    Catalog(page).visit()
    page.get_by_role("button", name="Export").click()
    page.get_by_role("link", name="Import & export").click()
    text = b"id,type,displayName\norders,,Orders of the shop\nbad id,Table,\n"
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text}
    page.get_by_label("File", exact=True).set_input_files(files=[file])
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="Nothing is written yet")).to_be_visible()
    expect(page.get_by_role("region", name="Rows")).to_contain_text("must not contain U+0020")
    assert not flaws(page)
    page.get_by_role("link", name="1 Updated").click()
    expect(page.get_by_role("region", name="Rows")).to_contain_text("Orders of the shop")
    assert not flaws(page)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("“people.csv” is discarded.")).to_be_visible()
