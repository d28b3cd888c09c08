"""Edges that people state: one asset feeds another, whether or not a run ever showed it.

Whole sets at a time in a constant number of statements. Who states, changes or removes an edge
needs ASSET:UPDATE of what it leads into and VIEW of what it comes from; both ends keep a line of
history.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.access import Access
from accounts.bulk import run
from accounts.permissions import Action, Resource
from catalog.finding import find_assets
from catalog.locking import locks_against
from catalog.models import AssetLock
from catalog.noting import note_changes
from catalog.writing import Refusal, Refused, Why
from lineage.edge_bodies import EdgeBody, FlowName, Name
from lineage.edge_rows import Key, StoredEdge, find_edges, replace_columns, upsert_edges
from lineage.recording.flows import ensure_flows

#: Name → (id, namespace) of assets that would be there.
type Planned = Mapping[str, tuple[str, str | None]]


class End(NamedTuple):
    """An asset that an edge names. `pk` 0: there is no row yet. `missing`: why it will not do."""

    pk: int
    id: str
    namespace: str | None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What became of one edge. `status`: created, updated, unchanged or failed. `changes`: field →
    [before, after]."""

    upstream: str
    downstream: str
    status: str
    pk: int = 0
    refusal: Refusal | None = None
    changes: Mapping[str, list[Any]] = field(default_factory=dict)


@dataclass(slots=True)
class _Said:
    """One body with the assets that it names."""

    body: EdgeBody
    up: End
    down: End
    refusal: Refusal | None = None

    @property
    def name(self) -> Name:
        return self.up.id, self.down.id, self.body.flow, self.body.task

    def key(self, flows: Mapping[FlowName, int]) -> Key | None:
        """Its rows; None while one of them is missing."""
        flow = flows.get(self.body.flow, -1) if self.body.flow else 0
        here = self.up.pk and self.down.pk and flow >= 0
        return (self.up.pk, self.down.pk, flow, self.body.task) if here else None

    def result(self, status: str, changes: Mapping[str, list[Any]] | None = None) -> Stated:
        return Stated(self.up.id, self.down.id, status, 0, self.refusal, changes or {})


def state_edge(access: Access, body: EdgeBody) -> Stated:
    """One edge. Raises Refused."""
    [stated] = state_edges(access, [body])
    if stated.refusal:
        raise Refused(stated.refusal)
    return stated


def state_edges(access: Access, bodies: Sequence[EdgeBody]) -> list[Stated]:
    """State edges in one transaction, in the order given; one result each.

    What is refused fails alone.
    """
    with transaction.atomic():
        wanted = allowed_flows(access, (body.flow for body in bodies if body.flow))
        made = ensure_flows(access.tenant, wanted)
        heard = _at_their_ends(access, bodies, {})
        flows = {name: flow.pk for name, flow in made.items()}
        for said in _going(heard):
            if said.body.flow and said.body.flow not in flows:
                message = f"Namespace “{said.body.flow[0]}” does not exist."
                said.refusal = Refusal(Why.INVALID, message, "flowNamespace")
        keys = {said.name: key for said in _going(heard) if (key := said.key(flows))}
        found = find_edges(list(keys.values()), lock=True)
        edges = {name: found.get(key) or StoredEdge() for name, key in keys.items()}
        results = _hear(heard, edges)
        _write(access, {keys[name]: edge for name, edge in edges.items()}, heard)
    return [
        replace(one, pk=edges[said.name].pk) if said.refusal is None else one
        for one, said in zip(results, heard, strict=True)
    ]


def preview_edges(
    access: Access,
    bodies: Sequence[EdgeBody],
    planned: Planned,
    known: MutableMapping[Name, StoredEdge],
    again: Container[Name],
) -> list[Stated]:
    """What `state_edges` would do, without locks and without writing.

    `planned`: assets to count as being there. `again`: edges that are said more than once, as the
    bodies name them; they are kept in `known` from one set to the next.
    """
    heard = _at_their_ends(access, bodies, planned)
    flows = _known_flows(access, {s.body.flow for s in _going(heard) if s.body.flow})
    keys = {said.name: key for said in _going(heard) if (key := said.key(flows))}
    found = find_edges([key for name, key in keys.items() if name not in known], lock=False)
    for said in _going(heard):
        if said.name not in known:
            key = keys.get(said.name)
            known[said.name] = (found.get(key) if key else None) or StoredEdge()
    results = _hear(heard, known)
    for said in _going(heard):
        if said.body.name not in again:
            known.pop(said.name, None)
    return results


def allowed_flows(access: Access, flows: Iterable[FlowName]) -> set[FlowName]:
    """Those that the caller may write. They are asked for before assets, as runs do."""
    return {flow for flow in flows if access.may(Resource.FLOW, Action.CREATE, flow[0])}


def _going(heard: Iterable[_Said]) -> list[_Said]:
    return [said for said in heard if said.refusal is None]


def _hear(heard: Iterable[_Said], edges: Mapping[Name, StoredEdge]) -> list[Stated]:
    now = timezone.now()
    results = []
    for said in heard:
        if said.refusal:
            results.append(said.result("failed"))
            continue
        edge = edges[said.name]
        status = "updated" if edge.first_seen else "created"
        changes = edge.hear(said.body, now)
        results.append(said.result(status if changes else "unchanged", changes))
    return results


