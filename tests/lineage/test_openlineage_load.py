"""Large events and many of them: as many statements as for one small event."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import Access
from catalog.models import Asset
from lineage.models import AssetUsage, ColumnEdge, Edge, Execution
from tests.conftest import Cast
from tests.lineage.events import DAILY, ORDERS, dataset, event, job_event, post, run_id

SPACE = "postgres://db:5432"


def schema(columns: int) -> dict[str, Any]:
    return {"fields": [{"name": f"c{n}", "type": "int"} for n in range(columns)]}


def links(columns: int) -> dict[str, Any]:
    """Each column comes from that of the same name."""
    return {
        "fields": {
            f"c{n}": {"inputFields": [{"namespace": DAILY[0], "name": DAILY[1], "field": f"c{n}"}]}
            for n in range(columns)
        }
    }


def taken(access: Access, *bodies: dict[str, Any]) -> list[str]:
    """The statements of one request, savepoints left out."""
    with CaptureQueriesContext(connection) as captured:
        post(access, *bodies)
    return [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]


def wide(kind: str, minute: int, run: int, columns: int = 2, inputs: int = 1) -> dict[str, Any]:
    """Three datasets at least, with columns and what these come from."""
    facets = {"schema": schema(columns), "columnLineage": links(columns)}
    reads = [dataset((SPACE, f"shop.in.t{n}"), schema=schema(2)) for n in range(inputs)]
    return event(
        kind,
        minute,
        run,
        inputs=[dataset(DAILY, schema=schema(columns)), *reads],
        outputs=[dataset(ORDERS, **facets)],
    )


@pytest.fixture
def warm(cast: Cast) -> Access:
    """What a process keeps is there, and so are the namespaces, the flow and the assets."""
    access = cast.access("ingest")
    post(access, wide("START", 1, 900), wide("COMPLETE", 2, 900))
    return access


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "inputs"), [(10_000, 1), (2, 5_000)])
def test_a_large_event_takes_the_statements_of_a_small_one(
    warm: Access, columns: int, inputs: int
) -> None:
    start_small = taken(warm, wide("START", 3, 1, inputs=2))
    small = taken(warm, wide("COMPLETE", 4, 1, inputs=2))
    start_large = taken(warm, wide("START", 5, 2, columns, inputs))
    large = taken(warm, wide("COMPLETE", 6, 2, columns, inputs))
    # other statements may come only where something is new that was there for the small event
    assert len(large) <= len(small) + 2, (len(large), len(small))
    assert len(start_large) <= len(start_small) + 4, (len(start_large), len(start_small))
    found = Asset.objects.unscoped("test").get(public_id="/".join(ORDERS))
    assert len(found.columns) == columns
    assert ColumnEdge.objects.unscoped("test").count() == columns
    assert Edge.objects.unscoped("test").filter(downstream=found).count() == max(inputs, 2) + 1
    usages = AssetUsage.objects.unscoped("test").filter(task_run__public_id=run_id(2))
    assert usages.count() == inputs + 2


def family(kind: str, minute: int, first: int, count: int) -> list[dict[str, Any]]:
    return [
        event(
            kind,
            minute,
            first + n,
            f"job{n}",
            inputs=[dataset(DAILY, schema=schema(3))],
            outputs=[dataset((SPACE, f"shop.out.t{n}"), schema=schema(3), columnLineage=links(3))],
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("kind", ["START", "COMPLETE"])
def test_two_hundred_events_take_the_statements_of_one(cast: Cast, kind: str) -> None:
    access = cast.access("ingest")
    post(access, *family("START", 1, 0, 200), *family("COMPLETE", 2, 0, 200))
    made = {}
    for count, first in ((1, 1000), (200, 2000)):
        starts = taken(access, *family("START", 3, first, count))
        ends = taken(access, *family("COMPLETE", 4, first, count))
        made[count] = len(starts if kind == "START" else ends)
    assert made[200] == made[1]
    assert Execution.objects.unscoped("test").count() == 401


def test_job_events_take_a_constant_number(cast: Cast) -> None:
    access = cast.access("ingest")

    def designs(minute: int, count: int) -> list[dict[str, Any]]:
        return [
            job_event(minute, f"j{n}", inputs=[dataset(DAILY)], outputs=[dataset(ORDERS)])
            for n in range(count)
        ]

    post(access, *designs(1, 200))
    assert len(taken(access, *designs(2, 1))) == len(taken(access, *designs(3, 200)))


def test_an_event_of_a_known_run_takes_few_statements(warm: Access) -> None:
    post(warm, wide("START", 3, 1))
    found = taken(warm, wide("COMPLETE", 4, 1))
    assert len(found) <= 15, "\n".join(one[:160] for one in found)
