"""A file read once into three heaps on disk: assets, edges, and what could not be read.

So assets can go in before the edges that name them, wherever they stand, and what is done knows
how much there is to do, which ids it will lock and which of them stand in the file twice.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any

from catalog.interchange import ASSET, READERS, Record, Source
from catalog.reading.declared import AssetError
from catalog.reading.rules import validate_asset_id
from lineage.edge_bodies import FlowName, read_edge

#: Of each heap, what stays in memory.
IN_MEMORY = 1 << 20
#: Called with (done, of how many, what); of 0 while nobody knows.
type Progress = Callable[[int, int, str], None]


def quiet(done: int, total: int, what: str) -> None:
    """For who does not ask."""


class Heap:
    """Plain values, one after the other, on disk beyond IN_MEMORY; gone with who holds it."""

    def __init__(self) -> None:
        self.file: Any = SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8")  # noqa: SIM115
        self.count = 0

    def __del__(self) -> None:
        self.file.close()

    def add(self, value: Any) -> None:
        self.file.write(json.dumps(value, separators=(",", ":")) + "\n")
        self.count += 1

    def __iter__(self) -> Iterator[Any]:
        self.file.seek(0)
        return map(json.loads, self.file)

    def sets(self, size: int) -> Iterator[list[Any]]:
        """In lists of `size`."""
        found: list[Any] = []
        for value in self:
            found.append(value)
            if len(found) == size:
                yield found
                found = []
        if found:
            yield found


@dataclass(slots=True)
class Staged:
    """`assets` and `edges`: [number, line, value, errors]; `broken`: without the value. `ids`
    counts valid ids of assets, `names` digests of what tells edges apart, `flows` names theirs.
    """

    assets: Heap = field(default_factory=Heap)
    edges: Heap = field(default_factory=Heap)
    broken: Heap = field(default_factory=Heap)
    ids: Counter[str] = field(default_factory=Counter)
    names: Counter[int] = field(default_factory=Counter)
    flows: set[FlowName] = field(default_factory=set)

    @property
    def total(self) -> int:
        return self.assets.count + self.edges.count

    def add(self, record: Record) -> None:
        errors = [[error.field, error.message] for error in record.errors]
        if not record.kind:
            self.broken.add([record.number, record.line, errors])
        elif record.kind == ASSET:
            self.assets.add([record.number, record.line, record.value, errors])
            id_ = record.value.get("id")
            if isinstance(id_, str) and not validate_asset_id(id_):
                self.ids[id_] += 1
        else:
            self.edges.add([record.number, record.line, record.value, errors])
            self.names[digest(record.value)] += 1
            body, _ = read_edge({**_NO_EDGE, **flow_of(record.value)})
            if body and body.flow:
                self.flows.add(body.flow)


#: What stands for the rest of an edge while its flow is looked at.
_NO_EDGE = {"upstream": "a", "downstream": "b"}


def flow_of(edge: Any) -> dict[str, Any]:
    return {key: edge[key] for key in ("flowNamespace", "flowId") if edge.get(key)}


def digest(edge: Any) -> int:
    """A number that two values of one edge share."""
    keys = ("upstream", "downstream", "flowNamespace", "flowId", "taskId")
    return hash(tuple(str(edge.get(key) or "") for key in keys))


def stage(source: Source, form: str, progress: Progress = quiet) -> Staged:
    """Read a file of one of the formats. Raises `catalog.interchange.Unreadable`."""
    staged = Staged()
    for record in READERS[form](source):
        staged.add(record)
        if record.number % 1000 == 0:
            progress(record.number, 0, "reading")
    return staged


def errors_of(found: list[list[str]]) -> tuple[AssetError, ...]:
    return tuple(AssetError(*error) for error in found)
