"""Collects links, each once, as facets tell them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.reading.columns import NAME_LENGTH
from lineage.openlineage.events import JobName
from lineage.openlineage.identity import Name
from lineage.openlineage.reading import MAX_PROBLEMS, Facet, Problems

#: Of one event. Old Spark clients list every column that filters beside every column there is.
MAX_LINKS = 100_000
TYPE_LENGTH, SUBTYPE_LENGTH, DESCRIPTION_LENGTH = 20, 50, 10_000


class TableLink(NamedTuple):
    """`upstream` went into `downstream`. `stated`: it holds without the job of the event."""

    upstream: Name
    downstream: Name
    stated: bool = False


class FieldLink(NamedTuple):
    """As `lineage.dsl.bundles.ColumnLink`, before names have become ids."""

    upstream: Name
    upstream_column: str
    downstream: Name
    downstream_column: str
    type: str = ""
    subtype: str = ""
    description: str = ""
    masking: bool = False
    stated: bool = False


class JobTouch(NamedTuple):
    """A job, in one of its runs where `run_id` tells, reads or writes a dataset.

    `passes`: the dataset has the job as a source as a whole, so what the job reads goes into it;
    not where the job makes only a column, or makes it of nothing that anyone tracks.
    """

    job: JobName
    run_id: str
    dataset: Name
    passes: bool = False


class JobLink(NamedTuple):
    """Data passed from one job to another, with no dataset between them that anyone tracks."""

    upstream: JobName
    upstream_run: str
    downstream: JobName
    downstream_run: str


class Transformation(NamedTuple):
    """What was done to a column on its way."""

    type: str = ""
    subtype: str = ""
    description: str = ""
    masking: bool = False


UNTOLD = Transformation()


@dataclass(slots=True)
class Links:
    """`job`: the event's own. `targets`: the datasets that a job's lineage facet speaks of."""

    job: JobName | None
    tables: dict[tuple[Name, Name], TableLink] = field(default_factory=dict)
    columns: dict[tuple[Name, str, Name, str, str, str], FieldLink] = field(default_factory=dict)
    reads: dict[JobTouch, None] = field(default_factory=dict)
    writes: dict[JobTouch, None] = field(default_factory=dict)
    jobs: dict[JobLink, None] = field(default_factory=dict)
    targets: set[Name] = field(default_factory=set)
    problems: Problems = field(default_factory=list)

    def add_table(self, upstream: Name, downstream: Name, *, stated: bool) -> None:
        """What a job does counts more than what merely holds."""
        key = (upstream, downstream)
        if key not in self.tables or (self.tables[key].stated and not stated):
            self.tables[key] = TableLink(upstream, downstream, stated)

    def add_column(
        self,
        source: tuple[Name, str],
        target: tuple[Name, str],
        how: Iterable[Transformation],
        *,
        stated: bool,
    ) -> None:
        """(dataset, column) into (dataset, column); "" for all columns."""
        for one in how:
            key = (*source, *target, one.type, one.subtype)
            before = self.columns.get(key)
            if before is not None:
                self.columns[key] = before._replace(
                    description=before.description or one.description,
                    masking=before.masking or one.masking,
                    stated=before.stated and stated,
                )
            elif len(self.columns) < MAX_LINKS:
                self.columns[key] = FieldLink(*key, one.description, one.masking, stated)
            else:
                self._full()

    def _full(self) -> None:
        message = f"More than {MAX_LINKS} links between columns; the rest is left out"
        if message not in self.problems and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(message)


def transformations_of(source: Facet) -> list[Transformation]:
    """Those of a source; one without words where it has none."""
    if not source.body.get("transformations"):
        return [UNTOLD]
    return [_transformation(item) for item in source.items("transformations")] or [UNTOLD]


def _transformation(item: Facet) -> Transformation:
    return Transformation(
        item.text("type", TYPE_LENGTH).upper(),
        item.text("subtype", SUBTYPE_LENGTH).upper(),
        item.text("description", DESCRIPTION_LENGTH),
        item.boolean("masking") or False,
    )


def column_in(source: Facet, key: str = "field") -> str | None:
    """A column's name, "" where none is told; None for one that no column can have."""
    value = source.body.get(key)
    if value is None:
        return ""
    name = source.text(key)
    return usable_column(name, source) if isinstance(value, str) else None


def usable_column(name: str, where: Facet) -> str | None:
    if len(name) <= NAME_LENGTH:
        return name
    where.note(name[:50], f"is a column's name of more than {NAME_LENGTH} characters; left out")
    return None
