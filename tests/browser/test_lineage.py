"""The graph under mouse and keyboard, and what a viewer does not get to see in it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.pages import Graph


def test_a_node_grows_in_place_and_back_takes_it_away(page: Page):
    graph = Graph(page).visit("orders")
    expect(graph.node("step_2")).to_be_visible()
    graph.more("downstream", "step_2").click()
    expect(graph.node("step_3")).to_be_visible()
    expect(graph.node("Orders")).to_be_visible()
    page.reload()
    expect(graph.node("step_3")).to_be_visible()
    page.go_back()
    expect(graph.node("step_2")).to_be_visible()
    expect(graph.node("step_3")).to_have_count(0)
    graph.more("downstream", "step_2").click()
    expect(graph.node("step_3")).to_be_visible()


def test_depth_direction_and_flows_are_in_the_address(page: Page):
    graph = Graph(page).visit("orders")
    page.get_by_label("Depth").select_option("All")
    expect(graph.node("step_6")).to_be_visible()
    page.get_by_role("link", name="Downstream", exact=True).click()
    expect(graph.node("stg_orders")).to_have_count(0)
    page.get_by_role("button", name="Flows").click()
    expect(graph.node("long_chain · make_step_1")).to_have_count(0)
    page.reload()
    expect(graph.node("step_6")).to_be_visible()
    expect(graph.node("stg_orders")).to_have_count(0)
    expect(graph.node("long_chain · make_step_1")).to_have_count(0)


def test_the_keyboard_walks_along_the_edges(page: Page):
    graph = Graph(page).visit("stg_orders")
    graph.node("stg_orders").focus()
    page.keyboard.press("ArrowRight")
    expect(graph.node("build_orders · build")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(graph.node("Orders")).to_be_focused()
    page.keyboard.press("Enter")
    expect(graph.node("Orders")).to_have_attribute("aria-current", "true")
    expect(graph.node("Orders")).to_be_focused()
    expect(page).to_have_url(re.compile("selected="))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/assets/orders$"))
    expect(graph.heading).to_contain_text("Orders")


def test_find_moves_to_a_node(page: Page):
    graph = Graph(page).visit("orders")
    page.keyboard.press("f")
    page.keyboard.type("metric_s")
    page.keyboard.press("Escape")
    expect(graph.node("metric_south")).to_be_focused()


def test_the_graph_as_a_table(page: Page):
    Graph(page).visit("orders")
    page.get_by_role("link", name="Table", exact=True).click()
    row = page.get_by_role("row").filter(has_text="stg_orders").filter(has_text="1 upstream")
    expect(row).to_contain_text("company.data")


def test_a_viewer_sees_that_there_is_more_but_not_what(open_as: Callable[[str], Page]):
    page = open_as("viewer")
    graph = Graph(page).visit("orders")
    expect(graph.node("step_1")).to_be_visible()
    the_flow_and_its_ledger = graph.picture.get_by_role(
        "img", name="Restricted: you have no access"
    )
    expect(the_flow_and_its_ledger).to_have_count(2)
    assert not re.search("ledger|close_books|company.finance", page.content())


def test_choosing_where_to_start(page: Page):
    page.goto("/main/lineage")
    page.get_by_role("searchbox", name="What an asset comes from").press_sequentially("stg")
    page.get_by_role("region", name="Suggestions").get_by_role("link", name="stg_orders").click()
    expect(Graph(page).node("stg_orders")).to_have_attribute("aria-current", "true")
