"""Facets of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from lineage.openlineage.readable.rows import (
    CODE,
    JSON,
    TIME,
    Member,
    Row,
    Shape,
    items_in,
    joined,
    listed,
    name_text,
    plain,
    secret_row,
    value_row,
)


def tag_row(tag: Mapping[str, Any]) -> Row:
    value = str(tag["value"]).lower() if isinstance(tag.get("value"), bool) else tag.get("value")
    told = joined(value, tag.get("field") and f"on {tag['field']}", tag.get("source"))
    return value_row(str(tag.get("key", "")), told)


def _parent(body: Mapping[str, Any]) -> Iterator[Row]:
    root = body.get("root") if isinstance(body.get("root"), dict) else {}
    for label, holder in (("Parent", body), ("Root", root)):
        assert holder is not None
        if job := name_text(holder.get("job")):
            yield Row(f"{label} job", job)
        run = holder.get("run")
        if isinstance(run, dict) and run.get("runId"):
            yield value_row(f"{label} run", run["runId"])
        for part in ("job", "run"):
            own = holder.get(part)
            facets = own.get("facets") if isinstance(own, dict) else None
            if facets:
                yield Row(f"Facets of the {label.lower()} {part}", facets, JSON)


def _extraction(body: Mapping[str, Any]) -> Iterator[Row]:
    for key, label in (("totalTasks", "Tasks"), ("failedTasks", "Failed")):
        if body.get(key) is not None:
            yield value_row(label, body[key])
    for error in items_in(body, "errors"):
        if not isinstance(error, dict):
            yield Row("Error", error, JSON)
            continue
        number = error.get("taskNumber")
        label = "Error" if number is None else f"Error in task {number}"
        if error.get("errorMessage") is not None:
            yield value_row(label, error["errorMessage"])
        for key, label in (("task", "Task"), ("stackTrace", "Stack trace")):
            if error.get(key) is not None:
                yield value_row(label, error[key], CODE)


def _dependencies(body: Mapping[str, Any]) -> Iterator[Row]:
    if body.get("trigger_rule") is not None:
        yield value_row("Trigger rule", body["trigger_rule"])
    for key, label in (("upstream", "After"), ("downstream", "Before")):
        for one in items_in(body, key):
            if not isinstance(one, dict):
                yield Row(label, one, JSON)
                continue
            run = one.get("run")
            rules = ("dependency_type", "sequence_trigger_rule", "status_trigger_rule")
            yield Row(
                label,
                joined(
                    name_text(one.get("job")),
                    isinstance(run, dict) and run.get("runId"),
                    *(one.get(rule) for rule in rules),
                ),
            )


def outcome_row(test: Mapping[str, Any]) -> Row:
    """Of the `test` facet: what was tried, and how it ended."""
    told = joined(
        test.get("status"),
        test.get("severity"),
        test.get("type"),
        test.get("expected") is not None and f"expected {test['expected']}",
        test.get("actual") is not None and f"was {test['actual']}",
        test.get("description"),
    )
    return Row(str(test.get("name", "")), told)


def _parameter(one: Mapping[str, Any]) -> Row:
    return secret_row(str(one.get("name") or one.get("key", "")), one.get("value", ""))


_DATAPROC = (
    ("projectId", "Project"), ("clusterName", "Cluster"), ("clusterUuid", "Cluster UUID"),
    ("jobId", "Job"), ("jobUuid", "Job UUID"), ("jobType", "Kind"), ("batchId", "Batch"),
    ("batchUuid", "Batch UUID"), ("sessionId", "Session"), ("sessionUuid", "Session UUID"),
    ("appId", "Application"), ("appName", "Application's name"), ("queryNodeName", "Query node"),
)  # fmt: skip

RUN: dict[str, Shape] = {
    "errorMessage": plain(
        "Error",
        Member("message", "Message"),
        Member("programmingLanguage", "Language"),
        Member("stackTrace", "Stack trace", CODE),
    ),
    "nominalTime": plain(
        "Scheduled for",
        Member("nominalStartTime", "From", TIME),
        Member("nominalEndTime", "To", TIME),
    ),
    "environmentVariables": listed(
        "Environment",
        "environmentVariables",
        lambda one: secret_row(str(one.get("name", "")), one.get("value", "")),
    ),
    "processing_engine": plain(
        "Engine",
        Member("name", "Name"),
        Member("version", "Version"),
        Member("openlineageAdapterVersion", "OpenLineage adapter"),
    ),
    "externalQuery": plain(
        "External query", Member("source", "System"), Member("externalQueryId", "Query")
    ),
    "parent": Shape("Parent run", _parent, frozenset({"run", "job", "root"})),
    "extractionError": Shape(
        "Not understood by the client",
        _extraction,
        frozenset({"totalTasks", "failedTasks", "errors"}),
    ),
    "tags": listed("Tags", "tags", tag_row),
    "executionParameters": listed("Parameters", "parameters", _parameter),
    "jobDependencies": Shape(
        "Dependencies", _dependencies, frozenset({"upstream", "downstream", "trigger_rule"})
    ),
    "test": listed("Tests", "tests", outcome_row),
    "gcp_dataproc": plain("Dataproc", *(Member(*one) for one in _DATAPROC)),
    "gcp_composer_run": plain("Cloud Composer run", Member("dagRunId", "DAG run")),
}
RUN |= {"parentRun": RUN["parent"], "processingEngine": RUN["processing_engine"]}
