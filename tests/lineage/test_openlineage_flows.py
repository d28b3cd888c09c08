"""What OpenLineage says of jobs as the words of flows, and runs that name more than is kept."""

from itertools import permutations
from typing import Any

import pytest

from lineage.openlineage import accumulated
from lineage.recording.openlineage import record_events, standing
from lineage.registering import register_flow
from tests.conftest import Cast
from tests.lineage.events import dataset, event, job_event, post, run_id
from tests.statements import statements

API = "/api/v1/main"
SILENT = """id: daily
namespace: company.data
tasks:
  - {id: build, type: io.kestra.plugin.core.log.Log, message: hi}
"""
SPEAKING = SILENT + "description: As declared.\n"


def saying(description: Any, minute: int = 1, **members: Any) -> dict[str, Any]:
    facets = {"documentation": {"description": description, **members}}
    return event("COMPLETE", minute, minute, job_facets=facets)


def flow(cast: Cast) -> Any:
    return cast.api("editor").get(f"{API}/flows/company.data/daily").json()


def found(cast: Cast, words: str) -> tuple[int, bool]:
    """(how many the API finds, whether the page lists it)"""
    asked = {"filters[q][EQUALS]": words}
    total = cast.api("editor").get(f"{API}/flows/search", asked).json()["total"]
    page = cast.browser("editor").get("/main/flows", {"q": words}).content.decode()
    return total, "company.data/daily" in page


def test_the_documentation_of_a_job_describes_its_flow(cast: Cast) -> None:
    post(cast.access("ingest"), saying("Loads the rivers."))
    assert flow(cast)["description"] == "Loads the rivers."
    [listed] = cast.api("editor").get(f"{API}/flows/company.data").json()
    assert listed["description"] == "Loads the rivers."
    assert found(cast, "the RIVERS") == (1, True)
    assert found(cast, "mountains") == (0, False)
    for path in ("flows", "flows/company.data/daily"):
        page = cast.browser("editor").get(f"/main/{path}").content.decode()
        assert "Loads the rivers." in page


def test_tasks_are_described_where_they_are_listed(cast: Cast) -> None:
    facets = {"documentation": {"description": "Loads one river."}}
    child = event("COMPLETE", 1, 2, "daily.load", parent=(1, "daily"), job_facets=facets)
    post(cast.access("ingest"), event("COMPLETE", 1, 1), child)
    page = cast.browser("editor").get("/main/flows/company.data/daily").content.decode()
    assert "Loads one river." in page
    assert flow(cast)["description"] is None


def test_the_latest_word_counts_and_can_be_taken_back(cast: Cast) -> None:
    access = cast.access("ingest")
    post(access, saying("Newer.", 2), saying("Older.", 1))
    assert flow(cast)["description"] == "Newer."
    post(access, saying("Newest.", 3, _deleted=True))
    assert flow(cast)["description"] is None
    post(access, saying(["no", "text"], 4))
    assert flow(cast)["description"] is None


def test_a_job_event_tells_it_as_well(cast: Cast) -> None:
    job = {"namespace": "company.data", "name": "daily"}
    facets = {"documentation": {"description": "By design."}}
    post(cast.access("ingest"), job_event(1) | {"job": job | {"facets": facets}})
    assert flow(cast)["description"] == "By design."


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_declared_description_wins_in_any_order(cast: Cast, order: tuple[int, ...]) -> None:
    ingest, editor = cast.access("ingest"), cast.access("editor")
    words = [
        lambda: post(ingest, saying("As told.")),
        lambda: post(ingest, saying("As told later.", 2)),
        lambda: register_flow(editor, SPEAKING),
    ]
    for number in order:
        words[number]()
    assert flow(cast)["description"] == "As declared."
    assert found(cast, "as told") == (0, False)
    assert found(cast, "as declared") == (1, True)


@pytest.mark.parametrize("turned", [False, True])
def test_one_declared_without_words_has_those_of_the_job(cast: Cast, turned: bool) -> None:
    words = [
        lambda: post(cast.access("ingest"), saying("As told.")),
        lambda: register_flow(cast.access("editor"), SILENT),
    ]
    for say in words[::-1] if turned else words:
        say()
    assert flow(cast)["description"] == "As told."


def test_it_costs_no_statement_more(cast: Cast) -> None:
    access, api = cast.access("ingest"), cast.api("editor")
    post(access, saying("One."))
    one = statements(lambda: api.get(f"{API}/flows/company.data"))
    post(access, *(event("COMPLETE", 1, n, f"job{n}") for n in range(10, 30)))
    assert statements(lambda: api.get(f"{API}/flows/company.data")) == one


# --- more datasets than are kept -----------------------------------------------------------------


def many(count: int) -> list[dict[str, Any]]:
    return [dataset(("s3://lake", f"part={n:03d}")) for n in range(count)]


@pytest.mark.parametrize("kind", ["START", "COMPLETE"])
def test_more_datasets_than_are_kept_are_a_problem(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(accumulated, "MAX_DATASETS", 3)
    access = cast.access("ingest")
    post(access, event(kind, 1, 1, outputs=many(3)), event("COMPLETE", 2, 2, outputs=many(3)))
    post(access, event(kind, 3, 1, inputs=[dataset(("s3://lake", "raw"))]))
    [run] = cast.api("editor").get(f"{API}/executions/{run_id(1)}").json()["taskRunList"]
    [error] = run["assetErrors"]
    assert error["field"] == "datasets"
    assert "more datasets than are kept: 3" in error["message"]
    assert run["state"]["current"] == ("SUCCESS" if kind == "COMPLETE" else "RUNNING")
    page = cast.browser("editor").get(f"/main/executions/{run_id(1)}").content.decode()
    assert "more datasets than are kept: 3" in page
    [other] = cast.api("editor").get(f"{API}/executions/{run_id(2)}").json()["taskRunList"]
    assert other["assetErrors"] == []


def test_a_job_event_of_more_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MAX_DATASETS", 3)
    body = job_event(1, inputs=many(2), outputs=many(2))
    [outcome] = record_events(cast.access("ingest"), [body])
    assert outcome.problems[0]["field"] == "inputs"
    assert "At most 3 inputs and outputs" in outcome.reason
