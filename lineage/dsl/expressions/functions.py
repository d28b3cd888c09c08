"""The functions of expressions, under Kestra's names.

`secret()` and `credential()` render a mask: Headwater never holds a secret, and text that once
held one must show it.
"""

from collections.abc import Mapping
from typing import Any

from lineage.dsl.expressions import dates
from lineage.dsl.expressions.library import Library
from lineage.dsl.expressions.scope import (
    MAX_RENDER_DEPTH,
    ExpressionError,
    Missing,
    Scope,
    TooMuchWork,
)
from lineage.dsl.expressions.values import compare, from_json, is_number, kind, weigh

SECRET_MASK = "******"  # noqa: S105 - what stands for a secret, not one
MAX_RANGE = 1_000

FUNCTIONS = Library(leading=1)


@FUNCTIONS.add("secret", "credential", pure=False)
def secret(scope: Scope, key: Any, namespace: Any = None, subkey: Any = None) -> str:
    return SECRET_MASK


@FUNCTIONS.add("kv", pure=False)
def kv(scope: Scope, key: Any, namespace: Any = None, errorOnMissing: Any = True) -> Any:
    try:
        return scope.functions.kv(str(key)[:500], None if namespace is None else str(namespace))
    except Missing:
        if errorOnMissing:
            raise
        return None


@FUNCTIONS.add("now", pure=False)
def now(
    scope: Scope,
    format: Any = None,
    timeZone: Any = None,
    existingFormat: Any = None,
    locale: Any = None,
) -> Any:
    """The task run's time, so that evaluating again gives the same."""
    scope.spend(300 if timeZone is not None else 20)
    moment = dates.to_date(scope.now, timeZone)
    return moment if format is None else dates.format_date(moment, format)


@FUNCTIONS.add("assets", pure=False)
def assets(
    scope: Scope,
    id: Any = None,
    type: Any = None,
    namespace: Any = None,
    metadata: Any = None,
) -> list[Any]:
    """Kestra's lookup: assets that match everything given, as maps like the API's."""
    wanted = {"id": id, "type": type, "namespace": namespace, "metadata": metadata}
    filters = {key: value for key, value in wanted.items() if value is not None}
    found = [dict(asset) for asset in scope.functions.assets(**filters)]
    scope.spend(1 + len(found))
    return found


@FUNCTIONS.add("render", pure=False)
def render(scope: Scope, expression: Any, recursive: Any = True) -> Any:
    """Evaluates a text that holds expressions itself, such as a variable."""
    # Imported late: templates are made of expressions, and this one expression of templates.
    from lineage.dsl.expressions.templates import evaluate_in, is_template

    while isinstance(expression, str) and is_template(expression):
        if scope.depth >= MAX_RENDER_DEPTH:
            raise TooMuchWork(f"render() goes deeper than {MAX_RENDER_DEPTH} levels")
        scope.depth += 1
        scope.spend(50 + len(expression) // 4)
        expression = evaluate_in(scope, expression)
        if not recursive:
            break
    return expression


@FUNCTIONS.add("renderOnce", pure=False)
def render_once(scope: Scope, expression: Any) -> Any:
    return render(scope, expression, recursive=False)


@FUNCTIONS.add("fromJson", "json", "jsonDecode")
def from_json_function(scope: Scope, json: Any) -> Any:
    if json is None or not isinstance(json, str):
        return json
    return from_json(scope, json)


@FUNCTIONS.add("currentEachOutput", pure=False)
def current_each_output(scope: Scope, outputs: Any) -> Any:
    """The output of a sibling task in the same iteration of a ForEach."""
    found = outputs
    for value in _iteration_values(scope.names):
        if not isinstance(found, Mapping) or value not in found:
            raise Missing(f"there is no output for the value '{value[:60]}'")
        found = found[value]
    return found


def _iteration_values(names: Mapping[str, Any]) -> list[str]:
    chain = [*reversed(names.get("parents") or ()), {"taskrun": names.get("taskrun")}]
    runs = (link.get("taskrun") or {} for link in chain)
    return [run["value"] for run in runs if isinstance(run.get("value"), str)]


@FUNCTIONS.add("loopOutputs")
def loop_outputs(scope: Scope, outputs: Any, name: Any) -> list[Any]:
    if not isinstance(outputs, list | tuple):
        raise ExpressionError("loopOutputs takes the loop's list of outputs and a name")
    scope.spend(1 + len(outputs))
    iterations = (item.get("outputs") if isinstance(item, Mapping) else None for item in outputs)
    return [item.get(name) if isinstance(item, Mapping) else None for item in iterations]


@FUNCTIONS.add("range")
def range_function(scope: Scope, start: Any, end: Any, step: Any = 1) -> list[int]:
    """Whole numbers from start to end, both included, as in Pebble."""
    bounds = (start, end, step)
    if not all(isinstance(bound, int) and not isinstance(bound, bool) for bound in bounds):
        raise ExpressionError("range takes whole numbers")
    if step == 0:
        raise ExpressionError("the step of a range must not be 0")
    numbers = range(start, end + (1 if step > 0 else -1), step)
    if abs(end - start) // abs(step) >= MAX_RANGE:
        raise TooMuchWork(f"a range holds more than {MAX_RANGE} numbers")
    scope.spend(len(numbers))
    return list(numbers)


def _extreme(name: str, sign: int) -> None:
    @FUNCTIONS.add(name)
    def extreme(scope: Scope, *values: Any) -> Any:
        numbers = [value for value in values if value is not None]
        if not numbers or not all(map(is_number, numbers)):
            raise ExpressionError(f"{name} takes numbers")
        best = numbers[0]
        for number in numbers[1:]:
            best = number if compare(scope, number, best) == sign else best
        return best


_extreme("max", 1)
_extreme("min", -1)


@FUNCTIONS.add("tasksWithState", pure=False)
def tasks_with_state(scope: Scope, state: Any) -> list[Any]:
    """The task runs in a state: `{taskId, value?, state}` each."""
    if not isinstance(state, str):
        raise ExpressionError(f"expected a state, not {kind(state)}")
    tasks = scope.names.get("tasks") or {}
    weigh(scope, tasks)
    found: list[dict[str, Any]] = []
    for task_id, entry in tasks.items():
        runs = {None: entry} if "state" in entry else entry
        for value, run in runs.items():
            if run.get("state") == state.upper():
                iteration = {} if value is None else {"value": value}
                found.append({"taskId": task_id, **iteration, "state": run["state"]})
    return found


FUNCTIONS.refuse(
    ("read", "fileURI", "fileSize", "fileExists", "fileEmpty", "isFileEmpty", "nsfile"),
    "function",
    "Headwater has no access to the orchestrator's files",
    pure=True,
)
FUNCTIONS.refuse(
    ("http", "errorLogs", "appLink", "fetchContext", "printContext", "encrypt", "decrypt"),
    "function",
    "expressions reach nothing but what was posted",
    pure=True,
)
FUNCTIONS.refuse(
    ("uuid", "id", "ksuid", "nanoId", "randomInt", "randomPort"),
    "function",
    "evaluating again has to give the same",
)
FUNCTIONS.refuse(
    ("fromIon", "yaml", "iterationOutput", "parent", "block"),
    "function",
    "it belongs to the orchestrator's own engine",
)
