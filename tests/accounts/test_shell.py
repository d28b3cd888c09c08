"""What every page shares: head, navigation, theme, switcher, errors."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import Client
from django.urls import include, path

from accounts import actions
from tests.conftest import Cast, role


def refused(request: HttpRequest) -> None:
    raise PermissionDenied


def broken(request: HttpRequest) -> None:
    raise ZeroDivisionError


urlpatterns = [
    path("refused", refused),
    path("broken", broken),
    path("", include("config.urls")),
]
handler400, handler403 = "accounts.views.bad_request", "accounts.views.not_allowed"
handler404, handler500 = "accounts.views.not_found", "accounts.views.server_error"


def page(client: Client, url: str = "/main/catalog") -> str:
    return client.get(url).content.decode()


def test_one_main_one_heading_and_a_skip_link(cast: Cast):
    html = page(cast.browser("viewer"))
    assert len(re.findall(r"<main\b", html)) == 1
    assert len(re.findall(r"<h1\b", html)) == 1
    assert '<a class="skip" href="#main">' in html


def test_every_link_of_the_navigation_leads_somewhere(cast: Cast):
    browser = cast.browser("viewer")
    links = re.findall(r'<a href="([^"]+)" title="([^"]+)" data-go="([a-z])"', page(browser))
    names = ["Home", "Catalog", "Lineage", "Executions", "Flows", "Namespaces"]
    assert [name for _, name, _ in links] == names
    assert {browser.get(url).status_code for url, _, _ in links} == {200}
    assert len({key for _, _, key in links}) == len(links)


def test_navigation_marks_where_one_is(cast: Cast):
    html = page(cast.browser("viewer"))
    current = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', html)
    assert current == ["/main/catalog"]


def test_the_switcher_lists_only_ones_own_tenants(cast: Cast):
    browser = cast.browser("viewer")
    assert switcher(browser) == ["main"]
    actions.bind(cast.users["viewer"], role(cast.other, "Viewer"), "x")
    assert switcher(browser) == ["main", "other"]


def switcher(browser: Client) -> list[str]:
    menu = re.search(r'id="tenants" popover>(.*?)</div>', page(browser), re.S)[1]
    return re.findall(r"</span>([a-z]+)", menu)


@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("", ""), ('"><x', "")],
)
def test_the_server_writes_the_theme(client: Client, db: None, cookie: str, attribute: str):
    client.cookies["theme"] = cookie
    assert f'<html lang="en"{attribute}>' in page(client, "/accounts/login/")


def test_the_policy_allows_nothing_inline(client: Client, db: None):
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy and "data:" not in policy


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("url", "status", "heading"),
    [
        ("/nowhere/at/all", 404, "Not found"),
        ("/refused", 403, "Not allowed"),
        ("/broken", 500, "Something broke"),
    ],
)
def test_errors_are_pages_too(cast: Cast, url: str, status: int, heading: str):
    browser = cast.browser("viewer")
    browser.raise_request_exception = False
    answer = browser.get(url)
    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in answer.content.decode()


def test_a_form_without_its_token_is_told_to_reload(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


def test_a_wrong_host_is_a_bad_request(client: Client, db: None):
    client.raise_request_exception = False
    answer = client.get("/accounts/login/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "<h1>Bad request</h1>" in answer.content.decode()
