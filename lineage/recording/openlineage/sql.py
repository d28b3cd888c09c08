"""Runs and jobs that tell their SQL and no dataset: it says what they read and write."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.access import Access
from catalog.touches import Part, Touch
from lineage.dsl import AssetDeclaration, AssetReference
from lineage.openlineage.accumulated import INPUT, OUTPUT, Accumulated
from lineage.openlineage.events import DATASET, JOB, PostedEvent
from lineage.openlineage.registers import Stamp
from lineage.openlineage.rules import Rules
from lineage.openlineage.summaries import job_summary, run_summary
from lineage.recording.inferred import MOST_BUNDLES, Said, bundles_of
from lineage.recording.inferring import MOST_NOTES
from lineage.recording.openlineage.datasets import Said as SaidOfDatasets
from lineage.recording.openlineage.rows import RunRow
from lineage.recording.openlineage.speaking import (
    Speaker,
    counting_touches,
    renewing_touch,
    speaker_of,
)
from lineage.recording.reading_sql import SECONDS, Asked, read_scripts
from lineage.recording.rendered import RenderedRun
from lineage.sql import GENERIC, Inference, dialect_of, infer_many

type Job = tuple[str, str]


def infer_for_openlineage(sql: str, dialect: str) -> Inference:
    """What one SQL facet says. `dialect` is anything that tells it: the facet's own word, the
    name of an engine, of an integration or of an operator."""
    return infer_many([(sql, dialect_of("", dialect) or GENERIC)], SECONDS)[0]


def look_ahead(events: Iterable[PostedEvent]) -> bool:
    """Have the SQL of a request read before any run is locked; the answers are kept.

    Answers whether there is any.
    """
    jobs = [job for event in events for job in [_of_event(event)] if job]
    if jobs:
        infer_many(jobs, SECONDS)
    return bool(jobs)


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
        (row.accumulated, run, said, speaker_of(row, run), job)
        for row, run, said in spoken
        if row.accumulated and not said.bundles
        for job in [_without_datasets(row.accumulated)]
        if job
    ]
    answers = read_scripts(access, rules, [Asked(*job, Said()) for *_, job in asked])
    for (known, run, said, speaker, _), answer in zip(asked, answers, strict=True):
        bundles, too_many = bundles_of(answer.statements, Said(), rules)
        said.bundles += bundles
        _name(said, speaker, known.job_registers["sql"][0])
        for problem in answer.problems[:MOST_NOTES]:
            run.fail("job.facets.sql", str(problem))
        if too_many:
            run.fail("job.facets.sql", f"Links of more than {MOST_BUNDLES} statements: left out.")


def add_sql_of_designs(
    access: Access, rules: Rules, told: Iterable[tuple[PostedEvent, SaidOfDatasets, Speaker]]
) -> None:
    """Complete what job events without datasets say: their statements state edges, and name
    assets."""
    asked = [
        (said, speaker, job)
        for event, said, speaker in told
        if event.kind == JOB and not said.bundles
        for job in [_of_event(event)]
        if job
    ]
    answers = read_scripts(access, rules, [Asked(*job, Said()) for _, _, job in asked])
    for (said, speaker, _), answer in zip(asked, answers, strict=True):
        said.bundles, _ = bundles_of(answer.statements, Said(), rules)
        _name(said, speaker, (speaker.at, ""))


def _name(said: SaidOfDatasets, speaker: Speaker, told: Stamp) -> None:
    """What the statements, told last then, say of their assets: each once a position."""
    items = {
        (item.id, position): item
        for bundle in said.bundles
        for position, listed in ((INPUT, bundle.inputs), (OUTPUT, bundle.outputs))
        for item in listed
    }
    for (id_, position), item in items.items():
        said.touches[id_].append(_named(item, position, speaker))
        said.touches[id_] += counting_touches(position, id_, speaker)
        if position == OUTPUT:
            said.touches[id_].append(renewing_touch(told, id_, speaker))


def _named(item: AssetReference | AssetDeclaration, position: str, speaker: Speaker) -> Touch:
    """That there is such an asset, of that type while nobody says another."""
    return Touch(
        speaker.stamp((speaker.earliest, ""), position, item.id),
        speaker.earliest,
        Part.DESCRIBE,
        job_namespace=speaker.job_namespace,
        source=speaker.source,
        counts=False,
        hint=item.type,
        owner_register="writer" if position == OUTPUT else "reader",
        name=item.id,
    )


def _of_event(event: PostedEvent) -> Job | None:
    """The SQL of an event that names no datasets, nor links between them."""
    if event.kind == DATASET or event.inputs or event.outputs or "lineage" in event.job_facets:
        return None
    return job_of(event.job_facets, event.run_facets)


def _without_datasets(known: Accumulated) -> Job | None:
    """None also where a Lineage facet says all that the job does."""
    if known.datasets or "lineage" in known.job_facets:
        return None
    return job_of(known.job_facets, known.run_facets)
