"""Kestra's execution JSON, checked and brought into plain values.

Shape (DESIGN §6): `id, namespace, flowId, flowRevision, state{current, startDate, endDate,
histories[{state, date}]}, taskRunList[], labels, inputs, outputs, variables, trigger, parentId,
url, kind, error, logs`. Unknown members are ignored; a wrong one refuses the whole execution
and every problem names its field.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.moments import micros
from lineage.kestra.executions import PostedExecution, PostedState, PostedTaskRun
from lineage.kestra.limits import EMITS, MAX_TASK_RUNS, emits_too_much
from lineage.kestra.values import FLOW_ID, Problems, as_json, as_time, canonical, digest
from lineage.models.runs import TERMINAL, State

NAMESPACE = re.compile(r"[a-z0-9][a-z0-9._-]{0,149}")
#: No white space or control characters: it becomes part of a path.
PUBLIC_ID = re.compile(r"[^\s\x00-\x1f\x7f<>\"'`|]{1,200}")
KIND = re.compile(r"[A-Z][A-Z_]{0,19}")
STATES = tuple(State.values)

#: Kestra's states that Headwater shows as one of its own (DESIGN §4).
ALIASES = {
    "SUBMITTED": "QUEUED",
    "KILLING": "RUNNING",
    "RESTARTED": "RUNNING",
    "BREAKPOINT": "PAUSED",
    "RETRIED": "FAILED",
    "SKIP": "SKIPPED",
}


class InvalidExecution(ValueError):
    """`problems`: [{"field", "message"}]. `id` is what could be read of the execution's id."""

    def __init__(self, problems: list[dict[str, str]], execution_id: str) -> None:
        said = (f"{p['field']}: {p['message']}" if p["field"] else p["message"] for p in problems)
        super().__init__("; ".join(said))
        self.problems = problems
        self.id = execution_id


def parse_execution(value: Any) -> PostedExecution:
    """Raises InvalidExecution with every problem, not only the first."""
    if not isinstance(value, Mapping):
        problem = {"field": "", "message": "An execution is a JSON object."}
        raise InvalidExecution([problem], "")
    content, storable = canonical({k: v for k, v in value.items() if k != "taskRunList"})
    problems = Problems(storable=storable)
    execution = PostedExecution(
        id=problems.visible(value, "id", PUBLIC_ID, required=True),
        namespace=problems.text(value, "namespace", NAMESPACE, required=True),
        flow_id=problems.text(value, "flowId", FLOW_ID, required=True),
        flow_revision=problems.integer(value, "flowRevision"),
        kind=problems.text(value, "kind", KIND) or "NORMAL",
        state=parse_state(value.get("state"), "state", problems),
        labels=parse_labels(value.get("labels"), problems),
        inputs=problems.mapping(value, "inputs"),
        outputs=problems.mapping(value, "outputs"),
        variables=problems.mapping(value, "variables"),
        trigger=problems.mapping(value, "trigger"),
        parent_id=parent_of(value, problems),
        url=parse_url(value, problems),
        error=problems.message(value, "error"),
        digest=digest(content),
        task_runs=parse_task_runs(value, problems),
        raw=value,
    )
    if problems.found:
        raise InvalidExecution(problems.found, execution.id)
    return execution


def parent_of(value: Mapping[str, Any], problems: Problems) -> str:
    """`parentId` (Kestra's subflows), else the `executionId` of the trigger that started it."""
    own = problems.visible(value, "parentId", PUBLIC_ID)
    if own:
        return own
    trigger = value.get("trigger")
    if not isinstance(trigger, Mapping) or not str(trigger.get("type", "")).endswith(".Subflow"):
        return ""
    variables = trigger.get("variables")
    if not isinstance(variables, Mapping):
        return ""
    return problems.visible(variables, "executionId", PUBLIC_ID, path="trigger.variables")


def parse_url(value: Mapping[str, Any], problems: Problems) -> str:
    url = problems.text(value, "url")
    if url and not re.match(r"https?://", url):
        problems.add("url", "A link back to the orchestrator starts with http:// or https://.")
    if len(url) > 2000:
        problems.add("url", "At most 2000 characters.")
    return url


