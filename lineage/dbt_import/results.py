"""What an import did, or would do."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
REMOVED, RESTORED, FAILED = "removed", "restored", "failed"
STATUSES = (CREATED, UPDATED, UNCHANGED, REMOVED, RESTORED, FAILED)


class ImportRefused(Exception):
    """Nothing at all was written. `field`: what the caller can change about it."""

    def __init__(self, message: str, field: str = "namespace", *, forbidden: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.forbidden = forbidden


@dataclass(frozen=True, slots=True)
class NodeOutcome:
    """What became of one node. `changes`: the fields of its asset that are different now."""

    unique_id: str
    asset_id: str
    status: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """`is_loss`: something of the node was left out; else it was taken, but not as it is."""

    node: str
    field: str
    message: str
    is_loss: bool = False


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """The execution that the run results became. `status`: created, updated or unchanged."""

    id: str
    status: str
    state: str
    task_runs: int
    assertions: int


@dataclass(frozen=True, slots=True)
class ImportResult:
    """`is_older`: a newer manifest of the project has been imported before, so that this one only
    adds what that did not know. `is_dry`: nothing was written."""

    project: str
    namespace: str
    flow: str
    generated_at: datetime
    is_dry: bool
    is_older: bool
    nodes: tuple[NodeOutcome, ...]
    edges: int
    column_edges: int
    run: ImportedRun | None = None
    problems: tuple[ImportProblem, ...] = ()
    #: Problems that are not listed, because there are too many.
    unlisted: int = 0
    counts: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        counted = Counter(node.status for node in self.nodes)
        counts = {status: counted[status] for status in STATUSES}
        object.__setattr__(self, "counts", counts)

    @property
    def changed(self) -> tuple[NodeOutcome, ...]:
        return tuple(node for node in self.nodes if node.status != UNCHANGED)

    @property
    def is_unchanged(self) -> bool:
        return not self.changed and (self.run is None or self.run.status == UNCHANGED)
