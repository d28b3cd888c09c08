"""An edge as the API gives it and as exports write it."""

from collections.abc import Iterable
from typing import Any

from lineage.edge_bodies import EdgeColumn
from lineage.kestra.times import instant
from lineage.models import Edge


def edge_json(edge: Edge, columns: Iterable[EdgeColumn] = ()) -> dict[str, Any]:
    """`edge` comes with its ends, its flow and who stated it."""
    assert edge.upstream and edge.downstream
    return {
        "id": str(edge.pk),
        "upstream": edge.upstream.public_id,
        "downstream": edge.downstream.public_id,
        "kind": edge.kind,
        "stated": edge.stated,
        "note": edge.note,
        "columns": [column_json(column) for column in columns],
        "flowNamespace": edge.flow.namespace.name if edge.flow else None,
        "flowId": edge.flow.public_id if edge.flow else None,
        "taskId": edge.task_id or None,
        "sql": edge.sql or None,
        "runs": edge.runs,
        "firstSeen": instant(edge.first_seen),
        "lastSeen": instant(edge.last_seen),
        "createdBy": edge.created_by.label if edge.created_by else None,
    }


def column_json(column: EdgeColumn) -> dict[str, Any]:
    """What is not known of it is left out."""
    pair = {"upstream": column.upstream, "downstream": column.downstream}
    rest = {
        "type": column.type,
        "subtype": column.subtype,
        "description": column.description,
        "masking": column.masking,
    }
    return pair | {key: value for key, value in rest.items() if value}
