"""Orders of OpenLineage events that once ended differently, each told in all orders."""

from itertools import permutations
from typing import Any

import pytest

from tests.lineage.events import dataset, dataset_event, event, job_event, post
from tests.lineage.snapshots import observed, snapshot
from tests.lineage.test_openlineage_order import NAMES, assert_same_state, difference
from tests.lineage.test_recording_order import tenant_access

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def columns_from(name: tuple[str, str]) -> dict[str, Any]:
    inputs = [{"namespace": name[0], "name": name[1], "field": "id"}]
    return {"columnLineage": {"fields": {"id": {"inputFields": inputs}}}}


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


def test_the_last_execution_of_an_edge_is_its_last_run_whatever_its_job_states() -> None:
    a, b = map(dataset, NAMES[:2])
    in_any_order(
        job_event(9, "daily", inputs=[a], outputs=[b]),
        event("COMPLETE", 5, 1, inputs=[a], outputs=[b]),
        event("COMPLETE", 3, 2, inputs=[a], outputs=[b]),
        event("COMPLETE", 5, 3, inputs=[a], outputs=[b]),
    )


def test_a_run_may_tell_other_names_of_what_it_wrote_before() -> None:
    a, b, c, d = NAMES
    in_any_order(
        event("COMPLETE", 5, 1, outputs=[dataset(a, **symlinks(b, c))]),
        event("COMPLETE", 7, 1, inputs=[dataset(b, **symlinks(d))]),
    )


def test_a_name_once_told_is_a_name_also_after_another_has_replaced_it() -> None:
    a, b, c, _ = NAMES
    in_any_order(
        event("START", 5, 1, outputs=[dataset(a, **symlinks(b))]),
        event("COMPLETE", 7, 1, outputs=[dataset(a, **symlinks(c))]),
        event("COMPLETE", 6, 2, inputs=[dataset(b)], outputs=[dataset(c)]),
    )


def test_symlinks_that_contradict_each_other_lead_to_one_asset() -> None:
    """Each names the other, and both claim a third."""
    a, b, c, d = NAMES
    in_any_order(
        dataset_event(1, a, **symlinks(b)),
        dataset_event(2, b, **symlinks(a, c)),
        dataset_event(3, d, **symlinks(c)),
        event("COMPLETE", 5, 1, inputs=[dataset(c)], outputs=[dataset(b)]),
    )


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


def test_a_statement_counts_once_however_often_it_is_told() -> None:
    query = "insert into shop.mart (id, total) select id, sum(total) from shop.orders group by id"
    tells: dict[str, Any] = {"job_facets": {"sql": {"query": query}}}
    in_any_order(
        event("START", 1, 1, **tells),
        event("RUNNING", 4, 1),
        event("COMPLETE", 6, 1, **tells),
        job_event(5, "daily", inputs=[dataset(NAMES[0])], outputs=[dataset(NAMES[1])]),
    )
