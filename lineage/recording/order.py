"""Which of two deliveries of the same thing counts (DESIGN §4): terminal beats non-terminal, then
the later event time, then, so that every order ends alike, the larger digest of the content."""

from collections.abc import Iterable
from typing import Any

from lineage.dsl import Flow
from lineage.kestra.posted import PostedExecution, PostedTaskRun

#: [1 if terminal, event time in µs, digest]: compared as lists, stored as JSON.
type Stamp = list[Any]


def stamp_of(posted: PostedExecution | PostedTaskRun) -> Stamp:
    return [int(posted.state.is_terminal), posted.state.at, posted.digest]


class Delivery:
    """All that one request says of one execution: the version of it, and of each task run, that
    counts. A task run remembers the delivery it came with: the context it renders in."""

    def __init__(self, execution: PostedExecution) -> None:
        self.execution = execution
        self.stamp = stamp_of(execution)
        self.task_runs: dict[str, tuple[Stamp, PostedTaskRun, PostedExecution]] = {}
        #: The flow's revision whose declarations apply; None while the flow has no YAML.
        self.revision: int | None = None
        self.declares: Flow | None = None
        #: Set when stored task runs get the declarations of YAML that came later.
        self.renders_again = False
        self._take_task_runs(execution)

    @property
    def flow_key(self) -> tuple[str, str]:
        """(namespace, flow id)"""
        return self.execution.namespace, self.execution.flow_id

    def add(self, execution: PostedExecution) -> None:
        """Another delivery of the same execution in the same request."""
        stamp = stamp_of(execution)
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
