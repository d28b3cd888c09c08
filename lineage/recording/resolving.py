"""From names to rows: the assets that task runs mention, and whether they may write them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from accounts.access import Access
from accounts.permissions import Action, Resource
from catalog.finding import KnownAsset, create_assets, find_assets
from catalog.moments import moment
from catalog.naming import ensure_namespaces
from lineage.dsl import UNSET, AssetDeclaration, Bundle
from lineage.dsl.flows import IGNORE
from lineage.recording.rendered import RenderedRun


def resolve_assets(
    access: Access, runs: Sequence[RenderedRun], namespaces: dict[str, int]
) -> dict[str, int]:
    """Name → row, making what is new; `namespaces` gains the declared ones.

    An output that its poster may not write leaves the bundle and is noted on the task run
    (DESIGN §6, Reach). Several names may lead to one asset. Seven statements at the most.
    """
    bundles = [bundle for run in runs for bundle in (*run.bundles, *run.stated)]
    unknown = declared_namespaces(access, bundles) - namespaces.keys()
    namespaces |= ensure_namespaces(access.tenant, unknown)
    named = {id_ for run in runs for id_ in run.names}
    known = find_assets(access.tenant, mentioned(bundles) | named)
    namespaces |= namespaces_of(known)
    for run in runs:
        for listed in (run.bundles, run.stated):
            listed[:] = [allowed(access, run, bundle, known, namespaces) for bundle in listed]
    first_named: dict[str, datetime] = {}
    for run in runs:
        for id_ in mentioned((*run.bundles, *run.stated)) | run.names:
            if id_ not in known:
                when = moment(first_word(run, id_))
                first_named[id_] = min(first_named.get(id_, when), when)
    made = create_assets(access.tenant, first_named)
    return {id_: asset.pk for id_, asset in known.items()} | made


def first_word(run: RenderedRun, id_: str) -> int:
    """When a run named an asset first, in µs: itself, where its events do not tell."""
    told = (run.touches or {}).get(id_, ())
    return min((touch.at for touch in told if touch.declares), default=run.at)


def mentioned(bundles: Iterable[Bundle]) -> set[str]:
    inputs = {reference.id for bundle in bundles for reference in bundle.inputs}
    said = {item.id for bundle in bundles for item in (*bundle.outputs, *bundle.describes)}
    return inputs | said


def declared_namespaces(access: Access, bundles: Iterable[Bundle]) -> set[str]:
    """Every namespace that merging may set beside those that are stored."""
    return {
        output.namespace
        for bundle in bundles
        for output in (*bundle.outputs, *bundle.describes)
        if isinstance(output.namespace, str) and may_write(access, output.namespace)
    }


def namespaces_of(known: Mapping[str, KnownAsset]) -> dict[str, int]:
    """Name → row of the namespaces that these assets are in."""
    return {
        asset.namespace: asset.namespace_pk
        for asset in known.values()
        if asset.namespace and asset.namespace_pk
    }


def may_write(access: Access, namespace: str | None) -> bool:
    return access.may(Resource.ASSET, Action.UPDATE, namespace) or access.may(
        Resource.ASSET, Action.CREATE, namespace
    )


def allowed(
    access: Access,
    run: RenderedRun,
    bundle: Bundle,
    known: Mapping[str, KnownAsset],
    namespaces: Mapping[str, int],
) -> Bundle:
    """The bundle without the outputs that may not be written, and without words on such assets."""

    def permitted(said: Sequence[AssetDeclaration], path: str) -> tuple[AssetDeclaration, ...]:
        kept = []
        for n, asset in enumerate(said):
            reason = why_not(access, run, asset, known.get(asset.id), namespaces)
            if reason:
                run.fail(f"{path}[{n}]", reason, IGNORE if bundle.origin == "sql" else "")
            else:
                kept.append(asset)
        return tuple(kept)

    outputs = permitted(bundle.outputs, "outputs")
    describes = permitted(bundle.describes, "describes")
    if len(outputs) + len(describes) == len(bundle.outputs) + len(bundle.describes):
        return bundle
    return replace(bundle, outputs=outputs, describes=describes)


def why_not(
    access: Access,
    run: RenderedRun,
    output: AssetDeclaration,
    known: KnownAsset | None,
    namespaces: Mapping[str, int],
) -> str:
    """Why a run may not write this output, or "". A failed run writes nothing, locked or not."""
    lock = known.lock if known and run.is_productive else None
    if lock and lock.execution_id != run.posted_in.id:
        who = f"execution {lock.owner}" if lock.execution_id else lock.owner
        return f"Asset “{output.id}” is locked by {who} until {lock.until:%Y-%m-%d %H:%M} UTC."
    home = run.home or run.flow.namespace
    return out_of_reach(access, output, known, home, namespaces)


def out_of_reach(
    access: Access,
    asset: AssetDeclaration,
    known: KnownAsset | None,
    default: str | None,
    namespaces: Mapping[str, int],
) -> str:
    """Why the caller may not say this of an asset, or "". Where it is and where it goes count.

    `default`: the namespace of an asset that is nobody's yet.
    """
    if known is not None and known.claimed:
        if not may_write(access, known.namespace):
            return f"Asset “{asset.id}” is in a namespace that this token may not write."
        target = known.namespace
    else:
        target = default
    if asset.namespace is not UNSET:
        target = asset.namespace
    if not may_write(access, target):
        where = f"namespace “{target}”" if target else "the tenant without a namespace"
        return f"This token may not write assets in {where}."
    if target and target not in namespaces:
        return f"Namespace “{target}” does not exist, and the tenant requires existing ones."
    return ""
