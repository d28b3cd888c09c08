"""The Lineage facets of a job and of a dataset (LineageFacet 1-0-0).

A target, dataset or job, lists its sources, datasets or jobs; a job without a name is the event's
own. A dataset's column may list sources too, and a source may be a column.
"""

from lineage.openlineage.events import JobName, as_uuid
from lineage.openlineage.identity import Name, name_in
from lineage.openlineage.link_notes import (
    UNTOLD,
    JobLink,
    JobTouch,
    Links,
    column_in,
    transformations_of,
    usable_column,
)
from lineage.openlineage.reading import Facet

#: A job, and its run where one is told.
type Worker = tuple[JobName, str]


def read_job_lineage(body: Facet | None, links: Links) -> bool:
    """Whether the facet is there, and so says all that the job does."""
    if body is None or not isinstance(body.body.get("entries"), list):
        return False
    for entry in body.items("entries"):
        kind = _kind(entry)
        if kind == "DATASET" and (name := name_in(entry)):
            links.targets.add(name)
            _read_target(entry, name, links, stated=False)
        elif kind == "JOB" and (worker := _worker(entry, links)):
            for source in entry.items("inputs"):
                _feed_job(source, worker, links)
    return True


def read_dataset_lineage(body: Facet, target: Name, links: Links, *, stated: bool) -> None:
    """Of the dataset that carries the facet."""
    _read_target(body, target, links, stated=stated)


def _read_target(entry: Facet, target: Name, links: Links, *, stated: bool) -> None:
    """What nothing feeds, the event's job makes out of nothing that anyone tracks."""
    fed = [
        _feed_dataset(source, (target, ""), links, stated=stated)
        for source in entry.items("inputs")
    ]
    for column, field in entry.entries("fields"):
        if column and usable_column(column, field) is not None:
            for source in field.items("inputs"):
                fed.append(_feed_dataset(source, (target, column), links, stated=stated))
    if not any(fed) and links.job and not stated:
        links.writes.setdefault(JobTouch(links.job, "", target))


def _feed_dataset(source: Facet, target: tuple[Name, str], links: Links, *, stated: bool) -> bool:
    """Whether the source could be read."""
    kind = _kind(source)
    if kind == "JOB":
        worker = _worker(source, links)
        if worker:
            links.writes.setdefault(JobTouch(*worker, target[0], passes=not target[1]))
        return worker is not None
    upstream, column = name_in(source) if kind else None, column_in(source)
    if upstream is None or column is None:
        return False
    links.add_table(upstream, target[0], stated=stated)
    how = transformations_of(source)
    if column or target[1] or how != [UNTOLD]:
        links.add_column((upstream, column), target, how, stated=stated)
    return True


def _feed_job(source: Facet, target: Worker, links: Links) -> None:
    kind = _kind(source)
    if kind == "JOB":
        worker = _worker(source, links)
        if worker and worker != target:
            links.jobs.setdefault(JobLink(*worker, *target))
    elif kind and (dataset := name_in(source)):
        links.reads.setdefault(JobTouch(*target, dataset))


def _kind(entity: Facet) -> str:
    """DATASET or JOB; "" for what is neither."""
    kind = entity.text("type", 50).upper()
    if kind in ("DATASET", "JOB"):
        return kind
    entity.note("type", "must be DATASET or JOB")
    return ""


def _worker(entity: Facet, links: Links) -> Worker | None:
    run_id = as_uuid(entity.body.get("runId"))
    if entity.body.get("namespace") is None and entity.body.get("name") is None:
        if links.job is None:
            entity.note("name", "is required: the event has no job of its own")
            return None
        return links.job, run_id
    name = name_in(entity)
    return (JobName(*name), run_id) if name else None
