"""The namespace pages: a tree that holds, counts and finds only what its reader may see."""

import re
from typing import Any

import pytest

from catalog import namespace_tree
from catalog.namespace_tree import Node, level_below, named_like
from tests.catalog.conftest import Shelf
from tests.conftest import Cast
from tests.factories import make_asset, make_namespace

PAGE = "/main/namespaces"


def level(shelf: Shelf, who: str, parent: str = "") -> list[Node]:
    nodes, more = level_below(shelf.cast.access(who), parent)
    assert not more
    return nodes


def test_levels_of_the_tree(shelf: Shelf):
    """`company` is no namespace itself; it stands there for what is below."""
    assert level(shelf, "admin") == [Node("company", False, 4, 4)]
    assert level(shelf, "admin", "company") == [
        Node("company.data", True, 1, 2),
        Node("company.data2", True, 0, 1),
        Node("company.finance", True, 0, 1),
    ]
    assert level(shelf, "admin", "company.data") == [Node("company.data.staging", True, 0, 1)]
    assert level(shelf, "admin", "company.finance") == []


def test_a_viewer_s_tree_counts_only_what_is_theirs(shelf: Shelf):
    assert level(shelf, "viewer") == [Node("company", False, 2, 2)]
    assert level(shelf, "viewer", "company") == [Node("company.data", True, 1, 2)]
    assert level(shelf, "ingest") == []


def test_counts_and_levels_are_bounded(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(namespace_tree, "COUNT_CAP", 1)
    monkeypatch.setattr(namespace_tree, "LEVEL", 2)
    nodes, more = level_below(shelf.cast.access("admin"), "company")
    assert nodes == [
        Node("company.data", True, 1, 1, capped=True),
        Node("company.data2", True, 0, 1),
    ]
    assert more
    nodes, more = level_below(shelf.cast.access("admin"), "company", nodes[-1].name)
    assert ([node.name for node in nodes], more) == (["company.finance"], False)


def test_a_name_is_found_by_a_part(shelf: Shelf):
    found = named_like(shelf.cast.access("admin"), "DATA")
    assert [node.name for node in found] == [
        "company.data",
        "company.data.staging",
        "company.data2",
    ]
    assert [n.name for n in named_like(shelf.cast.access("viewer"), "2")] == []
    assert named_like(shelf.cast.access("admin"), "%") == []


def test_the_page_opens_the_one_top_name(shelf: Shelf):
    html = shelf.cast.browser("admin").get(PAGE).content.decode()
    assert re.findall(r'<a class="mono" href="/main/namespaces/([^"]+)"', html) == [
        "company",
        "company.data",
        "company.data2",
        "company.finance",
    ]


def test_a_branch_is_fetched_alone(shelf: Shelf):
    path = f"{PAGE}/company.data/-/children"
    html = shelf.cast.browser("viewer").get(path).content.decode()
    assert "<!doctype" not in html
    assert ">staging</a>" in html


def test_a_filter_that_finds_nothing_says_so(shelf: Shelf):
    html = shelf.cast.browser("admin").get(PAGE, {"q": "<b>"}).content.decode()
    assert "No namespace is called like “<bdi>&lt;b&gt;</bdi>”." in html


def test_a_tenant_without_namespaces_says_so(cast: Cast):
    assert "No namespace yet" in cast.browser("viewer").get(PAGE).content.decode()


def test_one_namespace_shows_its_assets_and_what_is_below(shelf: Shelf):
    namespace = make_namespace(shelf.cast.main, "company.data")
    namespace.description = "What *data* makes. <script>"
    namespace.save()
    html = shelf.cast.browser("viewer").get(f"{PAGE}/company.data").content.decode()
    assert "What <em>data</em> makes." in html
    assert "<script>" not in html.split("<main")[1]
    assert "/main/assets/shop.order_items" in html
    assert ">staging</a>" in html


def test_a_name_that_others_begin_with_has_a_page(shelf: Shelf):
    html = shelf.cast.browser("viewer").get(f"{PAGE}/company").content.decode()
    assert "ledger" not in html
    assert "/main/assets/shop.orders" in html


@pytest.mark.parametrize("name", ["company.finance", "company.data2", "company.dat", "nowhere"])
@pytest.mark.parametrize("tail", ["", "/-/children"])
def test_what_a_viewer_may_not_see_is_not_there(shelf: Shelf, name: str, tail: str):
    assert shelf.cast.browser("viewer").get(f"{PAGE}/{name}{tail}").status_code == 404


@pytest.mark.parametrize("rows", [1, 60])
@pytest.mark.parametrize("path", ["", "/top", "/top/-/children"])
def test_statements_do_not_grow_with_the_rows(
    cast: Cast, rows: int, path: str, django_assert_max_num_queries: Any
):
    for number in range(rows):
        make_asset(cast.main, f"a{number:02}", f"top.n{number:02}.below")
    browser = cast.browser("admin")
    browser.get(PAGE + path)
    with django_assert_max_num_queries(10):
        browser.get(PAGE + path)
