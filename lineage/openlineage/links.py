"""Lineage that an event states outright, beside that its inputs went into its outputs.

Two facets do: columnLineage (of an output's columns), and the newer Lineage facets, of a job or a
dataset, which tell table by table and column by column what went where and so replace the guess
that every input went into every output (OpenLineage spec, LineageFacet 1-0-0).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from lineage.openlineage.column_lineage import read_column_lineage
from lineage.openlineage.events import Facets, JobName, PostedDataset
from lineage.openlineage.identity import Name
from lineage.openlineage.lineage_facets import read_dataset_lineage, read_job_lineage
from lineage.openlineage.link_notes import (
    FieldLink,
    JobLink,
    JobTouch,
    Links,
    TableLink,
)
from lineage.openlineage.reading import facet

__all__ = [
    "ExplicitLinks",
    "FieldLink",
    "JobLink",
    "JobTouch",
    "TableLink",
    "explicit_links",
    "other_jobs",
    "spoken_links",
]


class Said(Protocol):
    """An event, or what the events of a run add up to."""

    @property
    def job(self) -> JobName | None: ...
    @property
    def job_facets(self) -> Facets: ...
    @property
    def inputs(self) -> tuple[PostedDataset, ...]: ...
    @property
    def outputs(self) -> tuple[PostedDataset, ...]: ...
    @property
    def dataset(self) -> PostedDataset | None: ...


@dataclass(frozen=True, slots=True)
class ExplicitLinks:
    """Names are those of the facets, not normalised.

    `exhaustive`: the job says all of it, so inputs × outputs adds nothing. `spoken_for`: outputs
    whose own facet says all that went into them, so that no other input did. `reads`, `writes`:
    which job reads or writes a dataset, where the facet names a job instead of a dataset.
    """

    tables: tuple[TableLink, ...] = ()
    columns: tuple[FieldLink, ...] = ()
    reads: tuple[JobTouch, ...] = ()
    writes: tuple[JobTouch, ...] = ()
    jobs: tuple[JobLink, ...] = ()
    exhaustive: bool = False
    spoken_for: frozenset[Name] = frozenset()
    problems: tuple[str, ...] = field(default=())


def explicit_links(said: Said) -> ExplicitLinks:
    """All links of an event, each once. What an output's facets say is the job's work; what those
    of an input or of a dataset event say holds without it (`stated`)."""
    links = Links(said.job)
    exhaustive = read_job_lineage(facet(said.job_facets, "lineage", links.problems), links)
    spoken_for = set()
    for dataset, stated in _datasets(said):
        name = (dataset.namespace, dataset.name)
        if exhaustive and name in links.targets:
            continue
        if read_dataset_links(dataset, links, stated=stated) and not stated:
            spoken_for.add(name)
    return ExplicitLinks(
        tables=tuple(links.tables.values()),
        columns=tuple(links.columns.values()),
        reads=tuple(links.reads),
        writes=tuple(links.writes),
        jobs=tuple(links.jobs),
        exhaustive=exhaustive,
        spoken_for=frozenset(spoken_for),
        problems=tuple(links.problems),
    )


def other_jobs(said: Said) -> set[JobName]:
    """Jobs beside its own that Lineage facets name as what reads or writes a dataset."""
    if "lineage" not in said.job_facets and not any(
        "lineage" in dataset.facets for dataset, _ in _datasets(said)
    ):
        return set()
    links = explicit_links(said)
    return {touch.job for touch in (*links.reads, *links.writes)} - {said.job}


def spoken_links(said: Said) -> object:
    """All that `explicit_links` reads: it answers the same where this is the same JSON."""
    return (
        said.job,
        said.job_facets.get("lineage"),
        [
            (one.namespace, one.name, stated, one.facets.get("lineage"), columns)
            for one, stated in _datasets(said)
            for columns in [one.facets.get("columnLineage")]
        ],
    )


def _datasets(said: Said) -> Iterator[tuple[PostedDataset, bool]]:
    """(dataset, whether its facets hold without the job)"""
    yield from ((dataset, False) for dataset in said.outputs)
    yield from ((dataset, True) for dataset in said.inputs)
    if said.dataset is not None:
        yield said.dataset, True


def read_dataset_links(dataset: PostedDataset, links: Links, *, stated: bool) -> bool:
    """Whether the lineage facet spoke; where it does, columnLineage is not heard."""
    name = (dataset.namespace, dataset.name)
    lineage = facet(dataset.facets, "lineage", links.problems)
    if lineage and ("inputs" in lineage.body or "fields" in lineage.body):
        read_dataset_lineage(lineage, name, links, stated=stated)
        return True
    body = facet(dataset.facets, "columnLineage", links.problems)
    if body:
        read_column_lineage(body, name, links, stated=stated)
    return False
