"""Jobs that Lineage facets link with each other, with no dataset in between."""

from collections.abc import Callable
from itertools import permutations
from typing import Any
from zlib import crc32

import pytest

from accounts.models import User
from tests.conftest import Cast
from tests.factories import make_flow, make_namespace
from tests.lineage.events import ORDERS, event, job_event, post
from tests.lineage.openlineage.samples import spec_example, with_spec
from tests.statements import statements

API = "/api/v1/main/flows"
NAMESPACE = "company.data"


def job(name: str, namespace: str = NAMESPACE, **more: Any) -> dict[str, Any]:
    return {"type": "JOB", "namespace": namespace, "name": name, **more}


def told(name: str, *entries: dict[str, Any], minute: int = 1, **more: Any) -> dict[str, Any]:
    """An event of a job, whose facet lists entries."""
    facets = {"lineage": {"entries": list(entries)}} if entries else {}
    run = crc32(name.encode()) + minute
    return event("COMPLETE", minute, run, name, job_facets=facets, **more)


def links(cast: Cast, flow: str, who: str = "editor", space: str = NAMESPACE) -> Any:
    """([jobs that feed it], [jobs that it feeds]), each as its name and its flow if it has one."""
    answer = cast.api(who).get(f"{API}/{space}/{flow}/openlineage-jobs").json()
    return tuple(
        [(one["job"]["name"], one["flow"] and one["flow"]["id"]) for one in answer[side]]
        for side in ("fedBy", "feeds")
    )


def test_both_ends_tell_of_it(cast: Cast) -> None:
    post(cast.access("ingest"), told("load", {"type": "JOB", "inputs": [job("extract")]}))
    assert links(cast, "load") == ([("extract", None)], [])
    post(cast.access("ingest"), told("extract"))
    assert links(cast, "load") == ([("extract", "extract")], [])
    assert links(cast, "extract") == ([], [("load", "load")])
    page = cast.browser("editor").get(f"/main/flows/{NAMESPACE}/extract").content.decode()
    assert "Feeds" in page
    assert f'href="/main/flows/{NAMESPACE}/load"' in page
    assert "Fed by" not in page


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_another_job_tells_of_it_in_any_order(cast: Cast, order: tuple[int, ...]) -> None:
    bodies = [
        told("orchestrator", job("load", inputs=[job("extract")])),
        told("orchestrator", job("load", inputs=[job("extract"), job("clean")]), minute=2),
        told("load"),
        told("extract"),
    ]
    for number in order:
        post(cast.access("ingest"), bodies[number])
    assert links(cast, "load") == ([("clean", None), ("extract", "extract")], [])
    assert links(cast, "extract") == ([], [("load", "load")])
    assert links(cast, "orchestrator") == ([], [])


def test_the_latest_facet_counts_and_can_be_deleted(cast: Cast) -> None:
    access = cast.access("ingest")
    post(access, told("load", {"type": "JOB", "inputs": [job("extract")]}))
    gone = {"lineage": {"_deleted": True}}
    post(access, event("COMPLETE", 9, 9, "load", job_facets=gone))
    assert links(cast, "load") == ([], [])


def test_a_task_has_links_of_its_own(cast: Cast) -> None:
    body = told("dag.load", {"type": "JOB", "inputs": [job("extract")]}, parent=(77, "dag"))
    post(cast.access("ingest"), event("COMPLETE", 1, 77, "dag"), body)
    answer = cast.api("editor").get(f"{API}/{NAMESPACE}/dag/openlineage-jobs").json()
    assert [(one["taskId"], one["job"]["name"]) for one in answer["fedBy"]] == [
        ("dag.load", "extract")
    ]


def test_a_job_event_tells_it_as_well(cast: Cast) -> None:
    facets = {"lineage": {"entries": [{"type": "JOB", "inputs": [job("extract")]}]}}
    body = {"namespace": NAMESPACE, "name": "load", "facets": facets}
    post(cast.access("ingest"), job_event(1) | {"job": body})
    assert links(cast, "load") == ([("extract", None)], [])


