"""The catalog page's address: what its form sends back as the order."""

import pytest
from django.http import QueryDict

from catalog.listing import Listing


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
