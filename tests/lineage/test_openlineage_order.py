"""OpenLineage events of all kinds: any order, any number of deliveries, the same final state."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.lineage.events import dataset, dataset_event, event, job_event, post
from tests.lineage.snapshots import observed, snapshot
from tests.lineage.test_recording_order import tenant_access

NAMES = (
    ("postgres://db:5432", "shop.public.a"),
    ("postgres://db:5432", "shop.public.b"),
    ("s3://lake", "c"),
    ("hive://meta:9083", "shop.d"),
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
    st.just(("JOB",)),
).map(lambda told: dict(zip(("type", "namespace", "name"), told, strict=False)))
LINEAGE = st.builds(lambda sources: {"inputs": sources}, st.lists(ENTITY, max_size=2))
ENTRIES = st.lists(
    st.builds(lambda target, said: target | said, ENTITY, LINEAGE), min_size=1, max_size=3
).map(lambda listed: {"lineage": {"entries": listed}})
SYMLINKS = st.builds(
    lambda names: {
        "identifiers": [{"namespace": n[0], "name": n[1], "type": "TABLE"} for n in names]
    },
    st.lists(st.sampled_from([*NAMES, ("gs://lake", "e")]), min_size=1, max_size=2, unique=True),
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
#: Other names are told seldom, else all datasets are soon one.
OTHER_NAMES = st.one_of(*[st.just({})] * 5, st.fixed_dictionaries({"symlinks": SYMLINKS}))
#: From a name that comes after the new one, of any two symlinked: else, and in a circle, the order
#: tells which id stays (docs/names.md).
RENAMED = {NAMES[0]: NAMES[1], NAMES[1]: NAMES[2], NAMES[3]: NAMES[0]}


def told_of(name: tuple[str, str], facets: dict[str, Any], names: Any, was: bool) -> Any:
    before = RENAMED.get(name) if was else None
    if before:
        previous = {"namespace": before[0], "name": before[1]}
        change = {"lifecycleStateChange": "RENAME", "previousIdentifier": previous}
        facets = facets | {"lifecycleStateChange": change}
    return dataset(name, **facets, **names)


DATASETS = st.builds(
    told_of,
    st.sampled_from(NAMES),
    FACETS,
    OTHER_NAMES,
    st.sampled_from([False] * 11 + [True]),
)
SIDE = st.lists(DATASETS, max_size=2)
STREAMING = {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}}
JOB_FACETS = st.one_of(
    st.sampled_from([{}, {}, {}, STREAMING, {"documentation": {"description": "of the job"}}]),
    ENTRIES,
)


#: Run → its job, and the run that may be its parent.
RUNS = {0: ("dag", None), 1: ("dag.task", 0), 2: ("dag.task.command", 1), 3: ("dag", None)}


@st.composite
def families(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events of a root, a child and a grandchild, whose parents some name and others do not, and
    of another run of the root's job."""
    found = []
    for run, (job, above) in RUNS.items():
        facets, knows_root = draw(JOB_FACETS), draw(st.booleans())
        for _ in range(draw(st.integers(0, 3 if run < 3 else 2))):
            parent = (above, RUNS[above][0]) if above is not None else None
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
    """Events without a run: of the same jobs and of one that never runs, and of datasets."""
    jobs = [
        job_event(
            draw(MINUTES),
            draw(st.sampled_from(["dag", "dag.task", "dag.task.command", "design"])),
            inputs=draw(SIDE),
            outputs=draw(SIDE),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    said = draw(st.lists(st.tuples(FACETS, OTHER_NAMES), max_size=2))
    return jobs + [
        dataset_event(draw(MINUTES), draw(st.sampled_from(NAMES)), **facets, **names)
        for facets, names in said
    ]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]:
    """Events, and how they come otherwise: in requests of several, in any order, some again."""
    bodies = draw(families()) + draw(standing())
    again = draw(st.lists(st.sampled_from(bodies), max_size=3)) if bodies else []
    left = draw(st.permutations(bodies + again))
    batches = []
    while left:
        size = draw(st.integers(1, 4))
        batches.append(left[:size])
        left = left[size:]
    return bodies, batches


@pytest.mark.django_db
@pytest.mark.slow
@settings(
    max_examples=120,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=deliveries())
def test_any_order_any_number_of_deliveries_same_state(told: Any, db: None) -> None:
    assert_same_state(*told)


def assert_same_state(bodies: list[dict[str, Any]], batches: list[list[dict[str, Any]]]) -> None:
    """Of a tenant that heard the events one by one, and one that heard the batches."""
    with transaction.atomic():
        straight, mixed = tenant_access("straight"), tenant_access("mixed")
        for body in bodies:
            post(straight, body)
        for batch in batches:
            post(mixed, *batch)
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
