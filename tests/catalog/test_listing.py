"""The catalog page's address: read forgivingly, written in one way."""

import pytest
from django.http import QueryDict

from catalog.listing import Listing


def of(query: str) -> Listing:
    return Listing.of(QueryDict(query))


@pytest.mark.parametrize(
    ("query", "url"),
    [
        ("", "?"),
        ("q=orders", "?q=orders"),
        ("t=type:Table&t=tag:a b&q=orders", "?q=type%3ATable+tag%3Aa+b+orders"),
        ("q=x&sort=-written&cursor=abc", "?q=x&sort=-written&cursor=abc"),
        ("q=x&sort=colour", "?q=x"),
        ("q=x&sort=-", "?q=x"),
    ],
)
def test_an_address_is_normalised(query: str, url: str):
    assert of(query).url == url


def test_a_changed_search_begins_at_its_first_page():
    listing = of("q=orders type:File&sort=-written&cursor=abc")
    assert listing.toggled("type", "Table") == "?q=orders+type%3AFile%2CTable&sort=-written"
    assert listing.first_page == "?q=orders+type%3AFile&sort=-written"
    assert listing.next_page("def").endswith("&cursor=def")
    assert [str(term) for term, _ in listing.tokens] == ["type:File"]
    assert listing.tokens[0][1] == "?q=orders&sort=-written"
    assert listing.words == "orders"


def test_a_head_sorts_and_turns_round():
    assert of("").sorted("name").order == "name"
    assert of("").sorted("written").order == "-written"
    assert of("sort=-written").sorted("written").order == "written"


def chosen(query: str) -> tuple[str, str]:
    """(value, label) of the order that the form shows as chosen."""
    found = [choice[:2] for choice in Listing.of(QueryDict(query)).sort_choices if choice[2]]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("query", "choice"),
    [
        ("", ("", "Id")),
        ("q=orders", ("", "Best match")),
        ("q=ns:company", ("", "Id")),
        ("q=orders&sort=id", ("id", "Id")),
        ("sort=-id", ("-id", "Id")),
        ("sort=-updated", ("-updated", "Last updated")),
        ("sort=updated", ("updated", "Last updated")),
    ],
)
def test_the_form_sends_back_the_order_that_is_shown(query, choice):
    assert chosen(query) == choice


def test_an_order_not_yet_chosen_begins_as_is_useful():
    values = {label: value for value, label, _ in Listing.of(QueryDict("q=orders")).sort_choices}
    assert (values["Name"], values["Last written"]) == ("name", "-written")
