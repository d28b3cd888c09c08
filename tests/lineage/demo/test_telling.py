"""What OpenLineage clients tell of the demo: understood whole, and the same every day."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lineage.demo.telling import DAYS, events, told
from lineage.openlineage.events import parse_event
from lineage.openlineage.facets import described

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def runs(now: datetime, job: str) -> list[tuple[str, str]]:
    return [
        (event["eventType"], event["eventTime"])
        for event in events(now)
        if event.get("job", {}).get("name") == job
    ]


def test_every_event_is_understood_whole():
    for event in events(NOW):
        parsed = parse_event(event)
        sides = [("input", parsed.inputs), ("output", parsed.outputs)]
        sides.append(("dataset", (parsed.dataset,) if parsed.dataset else ()))
        for position, datasets in sides:
            for dataset in datasets:
                assert not described(dataset, position).problems


def test_a_day_later_it_is_the_same_but_for_its_dates():
    def shown(found: list[dict[str, Any]]) -> list[str]:
        texts = (repr(sorted(event.items())) for event in found)
        return sorted(re.sub(r"\d{4}-\d\d-\d\dT[^']*|[0-9a-f-]{36}", "", text) for text in texts)

    assert shown(events(NOW)) == shown(events(NOW + timedelta(days=1)))


@pytest.mark.parametrize(
    ("clock", "last"), [("03:49", "COMPLETE"), ("03:51", "START"), ("04:30", "COMPLETE")]
)
def test_what_has_not_ended_is_running(clock: str, last: str):
    hour, minute = map(int, clock.split(":"))
    found = runs(NOW.replace(hour=hour, minute=minute), "port_calls")
    assert found[-1][0] == last
    assert len([kind for kind, _ in found if kind == "START"]) == DAYS


def test_a_run_fails_and_tables_gain_columns():
    kinds = [kind for kind, _ in runs(NOW, "port_calls.check_calls")]
    assert kinds.count("FAIL") == 1
    grown = [event["dataset"]["name"] for event in events(NOW) if "dataset" in event]
    assert {name for name in grown if grown.count(name) > 1} == {"stg.positions", "port.calls"}


def test_column_lineage_names_columns_of_the_schemas():
    schemas = told()["schemas"]
    for dag in told()["dags"]:
        for task in (*dag["tasks"], *(t for one in dag["tasks"] for t in one.get("inside", ()))):
            for written in task.get("writes", {}):
                assert set(task["columns"]) - {"*"} <= set(schemas[written])
                for sources in task["columns"].values():
                    for name, column, *_ in sources:
                        assert column in schemas.get(name, {column})
