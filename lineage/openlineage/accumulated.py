"""What all events of one run (or job, or dataset) add up to, in whatever order they came.

Events of a run are accumulative (OpenLineage spec, run cycle): START may tell the inputs and
COMPLETE the outputs, either may come first, twice or never. So everything said is a register that
the latest event time wins, ties by digest, and datasets are a union: adding events up is
commutative, associative and idempotent. A run that goes on for years takes no more room for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.openlineage.events import (
    DATASET,
    JobName,
    ParentRun,
    PostedDataset,
    PostedEvent,
    time_of,
)
from lineage.openlineage.headwater import refined
from lineage.openlineage.registers import (
    Registers,
    Stamp,
    bounded,
    later,
    said_at,
    spoken,
    standing,
)
from lineage.openlineage.run_cycle import Moments, end_of, histories_of, joined_moments, state_of

INPUT, OUTPUT = "input", "output"
#: Of one run: more are kept as events, and `Accumulated.more` says so.
MAX_DATASETS = 20_000
#: Jobs without an end of their own (`jobType`): what they write counts while they run.
CONTINUOUS = frozenset({"STREAMING", "SERVICE"})

#: (position, namespace, name)
type DatasetKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class DatasetSaid:
    """What was said of one dataset in one position; `last` is when it was named last."""

    last: Stamp
    facets: Registers = field(default_factory=dict)
    position_facets: Registers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accumulated:
    """Read through its properties; the fields are the registers behind them.

    `named` holds `job`, `parent` and `producer`. `more`: there were datasets beyond MAX_DATASETS.
    """

    types: Moments = field(default_factory=dict)
    named: Registers = field(default_factory=dict)
    run_registers: Registers = field(default_factory=dict)
    job_registers: Registers = field(default_factory=dict)
    datasets: Mapping[DatasetKey, DatasetSaid] = field(default_factory=dict)
    latest: Stamp = (0, "")
    earliest: int = 0
    more: bool = False

    @property
    def job(self) -> JobName | None:
        return _said(self.named, "job")

    @property
    def parent(self) -> ParentRun | None:
        return _said(self.named, "parent")

    @property
    def producer(self) -> str:
        return _said(self.named, "producer") or ""

    @property
    def run_facets(self) -> dict[str, Any]:
        return standing(self.run_registers)

    @property
    def job_facets(self) -> dict[str, Any]:
        return standing(self.job_registers)

    @property
    def inputs(self) -> tuple[PostedDataset, ...]:
        return self.at_position(INPUT)

    @property
    def outputs(self) -> tuple[PostedDataset, ...]:
        return self.at_position(OUTPUT)

    @property
    def dataset(self) -> PostedDataset | None:
        """The dataset that dataset events tell of."""
        return next(iter(self.at_position(DATASET)), None)

    def at_position(self, position: str) -> tuple[PostedDataset, ...]:
        """Sorted by namespace and name; facets also where they only say that they are deleted."""
        return tuple(
            PostedDataset(key[1], key[2], spoken(said.facets), spoken(said.position_facets))
            for key, said in sorted(self.datasets.items(), key=lambda item: item[0])
            if key[0] == position
        )

    def stamps(self) -> set[Stamp]:
        """Of events whose words still stand: what others said has been said anew since."""
        held = [self.named, self.run_registers, self.job_registers]
        for said in self.datasets.values():
            held += [said.facets, said.position_facets]
        found = {stamp for registers in held for stamp, _ in registers.values()}
        found |= {said.last for said in self.datasets.values()}
        return found | {last for _, last in self.types.values()}

    @property
    def excess(self) -> str:
        """What is to be said where there were more datasets than are kept; "" else."""
        if not self.more:
            return ""
        return (
            f"The events name more datasets than are kept: {MAX_DATASETS:,}. The others stand in"
            " the events only, and make neither assets nor lineage."
        )

    @property
    def state(self) -> str:
        """A state of Headwater; "" for a job or a dataset."""
        return refined(state_of(self.types), self.run_facets)

    @property
    def at(self) -> int:
        """The event time that orders this state among others: of the end, else of the last."""
        ended = self.ended_at
        return self.latest[0] if ended is None else ended

    @property
    def started_at(self) -> int:
        """The earliest START, else the earliest event, in µs since 1970."""
        return self.types["START"][0] if "START" in self.types else self.earliest

    @property
    def ended_at(self) -> int | None:
        """None while it runs."""
        end = end_of(self.types)
        return None if end is None else self.types[end][1][0]

    @property
    def histories(self) -> list[dict[str, str]]:
        """[{"state", "date"}] in order of time: the first and the last event of each type."""
        return histories_of(self.types)

    @property
    def nominal_start(self) -> int | None:
        """When the run was scheduled for (`nominalTime`)."""
        facet = self.run_facets.get("nominalTime")
        return time_of(facet.get("nominalStartTime")) if isinstance(facet, Mapping) else None

    @property
    def is_streaming(self) -> bool:
        facet = self.job_facets.get("jobType")
        kind = facet.get("processingType") if isinstance(facet, Mapping) else None
        return isinstance(kind, str) and kind.upper() in CONTINUOUS


def said_by(event: PostedEvent) -> Accumulated:
    """One event on its own. Of a dataset that it names twice the last mention wins."""
    stamp = (event.at, event.digest)
    named = {"job": event.job, "parent": event.parent, "producer": event.producer}
    placed = [(INPUT, event.inputs), (OUTPUT, event.outputs)]
    if event.dataset is not None:
        placed.append((DATASET, (event.dataset,)))
    datasets: dict[DatasetKey, DatasetSaid] = {}
    for position, listed in placed:
        for dataset in listed:
            key = (position, dataset.namespace, dataset.name)
            before = datasets.get(key, DatasetSaid(stamp))
            datasets[key] = DatasetSaid(
                stamp,
                {**before.facets, **said_at(dataset.facets, stamp)},
                {**before.position_facets, **said_at(dataset.position_facets, stamp)},
            )
    return Accumulated(
        types={event.event_type: (event.at, stamp)} if event.event_type else {},
        named=said_at(named, stamp),
        run_registers=said_at(event.run_facets, stamp),
        job_registers=said_at(event.job_facets, stamp),
        datasets=bounded(datasets, MAX_DATASETS),
        latest=stamp,
        earliest=event.at,
        more=len(datasets) > MAX_DATASETS,
    )


def merged(one: Accumulated, other: Accumulated) -> Accumulated:
    """What two sets of events of the same run say together."""
    datasets = dict(one.datasets)
    for key, said in other.datasets.items():
        datasets[key] = _joined(datasets[key], said) if key in datasets else said
    more = one.more or other.more or len(datasets) > MAX_DATASETS
    return Accumulated(
        types=joined_moments(one.types, other.types),
        named=later(one.named, other.named),
        run_registers=later(one.run_registers, other.run_registers),
        job_registers=later(one.job_registers, other.job_registers),
        datasets=bounded(datasets, MAX_DATASETS),
        latest=max(one.latest, other.latest),
        earliest=min(one.earliest, other.earliest),
        more=more,
    )


def _joined(one: DatasetSaid, other: DatasetSaid) -> DatasetSaid:
    return DatasetSaid(
        max(one.last, other.last),
        later(one.facets, other.facets),
        later(one.position_facets, other.position_facets),
    )


def _said(registers: Registers, name: str) -> Any:
    return registers[name][1] if name in registers else None
