"""A catalog to look around in: tenant `main`, with namespaces beside each other and one near miss.

shop.orders              Table in company.data, mart, fresh
shop.order_items         Dataset in company.data.staging, stale
s3://lake/orders/        AWS_BUCKET in company.data2 (no child of company.data)
ledger                   Table in company.finance, failed
SalesOrders              File without a namespace, never written
gone                     deleted, in company.data
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Asset
from catalog.queries import Search, list_assets
from catalog.query_language import parse_query
from tests.conftest import Cast
from tests.factories import make_asset

HOUR = timedelta(hours=1)


@dataclass
class Shelf:
    """The cast with the assets above, and how the tests look for them."""

    cast: Cast
    assets: dict[str, Asset]

    def find(self, query: str, sort: str = "", *, who: str = "admin") -> list[str]:
        """The ids that `who` finds, in order."""
        search = Search.of(parse_query(query), sort.lstrip("-"), sort.startswith("-"))
        found = list_assets(self.cast.access(who), search, timezone.now(), size=100)
        return [asset.public_id for asset in found.assets]


@pytest.fixture
def shelf(cast: Cast) -> Shelf:
    now, main = timezone.now(), cast.main
    table = "io.kestra.plugin.ee.assets.Table"
    made = [
        make_asset(
            main,
            "shop.orders",
            "company.data",
            type=table,
            display_name="Orders, one row per order",
            description="Amounts in euro.",
            metadata={"model_layer": "mart", "rows": 5, "pii": True, "a.b": "dotted"},
            owners=["finance", "Mara Lindt"],
            tags=["certified"],
            created_at=now - 9 * HOUR,
            updated_at=now - HOUR,
            last_written_at=now - HOUR,
            stale_at=now + HOUR,
        ),
        make_asset(
            main,
            "shop.order_items",
            "company.data.staging",
            type="io.kestra.plugin.ee.assets.Dataset",
            metadata={"model_layer": "staging", "rows": "5"},
            tags=["pii"],
            created_at=now - 8 * HOUR,
            updated_at=now - 5 * HOUR,
            last_written_at=now - 5 * HOUR,
            stale_at=now - HOUR,
        ),
        make_asset(
            main,
            "s3://lake/orders/",
            "company.data2",
            type="AWS_BUCKET",
            created_at=now - 7 * HOUR,
            updated_at=now - 2 * HOUR,
            last_read_at=now,
        ),
        make_asset(
            main,
            "ledger",
            "company.finance",
            type="TABLE",
            display_name="The ledger",
            description="Every order, booked.",
            created_at=now - 6 * HOUR,
            updated_at=now - 3 * HOUR,
            last_written_at=now - 9 * HOUR,
            last_failed_at=now - 3 * HOUR,
        ),
        make_asset(
            main,
            "SalesOrders",
            None,
            type="File",
            created_at=now - 5 * HOUR,
            updated_at=now - 4 * HOUR,
        ),
        make_asset(main, "gone", "company.data", deleted_at=now - HOUR, updated_at=now),
    ]
    make_asset(cast.other, "shop.orders", "company.data", display_name="Orders of somebody else")
    return Shelf(cast, {asset.public_id: asset for asset in made})
