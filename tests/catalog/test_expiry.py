"""Expiry buckets, status and owner as filters (K1.8)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from catalog.expiry import Expiry, expiry_of
from tests.conftest import Cast
from tests.factories import make_asset

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (None, Expiry.NO_EXPIRY),
        (-1, Expiry.EXPIRED),
        (0, Expiry.EXPIRED),
        (7, Expiry.EXPIRING_7D),
        (7.1, Expiry.EXPIRING_30D),
        (31, None),
    ],
)
def test_k1_8_the_narrowest_bucket(days: float | None, bucket: Expiry | None) -> None:
    expires_at = None if days is None else NOW + timedelta(days=days)
    assert expiry_of(expires_at, NOW) == bucket


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filters[expiry][EQUALS]=EXPIRED", ["late"]),
        ("filters[expiry][EQUALS]=EXPIRING_7D", ["soon"]),
        ("filters[expiry][EQUALS]=expiring_30d", ["later", "soon"]),
        ("filters[expiry][EQUALS]=NO_EXPIRY", ["forever"]),
        ("filters[expiry][NOT_EQUALS]=NO_EXPIRY", ["late", "later", "soon", "year"]),
        ("filters[expiry][IN]=EXPIRED,EXPIRING_7D", ["late", "soon"]),
        ("filters[ttl][IS_NULL]=", ["forever"]),
        ("filters[ttl][LESS_THAN]=2001-01-01", []),
        ("filters[status][EQUALS]=leased", ["soon"]),
        ("filters[status][NOT_EQUALS]=leased", ["forever", "late", "later", "year"]),
        ("filters[owner][EQUALS]=group:ops", ["later"]),
        ("filters[partOf][EQUALS]=cluster", ["soon"]),
    ],
)
def test_k1_8_filters_of_the_api(cast: Cast, query: str, found: list[str]) -> None:
    now = timezone.now()
    make_asset(cast.main, "late", expires_at=now - timedelta(days=1))
    make_asset(cast.main, "soon", expires_at=now + timedelta(days=3), status="leased",
               part_of={"id": "cluster"})  # fmt: skip
    make_asset(cast.main, "later", expires_at=now + timedelta(days=20), owners=["group:ops"])
    make_asset(cast.main, "year", expires_at=now + timedelta(days=365))
    make_asset(cast.main, "forever")
    answer = cast.api("admin").get(f"/api/v1/main/assets/search?sort=id:asc&{query}")
    assert answer.status_code == 200, answer.json()
    assert [asset["id"] for asset in answer.json()["results"]] == found


def test_k1_8_the_query_box_knows_them(cast: Cast) -> None:
    make_asset(cast.main, "late", expires_at=NOW - timedelta(days=900), status="leased")
    make_asset(cast.main, "forever")
    browser = cast.browser("admin")
    for query in ("expiry:expired", "status:leased", "-expiry:no_expiry"):
        page = browser.get("/main/catalog", {"q": query}).content.decode()
        assert "late</bdi>" in page and "forever</bdi>" not in page, query


def test_k1_8_the_api_and_the_page_show_them(cast: Cast) -> None:
    make_asset(
        cast.main,
        "vm",
        status="leased",
        expires_at=datetime(2001, 1, 1, tzinfo=UTC),
        owners=["user:mara", "ops"],
    )
    shown = cast.api("admin").get("/api/v1/main/assets/vm").json()
    assert (shown["status"], shown["ttl"]) == ("leased", "2001-01-01T00:00:00.000Z")
    assert (shown["owner"], shown["owners"]) == ("user:mara", ["user:mara", "ops"])
    page = cast.browser("admin").get("/main/assets/vm").content.decode()
    assert "<dt>Status</dt>" in page and "leased" in page
    assert "<dt>Expired</dt>" in page and "2001-01-01" in page
