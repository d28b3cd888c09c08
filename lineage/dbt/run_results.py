"""run_results.json: what one dbt command did, node by node (dbt's schema v4 to v6)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lineage.dbt.notes import Notes
from lineage.dbt.streaming import InvalidArtifact, Source, read_members
from lineage.dbt.values import Json, instant, mapping, number, sequence, storable, text, texts
from lineage.dbt.versions import RUN_RESULTS, check_version

MAX_RESULTS = 200_000
#: dbt's word for how a node ended → the state of its task run.
STATES = {
    "success": "SUCCESS",
    "pass": "SUCCESS",
    "warn": "WARNING",
    "partial success": "WARNING",
    "fail": "FAILED",
    "error": "FAILED",
    "runtime error": "FAILED",
    "skipped": "SKIPPED",
    "no-op": "SKIPPED",
    "reused": "SKIPPED",
}
#: Commands that build and test nothing, and yet report “success” for every node.
IDLE = frozenset({"compile", "generate", "docs", "parse", "list", "ls", "show", "freshness"})
MESSAGE = 20_000
#: What an execution may be called; dbt writes UUIDs.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
ROWS = ("rows_affected", "rows_inserted")
BYTES = ("bytes_written", "size")


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How one node ended. `status` is dbt's word, `state` ours; `failures`: rows that failed a
    test; `rows`, `bytes`: what the adapter says that it wrote."""

    unique_id: str
    status: str
    state: str
    started_at: datetime | None
    ended_at: datetime
    message: str = ""
    failures: int | None = None
    rows: int | None = None
    bytes: int | None = None
    response: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One dbt command. `is_idle`: it only compiled, so that nothing has run."""

    id: str
    command: str
    started_at: datetime
    ended_at: datetime
    results: tuple[NodeResult, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        return self.command in IDLE

    @property
    def state(self) -> str:
        """The worst of what happened."""
        states = {result.state for result in self.results}
        return next((one for one in ("FAILED", "WARNING") if one in states), "SUCCESS")


def read_run_results(source: Source, notes: Notes) -> Invocation:
    """Raises InvalidArtifact for what are no run results."""
    metadata: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    elapsed = 0.0
    raw: list[Json] = []
    for section, key, value in read_members(source):
        if section == "metadata":
            metadata[str(key)] = value
        elif section == "args":
            arguments[str(key)] = value
        elif section == "elapsed_time" and isinstance(value, int | float):
            elapsed = float(value)
        elif section == "results":
            if len(raw) >= MAX_RESULTS:
                raise InvalidArtifact(f"has more than {MAX_RESULTS:,} results")
            if isinstance(value, Mapping):
                raw.append({k: v for k, v in value.items() if k in WANTED})
            else:
                notes.loss("", f"run_results.results[{key}]", "is no object")
    if not metadata:
        raise InvalidArtifact("has no `metadata`, so they are no dbt run results")
    check_version(metadata, RUN_RESULTS, notes)
    ended = instant(metadata, "generated_at") or datetime.now(UTC)
    results = [result for one in raw if (result := read_result(one, ended, notes)) is not None]
    starts = [result.started_at for result in results if result.started_at]
    started = instant(metadata, "invocation_started_at") or min(
        starts, default=ended - timedelta(seconds=max(0.0, min(elapsed, 86_400.0)))
    )
    id_ = text(metadata, "invocation_id")
    return Invocation(
        id=id_ if _ID.fullmatch(id_) else _made_up_id(ended, results),
        command=text(arguments, "which", "rpc_method"),
        started_at=min([started, ended, *starts]),
        ended_at=max([ended, *(result.ended_at for result in results)]),
        results=tuple(results),
        arguments=_told(arguments),
    )


WANTED = frozenset(
    {"status", "timing", "message", "failures", "unique_id", "adapter_response", "execution_time"}
)


def read_result(raw: Json, ended: datetime, notes: Notes) -> NodeResult | None:
    unique_id, status = text(raw, "unique_id"), text(raw, "status").lower()
    if not unique_id:
        notes.loss("", "run_results.results", "one has no unique_id")
        return None
    if status not in STATES:
        notes.loss(unique_id, "status", f"“{status}” is not known here; its result is left out")
        return None
    timing = [part for part in sequence(raw, "timing") if isinstance(part, Mapping)]
    starts = [when for part in timing if (when := instant(part, "started_at"))]
    ends = [when for part in timing if (when := instant(part, "completed_at"))]
    response = mapping(raw, "adapter_response")
    return NodeResult(
        unique_id=unique_id,
        status=status,
        state=STATES[status],
        started_at=min(starts, default=None),
        ended_at=max([*ends, *starts], default=ended),
        message=text(raw, "message")[:MESSAGE],
        failures=number(raw, "failures"),
        rows=number(response, *ROWS),
        bytes=number(response, *BYTES),
        response=told_by_the_adapter(response),
    )


def told_by_the_adapter(response: Json) -> dict[str, Any]:
    """Its plain members; adapters write what their drivers give them."""
    return {
        storable(key): storable(value) if isinstance(value, str) else value
        for key, value in response.items()
        if isinstance(value, str | int | float | bool) and len(str(value)) < 2_000
    }


def _told(arguments: Json) -> dict[str, Any]:
    """What of the command line is worth showing; `vars` may hold secrets, paths say nothing."""
    told: dict[str, Any] = {
        "command": text(arguments, "which", "rpc_method"),
        "select": list(texts(arguments, "select")),
        "exclude": list(texts(arguments, "exclude")),
        "target": text(arguments, "target"),
    }
    if arguments.get("full_refresh") is True:
        told["fullRefresh"] = True
    return {key: value for key, value in told.items() if value not in ("", [])}


def _made_up_id(ended: datetime, results: list[NodeResult]) -> str:
    """Of an artifact without one: the same for the same content."""
    content = "".join(f"{one.unique_id}{one.status}{one.ended_at}" for one in results)
    return "dbt-" + hashlib.sha256(f"{ended}{content}".encode()).hexdigest()[:32]
