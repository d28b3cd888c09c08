"""An address says what a page shows, and a page makes addresses: there and back again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from lineage.queries.horizon import Direction, Horizon
from lineage.queries.walk import GROWTH, Growth
from lineage.sights import MOST, MOST_EXPANSIONS, Expansion, Sight
from tests.factories import NOW

ids = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
moments = st.none() | st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)
)


@st.composite
def sights(draw: st.DrawFn) -> Sight:
    since, as_of = draw(moments), draw(moments)
    if since and as_of and since > as_of:
        since, as_of = as_of, since
    horizon = Horizon(
        direction=draw(st.sampled_from(Direction)),
        depth=draw(st.none() | st.integers(1, 99)),
        limit=draw(st.integers(1, MOST)),
        since=since,
        as_of=as_of,
    )
    return Sight(
        asset=draw(ids),
        horizon=horizon,
        seen=draw(st.sampled_from([None, 7, 30, 90])),
        flows=draw(st.booleans()),
        groups=draw(st.booleans()),
        expand=tuple(
            draw(
                st.lists(
                    st.builds(Expansion, st.sampled_from(["upstream", "downstream"]), ids),
                    max_size=4,
                )
            )
        ),
        selected=draw(st.just("") | ids),
        as_list=draw(st.booleans()),
    )


@given(sight=sights())
def test_there_and_back(sight: Sight):
    assert Sight.of(QueryDict(sight.url().removeprefix("?"))) == sight


def test_the_usual_is_left_out_of_the_address():
    assert Sight("orders").url() == "?asset=orders"
    assert Sight("").url() == "?"


def test_one_choice_changes_one_parameter():
    sight = Sight.of(QueryDict("asset=a&depth=3&flows=0"))
    assert sight.url(direction=Direction.UPSTREAM) == "?asset=a&direction=upstream&depth=3&flows=0"
    assert sight.url(flows=True) == "?asset=a&depth=3"
    assert sight.expanded("downstream", "b") == "?asset=a&depth=3&flows=0&expand=downstream%3Ab"


def test_what_cannot_be_read_is_named_and_left_out():
    sight = Sight.of(
        QueryDict("asset=a&depth=0&limit=9999&seen=8&expand=sideways:b&expand=upstream:")
    )
    assert [problem["field"] for problem in sight.problems] == ["depth", "limit"]
    assert (sight.horizon.depth, sight.seen, sight.expand) == (2, None, ())


def test_a_page_draws_no_more_than_it_can():
    assert Sight.of(QueryDict("asset=a&limit=5000")).horizon.limit == MOST
    many = "&".join(f"expand=upstream:{n}" for n in range(99))
    assert len(Sight.of(QueryDict(many)).expand) == MOST_EXPANSIONS


@pytest.mark.parametrize(("as_of", "end"), [("", NOW), ("&asOf=2026-11-01T00:00:00Z", None)])
def test_seen_reckons_from_the_moment_that_is_shown(as_of: str, end: datetime | None):
    horizon = Sight.of(QueryDict("asset=a&seen=30" + as_of)).within(NOW)
    assert horizon.since == (end or datetime(2026, 11, 1, tzinfo=UTC)) - timedelta(days=30)


def test_growths_of_what_may_be_seen_add_up():
    sight = Sight.of(QueryDict("expand=upstream:a&expand=upstream:a&expand=downstream:hidden"))
    assert sight.growths({"a": 1}) == [Growth(1, "upstream", 2 * GROWTH)]
