"""Facets of a job."""

from collections.abc import Iterator, Mapping
from typing import Any

from lineage.openlineage.readable.lineage import sources_text
from lineage.openlineage.readable.rows import (
    CODE,
    JSON,
    LINK,
    MARKDOWN,
    TEXT,
    Member,
    Row,
    Shape,
    items_in,
    listed,
    name_text,
    plain,
    value_row,
)
from lineage.openlineage.readable.runs import tag_row


def _documentation(body: Mapping[str, Any]) -> Iterator[Row]:
    """Markdown unless it says otherwise."""
    kind = str(body.get("contentType") or "text/markdown")
    shown = MARKDOWN if "markdown" in kind else CODE if "json" in kind else TEXT
    if body.get("description") is not None:
        yield value_row("Description", body["description"], shown)
    if body.get("contentType") is not None:
        yield value_row("Content type", body["contentType"])


def _owner(owner: Mapping[str, Any]) -> Row:
    return value_row(str(owner.get("type") or "Owner"), owner.get("name"))


DOCUMENTATION = Shape("Documentation", _documentation, frozenset({"description", "contentType"}))
OWNERSHIP = listed("Owners", "owners", _owner)
TAGS = listed("Tags", "tags", tag_row)


def _job_type(body: Mapping[str, Any]) -> Iterator[Row]:
    yield from _JOB_TYPE.read(body)
    pattern = body.get("emissionPattern")
    if isinstance(pattern, dict):
        yield from _EMISSION.read(pattern)
    elif pattern is not None:
        yield Row("Emission pattern", pattern, JSON)


_JOB_TYPE = plain(
    "Kind of job",
    Member("jobType", "Kind"),
    Member("integration", "Integration"),
    Member("processingType", "Processing"),
)
_EMISSION = plain(
    "",
    Member("eventTrigger", "Sends events"),
    Member("eventContentMode", "Events hold"),
    Member("windowDuration", "Window in seconds"),
)


def _lineage(body: Mapping[str, Any]) -> Iterator[Row]:
    for entry in items_in(body, "entries"):
        if not isinstance(entry, dict):
            yield Row("Entry", entry, JSON)
            continue
        target = name_text(entry) or "this job"
        yield from (Row(label, text) for label, text in sources_text(target, entry))


JOB: dict[str, Shape] = {
    "documentation": DOCUMENTATION,
    "ownership": OWNERSHIP,
    "tags": TAGS,
    "sql": plain("SQL", Member("query", "Query", CODE), Member("dialect", "Dialect")),
    "sourceCode": plain(
        "Source code", Member("language", "Language"), Member("sourceCode", "Source", CODE)
    ),
    "sourceCodeLocation": plain(
        "Source location",
        Member("url", "File", LINK),
        Member("repoUrl", "Repository", LINK),
        Member("path", "Path"),
        Member("branch", "Branch"),
        Member("tag", "Tag"),
        Member("version", "Version"),
        Member("pullRequestNumber", "Pull request"),
        Member("type", "System"),
    ),
    "jobType": Shape("Kind of job", _job_type, _JOB_TYPE.members | frozenset({"emissionPattern"})),
    "lineage": Shape("Lineage", _lineage, frozenset({"entries"})),
    "gcp_composer_job": plain(
        "Cloud Composer",
        Member("environmentName", "Environment"),
        Member("dagId", "DAG"),
        Member("taskId", "Task"),
        Member("operator", "Operator"),
        Member("airflowVersion", "Airflow"),
        Member("composerVersion", "Composer"),
    ),
    "gcp_lineage": plain(
        "Google Cloud", Member("displayName", "Name"), Member("origin", "Origin")
    ),
}
