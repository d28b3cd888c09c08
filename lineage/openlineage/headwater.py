"""Headwater's own facets, read: what another Headwater has shipped is here as it was there.

They refine what the other facets and the events say, and never contradict them
(`outgoing.making` writes them).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.reading.assets import parse_asset
from catalog.reading.declared import UNSET, Unset
from lineage.kestra.values import FLOW_ID
from lineage.openlineage.events import Facets
from lineage.openlineage.reading import Problems, facet

ASSET_FACET, RUN_FACET, JOB_FACET = "headwater_asset", "headwater_run", "headwater_job"
#: What is read of the asset's facet.
ASSET_FIELDS = (
    *("id", "type", "namespace", "displayName", "status", "owners", "tags", "metadata"),
    *("assetActions", "partOf", "relatedTo"),
)
#: What the events of a run say → what they may stand for.
MEANT: Mapping[str, frozenset[str]] = {
    "SUCCESS": frozenset({"WARNING"}),
    "KILLED": frozenset({"CANCELLED", "SKIPPED"}),
    "RUNNING": frozenset({"PAUSED", "RETRYING"}),
    "CREATED": frozenset({"QUEUED"}),
}
VALUE_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class TaskTold:
    """Which task this is a run of; `value` and `iteration` of a loop."""

    task_id: str = ""
    value: str = ""
    iteration: int | None = None


def asset_told(facets: Facets, problems: Problems) -> tuple[str, dict[str, Any]] | None:
    """(type, fields as a Touch takes them) of the asset as it is where it comes from; None where
    nothing usable is said. What tags there are is told by the tags facet."""
    body = facet(facets, ASSET_FACET, problems)
    if body is None:
        return None
    said = {name: body.body[name] for name in ASSET_FIELDS if body.body.get(name) is not None}
    if "namespace" in body.body:  # null: it has none
        said["namespace"] = body.body["namespace"]
    tags = said.pop("tags", None)
    asset, errors = parse_asset(said)
    problems += [f"{ASSET_FACET}.{error.field} {error.message}" for error in errors]
    if asset is None:
        return None
    fields = {
        name: value
        for name, value in asset.fields.items()
        if value is not None or name == "namespace"
    }
    if tags == []:
        fields["tags"] = []
    return asset.type, fields


def place_told(facets: Facets) -> tuple[str | None, str | None | Unset]:
    """(type, namespace) alone: what is asked before the rest counts."""
    told = asset_told(facets, []) if ASSET_FACET in facets else None
    return (told[0], told[1].get("namespace", UNSET)) if told else (None, UNSET)


def refined(state: str, run_facets: Facets) -> str:
    """The state that the events tell, in Headwater's words where these tell it more exactly."""
    meant = _run(run_facets).get("state")
    return meant if isinstance(meant, str) and meant in MEANT.get(state, ()) else state


def task_told(run_facets: Facets) -> TaskTold:
    told = _run(run_facets)
    task_id, value, iteration = (told.get(name) for name in ("taskId", "value", "iteration"))
    return TaskTold(
        task_id if isinstance(task_id, str) and FLOW_ID.fullmatch(task_id) else "",
        value[:VALUE_LENGTH] if isinstance(value, str) else "",
        iteration if type(iteration) is int and 0 <= iteration < 2**31 else None,
    )


def job_told(job_facets: Facets) -> tuple[str, str] | None:
    """(flow id, task id or "") of a job that is told of without a run; None: it is not said."""
    told = job_facets.get(JOB_FACET)
    if not isinstance(told, Mapping):
        return None
    flow_id, task_id = told.get("flowId"), told.get("taskId") or ""
    if not isinstance(flow_id, str) or not FLOW_ID.fullmatch(flow_id):
        return None
    fits = isinstance(task_id, str) and (not task_id or FLOW_ID.fullmatch(task_id))
    return (flow_id, task_id) if fits else None


def _run(run_facets: Facets) -> Mapping[str, Any]:
    told = run_facets.get(RUN_FACET)
    return told if isinstance(told, Mapping) else {}
