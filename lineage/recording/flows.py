"""The flows of posted executions, and the parsed revision that applies to each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from accounts.bulk import insert, run
from accounts.models import Tenant
from catalog.naming import ensure_namespaces
from lineage.dsl import Flow as ParsedFlow
from lineage.dsl import parse_flow


@dataclass(slots=True)
class KnownFlow:
    """A flow's row; `revision` 0 while only its executions are known."""

    pk: int
    namespace_pk: int
    namespace: str
    public_id: str
    revision: int


def ensure_flows(
    tenant: Tenant, keys: Iterable[tuple[str, str]], *, declares: bool = True
) -> dict[tuple[str, str], KnownFlow]:
    """(namespace, flow id) → flow; namespaces and unregistered flows are made on first sight.

    Left out: flows in a namespace that does not exist in a tenant that requires it to. One
    statement when all are known, nine at the most. A flow without YAML is share-locked until the
    end: `register_flow` locks it exclusively, so either this request sees the YAML, or
    registering sees this request's executions. Not so where YAML says nothing (`declares`).
    """
    wanted = sorted(set(keys))
    found = _find_by_name(tenant, wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        namespaces = ensure_namespaces(tenant, (namespace for namespace, _ in missing))
        here = [key for key in missing if key[0] in namespaces]
        found |= find_or_make(tenant, here, namespaces)
    unregistered = [key for key, flow in found.items() if flow.revision == 0]
    if unregistered and declares:
        lock_flows([found[key].pk for key in unregistered], shared=True)
        found |= _find_by_name(tenant, unregistered)
    return found


def _find_by_name(tenant: Tenant, keys: list[tuple[str, str]]) -> dict[tuple[str, str], KnownFlow]:
    rows = run(
        "select f.id, n.id, n.name, f.public_id, f.revision"
        " from unnest(%s::text[], %s::text[]) as k(namespace, public_id)"
        " join catalog_namespace n on n.tenant_id = %s and n.name = k.namespace"
        " join lineage_flow f on f.tenant_id = n.tenant_id and f.namespace_id = n.id"
        " and f.public_id = k.public_id",
        [[namespace for namespace, _ in keys], [id_ for _, id_ in keys], tenant.pk],
    )
    return {(row[2], row[3]): KnownFlow(*row) for row in rows}


def find_or_make(
    tenant: Tenant, keys: list[tuple[str, str]], namespaces: Mapping[str, int]
) -> dict[tuple[str, str], KnownFlow]:
    """(namespace, id) → flow; the missing ones are made, without YAML."""
    found = find_flows(keys, namespaces)
    missing = [key for key in keys if key not in found]
    if missing:
        now = timezone.now()
        insert(
            "lineage_flow",
            {
                "tenant_id": "bigint",
                "namespace_id": "bigint",
                "public_id": "text",
                "revision": "int",
                "description": "text",
                "labels": "jsonb",
                "created_at": "timestamptz",
                "updated_at": "timestamptz",
            },
            [(tenant.pk, namespaces[ns], id_, 0, "", "{}", now, now) for ns, id_ in missing],
            "on conflict do nothing",
        )
        found |= find_flows(missing, namespaces)
    return found


def known_flow(pk: int) -> KnownFlow:
    """The flow of a row, for jobs."""
    row = run(
        "select f.id, f.namespace_id, n.name, f.public_id, f.revision from lineage_flow f"
        " join catalog_namespace n on n.id = f.namespace_id where f.id = %s",
        [pk],
    )[0]
    return KnownFlow(*row)


def find_flows(
    keys: list[tuple[str, str]], namespaces: Mapping[str, int]
) -> dict[tuple[str, str], KnownFlow]:
    """(namespace, id) → flow, of those that are known."""
    names = {pk: name for name, pk in namespaces.items()}
    rows = run(
        "select f.id, f.namespace_id, f.public_id, f.revision from lineage_flow f"
        " join unnest(%s::bigint[], %s::text[]) as k(namespace_id, public_id)"
        " using (namespace_id, public_id)",
        [[namespaces[ns] for ns, _ in keys], [id_ for _, id_ in keys]],
    )
    return {
        (names[namespace_pk], public_id): KnownFlow(
            pk, namespace_pk, names[namespace_pk], public_id, revision
        )
        for pk, namespace_pk, public_id, revision in rows
    }


def lock_flows(pks: Iterable[int], *, shared: bool) -> None:
    """Until the end of the transaction, in the order of the rows; a lock of its own space."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    run(
        f"select {function}(%s, (pk %% 2147483647)::int) from unnest(%s::bigint[]) as pk",  # noqa: S608
        [FLOW_LOCKS, sorted(pks)],
    )


#: The first key of the advisory locks above: "flow" in ASCII.
FLOW_LOCKS = 0x666C6F77


class Revisions:
    """The revision that applies: the one the orchestrator names if it is here, else the latest.

    Parsed flows are kept per process: a revision never changes, so none goes stale.
    """

    def __init__(self, wanted: Iterable[tuple[KnownFlow, int | None]]) -> None:
        """One statement at the most, whatever is wanted."""
        pairs = {
            (flow.pk, revision)
            for flow, asked in wanted
            if flow.revision
            for revision in (flow.revision, asked or flow.revision)
        }
        self.parsed = {pair: _parsed[pair] for pair in pairs if pair in _parsed}
        missing = sorted(pairs - self.parsed.keys())
        if missing:
            self._load(missing)

    def _load(self, pairs: list[tuple[int, int]]) -> None:
        rows = run(
            "select r.flow_id, r.revision, r.source from lineage_flowrevision r"
            " join unnest(%s::bigint[], %s::int[]) as k(flow_id, revision)"
            " using (flow_id, revision)",
            [[pk for pk, _ in pairs], [revision for _, revision in pairs]],
        )
        for pk, revision, source in rows:
            self.parsed[pk, revision] = _parsed.keep((pk, revision), parse_flow(source))

    def applying(self, flow: KnownFlow, asked: int | None) -> tuple[int | None, ParsedFlow | None]:
        """(revision, parsed flow), or (None, None) while the flow has no YAML."""
        for revision in (asked, flow.revision):
            if revision and (flow.pk, revision) in self.parsed:
                return revision, self.parsed[flow.pk, revision]
        return None, None


def parsed_flow(flow: int, revision: int | None) -> ParsedFlow | None:
    """The parsed revision of a flow (row), from memory or with one statement."""
    if not revision:
        return None
    known = KnownFlow(flow, 0, "", "", revision)
    return Revisions([(known, revision)]).applying(known, revision)[1]


class _Kept(dict[tuple[int, int], ParsedFlow]):
    """The parsed flows of this process; the oldest makes room."""

    LIMIT = 2_000

    def keep(self, pair: tuple[int, int], flow: ParsedFlow) -> ParsedFlow:
        while len(self) >= self.LIMIT:
            self.pop(next(iter(self)), None)
        self[pair] = flow
        return flow


_parsed = _Kept()
