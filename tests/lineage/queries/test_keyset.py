"""Cursors: forwards, back, through ties, and not through nonsense."""

from datetime import timedelta

import pytest

from catalog.cursors import BadCursor, encode_cursor
from lineage.models import Execution
from lineage.queries.keyset import BY_ID, NEWEST_FIRST, OLDEST_FIRST, Keyset
from tests.factories import NOW, make_execution
from tests.world import World


@pytest.fixture
def rows(world: World) -> list[str]:
    """Nine executions, three of them at each of three times."""
    for n in range(7):
        make_execution(world.build_orders, f"e{n}", started_at=NOW + timedelta(hours=n // 3))
    return list(
        Execution.objects.unscoped("test")
        .order_by("-sorted_at", "-pk")
        .values_list("public_id", flat=True)
    )


def executions() -> object:
    return Execution.objects.unscoped("test")


@pytest.mark.parametrize("size", [1, 2, 3, 8, 9, 10])
@pytest.mark.parametrize("keyset", [NEWEST_FIRST, OLDEST_FIRST, BY_ID])
def test_pages_forwards_and_back_are_the_list(rows: list[str], keyset: Keyset, size: int):
    whole = [row.public_id for row in keyset.ordered(executions())]
    pages, page = [], keyset.page(executions(), size)
    pages.append(page)
    while page.after:
        page = keyset.page(executions(), size, page.after)
        pages.append(page)
    assert [row.public_id for page in pages for row in page.rows] == whole
    for expected in reversed(pages[:-1]):
        page = keyset.page(executions(), size, page.before)
        assert page.rows == expected.rows
    assert page.before == ""


def test_rows_that_arrive_meanwhile_shift_nothing(world: World, rows: list[str]):
    first = NEWEST_FIRST.page(executions(), 4)
    make_execution(world.build_orders, "newcomer", started_at=NOW + timedelta(days=1))
    second = NEWEST_FIRST.page(executions(), 9, first.after)
    assert [row.public_id for row in first.rows + second.rows] == rows


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "%00",
        encode_cursor("-sorted_at", [0, NOW]),
        encode_cursor("-sorted_at", [0, "text", 1]),
        encode_cursor("-sorted_at", [0, NOW, "text"]),
        encode_cursor("sorted_at", [0, NOW, 1]),
        encode_cursor("-sorted_at", []),
    ],
)
def test_nonsense_is_refused(db: None, cursor: str):
    with pytest.raises(BadCursor):
        NEWEST_FIRST.page(executions(), 5, cursor)


def test_an_empty_page_has_no_cursors(db: None):
    page = NEWEST_FIRST.page(executions(), 5)
    assert (page.rows, page.before, page.after) == ([], "", "")
