"""A port, as OpenLineage clients tell of it: columns, quality, and a run with runs below it.

    ais_calls, ships → calls → berth_days      DAG port_daily, yesterday and today (company.data)

Today `calls` has a column more, two of its tests fail, and so does the task that checks it.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

STORE = "postgres://warehouse:5432"
CALLS, BERTHS = f"{STORE}/port.calls", f"{STORE}/port.berth_days"
SQL = """insert into port.calls
select s.id, c.berth, coalesce(c.tonnes, 0)
from port.ais_calls c join port.ships s on s.mmsi = c.mmsi
where c.kind <> 'pilot'"""


def root_id(day: int) -> str:
    """The execution of that many days ago."""
    return str(uuid5(NAMESPACE_URL, f"port_daily {day}"))


def events(now: datetime) -> list[dict[str, Any]]:
    return [event for day in (1, 0) for event in dag(day, now - timedelta(days=day, hours=1))]


def dag(day: int, at: datetime) -> list[dict[str, Any]]:
    root = {"run": root_id(day), "job": "port_daily"}
    schedule = facet(nominalStartTime=at.isoformat())
    told = {"documentation": facet(description="Loads **port calls**.")}
    whole = run(root, at, 9, facets={"nominalTime": schedule}, job=told)
    return [
        *whole,
        *run(
            below(root, "load_calls", day),
            at,
            3,
            inputs=[dataset("port.ais_calls"), dataset("port.ships")],
            outputs=[calls(day)],
            job={"sql": facet(query=SQL, dialect="postgres")},
        ),
        *run(
            below(root, "check_calls", day),
            at + timedelta(minutes=3),
            1,
            ended="COMPLETE" if day else "FAIL",
            inputs=[dataset("port.calls", inputFacets=checks(day))],
            facets={} if day else {"errorMessage": error()},
        ),
        *run(
            below(root, "sum_berths", day),
            at + timedelta(minutes=4),
            4,
            inputs=[dataset("port.calls")],
            outputs=[dataset("port.berth_days", columnLineage=berth_columns())],
        ),
    ]


def run(
    names: dict[str, Any],
    at: datetime,
    minutes: int,
    *,
    ended: str = "COMPLETE",
    inputs: list[Any] | None = None,
    outputs: list[Any] | None = None,
    facets: dict[str, Any] | None = None,
    job: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """START and the end of a run."""
    said = {
        "run": {"runId": names["run"], "facets": (facets or {}) | names.get("facets", {})},
        "job": {"namespace": "company.data", "name": names["job"], "facets": job or {}},
        "inputs": inputs or [],
        "producer": "https://example.com/port",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    }
    end = at + timedelta(minutes=minutes)
    return [
        said | {"eventType": "START", "eventTime": at.isoformat(), "outputs": []},
        said | {"eventType": ended, "eventTime": end.isoformat(), "outputs": outputs or []},
    ]


def below(root: dict[str, Any], task: str, day: int) -> dict[str, Any]:
    job = {"namespace": "company.data", "name": root["job"]}
    parent = facet(
        run={"runId": root["run"]}, job=job, root={"run": {"runId": root["run"]}, "job": job}
    )
    id_ = str(uuid5(NAMESPACE_URL, f"{task} {day}"))
    return {"run": id_, "job": f"port_daily.{task}", "facets": {"parent": parent}}


def facet(**said: Any) -> dict[str, Any]:
    return {"_producer": "https://example.com/port", "_schemaURL": "https://example.com/f"} | said


def dataset(name: str, inputFacets: Any = None, **facets: Any) -> dict[str, Any]:  # noqa: N803
    made: dict[str, Any] = {"namespace": STORE, "name": name, "facets": facets}
    return made | ({"inputFacets": inputFacets} if inputFacets else {})


def calls(day: int) -> dict[str, Any]:
    fields = [
        {"name": "ship_id", "type": "bigint", "description": "From the **register**."},
        {"name": "berth", "type": "varchar"},
        {"name": "tonnes", "type": "numeric"},
    ]
    fields += [] if day else [{"name": "draught", "type": "numeric"}]
    sizes = facet(rowCount=40_000 - 900 * day, size=7_000_000)
    made = dataset("port.calls", schema=facet(fields=fields), columnLineage=call_columns())
    return made | {"outputFacets": {"outputStatistics": sizes}}


def made_of(name: str, column: str, subtype: str, text: str = "") -> dict[str, Any]:
    kind = "INDIRECT" if subtype in ("FILTER", "JOIN", "GROUP_BY") else "DIRECT"
    how = {"type": kind, "subtype": subtype, "description": text}
    return {"namespace": STORE, "name": name, "field": column, "transformations": [how]}


def call_columns() -> dict[str, Any]:
    fields = {
        "ship_id": [made_of("port.ships", "id", "IDENTITY")],
        "berth": [made_of("port.ais_calls", "berth", "IDENTITY")],
        "tonnes": [made_of("port.ais_calls", "tonnes", "TRANSFORMATION", "coalesce(tonnes, 0)")],
    }
    whole = [made_of("port.ais_calls", "kind", "FILTER", "kind <> 'pilot'")]
    return facet(fields={name: {"inputFields": of} for name, of in fields.items()}, dataset=whole)


def berth_columns() -> dict[str, Any]:
    fields = {
        "berth": [made_of("port.calls", "berth", "IDENTITY")],
        "tonnes": [
            made_of("port.calls", "tonnes", "AGGREGATION", "sum(tonnes)"),
            made_of("port.calls", "berth", "GROUP_BY"),
        ],
    }
    return facet(fields={name: {"inputFields": of} for name, of in fields.items()})


def checks(day: int) -> dict[str, Any]:
    held = bool(day)
    assertions = [
        {"assertion": "not_null", "column": "ship_id", "success": True},
        {"assertion": "row_count_between", "success": held, "expected": "30000", "actual": "12"},
        {"assertion": "positive", "column": "tonnes", "success": held},
        {"assertion": "known_berth", "column": "berth", "success": held, "severity": "warn"},
    ]
    columns = {
        "tonnes": {"nullCount": 3, "min": 0.5, "max": 48_000},
        "berth": {"distinctCount": 41},
    }
    metrics = facet(rowCount=360_000 + 900 * (1 - day), bytes=64_000_000, columnMetrics=columns)
    return {"dataQualityAssertions": facet(assertions=assertions), "dataQualityMetrics": metrics}


def error() -> dict[str, Any]:
    trace = 'Traceback (most recent call last):\n  File "port_daily.py", line 71, in check'
    return facet(message="2 tests failed", programmingLanguage="PYTHON", stackTrace=trace)
