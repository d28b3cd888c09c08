"""What OpenLineage clients tell of the demo: schemas, and thirty days of two Airflow DAGs.

`openlineage.yaml` holds what is told. Like the rest of the demo it is the same every day but for
its dates: the last run of a DAG always goes the same way, and what has not ended now is running.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

DAYS = 30
PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.40.0/integration/airflow"
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
#: Kinds of transformations that only decide which rows there are, or their order.
INDIRECT = ("FILTER", "GROUP_BY", "JOIN", "SORT")
EVERY = "*"

type Json = dict[str, Any]


@cache
def told() -> Json:
    text = (Path(__file__).parent / "openlineage.yaml").read_text()
    loaded: Json = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def events(now: datetime) -> list[Json]:
    """All of them, oldest first."""
    found = list(schemas(now))
    for dag in told()["dags"]:
        for day in range(DAYS):
            found += _Dag(dag, day, now).events()
    return sorted(found, key=lambda event: str(event["eventTime"]))


def schemas(now: datetime) -> Iterator[Json]:
    """Dataset events of a crawler: as each table was thirty days ago, and as it is."""
    for name, columns in told()["schemas"].items():
        ages = {_since(told) for told in columns.values()} - {DAYS}
        for days in sorted({DAYS, *ages}, reverse=True):
            yield {
                "eventTime": (now - timedelta(days=days)).isoformat(),
                "producer": "https://catalog.heronline.example/crawler",
                "schemaURL": f"{SPEC}DatasetEvent",
                "dataset": dataset(name, days),
            }


def _since(column: list[Any]) -> int:
    """Days ago that a column came."""
    return int(column[1]["since"]) if len(column) > 1 and isinstance(column[1], dict) else DAYS


def facet(kind: str, /, **said: Any) -> Json:
    url = f"https://openlineage.io/spec/facets/1-0-0/{kind}.json"
    return {"_producer": PRODUCER, "_schemaURL": url} | said


def dataset(name: str, days: int) -> Json:
    """With the columns that it had so many days ago."""
    fields = []
    for column, (kind, *about) in told()["schemas"].get(name, {}).items():
        if _since([kind, *about]) < days:
            continue
        word = about[0] if about else ""
        says = word.get("says", "") if isinstance(word, dict) else word
        fields.append({"name": column, "type": kind} | ({"description": says} if says else {}))
    facets = {"schema": facet("SchemaDatasetFacet", fields=fields)} if fields else {}
    return {"namespace": told()["store"], "name": name, "facets": facets}


@dataclass(frozen=True, slots=True)
class _Dag:
    """One run of a DAG, `day` days ago: 0 is the latest that has begun."""

    dag: Mapping[str, Any]
    day: int
    now: datetime

    @property
    def start(self) -> datetime:
        begins = time.fromisoformat(self.dag["at"])
        latest = datetime.combine(self.now.date(), begins, self.now.tzinfo)
        latest -= timedelta(days=1) if latest > self.now else timedelta()
        return latest - timedelta(days=self.day)

    def run_id(self, task: str = "") -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.dag['job']}.{task}@{self.start.isoformat()}"))

    def events(self) -> list[Json]:
        at = self.start
        found: list[Json] = []
        failed = False
        for task in self.dag["tasks"]:
            found += self.task(task, at, parent="")
            at += self.length(task) + timedelta(seconds=20)
            failed |= self.day in task.get("fails", {})
        ends = ("FAIL" if failed else "COMPLETE", at)
        return [*self.told(self.event("", {}), self.start, ends), *found]

    def task(self, task: Mapping[str, Any], at: datetime, parent: str) -> Iterator[Json]:
        why = task.get("fails", {}).get(self.day)
        end = at + self.length(task)
        event = self.event(task["id"], task, parent)
        if why:
            event["run"]["facets"]["errorMessage"] = facet(
                "ErrorMessageRunFacet",
                message=why,
                programmingLanguage="PYTHON",
                stackTrace=f'Traceback (most recent call last):\n  File "/opt/airflow/dags/'
                f'{self.dag["job"]}.py", line 71, in {task["id"]}\n'
                f"airflow.exceptions.AirflowFailException: {why}",
            )
        yield from self.told(event, at, ("FAIL" if why else "COMPLETE", end))
        for inner in task.get("inside", ()):
            yield from self.task(inner, at + timedelta(seconds=50), task["id"])

    def length(self, task: Mapping[str, Any]) -> timedelta:
        """How long the task takes, which holds those inside it."""
        luck = Random(f"{self.dag['job']} {self.day}").uniform(0.85, 1.25)  # noqa: S311 no secret
        return timedelta(seconds=round(60 * task["minutes"] * luck))

    def told(self, event: Json, start: datetime, end: tuple[str, datetime]) -> Iterator[Json]:
        """START and, if it has come to that, the end, which knows the outputs and the figures."""
        known = [{k: v for k, v in one.items() if k != "inputFacets"} for one in event["inputs"]]
        begun = {"inputs": known, "outputs": []}
        for kind, at, said in (("START", start, begun), (*end, {})):
            if at <= self.now:
                yield event | {"eventType": kind, "eventTime": at.isoformat()} | said

    def event(self, task_id: str, task: Mapping[str, Any], parent: str = "") -> Json:
        job = self.dag["job"]
        return {
            "producer": PRODUCER,
            "schemaURL": f"{SPEC}RunEvent",
            "run": {"runId": self.run_id(task_id), "facets": self.run_facets(task_id, parent)},
            "job": {
                "namespace": self.dag["namespace"],
                "name": f"{job}.{task_id}" if task_id else job,
                "facets": job_facets(task) if task_id else dag_facets(self.dag),
            },
            "inputs": list(self.inputs(task)),
            "outputs": list(self.outputs(task)),
        }

    def run_facets(self, task_id: str, parent: str) -> Json:
        engine = facet("ProcessingEngineRunFacet", name="Airflow", version="2.10.4")
        if not task_id:
            times = {
                "nominalStartTime": self.start.isoformat(),
                "nominalEndTime": (self.start + timedelta(days=1)).isoformat(),
            }
            schedule = facet("NominalTimeRunFacet", **times)
            return {"nominalTime": schedule, "processing_engine": engine}
        job, namespace = self.dag["job"], self.dag["namespace"]
        above = {"namespace": namespace, "name": f"{job}.{parent}" if parent else job}
        root = {"run": {"runId": self.run_id()}, "job": {"namespace": namespace, "name": job}}
        run = {"runId": self.run_id(parent)}
        return {"parent": facet("ParentRunFacet", run=run, job=above, root=root)}

    def figure(self, name: str, usual: int) -> int:
        """About as much as usual, and the more the younger the run is."""
        luck = Random(f"{name} {self.day}").uniform(0.94, 1.06)  # noqa: S311 no secret
        return round(usual * luck * (1 - self.day / 400))

    def inputs(self, task: Mapping[str, Any]) -> Iterator[Json]:
        for name in task.get("reads", ()):
            yield dataset(name, self.day)
        for name, rows in task.get("checks", {}).items():
            checked = dataset(name, self.day)
            yield checked | {"inputFacets": self.checks(name, rows, task["assertions"])}

    def checks(self, name: str, rows: int, assertions: list[Mapping[str, Any]]) -> Json:
        rows = self.figure(name, rows)
        said = [
            {key: value for key, value in one.items() if key not in ("fails", "actual")}
            | {"success": self.day not in one.get("fails", ())}
            | ({"actual": one["actual"]} if self.day in one.get("fails", ()) else {})
            for one in assertions
        ]
        columns = {
            column: {
                "nullCount": 0,
                "count": rows,
                "distinctCount": self.figure(column, rows // 3),
            }
            for column in told()["schemas"].get(name, {})
        }
        metrics = {"rowCount": rows, "bytes": rows * 210, "columnMetrics": columns}
        return {
            "dataQualityAssertions": facet("DataQualityAssertionsDatasetFacet", assertions=said),
            "dataQualityMetrics": facet("DataQualityMetricsInputDatasetFacet", **metrics),
        }

    def outputs(self, task: Mapping[str, Any]) -> Iterator[Json]:
        for name, rows in task.get("writes", {}).items():
            written = dataset(name, self.day)
            written["facets"]["columnLineage"] = column_lineage(task["columns"])
            rows = self.figure(name, rows)
            sizes = facet("OutputStatisticsOutputDatasetFacet", rowCount=rows, size=rows * 96)
            yield written | {"outputFacets": {"outputStatistics": sizes}}


def column_lineage(columns: Mapping[str, list[list[str]]]) -> Json:
    made = {column: [source(*one) for one in sources] for column, sources in columns.items()}
    whole = made.pop(EVERY, [])
    fields = {column: {"inputFields": sources} for column, sources in made.items()}
    return facet("ColumnLineageDatasetFacet", fields=fields, dataset=whole)


def source(name: str, column: str, subtype: str, says: str = "") -> Json:
    how = {"type": "INDIRECT" if subtype in INDIRECT else "DIRECT", "subtype": subtype}
    transformation = how | ({"description": says} if says else {})
    place = {"namespace": told()["store"], "name": name, "field": column}
    return place | {"transformations": [transformation]}


def dag_facets(dag: Mapping[str, Any]) -> Json:
    owners = [{"name": name, "type": "OWNER"} for name in dag["owners"]]
    return {
        "documentation": facet("DocumentationJobFacet", description=dag["description"]),
        "ownership": facet("OwnershipJobFacet", owners=owners),
        "sourceCodeLocation": facet("SourceCodeLocationJobFacet", type="git", url=dag["source"]),
        "jobType": facet(
            "JobTypeJobFacet", processingType="BATCH", integration="AIRFLOW", jobType="DAG"
        ),
    }


def job_facets(task: Mapping[str, Any]) -> Json:
    found = {}
    if "sql" in task:
        found["sql"] = facet("SQLJobFacet", query=task["sql"], dialect="postgres")
    if "code" in task:
        found["sourceCode"] = facet(
            "SourceCodeJobFacet", language="python", sourceCode=task["code"]
        )
    return found
