"""One site and one Chromium for all browser tests; a context, logged in once, per persona."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.browser import story
from tests.browser.looks import HEIGHT, WIDTHS
from tests.browser.pages import Login
from tests.browser.site import database_beside, served
from tests.browser.watch import Watch

HERE = Path(__file__).parent
#: Milliseconds until something that should be there is missed; the machine may be busy.
PATIENCE = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where it is. Without it the tests are skipped, but not where all of them must run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing = "there is no chromium on the PATH (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="package")
def origin(
    chromium: str, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Where the site is, with the people and the story in it."""
    with django_db_blocker.unblock(), database_beside() as database, served(database) as origin:
        story.tell(origin, story.make_people().token("ingest"))
        yield origin


@pytest.fixture(scope="package")
def browser(chromium: str, origin: str) -> Iterator[Browser]:
    """Ends with this package: other tests want a thread without a running loop again."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium)


@pytest.fixture(scope="package")
def watch(origin: str) -> Watch:
    return Watch(origin)


@pytest.fixture(scope="package")
def new_context(browser: Browser, origin: str, watch: Watch) -> Callable[..., BrowserContext]:
    """A browser that knows nobody yet; `options` are Playwright's."""

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=origin,
            viewport={"width": WIDTHS[-1], "height": HEIGHT},
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        return context

    return make


@pytest.fixture(scope="package")
def context_of(new_context: Callable[..., BrowserContext]) -> Callable[[str], BrowserContext]:
    """`context_of("viewer")`: their browser, logged in through the login page when first asked."""
    contexts: dict[str, BrowserContext] = {}

    def find(name: str) -> BrowserContext:
        if name not in contexts:
            contexts[name] = new_context()
            if name != "anonymous":
                page = contexts[name].new_page()
                Login(page).visit(to="/accounts/password/set/").sign_in(name)
                page.close()
        return contexts[name]

    return find


@pytest.fixture
def watched(watch: Watch) -> Iterator[Watch]:
    """The test fails if a page did what none may do."""
    watch.complaints.clear()
    yield watch
    assert not watch.complaints, "\n".join(watch.complaints)


@pytest.fixture
def open_as(
    context_of: Callable[[str], BrowserContext], watched: Watch
) -> Iterator[Callable[[str], Page]]:
    """`open_as("viewer")`: a new page in the browser that all tests share as that person."""
    pages: list[Page] = []

    def open_page(name: str) -> Page:
        pages.append(context_of(name).new_page())
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture
def open_alone(
    context_of: Callable[[str], BrowserContext],
    new_context: Callable[..., BrowserContext],
    watched: Watch,
) -> Iterator[Callable[..., Page]]:
    """The same, logged in as well, but in a browser that forgets; for tests that change it."""
    contexts: list[BrowserContext] = []

    def open_page(name: str, **options: Any) -> Page:
        login = context_of(name).storage_state()
        contexts.append(new_context(storage_state=login, **options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_as: Callable[[str], Page]) -> Page:
    """The editor's."""
    return open_as("editor")
