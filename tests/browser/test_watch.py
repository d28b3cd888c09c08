"""The watch and the looks see what they are there for; without this they could be blind."""

import pytest

from tests.browser.looks import WIDTHS, flaws
from tests.browser.pages import Catalog
from tests.browser.watch import Watch
from tests.config.checkouts import free_port

INLINE_STYLE = """() => {
    document.body.insertAdjacentHTML("beforeend", '<p style="width: 3000px">wide</p>');
}"""


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        (INLINE_STYLE, "Content Security Policy"),
        ("() => console.warn('careful')", "console: careful"),
        ("() => { setTimeout(() => { throw new Error('oh no') }) }", "oh no"),
    ],
)
def test_the_watch_hears_what_a_page_says(page, watch: Watch, script, complaint):
    Catalog(page).visit()
    with watch.expecting(complaint):
        page.evaluate(script)
        page.wait_for_timeout(100)


def test_the_watch_sees_requests_that_fail(page, watch: Watch):
    Catalog(page).visit()
    with watch.expecting("answered 404 (/main/nowhere)", "Failed to load resource"):
        page.evaluate("() => fetch('/main/nowhere')")
        page.wait_for_timeout(100)


def test_the_watch_sees_other_hosts(page, watch: Watch):
    Catalog(page).visit()
    with watch.expecting("another host", "failed: net::ERR_CONNECTION_REFUSED"):
        page.evaluate(f"() => {{ location = 'http://127.0.0.1:{free_port()}/' }}")
        page.wait_for_timeout(100)


def test_what_is_too_wide_or_bars_somebody_is_found(page):
    Catalog(page).visit()
    page.evaluate(
        """() => {
            const picture = document.createElement("img");
            const wide = document.createElement("div");
            wide.style.width = "3000px";
            wide.append(picture, "wide");
            document.querySelector("main").append(wide);
        }"""
    )
    found = flaws(page)
    for width in WIDTHS:
        assert any(f"at {width}: the page is" in flaw for flaw in found)
    for look in ("light at 400", "light at 1440", "dark at 1440"):
        assert any(f"{look}: image-alt" in flaw for flaw in found)
