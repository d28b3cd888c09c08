"""One edge at a time: its note changed, and what somebody stated taken back."""

from django.db import transaction
from django.db.models.functions import Coalesce

from accounts.access import Access
from accounts.permissions import Action, Resource
from catalog.locking import locks_against
from catalog.writing import Refusal, Refused, Why
from lineage.edge_bodies import MANUAL, EdgeBody
from lineage.edge_rows import find_edges, forget_columns
from lineage.manual_edges import note_links
from lineage.models import Edge

WHY = "the caller has found the edge visible"


class RunsSay(Exception):
    """An edge that runs made and nobody stated: it cannot be taken back by hand."""


def remove_edge(access: Access, edge: Edge) -> EdgeBody:
    """Take back an edge that the caller has found visible; the body that states it again.

    What runs show as well stays, as theirs. `edge` comes with its ends. Raises RunsSay, Refused.
    """
    assert edge.upstream and edge.downstream
    with transaction.atomic():
        _require(access, edge)
        key = (edge.upstream.pk, edge.downstream.pk, edge.flow_id or 0, edge.task_id)
        stored = find_edges([key], lock=True).get(key)
        if stored and not stored.stated:
            raise RunsSay
        if stored:
            forget_columns([key])
            rows = Edge.objects.unscoped(WHY).filter(pk=edge.pk)
            gone, _ = rows.filter(runs=0).delete()
            rows.update(
                stated=False,
                note="",
                stated_from=None,
                stated_until=None,
                last_seen=Coalesce("ran_until", "last_seen"),
                ran_until=None,
            )
            names = {end.pk: end.public_id for end in (edge.upstream, edge.downstream)}
            note_links(access, [key[:2]] if gone else [], names, added=False)
    return EdgeBody(
        edge.upstream.public_id,
        edge.downstream.public_id,
        note=stored.note if stored else edge.note,
        columns=tuple(sorted(stored.columns)) if stored else (),
        kind=stored.kind if stored else MANUAL,
    )


def set_note(access: Access, edge: Edge, note: str) -> None:
    """Raises Refused."""
    with transaction.atomic():
        _require(access, edge)
        Edge.objects.unscoped(WHY).filter(pk=edge.pk).update(note=note)


def may_change(access: Access, edge: Edge) -> bool:
    """Whether the caller may state, change and take back this edge; it comes with its ends."""
    assert edge.downstream
    namespace = edge.downstream.namespace
    return access.may(Resource.ASSET, Action.UPDATE, namespace.name if namespace else None)


def _require(access: Access, edge: Edge) -> None:
    """Raises Refused unless the caller may change the edge now."""
    assert edge.downstream
    if not may_change(access, edge):
        message = f"You may not change asset “{edge.downstream.public_id}”."
        raise Refused(Refusal(Why.FORBIDDEN, message, "downstream"))
    if lock := locks_against(access.user, [edge.downstream.pk]).get(edge.downstream.pk):
        message = f"Asset “{edge.downstream.public_id}” is locked by {lock}."
        raise Refused(Refusal(Why.LOCKED, message, lock=lock))
