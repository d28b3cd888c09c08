"""Flows in: YAML to a revision, and the executions that came before it get its declarations."""

import hashlib

from django.db import transaction
from django.utils import timezone

from accounts.access import Access
from accounts.bulk import run
from accounts.permissions import Action, Resource
from catalog.naming import UnknownNamespace, ensure_namespaces
from lineage.dsl import Flow as ParsedFlow
from lineage.dsl import parse_flow
from lineage.models import Flow, FlowRevision
from lineage.recording.flows import KnownFlow, find_flows, find_or_make, lock_flows
from lineage.recording.replaying import replay_executions

#: Executions that get their declarations in the request that posts the YAML; a job does the rest.
REPLAYED_AT_ONCE = 500


class FlowExists(ValueError):
    """POST of a flow that is registered already: PUT replaces it (DESIGN §6)."""


class FlowUnknown(LookupError):
    """PUT of a flow of which not even an execution is known."""


class FlowForbidden(PermissionError):
    """The poster may not write flows in this namespace."""


def register_flow(
    access: Access, source: str | bytes, *, replace: bool = False, create: bool = True
) -> FlowRevision:
    """Store the YAML as posted; a revision only when the content differs from the latest.

    Raises `lineage.dsl.InvalidFlow` (every problem, with its line), FlowForbidden, FlowExists
    (unless `replace`), FlowUnknown (unless `create`), `catalog.naming.UnknownNamespace`.
    """
    parsed = parse_flow(source)
    text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
    with transaction.atomic():
        flow = _lock_flow(access, parsed, replace=replace, create=create)
        revision = _store_revision(access, flow, parsed, text)
        if replay_executions(access, flow, limit=REPLAYED_AT_ONCE) == REPLAYED_AT_ONCE:
            _replay_the_rest(access, flow)
    return revision


def _lock_flow(access: Access, parsed: ParsedFlow, *, replace: bool, create: bool) -> KnownFlow:
    namespace = parsed.namespace
    action = Action.UPDATE if replace else Action.CREATE
    if not access.may(Resource.FLOW, action, namespace):
        raise FlowForbidden(f"This token may not write flows in namespace “{namespace}”.")
    namespaces = ensure_namespaces(access.tenant, [namespace])
    if namespace not in namespaces:
        raise UnknownNamespace([namespace])
    key = (namespace, parsed.id)
    if not create and key not in find_flows([key], namespaces):
        raise FlowUnknown(f"There is no flow “{namespace}.{parsed.id}”: use POST to register it.")
    flow = find_or_make(access.tenant, [key], namespaces)[key]
    lock_flows([flow.pk], shared=False)
    flow.revision = run("select revision from lineage_flow where id = %s", [flow.pk])[0][0]
    if flow.revision and not replace:
        raise FlowExists(f"Flow “{namespace}.{parsed.id}” exists already: use PUT to change it.")
    return flow


def _store_revision(
    access: Access, flow: KnownFlow, parsed: ParsedFlow, text: str
) -> FlowRevision:
    digest = hashlib.sha256(text.encode()).hexdigest()
    revisions = FlowRevision.objects.unscoped("the flow is locked, and writing it was allowed")
    latest = revisions.filter(flow=flow.pk).order_by("-revision").first()
    if latest is not None and latest.source_hash == digest:
        return latest
    now = timezone.now()
    made = FlowRevision.objects.create(
        tenant=access.tenant,
        flow_id=flow.pk,
        revision=flow.revision + 1,
        source=text,
        source_hash=digest,
        created_at=now,
        created_by=access.user,
    )
    flow.revision = made.revision
    Flow.objects.unscoped("the flow is locked, and writing it was allowed").filter(
        pk=flow.pk
    ).update(
        revision=made.revision,
        description=parsed.description or "",
        labels=dict(parsed.labels),
        updated_at=now,
    )
    return made


def _replay_the_rest(access: Access, flow: KnownFlow) -> None:
    from lineage.jobs import replay

    replay.configure(queueing_lock=f"replay-{flow.pk}").defer(
        tenant=access.tenant.slug, user=access.user.pk, flow=flow.pk
    )
