"""The admin page of what holds for a whole tenant."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role, Tenant
from accounts.permissions import Action, Resource
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

PAGE = "/main/admin/settings"


@pytest.fixture
def browser(cast: Cast) -> Client:
    return cast.browser("admin")


def turn(browser: Client, setting: str, value: str) -> Any:
    return browser.post(PAGE, {"setting": setting, "value": value}, follow=True)


def is_read() -> bool:
    return Tenant.objects.get(slug="main").infers_sql


def test_sql_is_turned_on_off_and_back_by_the_toast(cast: Cast, browser: Client) -> None:
    html = browser.get(PAGE).content.decode()
    assert html.count("Turn on") == 2
    html = turn(browser, "infersSql", "on").content.decode()
    assert is_read()
    assert not Tenant.objects.get(slug="other").infers_sql
    assert "is read from now on" in html
    toast = html[html.index("data-toast") :]
    address = re.search(r'action="([^"]+)"', toast)
    assert address and address[1] == PAGE
    fields = dict(re.findall(r'name="(\w+)" value="(\w+)"', toast))
    browser.post(address[1], fields)
    assert not is_read()


def test_turning_what_is_so_already_says_nothing(browser: Client) -> None:
    html = turn(browser, "requiresExistingNamespaces", "off").content.decode()
    assert "data-toast" not in html.split("<template>")[0]


@pytest.mark.parametrize(("setting", "value"), [("", ""), ("infersSql", "maybe"), ("slug", "on")])
def test_what_makes_no_sense_changes_nothing(browser: Client, setting: str, value: str) -> None:
    assert turn(browser, setting, value).status_code == 400
    assert not is_read()


def test_who_may_only_look_gets_no_buttons(cast: Cast, grant: Any) -> None:
    role = Role.objects.create(
        tenant=cast.main,
        name="Auditor",
        permissions={str(Resource.TENANT_SETTINGS): [str(Action.VIEW)]},
    )
    grant("nora", role.name)
    nora = cast.browser("nora")
    html = nora.get(PAGE).content.decode()
    assert "Turn on" not in html
    assert "Somebody with TENANT_SETTINGS:UPDATE can change them" in html
    assert turn(nora, "infersSql", "on").status_code == 403
    assert not is_read()


def test_the_page_is_among_the_others_of_admin(browser: Client) -> None:
    html = browser.get("/main/admin/exporters").content.decode()
    assert f'href="{PAGE}"' in html
    shell = browser.get(PAGE).content.decode()
    assert re.search(r'title="Admin"[^>]*aria-current="page"', shell)
