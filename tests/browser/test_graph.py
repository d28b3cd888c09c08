"""The lineage graph under a pointer and a keyboard: it grows, lights up, moves and is found in."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

EXPLORER = "/main/lineage?asset=orders&depth=1"


class Graph:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.svg = page.locator(".pan > svg.graph")

    def node(self, name: str) -> Locator:
        return self.svg.locator(".node").and_(self.page.locator(f'[aria-label*=" {name},"]'))

    def more(self, label: str) -> Locator:
        return self.svg.locator(f'.more[aria-label="{label}"]')

    @property
    def inspector(self) -> Locator:
        return self.page.get_by_role("complementary", name="Selected")

    def width(self) -> float:
        return float(self.svg.get_attribute("width") or 0)


@pytest.fixture
def graph(open_as) -> Graph:
    page = open_as("editor")
    page.goto(EXPLORER)
    return Graph(page)


def unloaded(page: Page) -> None:
    """From here on, a page load would be noticed by `still_here`."""
    page.evaluate("window.stayed = true")


def still_here(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def test_the_graph_grows_in_place_and_back_again(graph: Graph):
    page = graph.page
    unloaded(page)
    expect(graph.node("step_2")).to_have_count(0)
    graph.more("Show 1 more downstream of step_1").click()
    expect(graph.node("step_2")).to_be_visible()
    expect(page).to_have_url(re.compile(r"expand=downstream%3Astep_1"))
    graph.more("Show 1 more downstream of step_2").click()
    expect(graph.node("step_3")).to_be_visible()
    assert still_here(page)
    page.go_back()
    expect(graph.node("step_2")).to_be_visible()
    expect(graph.node("step_3")).to_have_count(0)
    page.reload()
    expect(graph.node("step_2")).to_be_visible()


def test_a_click_selects_and_a_second_opens(graph: Graph):
    page = graph.page
    unloaded(page)
    before = graph.node("stg_orders").locator(".box").bounding_box()
    graph.node("stg_orders").click()
    expect(graph.inspector.get_by_role("link", name="stg_orders").first).to_be_visible()
    expect(graph.node("stg_orders")).to_have_class(re.compile("selected"))
    assert still_here(page)
    after = graph.node("stg_orders").locator(".box").bounding_box()
    assert before and after
    assert abs(before["x"] - after["x"]) < 3, "the graph stays where it is"
    graph.node("stg_orders").click()
    expect(page).to_have_url(re.compile("/main/assets/stg_orders$"))


def test_what_is_lit_follows_the_selection(graph: Graph):
    expect(graph.node("stg_orders")).to_have_class(re.compile("up"))
    graph.node("step_1").click()
    expect(graph.node("Orders")).to_have_class(re.compile("up"))
    expect(graph.node("metric_north")).to_have_class(re.compile("dim"))


def test_arrows_walk_along_the_edges(graph: Graph):
    page = graph.page
    graph.node("stg_orders").focus()
    page.keyboard.press("ArrowRight")
    expect(graph.node("build_orders · build")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(graph.node("Orders")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(graph.node("stg_orders")).to_be_focused()
    page.keyboard.press("Enter")
    expect(graph.node("stg_orders")).to_have_class(re.compile("selected"))
    expect(graph.node("stg_orders")).to_be_focused()


def test_zoom_by_key_button_and_wheel(graph: Graph):
    page = graph.page
    page.get_by_role("button", name="Fit").click()
    fitting = graph.width()
    page.get_by_role("button", name="Zoom in").click()
    assert graph.width() == pytest.approx(fitting * 1.25)
    graph.node("Orders").focus()
    page.keyboard.press("-")
    assert graph.width() == pytest.approx(fitting)
    graph.node("Orders").hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    expect(graph.svg).not_to_have_attribute("width", re.compile(f"^{fitting:.3f}"))
    assert graph.width() > fitting
    page.keyboard.press("0")
    assert graph.width() == pytest.approx(fitting)


def test_dragging_moves_and_does_not_click(graph: Graph):
    page = graph.page
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    box = graph.node("Orders").bounding_box()
    assert box
    x, y = box["x"] + 40, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y, steps=5)
    page.mouse.up()
    moved = graph.node("Orders").bounding_box()
    assert moved and moved["x"] == pytest.approx(box["x"] - 120, abs=2)
    expect(page).to_have_url(re.compile(re.escape(EXPLORER) + "$"))


def test_find_brings_a_node_into_sight(graph: Graph):
    page = graph.page
    page.goto("/main/lineage?asset=orders&depth=all")
    page.keyboard.press("f")
    find = page.get_by_role("searchbox", name="Find in this graph")
    expect(find).to_be_focused()
    find.fill("step_6")
    expect(graph.node("step_6")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(graph.node("step_6")).to_be_focused()


def test_the_toolbar_changes_the_graph_and_the_address(graph: Graph):
    page = graph.page
    unloaded(page)
    page.get_by_label("Depth").select_option("2")
    expect(graph.node("step_2")).to_be_visible()
    expect(page).to_have_url(re.compile("asset=orders"))
    page.get_by_role("button", name="Flows").click()
    expect(graph.node("build_orders · build")).to_have_count(0)
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.get_by_role("row", name="Table step_2")).to_be_visible()
    assert still_here(page)


def test_without_script_every_choice_is_a_link(open_alone):
    page = open_alone("editor", java_script_enabled=False)
    page.goto(EXPLORER)
    graph = Graph(page)
    graph.more("Show 1 more downstream of step_1").click()
    expect(graph.node("step_2")).to_be_visible()
    graph.node("step_2").click()
    expect(graph.node("step_2")).to_have_class(re.compile("selected"))
    page.get_by_label("Depth").select_option("1")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("depth=1"))


def test_what_a_viewer_may_not_see_is_a_place_without_a_name(open_as):
    page = open_as("viewer")
    page.goto(EXPLORER)
    expect(page.locator(".node.restricted").first).to_be_visible()
    assert "ledger" not in page.content()


def test_the_overview_loads_its_neighbours(open_as):
    page = open_as("editor")
    page.goto("/main/assets/orders")
    expect(Graph(page).node("stg_orders")).to_be_visible()
    pan = page.locator(".preview > .pan")
    assert pan.evaluate("pan => [pan.scrollWidth - pan.clientWidth, pan.scrollLeft]") == [0, 0]
    expect(page.get_by_role("heading", name="Flows that read or write it")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Impact: \d+ assets"))).to_be_visible()
