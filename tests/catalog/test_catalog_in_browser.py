"""The catalog in a real Chromium: typing, facets, the way back, the tree; no complaint, no axe."""

import os
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.catalog.conftest import Shelf

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
BAD = ("error", "warning")
PAGES = ("catalog", "catalog?q=type:Table", "catalog?q=state:x+nothing", "assets/shop.orders")
PAGES += ("assets/shop.orders/-/history", "namespaces", "namespaces/company.data")


@pytest.fixture
def page(live_server: LiveServer, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """The editor's browser; it may not complain on the way."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    session = shelf.cast.browser("editor").cookies[settings.SESSION_COOKIE_NAME].value
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(base_url=live_server.url)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type in BAD and complaints.append(said.text))
        yield page
        browser.close()
    assert complaints == []


def test_the_catalog_comes_alive(page: Page):
    results_follow_the_typing(page)
    a_term_becomes_a_token_that_can_be_dropped(page)
    a_facet_narrows(page)
    the_way_back_leads_through_what_was_seen(page)
    a_branch_of_the_tree_opens_and_closes(page)


def results_follow_the_typing(page: Page) -> None:
    page.goto("/main/catalog")
    expect(page.locator("#count")).to_have_text("5 assets")
    page.get_by_label("Search the catalog").press_sequentially("ledger", delay=5)
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#facets")).to_contain_text("Table")
    expect(page.locator("#facets")).not_to_contain_text("AWS_BUCKET")
    assert page.url.endswith("/main/catalog?q=ledger")
    assert page.evaluate("document.activeElement.id") == "q"


def a_term_becomes_a_token_that_can_be_dropped(page: Page) -> None:
    box = page.get_by_label("Search the catalog")
    box.fill("type:Table order")
    box.press("Enter")
    expect(page.locator(".token")).to_have_text("type:Table")
    expect(page.get_by_label("Search the catalog")).to_have_value("order")
    page.get_by_label("Remove type:Table").click()
    expect(page.locator(".token")).to_have_count(0)
    expect(page.locator("#results tbody tr")).to_have_count(5)


def a_facet_narrows(page: Page) -> None:
    page.goto("/main/catalog")
    page.locator("#facets").get_by_text("Stale").click()
    expect(page).to_have_url(re.compile("q=state%3Astale$"))
    expect(page.locator("#results tbody tr")).to_have_count(1)


def the_way_back_leads_through_what_was_seen(page: Page) -> None:
    page.go_back()
    expect(page.locator("#results tbody tr")).to_have_count(5)
    page.get_by_label("Search the catalog").press_sequentially("ledger", delay=5)
    expect(page.locator("#results tbody tr")).to_have_count(1)
    page.locator("#results").get_by_text("The ledger").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The ledger")
    page.go_back()
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.get_by_label("Search the catalog")).to_have_value("ledger")


def a_branch_of_the_tree_opens_and_closes(page: Page) -> None:
    page.goto("/main/namespaces")
    button = page.get_by_role("button", name="Open company.data")
    leaf = page.get_by_role("link", name="staging")
    button.click()
    expect(leaf).to_be_visible()
    button.click()
    expect(leaf).to_be_hidden()
    button.click()
    expect(leaf).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_and_fit(page: Page, live_server: LiveServer, theme: str):
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    for path in PAGES:
        for width in (1440, 1024, 400):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"/main/{path}")
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        serious = [
            f"{path}: {found['id']}: {found['nodes'][0]['html']}"
            for found in Axe().run(page).response["violations"]
            if found["impact"] in ("serious", "critical")
        ]
        assert serious == []
