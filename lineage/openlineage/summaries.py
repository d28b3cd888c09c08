"""What the facets of jobs and runs mean for flows, tasks, executions and task runs."""

from dataclasses import dataclass, field

from catalog.reading.rules import DESCRIPTION_LENGTH
from lineage.kestra.values import MAX_MESSAGE
from lineage.openlineage.about import description_of, owners_of, tag_of, tags_of, without_password
from lineage.openlineage.events import Facets, time_of
from lineage.openlineage.reading import Facet, Problems, facet

TEXT_LENGTH = 2_000
MAX_LABELS = 200


@dataclass(frozen=True, slots=True)
class JobSummary:
    """Of the facets of a job; "" and empty where they say nothing."""

    description: str = ""
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sql: str = ""
    dialect: str = ""
    source_url: str = ""
    integration: str = ""
    job_type: str = ""
    processing_type: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Of the facets of a run; times in µs since 1970. `error`: message and stack trace."""

    error: str = ""
    nominal_start: int | None = None
    nominal_end: int | None = None
    engine: str = ""
    external_query: str = ""
    external_source: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def job_summary(facets: Facets) -> JobSummary:
    problems: Problems = []
    sql, location = facet(facets, "sql", problems), facet(facets, "sourceCodeLocation", problems)
    kind = facet(facets, "jobType", problems)
    tags, _ = tags_of(facets, problems)
    return JobSummary(
        description=description_of(facets, problems)[:DESCRIPTION_LENGTH],
        owners=tuple(owners_of(facets, problems) or ()),
        tags=tuple(tags or ()),
        sql=sql.text("query") if sql else "",
        dialect=sql.text("dialect", 50).lower() if sql else "",
        source_url=_url(location) if location else "",
        integration=kind.text("integration", 100) if kind else "",
        job_type=kind.text("jobType", 100) if kind else "",
        processing_type=kind.text("processingType", 100).upper() if kind else "",
        problems=tuple(problems),
    )


def run_summary(facets: Facets) -> RunSummary:
    problems: Problems = []
    nominal, engine = facet(facets, "nominalTime", problems), None
    for name in ("processing_engine", "processingEngine"):
        engine = engine or facet(facets, name, problems)
    query, tags = facet(facets, "externalQuery", problems), facet(facets, "tags", problems)
    return RunSummary(
        error=error_of(facets, problems),
        nominal_start=time_of(nominal.text("nominalStartTime")) if nominal else None,
        nominal_end=time_of(nominal.text("nominalEndTime")) if nominal else None,
        engine=_engine(engine) if engine else "",
        external_query=query.text("externalQueryId", TEXT_LENGTH) if query else "",
        external_source=query.text("source", TEXT_LENGTH) if query else "",
        labels=_labels(tags) if tags else {},
        problems=tuple(problems),
    )


def error_of(facets: Facets, problems: Problems) -> str:
    """The errorMessage facet: what went wrong, then where; cut at 20 000 characters."""
    error = facet(facets, "errorMessage", problems)
    if error is None:
        return ""
    parts = (error.text("message"), error.text("stackTrace"))
    return "\n\n".join(part.strip() for part in parts if part.strip())[:MAX_MESSAGE]


def _engine(body: Facet) -> str:
    return " ".join(text for text in (body.text("name", 100), body.text("version", 100)) if text)


def _url(location: Facet) -> str:
    """Where people can look at the source."""
    for key in ("url", "repoUrl"):
        url = without_password(location.text(key, TEXT_LENGTH))
        if url.startswith(("https://", "http://")):
            return url
    return ""


def _labels(body: Facet) -> dict[str, str]:
    """Tags of a run are labels of its execution."""
    labels: dict[str, str] = {}
    for item in body.items("tags"):
        if len(labels) >= MAX_LABELS:
            body.note("tags", f"holds more than {MAX_LABELS}; the rest is left out")
            break
        if tag_of(item):
            value = item.body.get("value")
            told = value if isinstance(value, str) else "true" if value is None else str(value)
            labels[item.text("key")] = told[:TEXT_LENGTH]
    return labels
