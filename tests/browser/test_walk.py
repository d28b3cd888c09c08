"""One visit as people make it: from the login to an asset, what feeds it, the run and its flow."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.pages import Asset, Catalog, Execution, Flow, Graph, Login, Shell
from tests.browser.story import FAILED_RUN, RUN

TASK_RUNS = ["stage", "build", "regions", "measure", "north", "measure", "south"]


class Trail:
    """The addresses of a visit, with what stood there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.places: dict[str, str] = {}

    def mark(self) -> None:
        self.places[self.page.url] = self.heading

    @property
    def heading(self) -> str:
        return Shell(self.page).heading.inner_text()

    def walk_again(self) -> None:
        """Whatever was reached by a click is reached by its address."""
        for url, heading in self.places.items():
            self.page.goto(url)
            assert self.heading == heading


def test_from_the_login_to_a_flow(open_alone: Callable[..., Page]):
    page = open_alone("anonymous")
    trail = Trail(page)
    Login(page).visit().sign_in("editor")
    shell = Shell(page)
    expect(shell.heading).to_have_text("Home")
    trail.mark()

    shell.go("Catalog")
    catalog = Catalog(page)
    catalog.search.press_sequentially("orders")
    expect(page).to_have_url(re.compile(r"\?q=orders$"))
    expect(catalog.asset("ledger")).to_have_count(0)
    trail.mark()

    catalog.asset("Orders").click()
    asset = Asset(page)
    expect(asset.heading).to_contain_text("Orders")
    expect(page.get_by_text("One row an order, once it is paid.")).to_be_visible()
    expect(page.get_by_role("region", name="Downstream")).to_contain_text("General ledger")
    trail.mark()
    asset.tab("History").click()
    expect(page.get_by_role("region", name="History")).to_contain_text("Created by flow")
    trail.mark()
    asset.tab("Executions").click()
    page.get_by_role("link", name="Writes").click()
    expect(page).to_have_url(re.compile("direction=write"))
    trail.mark()

    asset.tab("Lineage").click()
    graph = Graph(page)
    expect(graph.node("Orders")).to_have_attribute("aria-current", "true")
    expect(graph.node("stg_orders")).to_be_visible()
    trail.mark()
    page.get_by_role("link", name="Explorer").click()
    expect(graph.inspector).to_contain_text("General ledger")
    expect(graph.node("step_3")).to_have_count(0)
    graph.more("downstream", "step_2").click()
    expect(graph.node("step_3")).to_be_visible()
    expect(page).to_have_url(re.compile("expand=downstream%3Astep_2"))
    trail.mark()
    graph.node("build_orders · build").click()
    expect(graph.inspector.get_by_role("link", name="Open flow")).to_be_visible()
    trail.mark()
    graph.node("Orders").click()
    graph.inspector.get_by_role("link", name="Executions").click()

    page.get_by_role("link", name=RUN).first.click()
    run = Execution(page)
    expect(run.heading).to_contain_text("build_orders")
    assert run.task_runs() == TASK_RUNS
    expect(run.assets_of("build")).to_contain_text("stg_orders")
    trail.mark()

    page.get_by_role("list", name="Path").get_by_role("link", name="build_orders").click()
    flow = Flow(page)
    expect(flow.source).to_contain_text("CREATE OR REPLACE TABLE orders")
    expect(flow.reads).to_contain_text("shop.raw_orders")
    expect(flow.writes).to_contain_text("metric_north")
    trail.mark()

    trail.walk_again()


def test_a_failed_run_says_why(page: Page):
    page.goto("/main/executions")
    page.get_by_role("link", name=re.compile("^Failed")).click()
    expect(page).to_have_url(re.compile("state=FAILED"))
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(2)
    page.get_by_role("link", name=FAILED_RUN).click()
    problems = Execution(page).problems
    expect(problems).to_contain_text('relation "crm.customers" does not exist')
    expect(problems).to_contain_text("after 2 attempts")


def test_back_and_forth_after_swaps(page: Page):
    catalog = Catalog(page).visit()
    everything = catalog.count.inner_text()
    catalog.search.press_sequentially("metric")
    expect(page).to_have_url(re.compile(r"q=metric$"))  # only then the list is the new one
    expect(catalog.asset("metric_south")).to_be_visible()
    expect(catalog.asset("ledger")).to_have_count(0)
    catalog.asset("metric_south").click()
    expect(catalog.heading).to_contain_text("metric_south")

    page.go_back()
    expect(catalog.search).to_have_value("metric")
    expect(catalog.asset("metric_north")).to_be_visible()
    page.go_back()
    expect(catalog.search).to_have_value("")
    expect(catalog.count).to_have_text(everything)
    page.go_forward()
    expect(catalog.search).to_have_value("metric")
    expect(catalog.asset("metric_north")).to_be_visible()
    catalog.search.press_sequentially("_n")
    expect(catalog.asset("metric_south")).to_have_count(0)


def test_switching_tenants(open_as: Callable[[str], Page]):
    page = open_as("admin")
    shell = Shell(page)
    page.goto("/main/catalog")
    shell.switch_tenant("other")
    expect(shell.heading).to_have_text(re.compile("."))
    expect(page).to_have_url(re.compile("/other/$"))
    shell.go("Catalog")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    page.goto("/")
    expect(page).to_have_url(re.compile("/other/$"))
    shell.switch_tenant("main")
    shell.go("Catalog")
    expect(Catalog(page).asset("Orders")).to_be_visible()


def test_a_viewer_finds_only_their_namespace(open_as: Callable[[str], Page]):
    page = open_as("viewer")
    catalog = Catalog(page).visit()
    expect(catalog.asset("Orders")).to_be_visible()
    expect(catalog.asset("General ledger")).to_have_count(0)
    Shell(page).go("Namespaces")
    expect(page.get_by_role("link", name="company.finance")).to_have_count(0)
    Shell(page).go("Executions")
    expect(page.get_by_role("link", name=RUN)).to_be_visible()
    expect(page.get_by_role("link", name="run-ledger-1")).to_have_count(0)
