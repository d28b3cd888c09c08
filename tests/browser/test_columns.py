"""Columns, facets and edges under a keyboard and a pointer."""

import re

from playwright.sync_api import Page, expect

from tests.browser.port_story import CALLS, root_id

TAB = f"/main/assets/{CALLS}/-/columns"

#: Where a line is in the middle of its length, on the screen.
MIDDLE = """path => {
    path.scrollIntoView({ block: "center", inline: "center" });
    const middle = path.getPointAtLength(path.getTotalLength() / 2);
    const point = middle.matrixTransform(path.getScreenCTM());
    return [point.x, point.y];
}"""


def test_columns_are_searched_in_place(page: Page):
    page.goto(TAB)
    table = page.get_by_role("region", name="Columns")
    expect(table.get_by_role("row")).to_have_count(5)
    page.get_by_role("searchbox", name="Search the columns").fill("numeric draught")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"q=numeric\+draught|q=numeric%20draught"))
    page.go_back()
    expect(table.get_by_role("row")).to_have_count(5)


def test_what_a_column_comes_from_opens_beside_it(page: Page):
    page.goto(TAB)
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="tonnes", exact=True))
    row.get_by_text("1 column", exact=True).first.click()
    row.get_by_role("link", name=re.compile("ais_calls.*tonnes")).click()
    expect(page).to_have_url(re.compile(r"ais_calls/-/columns/lineage\?column=tonnes"))


def test_the_lineage_of_a_column_by_keyboard(page: Page):
    page.goto(f"{TAB}/lineage?column=tonnes")
    chosen = page.locator(".node.column.selected")
    chosen.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(":focus")).to_have_attribute(
        "aria-label", re.compile("^Column tonnes of .*ais_calls")
    )
    page.keyboard.press("ArrowRight")
    expect(chosen).to_be_focused()
    page.keyboard.press("e")
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^How .*tonnes"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#link-"))
    page.goto(f"{TAB}/lineage?column=tonnes")
    chosen.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"ais_calls/-/columns/lineage\?column=tonnes"))


def test_an_edge_tells_what_is_known_of_it_by_keyboard(page: Page):
    page.goto(f"/main/lineage?asset={CALLS}&depth=1")
    page.evaluate("window.stayed = true")
    page.locator(".node.selected").focus()
    page.keyboard.press("e")
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^How .* goes into"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Edge", exact=True)
    expect(panel.get_by_role("heading", name="Edge", exact=True)).to_be_focused()
    expect(panel).to_contain_text("OpenLineage")
    assert page.evaluate("window.stayed") is True
    panel.get_by_role("link", name="Close the edge").click()
    expect(panel).to_have_count(0)


def test_a_line_is_wide_enough_to_be_hit(page: Page):
    page.goto(f"/main/lineage?asset={CALLS}&depth=1")
    x, y = page.locator(".wire .edge").last.evaluate(MIDDLE)
    page.mouse.click(x, y + 4)
    expect(page.get_by_role("region", name="Edge", exact=True)).to_be_visible()
    expect(page.locator(".wire[aria-current]")).to_have_count(1)


def test_cards_list_columns_and_one_is_followed(page: Page):
    page.goto(f"/main/lineage?asset={CALLS}")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("link", name="Column tonnes", exact=True).nth(1).click()
    expect(page.locator(".node.column.selected")).to_have_count(1)
    expect(page.locator(".node.column.dim").first).to_be_visible()
    page.get_by_role("link", name="Open its lineage").click()
    expect(page.locator(".node.column.selected")).to_be_visible()


def test_facets_are_loaded_when_they_are_opened(page: Page):
    page.goto(f"/main/assets/{CALLS}")
    page.get_by_text("OpenLineage facets").click()
    facet = page.locator("details").filter(has=page.locator("summary", has_text="Column lineage"))
    facet.last.locator("summary").first.click()
    expect(facet.last).to_contain_text("coalesce(tonnes, 0)")


def test_runs_and_events_open_in_place(page: Page):
    page.goto(f"/main/executions/{root_id(0)}")
    run = page.locator("details").filter(has=page.locator("summary", has_text="load_calls"))
    run.locator("summary").first.click()
    expect(run).to_contain_text("insert into port.calls")
    page.get_by_role("link", name="Events as they came", exact=True).click()
    event = page.locator("#event-list details").first
    event.locator("summary").click()
    expect(event.get_by_label("Event as JSON")).to_contain_text("eventType")
