"""One execution: its task runs as a tree, what each read and wrote, and its relatives."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Avg, Case, Exists, F, OuterRef, Q, When
from django.http import Http404

from accounts.access import Access
from catalog.models import Asset
from lineage.models import AssetUsage, Execution, LineageEvent, TaskRun
from lineage.models.runs import State

#: Usages that an execution's page shows; more are counted only.
SHOWN_USAGES = 2_000
#: Subflow executions and failed task runs that it lists.
LISTED = 50
#: Runs of the same flow that tell how long it usually takes.
USUAL_OVER = 20


def find_execution(access: Access, public_id: str) -> Execution:
    """With its flow and namespace; Http404 for what may not be seen."""
    rows = Execution.objects.visible_to(access).select_related("flow", "namespace")
    execution = rows.filter(public_id=public_id).first()
    if execution is None:
        raise Http404(f"There is no execution “{public_id}”.")
    return execution


def task_runs_of(access: Access, execution: Execution, limit: int | None = None) -> list[TaskRun]:
    """In the order they began; those that have not begun come last."""
    rows = TaskRun.objects.visible_to(access).filter(execution=execution)
    return list(rows.order_by(F("started_at").asc(nulls_last=True), "pk")[:limit])


def count_task_runs(access: Access, execution: Execution) -> int:
    return TaskRun.objects.visible_to(access).filter(execution=execution).count()


def troubled_task_runs(access: Access, execution: Execution) -> list[TaskRun]:
    """Those that failed, say an error, or could not declare an asset: at most LISTED."""
    rows = TaskRun.objects.visible_to(access).filter(execution=execution)
    troubled = Q(shown_state__in=(State.FAILED, State.KILLED)) | ~Q(error="") | ~Q(asset_errors=[])
    return list(rows.filter(troubled).order_by("ended_at", "pk")[:LISTED])


@dataclass(frozen=True, slots=True)
class Branch:
    """A task run in the tree: `depth` 0 at the top; `below` counts those inside it."""

    run: TaskRun
    depth: int
    below: int


def tree(runs: Sequence[TaskRun]) -> list[Branch]:
    """Parents before their children, siblings in the order given.

    A run whose parent is not among them stands at the top; so do runs that name each other as
    parents, because whoever posts them may be wrong and each run has to show.
    """
    known = {run.public_id for run in runs}
    children: dict[str, list[TaskRun]] = defaultdict(list)
    for run in runs:
        parent = run.parent_public_id
        children[parent if parent in known and parent != run.public_id else ""].append(run)
    found: list[Branch] = []
    placed: set[str] = set()

    def descend(roots: Iterable[TaskRun]) -> None:
        stack = [(run, 0) for run in reversed(list(roots))]
        while stack:
            run, depth = stack.pop()
            if run.public_id in placed:
                continue
            placed.add(run.public_id)
            below = children.get(run.public_id, [])
            found.append(Branch(run, depth, len(below)))
            stack += [(child, depth + 1) for child in reversed(below)]

    descend(children[""])
    descend(run for run in runs if run.public_id not in placed)
    return found


@dataclass(frozen=True, slots=True)
class AssetLink:
    """An asset that may be seen, as far as a link to it needs; `state` is the usage's."""

    public_id: str
    type: str
    state: str


@dataclass(slots=True)
class Touched:
    """What one task run did in one direction; `restricted` counts the assets that are hidden."""

    assets: list[AssetLink] = field(default_factory=list)
    restricted: int = 0


type Touches = Mapping[int, Mapping[str, Touched]]


