"""Posted executions in Kestra's shape, short to write."""

from datetime import datetime, timedelta
from typing import Any

from tests.factories import NOW


def posted(
    id: str,
    flow: str = "daily",
    namespace: str = "company.data",
    state: str = "SUCCESS",
    start: datetime = NOW,
    minutes: float = 1,
    runs: list[dict[str, Any]] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """An execution; `runs` from `task_run`."""
    return {
        "id": id,
        "namespace": namespace,
        "flowId": flow,
        "state": state_of(state, start, minutes),
        "taskRunList": runs or [],
        **fields,
    }


def task_run(
    id: str,
    task: str = "build",
    state: str = "SUCCESS",
    start: datetime = NOW,
    minutes: float = 1,
    reads: list[str] | None = None,
    writes: list[str | dict[str, Any]] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A task run that carries one resolved bundle, if it reads or writes."""
    run: dict[str, Any] = {"id": id, "taskId": task, "state": state_of(state, start, minutes)}
    if reads or writes:
        outputs = [{"id": w, "type": "Table"} if isinstance(w, str) else w for w in writes or []]
        run["assetEmits"] = [{"inputs": [{"id": r} for r in reads or []], "outputs": outputs}]
    return run | fields


def state_of(state: str, start: datetime, minutes: float) -> dict[str, Any]:
    end = start + timedelta(minutes=minutes)
    terminal = state not in ("CREATED", "RUNNING", "QUEUED", "PAUSED", "RETRYING")
    histories = [{"state": "RUNNING", "date": start.isoformat()}]
    if terminal:
        histories.append({"state": state, "date": end.isoformat()})
    return {"current": state, "startDate": start.isoformat(), "histories": histories} | (
        {"endDate": end.isoformat()} if terminal else {}
    )
