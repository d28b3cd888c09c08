"""Edges as people post and import them: plain values in, `EdgeBody` or what is wrong out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from catalog.reading.declared import AssetError
from catalog.reading.rules import (
    Validator,
    describe_kind,
    validate_asset_id,
    validate_flow_id,
    validate_namespace,
    validate_text,
)

MANUAL = "manual"
#: How an edge came to be known; by hand where nothing else is said.
KINDS = (MANUAL, "declared", "emitted", "openlineage", "sql", "dbt")
NOTE_LENGTH = 2_000
SQL_LENGTH = 65_536
NAME_LENGTH = 500
TASK_LENGTH = 200
MAX_COLUMNS = 10_000

#: Told by the server of an edge: posted back, they mean nothing.
_TOLD = frozenset({"id", "stated", "runs", "createdBy", "created"})
_OWN = frozenset({"upstream", "downstream", "note", "columns", "kind", "flowNamespace", "flowId"})
_OWN |= {"taskId", "sql", "firstSeen", "lastSeen"}
_COLUMN = ("upstream", "downstream", "type", "subtype", "description", "masking")

type Errors = tuple[AssetError, ...]
type FlowName = tuple[str, str]
#: (upstream, downstream, flow, task): what tells edges apart, whether or not there are rows.
type Name = tuple[str, str, FlowName | None, str]


@dataclass(frozen=True, slots=True, order=True)
class EdgeColumn:
    """One column feeds another; `ColumnEdge` says what the rest means."""

    upstream: str
    downstream: str
    type: str = ""
    subtype: str = ""
    description: str = ""
    masking: bool = False


@dataclass(frozen=True, slots=True)
class EdgeBody:
    """`upstream` feeds `downstream` (ids). `note` and `columns`: None keeps what is stored.

    What comes by hand has neither `flow` (namespace, id) nor `task`; imports may.
    """

    upstream: str
    downstream: str
    note: str | None = None
    columns: tuple[EdgeColumn, ...] | None = None
    kind: str = MANUAL
    flow: FlowName | None = None
    task: str = ""
    sql: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None

    @property
    def name(self) -> Name:
        return self.upstream, self.downstream, self.flow, self.task

    @property
    def is_by_hand(self) -> bool:
        return self.kind == MANUAL and self.flow is None


def read_edge(value: Any) -> tuple[EdgeBody | None, Errors]:
    """An edge to state; None comes with at least one error, each with its field.

    A null note or a null list of columns empties it.
    """
    if not isinstance(value, Mapping):
        return None, (AssetError("", f"must be a map, not {describe_kind(value)}"),)
    reader = _Reader(value)
    for key in value:
        if key not in _OWN | _TOLD:
            reader.error(key, f"is unknown; use {', '.join(sorted(_OWN))}")
    body = EdgeBody(
        upstream=reader.required("upstream", validate_asset_id),
        downstream=reader.required("downstream", validate_asset_id),
        note=reader.text("note", NOTE_LENGTH) if "note" in value else None,
        columns=reader.columns() if "columns" in value else None,
        kind=reader.kind(),
        flow=reader.flow(),
        task=reader.text("taskId", TASK_LENGTH),
        sql=reader.text("sql", SQL_LENGTH),
        first_seen=reader.moment("firstSeen"),
        last_seen=reader.moment("lastSeen"),
    )
    if body.upstream and body.upstream == body.downstream:
        reader.error("downstream", "is the upstream asset itself")
    return (None, tuple(reader.errors)) if reader.errors else (body, ())


class _Reader:
    """Reads one map field by field and keeps what was wrong with each."""

    def __init__(self, value: Mapping[str, Any], place: str = "") -> None:
        self.value = value
        self.place = place
        self.errors: list[AssetError] = []

    def required(self, key: str, validate: Validator) -> str:
        if self.value.get(key) in (None, ""):
            self.error(key, "is required")
            return ""
        return self.text(key, NAME_LENGTH, validate)

    def text(self, key: str, length: int, validate: Validator = validate_text) -> str:
        value = self.value.get(key)
        if value is None or value == "":
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.error(key, f"must be text, not {describe_kind(value)}")
            return ""
        message = validate(value)
        if not message and len(value) > length:
            message = f"is longer than {length} characters"
        if message:
            self.error(key, message)
        return value

    def kind(self) -> str:
        kind = self.text("kind", NAME_LENGTH) or MANUAL
        if kind not in KINDS:
            self.error("kind", f"must be one of {', '.join(KINDS)}")
        return kind

    def flow(self) -> FlowName | None:
        namespace = self.text("flowNamespace", 150, validate_namespace)
        flow_id = self.text("flowId", 100, validate_flow_id)
        if bool(namespace) != bool(flow_id):
            self.error("flowNamespace" if flow_id else "flowId", "is required with the other one")
        return (namespace, flow_id) if namespace and flow_id else None

    def moment(self, key: str) -> datetime | None:
        text = self.text(key, 40)
        try:
            when = datetime.fromisoformat(text) if text else None
        except ValueError:
            self.error(key, "must be an instant such as 2026-12-31T00:00:00Z")
            return None
        return when.replace(tzinfo=UTC) if when and when.tzinfo is None else when

    def columns(self) -> tuple[EdgeColumn, ...]:
        """Each once: the last word on a pair of columns holds."""
        value = self.value["columns"] or []
        if not isinstance(value, list) or len(value) > MAX_COLUMNS:
            self.error("columns", f"must be a list of at most {MAX_COLUMNS} pairs")
            return ()
        found = [self.column(item, f"columns[{n}]") for n, item in enumerate(value)]
        once = {(c.upstream, c.downstream, c.type, c.subtype): c for c in found if c}
        return tuple(sorted(once.values()))

    def column(self, item: Any, place: str) -> EdgeColumn | None:
        if not isinstance(item, Mapping):
            kind = describe_kind(item)
            self.error(place, f"must be a map with upstream and downstream, not {kind}")
            return None
        inner = _Reader(item, place)
        for key in item:
            if key not in _COLUMN:
                inner.error(key, f"is unknown; use {', '.join(_COLUMN)}")
        found = EdgeColumn(
            upstream=inner.text("upstream", NAME_LENGTH),
            downstream=inner.text("downstream", NAME_LENGTH),
            type=inner.text("type", 20),
            subtype=inner.text("subtype", 50),
            description=inner.text("description", 10_000),
            masking=item.get("masking") is True,
        )
        if not (found.upstream or found.downstream):
            inner.error("upstream", "is required, or downstream is")
        self.errors += inner.errors
        return found

    def error(self, key: str, message: str) -> None:
        self.errors.append(AssetError(f"{self.place}.{key}" if self.place else key, message))
