"""OpenLineage events of all kinds: any order, any number of deliveries, the same final state."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lineage.recording.openlineage import record_events
from tests.lineage.events import dataset, dataset_event, event, job_event
from tests.lineage.snapshots import observed, snapshot
from tests.lineage.test_recording_order import tenant_access

NAMES = (
    ("postgres://db:5432", "shop.public.a"),
    ("postgres://db:5432", "shop.public.b"),
    ("s3://lake", "c"),
)
MINUTES = st.integers(0, 9)
FIELDS = st.lists(st.sampled_from(["id", "total"]), min_size=1, max_size=2, unique=True)
LINKS = st.builds(
    lambda name, column, subtype: {
        "fields": {
            "id": {
                "inputFields": [
                    {
                        "namespace": name[0],
                        "name": name[1],
                        "field": column,
                        "transformations": [{"type": "DIRECT", "subtype": subtype}],
                    }
                ]
            }
        }
    },
    st.sampled_from(NAMES),
    st.sampled_from(["id", "total"]),
    st.sampled_from(["IDENTITY", "AGGREGATION"]),
)
JOBS = st.sampled_from(["dag", "dag.task", "design", "elsewhere"])
#: What the Lineage facets list: datasets and jobs, the event's own too.
ENTITY = st.one_of(
    st.sampled_from(NAMES).map(lambda name: ("DATASET", *name)),
    JOBS.map(lambda name: ("JOB", "company.data", name)),
).map(lambda told: dict(zip(("type", "namespace", "name"), told, strict=True)))
LINEAGE = st.builds(lambda sources: {"inputs": sources}, st.lists(ENTITY, max_size=2))
ENTRIES = st.builds(
    lambda target, said: {"lineage": {"entries": [target | said]}}, ENTITY, LINEAGE
)
FACETS = st.fixed_dictionaries(
    {},
    optional={
        "schema": st.builds(lambda names: {"fields": [{"name": n} for n in names]}, FIELDS),
        "documentation": st.builds(lambda text: {"description": text}, st.sampled_from("xyz")),
        "ownership": st.builds(
            lambda name: {"owners": [{"name": name}]}, st.sampled_from(["team:a", "team:b"])
        ),
        "datasetType": st.builds(
            lambda kind: {"datasetType": kind}, st.sampled_from(["TABLE", "VIEW"])
        ),
        "lifecycleStateChange": st.builds(
            lambda change: {"lifecycleStateChange": change},
            st.sampled_from(["DROP", "CREATE", "TRUNCATE"]),
        ),
        "columnLineage": LINKS,
        "lineage": LINEAGE,
    },
)
DATASETS = st.builds(lambda name, facets: dataset(name, **facets), st.sampled_from(NAMES), FACETS)
SIDE = st.lists(DATASETS, max_size=2)
STREAMING = {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}}
JOB_FACETS = st.one_of(
    st.sampled_from([{}, {}, {}, STREAMING, {"documentation": {"description": "of the job"}}]),
    ENTRIES,
)


@st.composite
def families(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events of a root, a child and a grandchild, whose parents some name and others do not."""
    found = []
    for run, job in enumerate(["dag", "dag.task", "dag.task.command"]):
        facets, knows_root = draw(JOB_FACETS), draw(st.booleans())
        for _ in range(draw(st.integers(0, 3))):
            parent = (run - 1, ["dag", "dag.task"][run - 1]) if run else None
            root = (0, "dag") if run == 2 and knows_root else None
            found.append(
                event(
                    draw(st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", "OTHER"])),
                    draw(MINUTES),
                    run,
                    job,
                    inputs=draw(SIDE),
                    outputs=draw(SIDE),
                    parent=parent if draw(st.integers(0, 3)) else None,
                    root=root,
                    job_facets=facets,
                )
            )
    return found


@st.composite
def standing(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events without a run."""
    jobs = [
        job_event(draw(MINUTES), "design", inputs=draw(SIDE), outputs=draw(SIDE))
        for _ in range(draw(st.integers(0, 1)))
    ]
    facets = draw(st.lists(FACETS, max_size=2))
    return jobs + [
        dataset_event(draw(MINUTES), draw(st.sampled_from(NAMES)), **one) for one in facets
    ]


@pytest.mark.django_db
@pytest.mark.slow
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_order_any_number_of_deliveries_same_state(data: st.DataObject, db: None) -> None:
    bodies = data.draw(families(), label="runs") + data.draw(standing(), label="standing")
    again = data.draw(st.lists(st.sampled_from(bodies), max_size=3)) if bodies else []
    shuffled = data.draw(st.permutations(bodies + again), label="deliveries")
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=len(shuffled)), label="batches")
    with transaction.atomic():
        straight, mixed = tenant_access("straight"), tenant_access("mixed")
        for body in bodies:
            [outcome] = record_events(straight, [body])
            assert not outcome.reason
        at = 0
        for size in sizes:
            record_events(mixed, shuffled[at : at + size])
            at += size
        try:
            for tell in (snapshot, observed):
                one, other = tell(straight.tenant), tell(mixed.tenant)
                for part in one:
                    if differ := difference(one[part], other[part]):
                        pytest.fail(f"{part}: {differ}")
        finally:
            transaction.set_rollback(True)


def difference(one: list[Any], other: list[Any]) -> list[Any]:
    """What a failure has to show: the fields that differ, of rows that differ."""
    left = [row for row in one if row not in other]
    right = [row for row in other if row not in one]
    if len(left) != len(right):
        return [left, right]
    pairs = zip(left, right, strict=True)
    return [
        (a[:2], [(n, x, y) for n, (x, y) in enumerate(zip(a, b, strict=True)) if x != y])
        for a, b in pairs
    ]
