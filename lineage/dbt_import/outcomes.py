"""What is told of an import: each node's fate, and everything that did not go as it stands."""

from collections.abc import Iterable, Iterator, Sequence

from catalog.declaring import Stored
from lineage.dbt import Node
from lineage.dbt_import.planning import Plan
from lineage.dbt_import.results import (
    CREATED,
    FAILED,
    REMOVED,
    RESTORED,
    UNCHANGED,
    UPDATED,
    ImportProblem,
    NodeOutcome,
)
from lineage.recording.rendered import RenderedRun


def outcomes_of(plan: Plan, stored: Iterable[Stored]) -> tuple[NodeOutcome, ...]:
    """The manifest's nodes in its order, and then those that are gone."""
    by_pk = {asset.pk: asset for asset in stored}
    told = [outcome_of(plan, node, by_pk) for node in plan.manifest.nodes.values()]
    gone = [
        NodeOutcome(node.unique_id, node.asset_id, REMOVED) for node in plan.changes.gone.values()
    ]
    return (*told, *gone)


def outcome_of(plan: Plan, node: Node, stored: dict[int, Stored]) -> NodeOutcome:
    asset = stored.get(plan.assets.get(node.id, 0))
    if asset is None or plan.is_refused(node):
        return NodeOutcome(node.unique_id, node.id, FAILED)
    changes = {field for _, _, changed in asset.history for field in changed}
    status = UPDATED if changes else UNCHANGED
    if any(kind == "created" for kind, _, _ in asset.history):
        status = CREATED
    elif node.unique_id in plan.changes.returned:
        status = RESTORED
    return NodeOutcome(node.unique_id, node.id, status, tuple(sorted(changes)))


def problems_of(
    plan: Plan, runs: Sequence[RenderedRun], taken: Iterable[str]
) -> tuple[ImportProblem, ...]:
    """What was refused first, then what was left out, then what was only changed."""
    found = [*_refused(plan, runs), *_noted(plan)]
    found += [
        ImportProblem(name, "alias", "already is another asset's name, and stays it")
        for name in sorted(taken)
    ]
    return tuple(sorted(found, key=lambda problem: not problem.is_loss))


def _refused(plan: Plan, runs: Sequence[RenderedRun]) -> Iterator[ImportProblem]:
    told = set()
    for unique_id, statement in plan.statements.items():
        for error in statement.asset_errors:
            told.add(statement.posted.task_id)
            yield ImportProblem(unique_id, "asset", error["message"], is_loss=True)
    for run in runs:  # of a lock, which the manifest's word had not to wait for
        for error in run.asset_errors if run.posted.task_id not in told else ():
            yield ImportProblem(run.posted.task_id, "asset", error["message"], is_loss=True)


def _noted(plan: Plan) -> Iterator[ImportProblem]:
    for note in plan.notes.found:
        yield ImportProblem(note.node, note.field, note.message, is_loss=note.is_loss)
