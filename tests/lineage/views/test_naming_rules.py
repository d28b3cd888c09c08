"""The admin pages of naming rules."""

import pytest
from django.test import Client

from catalog.models import NamingRule
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

LIST = "/main/admin/naming-rules"


@pytest.fixture
def browser(cast: Cast) -> Client:
    return cast.browser("admin")


def rules() -> list[tuple[str, str, str]]:
    rows = NamingRule.objects.unscoped("test").order_by("kind", "position")
    return list(rows.values_list("pattern", "id_template", "namespace"))


def make(browser: Client, pattern: str, **fields: str) -> None:
    said = {"kind": "dataset", "pattern": pattern, "id_template": "{name}"} | fields
    assert browser.post(f"{LIST}/-/new", said).status_code == 302


def test_an_empty_list_says_what_rules_are_for(browser: Client) -> None:
    html = browser.get(LIST).content.decode()
    assert "None: an asset is called" in html
    assert f"{LIST}/-/new?kind=job" in html


def test_a_rule_is_made_edited_and_deleted(browser: Client) -> None:
    make(browser, "postgres://w:5432", namespace="company.data")
    assert rules() == [("postgres://w:5432", "{name}", "company.data")]
    pk = NamingRule.objects.unscoped("test").get().pk
    assert "postgres://w:5432" in browser.get(f"{LIST}/{pk}").content.decode()
    said = {"pattern": "postgres://*", "id_template": "pg.{name}", "namespace": ""}
    assert browser.post(f"{LIST}/{pk}", said).status_code == 302
    assert rules() == [("postgres://*", "pg.{name}", "")]
    browser.post(f"{LIST}/{pk}/delete")
    html = browser.get(LIST).content.decode()
    assert rules() == []
    assert 'value="pg.{name}"' in html  # the undo button's


def test_what_is_wrong_stands_at_its_field(browser: Client) -> None:
    said = {"kind": "dataset", "pattern": "s3://*", "id_template": "all"}
    answer = browser.post(f"{LIST}/-/new", said)
    assert answer.status_code == 422
    assert "It must hold {name}" in answer.content.decode()


def test_rules_move_up_and_down(browser: Client) -> None:
    for name in "abc":
        make(browser, name)
    pk = NamingRule.objects.unscoped("test").get(pattern="b").pk
    browser.post(f"{LIST}/{pk}/place", {"to": "up"})
    assert [rule[0] for rule in rules()] == ["b", "a", "c"]
    browser.post(f"{LIST}/{pk}/place", {"to": "up"})
    browser.post(f"{LIST}/{pk}/place", {"to": "down"})
    browser.post(f"{LIST}/{pk}/place", {"to": "down"})
    browser.post(f"{LIST}/{pk}/place", {"to": "down"})
    assert [rule[0] for rule in rules()] == ["a", "c", "b"]


def test_a_name_is_tried_while_it_is_typed(browser: Client) -> None:
    make(browser, "s3://*", id_template="lake.{name}")
    said = {"namespace": "s3a://lake", "name": "raw/orders"}
    html = browser.get(LIST, said, HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in html
    assert "lake.raw/orders" in html
    assert "s3://lake/raw/orders" in html


def test_who_only_looks_gets_no_buttons(cast: Cast) -> None:
    assert cast.browser("editor").get(LIST).status_code == 403