def test_a_job_that_only_writes_for_others_is_known_by_its_name(cast: Cast) -> None:
    written = {"type": "DATASET", "namespace": ORDERS[0], "name": ORDERS[1]}
    entries = [written | {"inputs": [job("extract")]}, job("load", inputs=[job("extract")])]
    post(cast.access("ingest"), told("orchestrator", *entries))
    assert links(cast, "extract") == ([], [("load", None)])


def test_pages_do_not_take_what_is_stated_for_runs(cast: Cast) -> None:
    written = {"type": "DATASET", "namespace": ORDERS[0], "name": ORDERS[1]}
    post(cast.access("ingest"), told("orchestrator", written | {"inputs": [job("extract")]}))
    browser = cast.browser("editor")
    flow = browser.get(f"/main/flows/{NAMESPACE}/extract").content.decode()
    assert "Named by OpenLineage clients" in flow
    assert "Its executions are kept" not in flow
    asset = browser.get(f"/main/assets/{'/'.join(ORDERS)}/-/neighbours").content.decode()
    assert "none yet: stated" in asset


@with_spec
def test_the_example_of_the_spec(cast: Cast) -> None:
    facets = {"lineage": spec_example("LineageFacet/job-to-job")}
    space = "airflow://production"
    access = cast.access("ingest")
    for number, name in enumerate(["daily", "daily.load", "daily.transform"]):
        said = facets if name == "daily" else {}
        post(access, event("COMPLETE", 1, number, name, namespace=space, job_facets=said))
    space = "airflow-production"
    expected = ([("daily.transform", "daily.transform")], [])
    assert links(cast, "daily.load", space=space) == expected


# --- who may say and see it ----------------------------------------------------------------------


def test_nobody_says_what_feeds_a_job_beyond_their_own_namespace(
    cast: Cast, grant: Callable[..., User]
) -> None:
    grant("dora", "Ingest", NAMESPACE)
    post(cast.access("ingest"), told("books", namespace="company.finance"))
    books = job("books", "company.finance", inputs=[job("mine")])
    post(cast.access("dora"), told("mine", books))
    assert links(cast, "books", space="company.finance") == ([], [])
    assert links(cast, "mine") == ([], [])
    reads = {"type": "JOB", "inputs": [job("books", "company.finance")]}
    post(cast.access("dora"), told("mine", reads, minute=2))
    assert links(cast, "mine") == ([("books", "books")], [])


def test_a_job_below_the_own_namespace_is_within_reach(cast: Cast) -> None:
    access = cast.access("ingest")
    raw = job("load", "company.data.raw", inputs=[job("extract")])
    post(access, told("orchestrator", raw), told("load", namespace="company.data.raw"))
    assert links(cast, "load", space="company.data.raw") == ([("extract", None)], [])


def test_a_job_out_of_sight_leads_nowhere_and_tells_nothing(cast: Cast) -> None:
    """The viewer sees company.data alone."""
    access = cast.access("ingest")
    hidden = {"type": "JOB", "inputs": [job("extract")]}
    post(access, told("books", hidden, namespace="company.finance"), told("extract"))
    assert links(cast, "extract") == ([], [("books", "books")])
    assert links(cast, "extract", "viewer") == ([], [])
    reads = {"type": "JOB", "inputs": [job("books", "company.finance")]}
    post(access, told("extract", reads, minute=5))
    assert links(cast, "extract", "viewer") == ([("books", None)], [])


def test_another_tenant_is_another_world(cast: Cast) -> None:
    make_namespace(cast.other, NAMESPACE)
    post(cast.access("ingest"), told("load", {"type": "JOB", "inputs": [job("extract")]}))
    other = cast.api("outsider").get(f"/api/v1/other/flows/{NAMESPACE}/load/openlineage-jobs")
    assert other.status_code == 404


def test_statements_do_not_depend_on_the_links(cast: Cast) -> None:
    access, api = cast.access("ingest"), cast.api("editor")

    def cost(flow: str) -> int:
        return statements(lambda: api.get(f"{API}/{NAMESPACE}/{flow}/openlineage-jobs"))

    post(access, told("few", {"type": "JOB", "inputs": [job("one")]}))
    many = [job(f"job{n}") for n in range(60)]
    post(access, told("many", {"type": "JOB", "inputs": many}), told("job1"))
    assert cost("few") == cost("many")
    make_flow(cast.main, "silent")
    assert cost("silent") < cost("few")
