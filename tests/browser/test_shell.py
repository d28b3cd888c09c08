"""What surrounds every page: theme, shortcuts, tenants, copying, times, swaps that failed."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Login, Shell
from tests.browser.watch import Watch

SOME_PAGE = "/main/namespaces"


@pytest.fixture
def alone(open_alone) -> Page:
    """The editor in a browser of their own: what it remembers is gone afterwards."""
    page = open_alone("editor")
    page.goto(SOME_PAGE)
    return page


def test_a_theme_is_pinned_and_outlives_a_reload(alone: Page):
    shell, root = Shell(alone), alone.locator("html")
    for name in ("Dark", "Light"):
        shell.choose_theme(name)
        expect(root).to_have_attribute("data-theme", name.lower())
        alone.reload()
        expect(root).to_have_attribute("data-theme", name.lower())
    shell.choose_theme("As the system")
    alone.reload()
    assert root.get_attribute("data-theme") is None


def test_keys_work_where_nobody_types(page: Page):
    page.goto(SOME_PAGE)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Filter namespaces")
    expect(search).to_be_focused()
    with page.expect_response("**/namespaces?q=*"):
        page.keyboard.type("?gc")
    expect(search).to_have_value("?gc")
    page.reload()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.type("gc")
    expect(Shell(page).heading).to_have_text("Catalog")


def test_keys_can_be_switched_off(alone: Page):
    """WCAG 2.1.4: somebody who speaks to the computer types letters without meaning to."""
    switch = alone.get_by_label("Single-key shortcuts on this device")
    alone.get_by_role("button", name="Keyboard shortcuts").click()
    switch.click()
    alone.keyboard.press("Escape")
    alone.reload()
    alone.keyboard.press("?")
    expect(alone.get_by_role("dialog")).to_be_hidden()


def test_the_first_stop_of_the_tab_key_leads_past_the_navigation(page: Page):
    page.goto(SOME_PAGE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox", name="Filter namespaces")).to_be_focused()


def test_copying_says_so(open_alone):
    page = open_alone("editor", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/main/assets/orders")
    page.get_by_role("button", name="Copy id").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "orders"


def test_times_grow_older(alone: Page):
    alone.clock.install()
    alone.goto("/main/assets/orders")
    alone.evaluate(
        """() => {
            const time = document.querySelector("main time[data-relative=ago]");
            time.dateTime = new Date().toISOString();
            time.id = "watched";
        }"""
    )
    alone.clock.fast_forward("25:00")
    expect(alone.locator("#watched")).to_have_text("25 min ago")


def test_a_failed_swap_says_so(page: Page, watch: Watch):
    page.goto(SOME_PAGE)
    page.route("**/namespaces?q=*", lambda route: route.fulfill(status=500, body="broken"))
    toast = page.get_by_role("region", name="Messages").get_by_text("That did not work")
    with watch.expecting("answered 500", "status of 500", "Response Status Error Code 500"):
        page.get_by_role("searchbox", name="Filter namespaces").fill("data")
        expect(toast).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(toast).to_be_hidden()


def test_signing_out(open_alone):
    page = open_alone("anonymous")
    Login(page).visit(to=SOME_PAGE).sign_in("viewer")
    expect(Shell(page).heading).to_have_text("Namespaces")
    page.get_by_role("button", name="Account: Viewer").click()
    page.get_by_role("button", name="Sign out").click()
    expect(Shell(page).heading).to_have_text("Sign in")
    page.goto(SOME_PAGE)
    expect(Shell(page).heading).to_have_text("Sign in")