def touched_assets(access: Access, task_runs: Iterable[TaskRun]) -> Touches:
    """Task run key → READ or WRITE → assets by id, SHOWN_USAGES at most. One statement.

    The task runs are visible already. Of an asset out of reach only its being there is read.
    """
    usages = (
        AssetUsage.objects.unscoped("of visible task runs; each asset is judged in the query")
        .filter(task_run__in=[run.pk for run in task_runs])
        .annotate(visible=visible_asset(access, "asset"))
        .order_by("asset__public_id", "pk")
        .values_list(
            "task_run_id",
            "direction",
            "state",
            if_visible("asset__public_id"),
            if_visible("asset__type"),
        )
    )
    touched: dict[int, dict[str, Touched]] = defaultdict(lambda: defaultdict(Touched))
    for task_run, direction, state, public_id, asset_type in usages[:SHOWN_USAGES]:
        into = touched[task_run][direction]
        if public_id is None:
            into.restricted += 1
        else:
            into.assets.append(AssetLink(public_id, asset_type, state))
    return touched


def visible_asset(access: Access, column: str) -> Exists:
    """Whether the asset that `column` names may be seen."""
    return Exists(Asset.objects.visible_to(access).filter(pk=OuterRef(f"{column}_id")))


def if_visible(column: str) -> Case:
    """The column where the row is `visible`, else null: hidden things stay in the database."""
    return Case(When(visible=True, then=F(column)), default=None)


def emits_of(access: Access, task_runs: Sequence[TaskRun]) -> dict[int, list[dict[str, Any]]]:
    """Task run key → its bundles as Kestra's `assetEmits`. Two statements.

    `[{"inputs": [{"id", "type"}], "outputs": [{"id", "type", "namespace"}]}]`, and where a bundle
    holds assets out of reach `"restricted": {"inputs": n, "outputs": n}`.
    """
    events = list(
        LineageEvent.objects.visible_to(access)
        .filter(task_run__in=[run.pk for run in task_runs])
        .order_by("task_run", "number")
    )
    named = {pk for event in events for pk in (*event.inputs, *event.outputs)}
    assets = Asset.objects.visible_to(access).filter(pk__in=named).select_related("namespace")
    seen = {asset.pk: asset for asset in assets}
    emits: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        emits[event.task_run_id].append(bundle_json(event, seen))
    return emits


def bundle_json(event: LineageEvent, seen: Mapping[int, Asset]) -> dict[str, Any]:
    inputs = [seen[pk] for pk in event.inputs if pk in seen]
    outputs = [seen[pk] for pk in event.outputs if pk in seen]
    bundle: dict[str, Any] = {
        "inputs": [{"id": asset.public_id, "type": asset.type} for asset in inputs],
        "outputs": [
            {
                "id": asset.public_id,
                "type": asset.type,
                "namespace": asset.namespace and asset.namespace.name,
            }
            for asset in outputs
        ],
    }
    hidden = len(event.inputs) - len(inputs), len(event.outputs) - len(outputs)
    if any(hidden):
        bundle["restricted"] = {"inputs": hidden[0], "outputs": hidden[1]}
    return bundle


def subflows_of(access: Access, execution: Execution) -> list[Execution]:
    """The executions that this one started, as far as they may be seen: at most LISTED."""
    rows = Execution.objects.visible_to(access).select_related("flow", "namespace")
    started = rows.filter(tenant=access.tenant, parent_public_id=execution.public_id)
    return list(started.order_by("sorted_at", "pk")[:LISTED])


def parent_of(access: Access, execution: Execution) -> Execution | None:
    """The execution that started this one, if it is known and may be seen."""
    if not execution.parent_public_id:
        return None
    rows = Execution.objects.visible_to(access).select_related("flow", "namespace")
    return rows.filter(public_id=execution.parent_public_id).first()


def usual_duration(access: Access, execution: Execution) -> timedelta | None:
    """The mean of the flow's last USUAL_OVER successes before this one; None without any."""
    before = Execution.objects.visible_to(access).filter(
        flow=execution.flow_id,
        state=State.SUCCESS,
        sorted_at__lt=execution.sorted_at,
        ended_at__isnull=False,
    )
    recent = before.order_by("-sorted_at", "-pk")[:USUAL_OVER]
    mean: timedelta | None = recent.aggregate(mean=Avg(F("ended_at") - F("started_at")))["mean"]
    return mean