def _at_their_ends(access: Access, bodies: Sequence[EdgeBody], planned: Planned) -> list[_Said]:
    ends = find_ends(access, {id_ for b in bodies for id_ in (b.upstream, b.downstream)})
    for name, end in ends.items():
        if name in planned:
            ends[name] = End(end.pk, *planned[name])
    held = locks_against(access.user, {end.pk for end in ends.values() if end.pk})
    heard = [_Said(body, ends[body.upstream], ends[body.downstream]) for body in bodies]
    for said in heard:
        said.refusal = refusal_of(access, said.body, said.up, said.down, held)
    return heard


def find_ends(access: Access, ids: Iterable[str]) -> dict[str, End]:
    """Id (or other name) → the asset, of all `ids`: two statements."""
    ids = set(ids)
    known = find_assets(access.tenant, ids)
    rows = run(
        "select id, public_id, deleted_at is not null from catalog_asset"
        " where id = any(%s::bigint[])",
        [[asset.pk for asset in known.values()]],
    )
    named = {pk: (public_id, deleted) for pk, public_id, deleted in rows}
    ends = {id_: End(0, id_, None, f"There is no asset “{id_}”.") for id_ in ids}
    for id_, asset in known.items():
        public_id, deleted = named[asset.pk]
        missing = f"Asset “{public_id}” is deleted." if deleted else ""
        ends[id_] = End(asset.pk, public_id, asset.namespace, missing)
    return ends


def refusal_of(
    access: Access, body: EdgeBody, up: End, down: End, held: Mapping[int, AssetLock]
) -> Refusal | None:
    """Why this edge may not be stated. `held`: asset row → somebody else's lock."""
    for field_, end in (("upstream", up), ("downstream", down)):
        if not _is_named(access, end, changes=end is down):
            return Refusal(Why.INVALID, f"There is no asset “{end.id}”.", field_)
        if end.missing:
            return Refusal(Why.INVALID, end.missing, field_)
    if not access.may(Resource.ASSET, Action.UPDATE, down.namespace):
        return Refusal(Why.FORBIDDEN, f"You may not change asset “{down.id}”.", "downstream")
    if up.id == down.id:
        message = "Both are names of one asset, which cannot feed itself."
        return Refusal(Why.INVALID, message, "downstream")
    if lock := held.get(down.pk):
        return Refusal(Why.LOCKED, f"Asset “{down.id}” is locked by {lock}.", lock=lock)
    if body.flow and not access.may(Resource.FLOW, Action.CREATE, body.flow[0]):
        message = f"You may not write flows in namespace “{body.flow[0]}”."
        return Refusal(Why.FORBIDDEN, message, "flowNamespace")
    return None


def _is_named(access: Access, end: End, *, changes: bool) -> bool:
    """Whether the caller may know that there is this asset."""
    actions = (Action.VIEW, Action.UPDATE) if changes else (Action.VIEW,)
    return bool(end.pk or not end.missing) and any(
        access.may(Resource.ASSET, action, end.namespace) for action in actions
    )


def _known_flows(access: Access, names: Iterable[FlowName]) -> dict[FlowName, int]:
    """Name → row of the flows that are there: one statement, or none."""
    wanted = sorted(names)
    if not wanted:
        return {}
    rows = run(
        "select n.name, f.public_id, f.id from unnest(%s::text[], %s::text[]) as k(space, id)"
        " join catalog_namespace n on n.tenant_id = %s and n.name = k.space"
        " join lineage_flow f on f.namespace_id = n.id and f.public_id = k.id",
        [*map(list, zip(*wanted, strict=True)), access.tenant.pk],
    )
    return {(space, id_): pk for space, id_, pk in rows}


def _write(access: Access, edges: Mapping[Key, StoredEdge], heard: Iterable[_Said]) -> None:
    changed = {key: edge for key, edge in edges.items() if edge.is_changed}
    fresh = [key for key, edge in changed.items() if not edge.pk]
    for key, pk in upsert_edges(access, changed).items():
        changed[key].pk = pk
    replace_columns(access, {k: edge for k, edge in changed.items() if edge.has_new_columns})
    names = {end.pk: end.id for said in heard for end in (said.up, said.down)}
    note_links(access, [(up, down) for up, down, *_ in fresh], names, added=True)


def note_links(
    access: Access, links: Iterable[tuple[int, int]], names: Mapping[int, str], *, added: bool
) -> None:
    """A line of history for each asset that gained (or lost) upstream or downstream assets."""
    ups: defaultdict[int, list[str]] = defaultdict(list)
    downs: defaultdict[int, list[str]] = defaultdict(list)
    for up, down in sorted(set(links)):
        ups[down].append(names[up])
        downs[up].append(names[down])
    changes: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for name, found in (("upstream", ups), ("downstream", downs)):
        for pk, ids in found.items():
            said = ids if len(ids) > 1 else ids[0]
            changes[pk][name] = [None, said] if added else [said, None]
    note_changes(access, changes)
