"""The names that an execution gives to expressions (K1.5), built once per execution.

`execution_context` does the work that all task runs share; `for_task_run` adds the few names that
differ. Executions come from outside: anything of an unexpected shape counts as absent.
"""

import json
from collections import ChainMap
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from catalog.reading.yaml_text import MAX_DEPTH
from lineage.dsl.expressions import SECRET_MASK, Names, Purse, is_template
from lineage.dsl.flows import Flow, Task

# All templates of one execution together: about a second of work.
EXECUTION_UNITS = 2_000_000


class ExecutionContext:
    """What the expressions of one execution see."""

    def __init__(
        self,
        flow: Flow | None,
        execution: Mapping[str, Any],
        namespace_variables: Mapping[str, Any] | None = None,
    ) -> None:
        task_runs = [run for run in _list(execution.get("taskRunList")) if _is_map(run)]
        self._runs_by_id = {_text(run.get("id")): run for run in task_runs}
        self._outputs = self._gather(task_runs)
        self._purse = Purse(EXECUTION_UNITS)
        self._moment = _moment(_map(execution.get("state")))
        self._shared = {
            "flow": _flow_names(flow, execution),
            "execution": _execution_names(execution),
            "inputs": _inputs(flow, _map(execution.get("inputs"))),
            "outputs": self._outputs,
            "vars": _map(execution.get("variables")) or (flow.variables if flow else {}),
            "labels": _labels(execution.get("labels")),
            "trigger": _map(_map(execution.get("trigger")).get("variables")),
            "namespace": {} if namespace_variables is None else namespace_variables,
            "tasks": _task_states(task_runs),
            "envs": {},
            "globals": {},
        }

    def for_execution(self) -> Names:
        """The names outside any task run, as for a trigger's declaration."""
        return Names(self._shared, self._moment, self._purse)

    def for_task_run(self, task_run: Mapping[str, Any], task: Task | None = None) -> Names:
        """The names inside one task run, its own outputs included."""
        names = Names(self._shared, _moment(_map(task_run.get("state"))) or self._moment,
                      self._purse)  # fmt: skip
        names["taskrun"] = _task_run_names(task_run)
        names["task"] = {
            "id": task.id if task else task_run.get("taskId"),
            "type": task.type if task else None,
        }
        parents = [_parent_names(run) for run in self._parents(task_run)]
        names["parents"] = parents
        if parents:
            names["parent"] = parents[0]
        own = task_run.get("outputs")
        if isinstance(own, Mapping):
            names["outputs"] = self._with_own(task_run, own, parents)
        return names

    def _with_own(
        self, task_run: Mapping[str, Any], own: Mapping[str, Any], parents: list[Any]
    ) -> Mapping[str, Any]:
        """`outputs.<thisTask>[value]` also in nested loops, where siblings need every value."""
        task_id, value = _text(task_run.get("taskId")), task_run.get("value")
        shared = self._outputs.get(task_id)
        nested = any("taskrun" in parent for parent in parents)
        if shared is not None and not nested:
            return self._outputs
        mine = {_text(value): own} if value is not None else dict(own)
        # Overlaid, not copied: a loop of a thousand runs would copy a thousand outputs each time.
        merged = ChainMap(mine, shared) if isinstance(shared, dict) else mine
        return ChainMap({task_id: merged}, self._outputs)

    def _gather(self, task_runs: list[Mapping[str, Any]]) -> dict[str, Any]:
        """`outputs.<task>`, below it one level per loop value (as Kestra's Execution.outputs)."""
        outputs = _Level()
        for run in task_runs:
            own = run.get("outputs")
            if not isinstance(own, Mapping):
                continue
            values = [parent.get("value") for parent in self._parents(run)][::-1]
            path = [_text(run.get("taskId"))]
            path += [_text(value) for value in (*values, run.get("value")) if value is not None]
            _put(outputs, path, own)
        return outputs

    def _parents(self, task_run: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Nearest first; a cycle or a chain deeper than any flow ends it."""
        parent_id = task_run.get("parentTaskRunId")
        for _ in range(MAX_DEPTH):
            parent = self._runs_by_id.get(_text(parent_id)) if parent_id is not None else None
            if parent is None:
                return
            yield parent
            parent_id = parent.get("parentTaskRunId")


def execution_context(
    flow: Flow | None,
    execution: Mapping[str, Any],
    namespace_variables: Mapping[str, Any] | None = None,
) -> ExecutionContext:
    """The context of an execution in Kestra's JSON shape; `flow` is its revision, when known."""
    return ExecutionContext(flow, execution, namespace_variables)


def parse_moment(value: Any) -> datetime | None:
    """An aware date from an ISO text, UTC where it names no zone; None for anything else."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(state: Mapping[str, Any]) -> datetime | None:
    return parse_moment(state.get("endDate")) or parse_moment(state.get("startDate"))


class _Level(dict[str, Any]):
    """A map of the tree of outputs that is ours to change; posted ones are copied into one."""


def _put(tree: dict[str, Any], path: list[str], own: Mapping[str, Any]) -> None:
    for key in path:
        below = tree.get(key)
        if not isinstance(below, _Level):
            below = tree[key] = _Level(below) if isinstance(below, Mapping) else _Level()
        tree = below
    tree.update(own)


def _flow_names(flow: Flow | None, execution: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "id": flow.id if flow else execution.get("flowId"),
        "namespace": flow.namespace if flow else execution.get("namespace"),
        "revision": execution.get("flowRevision"),
        "tenantId": execution.get("tenantId"),
    }
    return {key: value for key, value in names.items() if value is not None}


def _execution_names(execution: Mapping[str, Any]) -> dict[str, Any]:
    state = _map(execution.get("state"))
    names = {
        "id": execution.get("id"),
        "originalId": execution.get("originalId") or execution.get("id"),
        "state": state.get("current"),
        "startDate": state.get("startDate"),
        "endDate": state.get("endDate"),
        "outputs": _map(execution.get("outputs")) or None,
    }
    return {key: value for key, value in names.items() if value is not None}


def _inputs(flow: Flow | None, posted: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was posted, with the flow's literal defaults, and secrets masked."""
    if flow is None or not flow.inputs:
        return posted
    inputs = dict(posted)
    for field in flow.inputs:
        path = field.id.split(".")
        if field.type.upper() == "SECRET":
            set_dotted(inputs, path, SECRET_MASK)
        elif field.defaults is not None and not (
            isinstance(field.defaults, str) and is_template(field.defaults)
        ):
            set_dotted(inputs, path, field.defaults, keep=True)
    return inputs


def set_dotted(tree: dict[str, Any], path: list[str], value: Any, *, keep: bool = False) -> None:
    """Sets a dotted name without touching the maps that were posted."""
    for key in path[:-1]:
        below = tree.get(key)
        if below is not None and not isinstance(below, Mapping):
            return
        tree[key] = dict(below or {})
        tree = tree[key]
    if not (keep and path[-1] in tree):
        tree[path[-1]] = value


def _labels(labels: Any) -> dict[str, Any]:
    """By key; a dotted key also as nested maps, as Kestra reads `labels.system.correlationId`."""
    pairs = (
        labels.items()
        if isinstance(labels, Mapping)
        else ((label.get("key"), label.get("value")) for label in _list(labels) if _is_map(label))
    )
    found: dict[str, Any] = {}
    for key, value in pairs:
        if isinstance(key, str) and value is not None:
            found[key] = value
            if "." in key and len(key) <= 256:
                set_dotted(found, key.split("."), value)
    return found


def _task_states(task_runs: list[Mapping[str, Any]]) -> dict[str, Any]:
    """`tasks.<id>.state`, or `tasks.<id>[value].state` in loops."""
    states: dict[str, Any] = {}
    for run in task_runs:
        current = _map(run.get("state")).get("current")
        if not isinstance(current, str):
            continue
        task = states.setdefault(_text(run.get("taskId")), {})
        if run.get("value") is None:
            task["state"] = current
        else:
            task[_text(run["value"])] = {"state": current}
    return states


def _task_run_names(task_run: Mapping[str, Any]) -> dict[str, Any]:
    state = _map(task_run.get("state"))
    names = {
        "id": task_run.get("id"),
        "startDate": state.get("startDate"),
        "endDate": state.get("endDate"),
        "state": state.get("current"),
        "attemptsCount": len(_list(task_run.get("attempts"))),
        "parentId": task_run.get("parentTaskRunId"),
        "iteration": task_run.get("iteration"),
    }
    names = {key: value for key, value in names.items() if value is not None}
    if task_run.get("value") is not None:
        names["value"] = _text(task_run["value"])
    return names


def _parent_names(task_run: Mapping[str, Any]) -> dict[str, Any]:
    names: dict[str, Any] = {"task": {"id": task_run.get("taskId")}}
    if task_run.get("value") is not None:
        names["taskrun"] = {"value": _text(task_run["value"])}
    names["outputs"] = _map(task_run.get("outputs"))
    return names


def _text(value: Any) -> str:
    """Ids and iteration values are texts in Kestra; JSON, where somebody posts another kind."""
    if isinstance(value, str):
        return value

    return json.dumps(value, default=str)


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
