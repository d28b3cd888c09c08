"""What came out of what: the columnLineage facets, and the lineage facet where these do not do.

OpenLineage takes every input of a run to have gone into every output. A task run with several
bundles says otherwise, by the job's lineage facet: which datasets each output came out of.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from openlineage.client.generated.column_lineage_dataset import (
    ColumnLineageDatasetFacet,
    Fields,
    InputField,
    Transformation,
)
from openlineage.client.generated.lineage import (
    LineageDatasetEntry,
    LineageDatasetFacet,
    LineageDatasetInput,
    LineageFieldEntry,
    LineageJobEntry,
    LineageJobFacet,
    LineageTransformation,
)

from lineage.openlineage.outgoing.making import Facets, facet
from lineage.openlineage.outgoing.shipped import ColumnRow, ShippedBundle

#: Asset id → (namespace, name).
type Namer = Callable[[str], tuple[str, str]]
#: (type, subtype, description, masking)
type How = tuple[str, str, str, bool]
#: (upstream, its column) → what was done on the way.
type Sources = Mapping[tuple[str, str], dict[How, None]]


class Links:
    """All that the bundles of a task run say, each thing once."""

    def __init__(self, bundles: Iterable[ShippedBundle], name: Namer) -> None:
        self.name = name
        self.bundles = tuple(bundles)
        #: Output → its column ("" all of them) → sources.
        self.columns: dict[str, dict[str, dict[tuple[str, str], dict[How, None]]]] = {}
        for row in self.rows():
            sources = self.columns.setdefault(row[2], {}).setdefault(row[3], {})
            sources.setdefault((row[0], row[1]), {})[row[4:]] = None

    def rows(self) -> Iterator[ColumnRow]:
        for bundle in self.bundles:
            yield from bundle.columns

    def facets_of(self, output: str) -> Facets:
        """columnLineage, of an output whose columns are told; {} for others."""
        told = self.columns.get(output)
        if not told:
            return {}
        fields = {
            column: Fields(inputFields=found)
            for column, sources in told.items()
            if column and (found := self._inputs(sources))
        }
        whole = self._inputs(told.get("", {}))
        if not fields and not whole:
            return {}
        body = facet(ColumnLineageDatasetFacet, fields=fields, dataset=whole or None)
        return {"columnLineage": body}

    def _inputs(self, sources: Sources) -> list[InputField]:
        return [
            InputField(*self.name(upstream), field=column, transformations=done)
            for (upstream, column), how in sources.items()
            if column
            for done in _done(Transformation, how)
        ]

    @property
    def needs_telling(self) -> bool:
        """Whether inputs × outputs and columnLineage would say something else."""
        parts = {(bundle.inputs, bundle.outputs) for bundle in self.bundles}
        return len(parts) > 1 or any(row[1] == "" for row in self.rows())

    def job_facet(self) -> Facets:
        """The lineage facet of the job, which says all of it; {} where nobody needs it."""
        if not self.needs_telling:
            return {}
        fed: defaultdict[str, dict[str, None]] = defaultdict(dict)
        read: dict[str, None] = {}
        for bundle in self.bundles:
            for output in bundle.outputs:
                fed[output] |= dict.fromkeys(bundle.inputs)
            if not bundle.outputs:
                read |= dict.fromkeys(bundle.inputs)
        entries: list[Any] = [self._entry(output, inputs) for output, inputs in fed.items()]
        if read:
            entries.append(LineageJobEntry(type="JOB", inputs=self._plain(read)))
        return {"lineage": facet(LineageJobFacet, entries=entries)}

    def dataset_facet(self, output: str) -> Facets:
        """The lineage facet of a dataset: what it came out of, whatever the job."""
        entry = self._entry(output, dict.fromkeys(id_ for b in self.bundles for id_ in b.inputs))
        body = facet(LineageDatasetFacet, inputs=entry.inputs, fields=entry.fields)
        return {"lineage": body}

    def _entry(self, output: str, inputs: Iterable[str]) -> LineageDatasetEntry:
        told = self.columns.get(output, {})
        whole = told.get("", {})
        return LineageDatasetEntry(
            *self.name(output),
            type="DATASET",
            inputs=self._plain(id_ for id_ in inputs if (id_, "") not in whole)
            + self._sources(whole),
            fields={
                column: LineageFieldEntry(inputs=self._sources(sources))
                for column, sources in told.items()
                if column
            },
        )

    def _plain(self, ids: Iterable[str]) -> list[Any]:
        return [LineageDatasetInput(*self.name(id_), type="DATASET") for id_ in ids]

    def _sources(self, sources: Sources) -> list[Any]:
        return [
            LineageDatasetInput(
                *self.name(upstream),
                type="DATASET",
                field=column or None,
                transformations=done,
            )
            for (upstream, column), how in sources.items()
            for done in _done(LineageTransformation, how)
        ]


def _done(kind: Callable[..., Any], how: Iterable[How]) -> list[list[Any] | None]:
    """What was done, and None if somebody told of the column without telling how."""
    told = [
        kind(
            type=type_,
            subtype=subtype or None,
            description=description or None,
            masking=masking or None,
        )
        for type_, subtype, description, masking in how
        if type_
    ]
    untold = any(not type_ for type_, *_ in how)
    return ([None] if untold else []) + ([told] if told else [])
