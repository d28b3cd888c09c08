"""What tests of importing share: bringing a project in, and looking at what is there."""

from datetime import UTC, datetime, timedelta
from typing import Any

from catalog.models import Asset
from lineage.dbt import Artifacts, Options
from lineage.dbt_import import ImportResult, import_dbt
from lineage.models import Edge
from tests.conftest import Cast

IN_DATA = Options(namespace="company.data")
WHY = "test"


def bring(cast: Cast, artifacts: Artifacts, who: str = "ingest", **more: Any) -> ImportResult:
    options = more.pop("options", IN_DATA)
    return import_dbt(cast.access(who), artifacts, options, **more)


def asset(public_id: str) -> Asset:
    return Asset.objects.unscoped(WHY).select_related("namespace").get(public_id=public_id)


def edges() -> set[tuple[str | None, str | None]]:
    rows = Edge.objects.unscoped(WHY).values_list("upstream__public_id", "downstream__public_id")
    return set(rows)


def later(days: int) -> dict[str, Any]:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(days=days)
    return {"metadata": {"generated_at": at.isoformat()}}
