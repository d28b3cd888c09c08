"""A flow in Kestra's JSON shape: its YAML as an object, with what the server adds."""

from typing import Any

from lineage.dsl import parse_yaml
from lineage.kestra.execution_json import labels_json
from lineage.kestra.times import instant
from lineage.models import Flow, FlowRevision


def flow_json(
    flow: Flow, revision: FlowRevision | None, *, tenant: str, source: bool = True
) -> dict[str, Any]:
    """`flow` comes with its namespace. Without a revision (unregistered) `tasks` is empty."""
    posted = dict(parse_yaml(revision.source).plain()) if revision else {}
    return {
        **posted,
        "tenantId": tenant,
        "id": flow.public_id,
        "namespace": flow.namespace.name,
        "revision": revision.revision if revision else None,
        "updated": instant(revision.created_at if revision else flow.updated_at),
        "description": flow.about or None,
        "labels": labels_json(flow.labels),
        "disabled": bool(posted.get("disabled", False)),
        "draft": False,
        "deleted": False,
        "tasks": posted.get("tasks", []),
    } | ({"source": revision.source} if source and revision else {})
