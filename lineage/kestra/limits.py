"""How much posted executions may hold: refused before anything walks, sorts or stores it.

The body's size bounds text, not work: 32 MiB hold millions of assets.
"""

from collections.abc import Iterable, Mapping
from typing import Any

MAX_TASK_RUNS = 10_000
#: Bundles of one task run: `assets`, `assetEmits` and log lines together.
MAX_BUNDLES = 10_000
#: Characters in the asset-bearing log lines of one task run.
MAX_LOG_TEXT = 2_097_152
#: Inputs and outputs of all bundles in one request, log lines apart: some 20 s of work.
MAX_ASSETS = 50_000
EMITS = ("assets", "assetEmits")


def emits_too_much(task_run: Mapping[str, Any], lines: list[str]) -> str | None:
    """Why the bundles and asset-bearing log lines of one task run are refused."""
    if sum(1 for _ in _bundles(task_run)) + len(lines) > MAX_BUNDLES:
        return f"At most {MAX_BUNDLES} bundles in one task run."
    if sum(map(len, lines)) > MAX_LOG_TEXT:
        return f"At most {MAX_LOG_TEXT} characters of log lines with assets in one task run."
    return None


def count_assets(executions: Iterable[Any]) -> int:
    """Inputs and outputs in the bundles of posted executions, whatever shape these have."""
    return sum(
        len(side)
        for execution in executions
        if isinstance(execution, Mapping)
        for run in _list(execution.get("taskRunList"))
        if isinstance(run, Mapping)
        for bundle in _bundles(run)
        if isinstance(bundle, Mapping)
        for side in (_list(bundle.get("inputs")), _list(bundle.get("outputs")))
    )


def _bundles(task_run: Mapping[str, Any]) -> Iterable[Any]:
    for key in EMITS:
        value = task_run.get(key)
        yield from value if isinstance(value, list) else () if value is None else (value,)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
