"""Plays one start of a flow as an orchestrator would have run it, and writes Kestra's JSON of it.

The flow's YAML says which tasks there are and who starts whom; the file of `runs/` the rest:

    seconds:   task → how long it usually takes
    outputs:   task → its outputs; a list of two integers is a number between them
    emits:     task → bundles that the task itself reports (`assetEmits`)
    generates: task → name → bundle: task runs that the task makes by itself, as dbt does
    revisions: revision → how many days ago another replaced it
    steady:    true where the pace does not depend on the day of the week
    mishaps:   what went differently, see `lineage.demo.mishaps`

Dice decide the rest, seeded by the flow and the number of the start, so that two loads differ in
their dates alone. What would end after now is still running.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lineage.demo.company import Script
from lineage.demo.dice import Dice
from lineage.demo.mishaps import USUAL, Mishap, mishap_of
from lineage.demo.rhythm import Start
from lineage.demo.shapes import OPEN, Course, Event, Place

UI = "https://orchestrator.heronline.example/ui/main"
#: After one of these, the tasks that follow do not run.
STOPPING = OPEN | {"FAILED", "KILLED"}
#: What a flow makes of the states of its tasks: the last of these that occurs.
SEVERITY = ("SUCCESS", "WARNING", "FAILED", "KILLED", "CREATED", "RETRYING", "RUNNING", "PAUSED")

type Json = dict[str, Any]
type Task = Mapping[str, Any]
#: What a task holds: tasks, and the value and number of the iteration where it is a loop.
type Branch = tuple[Sequence[Task], str | None, int | None]
type Scripts = Mapping[tuple[str, str], Script]


def play(scripts: Scripts, script: Script, start: Start, now: datetime) -> list[Json]:
    """The execution that `start` began, then the executions that it started itself."""
    run = _Run(scripts, script, start, now)
    return [run.execution(), *run.started]


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a task or a list of them ended, and when; `at` means nothing while it is open."""

    state: str
    at: datetime


def _worst(endings: Sequence[_Ended], otherwise: datetime) -> _Ended:
    return _Ended(
        max((ending.state for ending in endings), key=SEVERITY.index, default="SUCCESS"),
        max((ending.at for ending in endings), default=otherwise),
    )


