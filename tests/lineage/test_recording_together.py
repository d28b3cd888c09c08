"""Eight concurrent writers on overlapping assets: no deadlock, exact counts."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.access import Access
from catalog.models import Asset
from lineage.models import Edge, Execution
from lineage.recording import record_executions
from tests.lineage.test_recording_order import tenant_access
from tests.lineage.worlds import posted, task_run

WRITERS, REQUESTS, BATCH = 8, 12, 5
SHARED = [f"asset-{n}" for n in range(12)]


def write(access: Access, writer: int) -> list[str]:
    """Posts batches whose assets, flows and namespaces overlap with everybody else's."""
    shuffled = random.Random(writer)
    statuses = []
    try:
        for request in range(REQUESTS):
            bodies = []
            for n in range(BATCH):
                key = f"{writer}-{request}-{n}"
                reads, writes = shuffled.sample(SHARED, 3), shuffled.sample(SHARED, 3)
                flow, namespace = f"flow{shuffled.randrange(4)}", f"ns{shuffled.randrange(3)}"
                runs = [task_run(f"t{key}", reads=["hub", *reads], writes=[*writes, "sink"])]
                bodies.append(posted(f"e{key}", flow, namespace, runs=runs))
            statuses += [result.status for result in record_executions(access, bodies)]
    finally:
        connection.close()
    return statuses


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_writers_on_the_same_assets() -> None:
    access = tenant_access("busy")
    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = list(pool.map(lambda n: write(access, n), range(WRITERS)))
    total = WRITERS * REQUESTS * BATCH
    assert [s for outcome in outcomes for s in outcome] == ["created"] * total
    assert Execution.objects.unscoped("test").count() == total
    sink = Asset.objects.unscoped("test").select_related("state").get(public_id="sink")
    assert sink.state.writes == total
    through = Edge.objects.unscoped("test").filter(
        upstream__public_id="hub", downstream__public_id="sink"
    )
    assert sum(through.values_list("runs", flat=True)) == total