def parse_labels(value: Any, problems: Problems) -> dict[str, str]:
    """Kestra posts `[{key, value}]`; a plain object is taken too."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, list) and all(
        isinstance(item, Mapping) and "key" in item for item in value
    ):
        pairs = [(item["key"], item.get("value")) for item in value]
    else:
        problems.add("labels", "Labels are a list of {key, value} or an object.")
        return {}
    labels = {str(key): "" if text is None else str(text) for key, text in pairs}
    as_json(labels, "labels", problems)
    return labels


def parse_state(value: Any, path: str, problems: Problems) -> PostedState:
    if isinstance(value, str):
        value = {"current": value}
    if not isinstance(value, Mapping):
        problems.add(path, "Required: an object with `current`.")
        value = {}
    current = problems.text(value, "current", path=path, required=isinstance(value, Mapping))
    current = ALIASES.get(current, current)
    if current and current not in STATES:
        problems.add(f"{path}.current", f"Unknown state “{current}”. Known: {', '.join(STATES)}.")
    histories = parse_histories(value.get("histories"), path, problems)
    times = [as_time(entry["date"]) for entry in histories if "date" in entry]
    known = [time for time in times if time is not None]
    started = problems.time(value, "startDate", path=path) or (known[0] if known else None)
    ended = problems.time(value, "endDate", path=path)
    ended = (ended or (known[-1] if known else started)) if current in TERMINAL else None
    latest = ended or max([*known, *([started] if started else [])], default=None)
    return PostedState(current, started, ended, histories, micros(latest) if latest else 0)


def parse_histories(value: Any, path: str, problems: Problems) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        problems.add(f"{path}.histories", "Histories are a list of {state, date}.")
        return []
    histories = []
    for n, entry in enumerate(value):
        when = problems.time(entry, "date", path=f"{path}.histories[{n}]")
        state = problems.text(entry, "state", path=f"{path}.histories[{n}]")
        histories.append(
            {"state": ALIASES.get(state, state)} | ({"date": when.isoformat()} if when else {})
        )
    return histories


def parse_task_runs(value: Mapping[str, Any], problems: Problems) -> tuple[PostedTaskRun, ...]:
    listed = value.get("taskRunList")
    if listed is None:
        return ()
    if not isinstance(listed, list):
        problems.add("taskRunList", "A list of task runs.")
        return ()
    if len(listed) > MAX_TASK_RUNS:
        problems.add("taskRunList", f"At most {MAX_TASK_RUNS} task runs in one execution.")
        return ()
    logs = logs_by_task_run(value.get("logs"))
    runs = [
        parse_task_run(item, f"taskRunList[{n}]", logs, problems) for n, item in enumerate(listed)
    ]
    return tuple(run for run in runs if run is not None)


def parse_task_run(
    value: Any, path: str, logs: Mapping[str, list[Any]], problems: Problems
) -> PostedTaskRun | None:
    if not isinstance(value, Mapping):
        problems.add(path, "A task run is a JSON object.")
        return None
    content, problems.storable = canonical(value)
    own_id = problems.visible(value, "id", PUBLIC_ID, path=path, required=True)
    emitted = {key: value[key] for key in EMITS if value.get(key) is not None}
    lines = [*_logs(value.get("logs")), *logs.get(own_id, [])]
    if too_much := emits_too_much(value, lines):
        problems.add(path, too_much)
    if lines:
        emitted["logs"] = lines
    if value.get("cached") is True or value.get("cacheHit") is True:
        emitted["cached"] = True
    as_json(emitted, path, problems)
    raw_value = value.get("value")
    return PostedTaskRun(
        id=own_id,
        task_id=problems.text(value, "taskId", FLOW_ID, path=path, required=True),
        value="" if raw_value is None else problems.checked(str(raw_value), f"{path}.value"),
        iteration=problems.integer(value, "iteration", path=path),
        parent_id=problems.visible(value, "parentTaskRunId", PUBLIC_ID, path=path),
        state=parse_state(value.get("state"), f"{path}.state", problems),
        attempts=problems.sequence(value, "attempts", path=path),
        outputs=problems.mapping(value, "outputs", path=path),
        emitted=emitted,
        error=problems.message(value, "error", path=path),
        digest=digest(content, *lines),
        raw=value,
    )


def _logs(value: Any) -> list[str]:
    """The asset-bearing lines only: strings or Kestra's LogEntry objects (K1.12).

    Of a task that was tried again the last attempt counts (K1.6): an entry's `attemptNumber`
    tells which one it belongs to, and lines without it belong to all.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    last = max(map(_attempt_of, value), default=0)
    texts = (
        item.get("message") if isinstance(item, Mapping) else item
        for item in value
        if _attempt_of(item) in (-1, last)
    )
    return [text for text in texts if isinstance(text, str) and text.strip().startswith("::{")]


def _attempt_of(item: Any) -> int:
    """-1 where the entry does not say."""
    number = item.get("attemptNumber") if isinstance(item, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else -1


def logs_by_task_run(value: Any) -> dict[str, list[Any]]:
    """The execution's own `logs`, by `taskRunId`."""
    found: dict[str, list[Any]] = {}
    for item in value if isinstance(value, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("taskRunId"), str):
            found.setdefault(item["taskRunId"], []).append(item)
    return {task_run: _logs(items) for task_run, items in found.items()}
