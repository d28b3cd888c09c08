"""An import's result as JSON: what changed, node by node, and what did not go as it stands."""

from typing import Any

from lineage.dbt_import.results import ImportedRun, ImportProblem, ImportResult, NodeOutcome
from lineage.kestra.times import instant

#: Nodes, and problems, that one answer lists.
MOST = 1_000


def result_json(result: ImportResult) -> dict[str, Any]:
    """`nodes` are those that changed. `status`: failure where nothing at all went in."""
    run, changed = result.run, result.changed
    return {
        "status": status_of(result),
        "dryRun": result.is_dry,
        "project": result.project,
        "flow": {"namespace": result.namespace, "id": result.flow},
        "generatedAt": instant(result.generated_at),
        "olderThanKnown": result.is_older,
        "summary": {
            **result.counts,
            "edges": result.edges,
            "columnEdges": result.column_edges,
            "assertions": run.assertions if run else 0,
        },
        "execution": run and run_json(run),
        "nodes": [node_json(node) for node in changed[:MOST]],
        "problems": [problem_json(problem) for problem in result.problems[:MOST]],
        "unlisted": {
            "nodes": max(0, len(changed) - MOST),
            "problems": max(0, len(result.problems) - MOST) + result.unlisted,
        },
    }


def run_json(run: ImportedRun) -> dict[str, Any]:
    return {"id": run.id, "status": run.status, "state": run.state, "taskRuns": run.task_runs}


def node_json(node: NodeOutcome) -> dict[str, Any]:
    return {
        "uniqueId": node.unique_id,
        "asset": node.asset_id,
        "status": node.status,
        "changes": list(node.changes),
    }


def problem_json(problem: ImportProblem) -> dict[str, Any]:
    return {
        "node": problem.node,
        "field": problem.field,
        "message": problem.message,
        "leftOut": problem.is_loss,
    }


def status_of(result: ImportResult) -> str:
    """As a batch tells it (DESIGN §6), and whether there was anything new."""
    failed = result.counts["failed"]
    if failed and failed == len(result.nodes) and result.run is None:
        return "failure"
    return "partial_success" if any(one.is_loss for one in result.problems) else "success"


#: Problems that are told on a terminal.
FEW = 20


def lines_of(result: ImportResult) -> list[str]:
    """The same for people: what changed in one line, then what did not go as it stands."""
    lines = [headline(result)]
    if result.is_older:
        lines.append("A newer manifest has been imported before: this one overwrites nothing.")
    if run := result.run:
        lines.append(
            f"Execution {run.id} ({run.status}): {run.state}, {run.task_runs} task runs,"
            f" {run.assertions} test results."
        )
    for problem in result.problems[:FEW]:
        what = "left out: " if problem.is_loss else ""
        where = " ".join(part for part in (problem.node, problem.field) if part)
        lines.append(f"  {where}: {what}{problem.message}")
    if more := len(result.problems) - FEW + result.unlisted:
        lines += [f"  … and {more} more"] if more > 0 else []
    return lines


def headline(result: ImportResult) -> str:
    counted = [f"{count} {status}" for status, count in result.counts.items() if count]
    would = "Would bring" if result.is_dry else "Brought"
    return (
        f"{would} {result.project} in as flow {result.namespace}/{result.flow}:"
        f" {', '.join(counted) or 'no nodes'}; {result.edges} edges."
    )