class _Run:
    def __init__(self, scripts: Scripts, script: Script, start: Start, now: datetime) -> None:
        self.scripts, self.script, self.start, self.now = scripts, script, start, now
        self.namespace, self.flow_id = script.key
        self.dice = Dice(script, start)
        self.id = self.dice.id()
        self.task_runs: list[Json] = []
        self.started: list[Json] = []
        self.ended: _Ended

    def mishap(self, task: str | None, value: str | None = None) -> Mishap:
        entries = self.script.runs.get("mishaps", ())
        return mishap_of(entries, self.flow_id, self.start, task, value)

    # --- the execution ------------------------------------------------------------------------
    def execution(self) -> Json:
        at, flow = self.start.at, self.script.flow
        refused = self.mishap(None)
        if refused is USUAL:
            self.ended = self.in_turn(flow["tasks"], at + self.dice.delay(), Place())
        else:
            self.ended = _Ended(refused.state, at + self.dice.delay())
        events: list[Event] = [("CREATED", at), ("RUNNING", at + timedelta(milliseconds=90))]
        if self.ended.state not in {"CREATED", "RUNNING", "RETRYING"}:
            events.append((self.ended.state, self.ended.at))
        course = Course.until(self.now, events)
        execution: Json = {
            "id": self.id,
            "namespace": self.namespace,
            "flowId": self.flow_id,
            "state": course.as_json(),
            "taskRunList": self.task_runs,
            "labels": [{"key": key, "value": value} for key, value in self.labels().items()],
            "inputs": dict(self.start.inputs),
            "variables": dict(flow.get("variables", {})),
            "url": f"{UI}/executions/{self.namespace}/{self.flow_id}/{self.id}",
        }
        if revision := self.revision():
            execution["flowRevision"] = revision
        if self.start.trigger:
            execution["trigger"] = self.start.trigger
        if self.ended.state in {"FAILED", "KILLED", "CANCELLED"}:
            execution["error"] = refused.error or self.first_error(self.ended.state)
        return execution

    def first_error(self, state: str) -> str:
        ended_so = (run for run in self.task_runs if run["state"]["current"] == state)
        return next((run["error"] for run in ended_so if run.get("error")), "")

    def labels(self) -> dict[str, str]:
        own = {"system.correlationId": self.id}
        return {**self.script.flow.get("labels", {}), **own, **self.start.labels}

    def revision(self) -> int | None:
        """The one that was current when the run started; none where nobody registered any."""
        replaced: Mapping[int, float] = self.script.runs.get("revisions", {})
        for revision, days in sorted(replaced.items()):
            if self.start.age >= timedelta(days=days):
                return revision
        return len(self.script.sources) or None

    # --- tasks --------------------------------------------------------------------------------
    def in_turn(self, tasks: Sequence[Task], at: datetime, place: Place) -> _Ended:
        endings: list[_Ended] = []
        for task in tasks:
            endings.append(self.task(task, at, place))
            at = endings[-1].at
            if endings[-1].state in STOPPING:
                break
        return _worst(endings, at)

    def task(self, task: Task, at: datetime, place: Place) -> _Ended:
        branches: list[Branch]
        match task["type"].rpartition(".")[2]:
            case "ForEach":
                branches = [(task["tasks"], str(v), n) for n, v in enumerate(self.values(task))]
                together = task.get("concurrencyLimit") == 0
            case "Parallel":
                branches, together = [([child], None, None) for child in task["tasks"]], True
            case "WorkingDirectory":
                branches, together = [(task["tasks"], None, None)], False
            case "Subflow":
                return self.subflow(task, at, place)
            case _:
                return self.leaf(task, at, place)
        return self.branches(task, at, place, branches, together=together)

    def values(self, loop: Task) -> Sequence[Any]:
        """A list, or `{{ inputs.<name> }}`."""
        values = loop["values"]
        if isinstance(values, str):
            name = values.strip("{ }").removeprefix("inputs.")
            return self.start.inputs.get(name, ())
        return values

    def branches(
        self,
        task: Task,
        at: datetime,
        place: Place,
        branches: Sequence[Branch],
        *,
        together: bool,
    ) -> _Ended:
        """A task that holds others: its branches at once (`together`) or one after another."""
        task_run = self.task_run(task["id"], place)
        began, endings = at, []
        for tasks, value, iteration in branches:
            inside = Place(task_run["id"], value, iteration)
            endings.append(self.in_turn(tasks, at + self.dice.delay(), inside))
            if not together:
                at = endings[-1].at
                if endings[-1].state in STOPPING:
                    break
        ended = _worst(endings, at)
        task_run["state"] = self.course(began, ended).as_json()
        return ended

    def subflow(self, task: Task, at: datetime, place: Place) -> _Ended:
        task_run = self.task_run(task["id"], place)
        origin = {
            "id": task["id"],
            "type": task["type"],
            "variables": {
                "executionId": self.id,
                "namespace": self.namespace,
                "flowId": self.flow_id,
                "flowRevision": self.revision(),
            },
        }
        labels = {**self.start.labels, "system.correlationId": self.id}
        start = Start(
            at + self.dice.delay(), self.start.number, self.start.age, origin, labels=labels
        )
        script = self.scripts[task["namespace"], task["flowId"]]
        child = _Run(self.scripts, script, start, self.now)
        self.started += [child.execution(), *child.started]
        state = child.ended.state
        if state not in OPEN and not task["transmitFailed"]:
            state = "SUCCESS"
        ended = _Ended(state, child.ended.at)
        task_run["state"] = self.course(at, ended).as_json()
        task_run["outputs"] = {"executionId": child.id, "state": child.ended.state}
        if ended.state in {"FAILED", "KILLED"}:
            task_run["error"] = (
                f"Subflow {child.flow_id} ended {state}: {child.first_error(state)}"
            )
        return ended

    def leaf(self, task: Task, at: datetime, place: Place) -> _Ended:
        mishap = self.mishap(task["id"], place.value)
        attempts = self.attempts(task["id"], at + self.dice.delay(), mishap)
        events: list[Event] = [("CREATED", at)]
        for n, (_, attempt) in enumerate(attempts):
            events += [("RETRYING", attempt[0][1])] * bool(n) + [attempt[0]]
        events.append(attempts[-1][1][-1])
        course = Course.until(self.now, events)
        task_run = self.task_run(task["id"], place)
        task_run["state"] = course.as_json()
        task_run["attempts"] = [
            {"state": Course.until(self.now, attempt).as_json()}
            | ({"error": error} if error else {})
            for error, attempt in attempts
            if attempt[0][1] <= self.now
        ]
        if course.state not in OPEN:
            task_run["error"] = attempts[-1][0]
            self.report(task["id"], task_run, attempts[-1][1], course.state)
        return _Ended(course.state, course.events[-1][1])

    def attempts(
        self, task: str, at: datetime, mishap: Mishap
    ) -> list[tuple[str, Sequence[Event]]]:
        """(its error or "", RUNNING and the state after it) for each attempt."""
        attempts: list[tuple[str, Sequence[Event]]] = []
        for n in range(1, mishap.attempts + 1):
            last = n == mishap.attempts
            end = at + self.dice.duration(task) * (1 if last else 0.4)
            state = mishap.state if last else "FAILED"
            error = "" if state in {"SUCCESS", "PAUSED"} else mishap.error.strip()
            attempts.append((error, [("RUNNING", at), (state, end)]))
            at = end + timedelta(seconds=10 * n)
        return attempts

    def report(self, task: str, task_run: Json, attempt: Sequence[Event], state: str) -> None:
        """What an ended task run leaves: outputs, emissions, task runs of its own making.

        A failed one has no outputs, and got half-way with what it emits.
        """
        runs = self.script.runs
        failed = state not in {"SUCCESS", "WARNING"}
        if outputs := runs.get("outputs", {}).get(task):
            task_run["outputs"] = {} if failed else self.dice.figures(outputs)
        if emits := runs.get("emits", {}).get(task):
            task_run["assetEmits"] = emits[: len(emits) // 2] if failed else emits
        generated: Mapping[str, Json] = runs.get("generates", {}).get(task, {})
        (_, at), (_, end) = attempt
        for name, bundle in generated.items():
            began, at = at, at + (end - at) / 2
            made = self.task_run(name, Place(parent=task_run["id"]))
            made["state"] = Course(
                [("CREATED", began), ("RUNNING", began), ("SUCCESS", at)]
            ).as_json()
            made["assetEmits"] = [bundle]

    def task_run(self, task: str, place: Place) -> Json:
        """A task run without a state yet, put in its place in the list."""
        made = {"id": self.dice.id(), "executionId": self.id, "taskId": task, **place.as_json()}
        self.task_runs.append(made)
        return made

    def course(self, began: datetime, ended: _Ended) -> Course:
        """The course of a task that holds others."""
        events: list[Event] = [("CREATED", began), ("RUNNING", began)]
        if ended.state not in OPEN:
            events.append((ended.state, ended.at))
        return Course.until(self.now, events)
