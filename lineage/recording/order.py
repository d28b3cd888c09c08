"""Which of two deliveries of the same thing counts (DESIGN §4): terminal beats non-terminal, then
the later event time, then, so that every order ends alike, the larger digest of the content."""

from collections.abc import Iterable, Mapping
from typing import Any

from lineage.dsl import Flow
from lineage.kestra.executions import PostedExecution, PostedTaskRun

#: [1 if terminal, event time in µs, digest]: compared as lists, stored as JSON.
type Stamp = list[Any]


#: What a delivery may leave out without taking it back: member of the JSON → column.
FIELDS = {
    "labels": "labels",
    "inputs": "inputs",
    "outputs": "outputs",
    "variables": "variables",
    "trigger": "trigger",
    "url": "url",
    "parentId": "parent_public_id",
    "error": "error",
}

#: Column → (stamp of the delivery that said it, value).
type Fields = dict[str, tuple[Stamp, Any]]


def fields_of(posted: PostedExecution, stamp: Stamp) -> Fields:
    """What this delivery says; what it leaves out stays as it was."""
    values = {
        "labels": posted.labels,
        "inputs": posted.inputs,
        "outputs": posted.outputs,
        "variables": posted.variables,
        "trigger": posted.trigger,
        "url": posted.url,
        "parent_public_id": posted.parent_id,
        "error": posted.error,
    }
    return {name: (stamp, value) for name, value in values.items() if value}


def latest_fields(one: Fields, other: Fields) -> Fields:
    """Each field as the latest delivery that has it says it."""
    merged = dict(one)
    for name, said in other.items():
        if name not in merged or said[0] > merged[name][0]:
            merged[name] = said
    return merged


def stamp_of(posted: PostedExecution | PostedTaskRun) -> Stamp:
    return [int(posted.state.is_terminal), posted.state.at, posted.digest]


class Delivery:
    """All that one request says of one execution: the version of it, and of each task run, that
    counts. A task run remembers the delivery it came with: the context it renders in."""

    def __init__(self, execution: PostedExecution) -> None:
        self.execution = execution
        self.stamp = stamp_of(execution)
        self.fields = fields_of(execution, self.stamp)
        #: Task runs that came with earlier requests: they join the context of new ones.
        self.earlier: list[Mapping[str, Any]] = []
        self.task_runs: dict[str, tuple[Stamp, PostedTaskRun, PostedExecution]] = {}
        #: The flow's revision whose declarations apply; None while the flow has no YAML.
        self.revision: int | None = None
        self.declares: Flow | None = None
        #: Stored task runs (ids) to be rendered again, because their context has changed.
        self.again: set[str] = set()
        self._take_task_runs(execution)

    @property
    def flow_key(self) -> tuple[str, str]:
        """(namespace, flow id)"""
        return self.execution.namespace, self.execution.flow_id

    def context(self, posted_in: PostedExecution) -> Mapping[str, Any]:
        """The execution as declarations see it: all that is known of it, not only this request."""
        known = {
            member: self.fields[column][1]
            for member, column in FIELDS.items()
            if column in self.fields
        }
        runs = [*(posted_in.raw.get("taskRunList") or ()), *self.earlier]
        return {**posted_in.raw, **known, "taskRunList": runs}

    def add(self, execution: PostedExecution) -> None:
        """Another delivery of the same execution in the same request."""
        stamp = stamp_of(execution)
        self.fields = latest_fields(self.fields, fields_of(execution, stamp))
        if stamp > self.stamp:
            self.execution, self.stamp = execution, stamp
        self._take_task_runs(execution)

    def _take_task_runs(self, execution: PostedExecution) -> None:
        for run in execution.task_runs:
            stamp = stamp_of(run)
            held = self.task_runs.get(run.id)
            if held is None or stamp > held[0]:
                self.task_runs[run.id] = (stamp, run, execution)


def deliveries(executions: Iterable[PostedExecution]) -> dict[str, Delivery]:
    """id → what the request says of it."""
    found: dict[str, Delivery] = {}
    for execution in executions:
        if execution.id in found:
            found[execution.id].add(execution)
        else:
            found[execution.id] = Delivery(execution)
    return found
