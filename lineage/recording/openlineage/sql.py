"""Runs that tell their SQL and no dataset: the statement says what they read and write."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.access import Access
from lineage.openlineage.accumulated import Accumulated
from lineage.openlineage.events import RUN, PostedEvent
from lineage.openlineage.rules import Rules
from lineage.openlineage.summaries import job_summary, run_summary
from lineage.recording.inferred import MOST_BUNDLES, Said, bundles_of
from lineage.recording.inferring import MOST_NOTES
from lineage.recording.openlineage.datasets import Said as SaidOfDatasets
from lineage.recording.openlineage.rows import RunRow
from lineage.recording.reading_sql import SECONDS, Asked, read_scripts
from lineage.recording.runs import RenderedRun
from lineage.recording.traces import bundle_touches, source_of
from lineage.sql import GENERIC, Inference, dialect_of, infer_many

type Job = tuple[str, str]


def infer_for_openlineage(sql: str, dialect: str) -> Inference:
    """What one SQL facet says. `dialect` is anything that tells it: the facet's own word, the
    name of an engine, of an integration or of an operator."""
    return infer_many([(sql, dialect_of("", dialect) or GENERIC)], SECONDS)[0]


def look_ahead(events: Iterable[PostedEvent]) -> None:
    """Have the SQL of a request read before any run is locked; the answers are kept."""
    jobs = [
        job
        for event in events
        if event.kind == RUN and not (event.inputs or event.outputs)
        for job in [job_of(event.job_facets, event.run_facets)]
        if job
    ]
    if jobs:
        infer_many(jobs, SECONDS)


def job_of(job_facets: Mapping[str, Any], run_facets: Mapping[str, Any]) -> Job | None:
    """The SQL facet's query, and its dialect: by its own word, the engine or the integration."""
    if "sql" not in job_facets:
        return None
    job = job_summary(job_facets)
    if not job.sql.strip():
        return None
    engine = run_summary(run_facets).engine
    hints = (job.dialect, engine, job.integration)
    found = (dialect_of("", hint) for hint in hints if hint)
    return job.sql, next((dialect for dialect in found if dialect), GENERIC)


def add_sql(
    access: Access, spoken: Iterable[tuple[RunRow, RenderedRun, SaidOfDatasets]], rules: Rules
) -> None:
    """Complete runs without datasets by what their statements say."""
    asked = [
        (run, said, job)
        for row, run, said in spoken
        if row.accumulated and not said.bundles
        for job in [_without_datasets(row.accumulated)]
        if job
    ]
    answers = read_scripts(access, rules, [Asked(*job, Said()) for _, _, job in asked])
    for (run, said, _), answer in zip(asked, answers, strict=True):
        bundles, too_many = bundles_of(answer.statements, Said(), rules)
        for number, bundle in enumerate(bundles):
            said.bundles.append(bundle)
            for id_, touch in bundle_touches(run, number, bundle, source_of(run)):
                said.touches[id_].append(touch)
        for problem in answer.problems[:MOST_NOTES]:
            run.fail("job.facets.sql", str(problem))
        if too_many:
            run.fail("job.facets.sql", f"Links of more than {MOST_BUNDLES} statements: left out.")


def _without_datasets(known: Accumulated) -> Job | None:
    """None also where a Lineage facet says all that the job does."""
    if known.datasets or "lineage" in known.job_facets:
        return None
    return job_of(known.job_facets, known.run_facets)
