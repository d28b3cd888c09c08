"""A staged file into the catalog, a set at a time: assets, then their other names, then edges.

Good rows go in and bad ones fail alone, each set in a transaction of its own; or, `atomic`, all of
them in one, or none. A dry run tells what would become of every row, without locks.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from accounts.access import Access
from catalog.alias_importing import AliasRow, import_aliases, preview_aliases
from catalog.declaring import Stored
from catalog.importing import (
    FAILED,
    UNCHANGED,
    AssetRow,
    RowResult,
    import_assets,
    lock_all,
    preview_assets,
)
from catalog.reading.changes import read_change
from catalog.reading.declared import AssetError
from lineage.edge_bodies import EdgeBody, Name, read_edge
from lineage.edge_rows import StoredEdge
from lineage.manual_edges import Stated, allowed_flows, preview_edges, state_edges
from lineage.recording.flows import ensure_flows
from lineage.transfer.staging import Heap, Progress, Staged, digest, errors_of, quiet

#: Rows of one transaction.
SET = 500


@dataclass(frozen=True, slots=True)
class Options:
    dry_run: bool = False
    atomic: bool = False


@dataclass(slots=True)
class Outcome:
    """`counts`: (kind, status) → how many. `undone`: some failed where all had to go in, so
    nothing is stored."""

    options: Options
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    undone: bool = False
    heap: Heap = field(default_factory=Heap)

    def add(self, results: Sequence[RowResult]) -> None:
        for result in results:
            self.counts[result.kind or "row", result.status] += 1
            self.heap.add(_plain(result, with_changes=self.options.dry_run))

    @property
    def failed(self) -> int:
        return sum(count for (_, status), count in self.counts.items() if status == FAILED)

    @property
    def received(self) -> int:
        return self.counts.total()

    @property
    def status(self) -> str:
        """success, partial_success or failure; an empty file has succeeded."""
        if not self.failed:
            return "success"
        none = self.options.atomic or self.failed == self.received
        return "failure" if none else "partial_success"

    def undo(self) -> None:
        """What would have gone in stays as it is."""
        self.undone = True
        self.counts = Counter(
            {
                key: count
                for (kind, status), count in self.counts.items()
                for key in [(kind, status if status == FAILED else UNCHANGED)]
            }
        )

    def results(self) -> Iterator[dict[str, Any]]:
        """`{"row", "line", "kind", "id", "status", "errors", "changes"?}`, one after the other."""
        for result in self.heap:
            if self.undone and result["status"] != FAILED:
                result["status"] = UNCHANGED
            yield result


def _plain(result: RowResult, *, with_changes: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "row": result.number,
        "line": result.line,
        "kind": result.kind,
        "id": result.id,
        "status": result.status,
        "errors": [asdict(error) for error in result.errors],
    }
    return plain | ({"changes": dict(result.changes)} if with_changes else {})


class _Undo(Exception):
    """Takes back all that an atomic import has written."""


def run_import(
    access: Access, staged: Staged, options: Options, progress: Progress = quiet
) -> Outcome:
    """Bring a staged file in, or tell what would become of it."""
    outcome = Outcome(options)
    outcome.add(
        [
            RowResult(number, line, "", "", FAILED, errors_of(errors))
            for number, line, errors in staged.broken
        ]
    )
    steps = (_Preview if options.dry_run else _Steps)(access, staged, outcome, progress)
    if not options.atomic or options.dry_run:
        steps.run()
        return outcome
    try:
        with transaction.atomic():
            ensure_flows(access.tenant, allowed_flows(access, staged.flows))
            steps.fresh |= lock_all(access, staged.ids)
            steps.run()
            if outcome.failed:
                raise _Undo
    except _Undo:
        outcome.undo()
    return outcome


class _Steps:
    """The passes over the heaps."""

    def __init__(
        self, access: Access, staged: Staged, outcome: Outcome, progress: Progress
    ) -> None:
        self.access = access
        self.staged = staged
        self.outcome = outcome
        self.progress = progress
        self.done = 0
        #: Numbers of rows whose asset did not go in, and so none of its names either.
        self.lost: set[int] = set()
        #: Ids that were made to be locked, and are no assets before a row says what they are.
        self.fresh: set[str] = set()

    def run(self) -> None:
        for some in self.staged.assets.sets(SET):
            self.take_assets(some)
            self.step(len(some), "assets")
        names = Gathered[AliasRow](SET, self.take_aliases)
        for number, line, value, _ in self.staged.assets:
            if value.get("aliases") and number not in self.lost:
                change, _ = read_change(value)
                for name, source in change.aliases if change else ():
                    names.add(AliasRow(number, line, value["id"], name, source))
        names.end()
        for some in self.staged.edges.sets(SET):
            self.take_edges(some)
            self.step(len(some), "edges")

    def step(self, count: int, what: str) -> None:
        self.done += count
        self.progress(self.done, self.staged.total, what)

    def take_assets(self, some: Sequence[Any]) -> None:
        rows, failed = [], []
        for number, line, value, found in some:
            change, errors = read_change(value)
            if change is None or found:
                id_ = value.get("id") if isinstance(value.get("id"), str) else ""
                every = (*errors_of(found), *errors)
                failed.append(RowResult(number, line, "asset", id_, FAILED, every))
            else:
                rows.append(AssetRow(number, line, change))
        results = sorted([*failed, *self.import_assets(rows)], key=lambda one: one.number)
        self.lost.update(result.number for result in results if result.has_failed)
        self.outcome.add(results)

    def take_aliases(self, rows: Sequence[AliasRow]) -> None:
        self.outcome.add(self.import_aliases(rows))

    def take_edges(self, some: Sequence[Any]) -> None:
        bodies: list[EdgeBody] = []
        places: list[tuple[int, int]] = []
        results = []
        for number, line, value, found in some:
            body, errors = read_edge(edge_of(value))
            if body is None or found:
                every = (*errors_of(found), *map(as_said, errors))
                results.append(RowResult(number, line, "edge", title(value), FAILED, every))
            else:
                bodies.append(body)
                places.append((number, line))
        stated = self.import_edges(bodies)
        results += [edge_result(*at, one) for at, one in zip(places, stated, strict=True)]
        self.outcome.add(sorted(results, key=lambda one: one.number))

    # --- what a preview does otherwise -------------------------------------------------------

    def import_assets(self, rows: Sequence[AssetRow]) -> list[RowResult]:
        return import_assets(self.access, rows, self.fresh)

    def import_aliases(self, rows: Sequence[AliasRow]) -> list[RowResult]:
        return import_aliases(self.access, rows)

    def import_edges(self, bodies: Sequence[EdgeBody]) -> list[Stated]:
        return state_edges(self.access, bodies)


class _Preview(_Steps):
    """The same on copies. Of what the file names once nothing is kept."""

    def __init__(
        self, access: Access, staged: Staged, outcome: Outcome, progress: Progress
    ) -> None:
        super().__init__(access, staged, outcome, progress)
        self.again = {id_ for id_, count in staged.ids.items() if count > 1}
        self.assets: dict[str, Stored] = {}
        self.edges: dict[Name, StoredEdge] = {}
        #: Assets and names that are there afterwards, and where.
        self.planned: dict[str, tuple[str, str | None]] = {}

    def import_assets(self, rows: Sequence[AssetRow]) -> list[RowResult]:
        results = preview_assets(self.access, rows, self.again, self.assets)
        self.planned.update(
            (result.id, (result.id, result.namespace))
            for result in results
            if result.status == "created" or "namespace" in result.changes
        )
        return results

    def import_aliases(self, rows: Sequence[AliasRow]) -> list[RowResult]:
        results = preview_aliases(self.access, rows, self.planned)
        for row, result in zip(rows, results, strict=True):
            if result.status == "created" and row.asset in self.planned:
                self.planned[row.name] = self.planned[row.asset]
        return results

    def import_edges(self, bodies: Sequence[EdgeBody]) -> list[Stated]:
        twice = {body.name for body in bodies if self.staged.names[digest(value_of(body))] > 1}
        return preview_edges(self.access, bodies, self.planned, self.edges, twice)


class Gathered[T]:
    """Hands things on in lists of `size`."""

    def __init__(self, size: int, take: Callable[[list[T]], None]) -> None:
        self.size = size
        self.take = take
        self.found: list[T] = []

    def add(self, one: T) -> None:
        self.found.append(one)
        if len(self.found) == self.size:
            self.end()

    def end(self) -> None:
        if self.found:
            self.take(self.found)
        self.found = []


def edge_of(value: dict[str, Any]) -> dict[str, Any]:
    """As the API has it: what files call `origin` is the edge's kind."""
    said = {key: item for key, item in value.items() if key != "origin"}
    return said | ({"kind": value["origin"]} if "origin" in value else {})


def as_said(error: AssetError) -> AssetError:
    return AssetError("origin", error.message) if error.field == "kind" else error


def value_of(body: EdgeBody) -> dict[str, Any]:
    """What `digest` looks at."""
    namespace, flow = body.flow or ("", "")
    return {
        "upstream": body.upstream,
        "downstream": body.downstream,
        "flowNamespace": namespace,
        "flowId": flow,
        "taskId": body.task,
    }


def title(value: dict[str, Any]) -> str:
    return f"{value.get('upstream', '')} → {value.get('downstream', '')}"


def edge_result(number: int, line: int, stated: Stated) -> RowResult:
    no = stated.refusal
    errors = (AssetError(no.field, no.message),) if no else ()
    ends = f"{stated.upstream} → {stated.downstream}"
    return RowResult(number, line, "edge", ends, stated.status, errors, stated.changes)
