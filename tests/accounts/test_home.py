"""The first page: on to a tenant, or what to do without one."""

from accounts import actions
from tests.conftest import Cast, role


def test_on_to_the_only_tenant(cast: Cast):
    assert cast.browser("viewer").get("/")["Location"] == "/main/"


def test_on_to_the_tenant_looked_at_last(cast: Cast):
    editor = cast.users["editor"]
    actions.bind(editor, role(cast.other, "Viewer"))
    browser = cast.browser("editor")
    assert browser.get("/")["Location"] == "/main/"
    browser.get("/other/catalog")
    assert browser.get("/")["Location"] == "/other/"


def test_not_to_a_tenant_that_was_taken_away(cast: Cast):
    viewer = cast.users["viewer"]
    viewer.last_tenant = cast.other
    viewer.save()
    assert cast.browser("viewer").get("/")["Location"] == "/main/"


def test_without_a_tenant_the_page_tells_what_to_ask_for(cast: Cast):
    html = cast.browser("instance_admin").get("/").content.decode()
    assert "manage.py grant Viewer --user root@example.com" in html
