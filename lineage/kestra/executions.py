"""Executions as plain values: what Kestra's JSON says, and what others say in its terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalog.moments import micros
from lineage.models.runs import TERMINAL


@dataclass(frozen=True, slots=True)
class PostedState:
    """`at`: the event time that orders deliveries, in µs since 1970; 0 when nothing tells."""

    current: str
    started_at: datetime | None
    ended_at: datetime | None
    histories: list[dict[str, Any]]
    at: int

    @property
    def is_terminal(self) -> bool:
        return self.current in TERMINAL

    @property
    def started(self) -> int:
        """The start in µs since 1970, else what is known of when."""
        return micros(self.started_at) if self.started_at else self.at


@dataclass(frozen=True, slots=True)
class PostedTaskRun:
    """One task run; `emitted` keeps `assets`, `assetEmits` and `logs` as they were posted, and
    `cached` of a run that only found the outputs of an earlier one.

    What clients other than Kestra's do not tell of has a default.
    """

    id: str
    task_id: str
    state: PostedState
    value: str = ""
    iteration: int | None = None
    parent_id: str = ""
    attempts: list[Any] = field(default_factory=list)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    emitted: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    digest: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    #: Not posted as such: what the execution's trigger declares (`lineage.recording.triggers`).
    is_trigger: bool = False


@dataclass(frozen=True, slots=True)
class PostedExecution:
    """One execution; `raw` is the posted object, the context in which declarations render."""

    id: str
    namespace: str
    flow_id: str
    state: PostedState
    flow_revision: int | None = None
    kind: str = "NORMAL"
    labels: dict[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    trigger: Mapping[str, Any] = field(default_factory=dict)
    parent_id: str = ""
    url: str = ""
    error: str = ""
    digest: str = ""
    task_runs: tuple[PostedTaskRun, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
