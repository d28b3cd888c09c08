"""Any order, any number of deliveries, any batching: the same final state (DESIGN §6, Order)."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import Access, access_of
from accounts.actions import bind, create_person, create_tenant
from accounts.models import Role
from lineage.recording import record_executions
from tests.factories import NOW
from tests.lineage.snapshots import snapshot
from tests.lineage.worlds import posted, task_run

ASSETS = ("a", "b", "c")
METADATA = st.dictionaries(st.sampled_from("kl"), st.sampled_from([1, 2, None]), max_size=2)
OUTPUTS = st.builds(
    lambda id, type, metadata, optional: {"id": id, "type": type, "metadata": metadata} | optional,
    st.sampled_from(ASSETS),
    st.sampled_from(["Table", "File", "io.kestra.core.models.assets.External"]),
    METADATA,
    st.fixed_dictionaries(
        {},
        optional={
            "displayName": st.sampled_from(["One", "Two"]),
            "namespace": st.sampled_from(["company.data", "company.finance"]),
            "status": st.sampled_from(["leased", None]),
            "ttl": st.sampled_from(["2026-12-31T00:00:00.000Z", None]),
            "partOf": st.sampled_from(["x", None]),
        },
    ),
)


#: What one delivery says and another leaves out.
SOMETIMES = st.fixed_dictionaries(
    {},
    optional={
        "labels": st.dictionaries(st.just("team"), st.sampled_from("xy"), min_size=1),
        "outputs": st.dictionaries(st.just("rows"), st.integers(1, 3), min_size=1),
    },
)


@st.composite
def executions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few executions, each as the snapshots an orchestrator posts while it runs."""
    found = []
    for n in range(draw(st.integers(1, 4))):
        start = NOW + timedelta(minutes=draw(st.integers(0, 3)))
        namespace = draw(st.sampled_from(["company.data", "company.ml"]))
        done: list[dict[str, Any]] = []
        for k in range(draw(st.integers(1, 2))):
            state = draw(st.sampled_from(["SUCCESS", "WARNING", "FAILED"]))
            reads = draw(st.lists(st.sampled_from(ASSETS), max_size=2, unique=True))
            writes = draw(st.lists(OUTPUTS, max_size=2, unique_by=lambda o: o["id"]))
            running = task_run(f"t{n}.{k}", f"task{k}", "RUNNING", start)
            ended = task_run(f"t{n}.{k}", f"task{k}", state, start, reads=reads, writes=writes)
            found.append(
                posted(
                    f"e{n}",
                    f"flow{n % 2}",
                    namespace,
                    "RUNNING",
                    start,
                    runs=[*done, running],
                    **draw(SOMETIMES),
                )
            )
            done.append(ended)
        listed = done if draw(st.booleans()) else []
        found.append(
            posted(
                f"e{n}",
                f"flow{n % 2}",
                namespace,
                "SUCCESS",
                start,
                2,
                runs=listed,
                **draw(SOMETIMES),
            )
        )
        found += [
            posted(f"e{n}", f"flow{n % 2}", namespace, "RUNNING", start, runs=[run])
            for run in done
        ]
    return found


def tenant_access(slug: str) -> Access:
    tenant = create_tenant(slug)
    user = create_person(f"{slug}@example.com", None)
    bind(user, Role.objects.get(tenant=tenant, name="Admin"))
    return access_of(user, tenant)


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_order_any_number_of_deliveries_same_state(data: st.DataObject, db: None) -> None:
    bodies = data.draw(executions(), label="executions")
    shuffled = data.draw(
        st.permutations(bodies + data.draw(st.lists(st.sampled_from(bodies), max_size=3))),
        label="deliveries",
    )
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=len(shuffled)), label="batches")
    from django.db import transaction

    with transaction.atomic():
        straight, mixed = tenant_access("straight"), tenant_access("mixed")
        for body in bodies:
            assert record_executions(straight, [body])[0].status != "failed"
        at = 0
        for size in sizes:
            record_executions(mixed, shuffled[at : at + size])
            at += size
        try:
            assert snapshot(mixed.tenant) == snapshot(straight.tenant)
        finally:
            transaction.set_rollback(True)
