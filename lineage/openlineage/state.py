"""Adding up the events of a run one by one, with a plain form to keep in between."""

from collections.abc import Mapping
from typing import Any

from lineage.openlineage.accumulated import Accumulated, DatasetSaid, merged, said_by
from lineage.openlineage.events import JobName, ParentRun, PostedEvent
from lineage.openlineage.registers import Registers, Stamp
from lineage.openlineage.run_cycle import state_of

__all__ = [
    "Accumulated",
    "accumulate",
    "dump_accumulated",
    "load_accumulated",
    "merged",
    "state_of",
]


def accumulate(known: Accumulated | None, event: PostedEvent) -> Accumulated:
    """`known` and what `event` says besides: the same whatever the order, or how often."""
    said = said_by(event)
    return said if known is None else merged(known, said)


def dump_accumulated(accumulated: Accumulated) -> dict[str, Any]:
    """JSON-able; every stamp is written once and referred to by its number."""
    return _Dump().write(accumulated)


class _Dump:
    def __init__(self) -> None:
        self.stamps: dict[Stamp, int] = {}

    def number(self, stamp: Stamp) -> int:
        return self.stamps.setdefault(stamp, len(self.stamps))

    def registers(self, registers: Registers) -> dict[str, list[Any]]:
        return {name: [self.number(stamp), value] for name, (stamp, value) in registers.items()}

    def write(self, a: Accumulated) -> dict[str, Any]:
        named = dict(a.named)
        for name, plain in (("job", _plain_job), ("parent", _plain_parent)):
            if name in named:
                stamp, value = named[name]
                named[name] = (stamp, plain(value))
        written = {
            "types": {name: [first, self.number(last)] for name, (first, last) in a.types.items()},
            "named": self.registers(named),
            "run": self.registers(a.run_registers),
            "job": self.registers(a.job_registers),
            "datasets": [
                [
                    *key,
                    self.number(said.last),
                    self.registers(said.facets),
                    self.registers(said.position_facets),
                ]
                for key, said in a.datasets.items()
            ],
            "latest": self.number(a.latest),
            "earliest": a.earliest,
            "more": a.more,
        }
        return {"stamps": [list(stamp) for stamp in self.stamps], **written}


def load_accumulated(value: Mapping[str, Any]) -> Accumulated:
    """What `dump_accumulated` wrote."""
    stamps = [(at, digest) for at, digest in value["stamps"]]

    def registers(written: Mapping[str, Any]) -> Registers:
        return {name: (stamps[number], said) for name, (number, said) in written.items()}

    named = dict(registers(value["named"]))
    for name, whole in (("job", _whole_job), ("parent", _whole_parent)):
        if name in named:
            stamp, plain = named[name]
            named[name] = (stamp, whole(plain))
    return Accumulated(
        types={name: (first, stamps[last]) for name, (first, last) in value["types"].items()},
        named=named,
        run_registers=registers(value["run"]),
        job_registers=registers(value["job"]),
        datasets={
            (position, namespace, name): DatasetSaid(stamps[last], registers(own), registers(at))
            for position, namespace, name, last, own, at in value["datasets"]
        },
        latest=stamps[value["latest"]],
        earliest=value["earliest"],
        more=value["more"],
    )


def _plain_job(job: JobName) -> list[str]:
    return [job.namespace, job.name]


def _whole_job(plain: list[str]) -> JobName:
    return JobName(*plain)


def _plain_parent(parent: ParentRun) -> list[Any]:
    root = _plain_job(parent.root_job) if parent.root_job else None
    return [parent.run_id, _plain_job(parent.job), parent.root_run_id, root]


def _whole_parent(plain: list[Any]) -> ParentRun:
    run_id, job, root_run_id, root = plain
    return ParentRun(run_id, JobName(*job), root_run_id, JobName(*root) if root else None)
