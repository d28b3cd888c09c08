"""The shell's scripts in a real Chromium: theme, shortcuts, copying, times, failed swaps."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts import actions
from accounts.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.fixture
def page(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Dora's browser on the catalog of an empty tenant; it may not complain on the way."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    tenant = actions.create_tenant("main")
    dora = actions.create_person("dora@example.com", PASSWORD, name="Dora")
    actions.bind(dora, Role.objects.get(tenant=tenant, name="Viewer"))
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            base_url=live_server.url, permissions=["clipboard-read", "clipboard-write"]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if is_bad(said.type) else None
        )
        page.goto("/main/namespaces")
        page.get_by_label("Email").fill("dora@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/main/namespaces")
        yield page
        browser.close()
    assert [text for text in complaints if "500" not in text] == []


def is_bad(kind: str) -> bool:
    return kind in ("error", "warning")


def test_the_shell_comes_alive(page: Page):
    theme_is_pinned_and_outlives_a_reload(page)
    keys_work_where_nobody_types(page)
    keys_can_be_switched_off(page)
    copying_says_what_it_copied(page)
    times_grow_older(page)
    a_failed_swap_says_so(page)
    signing_out(page)


def theme_is_pinned_and_outlives_a_reload(page: Page) -> None:
    for theme in ("Dark", "Light"):
        page.get_by_role("button", name="Theme").click()
        page.get_by_role("button", name=theme).click()
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme") == theme.lower()
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="As the system").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") is None


def keys_work_where_nobody_types(page: Page) -> None:
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("?gc")
    assert page.evaluate("document.activeElement.value") == "?gc"
    page.reload()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    assert sheet.is_visible()
    page.keyboard.press("Escape")
    assert not sheet.is_visible()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/main/catalog")
    page.goto("/main/namespaces")


def keys_can_be_switched_off(page: Page) -> None:
    """WCAG 2.1.4: somebody who speaks to the computer types letters without meaning to."""
    switch = page.get_by_label("Single-key shortcuts on this device")
    opener = page.get_by_role("button", name="Keyboard shortcuts")
    opener.click()
    switch.click()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    assert not page.get_by_role("dialog").is_visible()
    opener.click()
    switch.click()
    page.keyboard.press("Escape")


def copying_says_what_it_copied(page: Page) -> None:
    insert(page, '<button type="button" data-copy="orders" aria-label="Copy id">x</button>')
    page.get_by_role("button", name="Copy id").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "orders"


def times_grow_older(page: Page) -> None:
    page.clock.install()
    page.reload()
    page.evaluate("window.now = new Date().toISOString()")
    insert(page, '<time data-relative="ago" datetime="">just now</time>')
    page.evaluate("document.querySelector('#main time').dateTime = window.now")
    page.clock.fast_forward("25:00")
    assert page.locator("#main time").inner_text() == "25 min ago"


def a_failed_swap_says_so(page: Page) -> None:
    page.route("**/breaks", lambda route: route.fulfill(status=500, body="broken"))
    insert(page, '<button type="button" hx-get="/breaks">Load</button>')
    page.evaluate("htmx.process(document.querySelector('#main'))")
    page.get_by_role("button", name="Load").click()
    toast = page.get_by_role("region", name="Messages").get_by_text("That did not work")
    toast.wait_for()
    page.get_by_role("button", name="Dismiss").click()
    toast.wait_for(state="detached")


def signing_out(page: Page) -> None:
    page.get_by_role("button", name="Account: Dora").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


def insert(page: Page, html: str) -> None:
    page.evaluate(
        "html => document.querySelector('#main').insertAdjacentHTML('afterbegin', html)", html
    )
