"""OpenLineage events of all kinds: any order, any number of deliveries, the same final state."""

from itertools import permutations
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
DATASETS = st.builds(
    lambda name, facets, names: dataset(name, **facets, **names),
    st.sampled_from(NAMES),
    FACETS,
    OTHER_NAMES,
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
    max_examples=80,
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


def columns_from(name: tuple[str, str]) -> dict[str, Any]:
    inputs = [{"namespace": name[0], "name": name[1], "field": "id"}]
    return {"columnLineage": {"fields": {"id": {"inputFields": inputs}}}}


@pytest.mark.django_db
def test_a_read_that_only_a_link_told_goes_with_the_link() -> None:
    """Also of a run that has not ended, and where it still writes what it read."""
    a, b, c, _ = NAMES
    read_b = event("RUNNING", 5, 2, outputs=[dataset(c, **columns_from(b))])
    write_b = event("RUNNING", 9, 2, outputs=[dataset(b)])
    read_c = event("OTHER", 9, 2, outputs=[dataset(c, **columns_from(c))])
    before = event("COMPLETE", 6, 0, "other", outputs=[dataset(a, **columns_from(b))])
    assert_same_state([before, write_b, read_b, read_c], [[read_b, read_c], [before], [write_b]])


def symlinks(*names: tuple[str, str]) -> dict[str, Any]:
    identifiers = [{"namespace": space, "name": name, "type": "TABLE"} for space, name in names]
    return {"symlinks": {"identifiers": identifiers}}


def in_any_order(*bodies: dict[str, Any]) -> None:
    for order in permutations(bodies):
        assert_same_state(list(bodies), [[body] for body in order])
    assert_same_state(list(bodies), [list(bodies)])


@pytest.mark.django_db
def test_the_last_execution_of_an_edge_is_its_last_run_whatever_its_job_states() -> None:
    a, b = map(dataset, NAMES[:2])
    in_any_order(
        job_event(9, "daily", inputs=[a], outputs=[b]),
        event("COMPLETE", 5, 1, inputs=[a], outputs=[b]),
        event("COMPLETE", 3, 2, inputs=[a], outputs=[b]),
        event("COMPLETE", 5, 3, inputs=[a], outputs=[b]),
    )


@pytest.mark.django_db
def test_a_run_may_tell_other_names_of_what_it_wrote_before() -> None:
    a, b, c, d = NAMES
    in_any_order(
        event("COMPLETE", 5, 1, outputs=[dataset(a, **symlinks(b, c))]),
        event("COMPLETE", 7, 1, inputs=[dataset(b, **symlinks(d))]),
    )


@pytest.mark.django_db
def test_a_name_once_told_is_a_name_also_after_another_has_replaced_it() -> None:
    a, b, c, _ = NAMES
    in_any_order(
        event("START", 5, 1, outputs=[dataset(a, **symlinks(b))]),
        event("COMPLETE", 7, 1, outputs=[dataset(a, **symlinks(c))]),
        event("COMPLETE", 6, 2, inputs=[dataset(b)], outputs=[dataset(c)]),
    )


@pytest.mark.django_db
def test_symlinks_that_contradict_each_other_lead_to_one_asset() -> None:
    """Each names the other, and both claim a third."""
    a, b, c, d = NAMES
    in_any_order(
        dataset_event(1, a, **symlinks(b)),
        dataset_event(2, b, **symlinks(a, c)),
        dataset_event(3, d, **symlinks(c)),
        event("COMPLETE", 5, 1, inputs=[dataset(c)], outputs=[dataset(b)]),
    )


@pytest.mark.django_db
def test_an_event_that_says_two_things_of_one_asset_ends_alike_in_any_order() -> None:
    a, b = NAMES[:2]

    def words(text: str, change: str) -> dict[str, Any]:
        return {
            "documentation": {"description": text},
            "lifecycleStateChange": {"lifecycleStateChange": change},
        }

    says = [dataset(a, **words("y", "CREATE")), dataset(b, **words("x", "DROP"))]
    turned = [dataset(a, **words("x", "CREATE")), dataset(b, **words("y", "DROP"))]
    for outputs in (says, turned):
        in_any_order(event("COMPLETE", 5, 1, outputs=outputs), dataset_event(7, a, **symlinks(b)))


@pytest.mark.parametrize("last", range(4))
def test_what_one_event_said_counts_however_late_it_comes(db: None, last: int) -> None:
    """Also where later events of the same run have said all of it anew before it came."""
    elsewhere = {"namespace": "company.data", "name": "elsewhere", "type": "JOB"}

    def told(minute: int, rows: int, *sources: dict[str, Any]) -> dict[str, Any]:
        output = dataset(NAMES[0], lineage={"inputs": list(sources)}, documentation={"n": rows})
        output["outputFacets"] = {"outputStatistics": {"rowCount": rows}}
        return event("RUNNING", minute, 1, outputs=[output])

    bodies = [told(1, 10), told(2, 20, elsewhere), told(3, 30), told(4, 40)]
    straight, mixed = tenant_access("straight"), tenant_access("mixed")
    for body in bodies:
        post(straight, body)
    for body in [*(one for one in bodies if one is not bodies[last]), bodies[last]]:
        post(mixed, body)
    for tell in (snapshot, observed):
        one, other = tell(straight.tenant), tell(mixed.tenant)
        for part in one:
            assert not difference(one[part], other[part]), part
    assert len(observed(mixed.tenant)["measurements"]) == 4
