"""Assets written by hand: through the API or a form, merged like what runs say (K1.7, K3).

Whole sets at a time in a constant number of statements. A person's word comes after everything
that was said before it, and counts as no write of the data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.access import Access
from accounts.models import User
from accounts.permissions import Action, Resource
from catalog.declaring import Stored, lock_assets, store_assets
from catalog.finding import create_assets, find_assets
from catalog.locking import locks_against
from catalog.merging import after
from catalog.models import AssetLock
from catalog.moments import micros
from catalog.naming import ensure_namespaces
from catalog.reading.assets import metadata_problem
from catalog.reading.bodies import AssetBody, read_patch
from catalog.reading.declared import UNSET, AssetError
from catalog.touches import Part, Touch, stamp
from catalog.versions import etag_of_stored, matches


class Why(StrEnum):
    """What kind of refusal."""

    FORBIDDEN = "forbidden"
    LOCKED = "locked"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an asset was not written. `field`: what the caller can change about it; `lock`: what
    they have to wait for."""

    why: Why
    message: str
    field: str = ""
    lock: AssetLock | None = None


class Refused(Exception):
    """The only asset of a request was not written."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class InvalidPatch(ValueError):
    """`errors`: what is wrong with the patch."""

    def __init__(self, errors: Sequence[AssetError]) -> None:
        super().__init__("The patch has invalid fields.")
        self.errors = errors


class Changed(Exception):
    """The asset is not what the caller has seen (If-Match)."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one body. `status`: created, updated, unchanged or failed."""

    id: str
    status: str
    refusal: Refusal | None = None


def write_assets(access: Access, bodies: Sequence[AssetBody]) -> list[Written]:
    """Create or update assets in one transaction, in the order given; one result each.

    Needs ASSET:CREATE where a new one goes, UPDATE where a known one is, and CREATE as well where
    it moves to. What is refused fails alone. A body may name its asset by an alias.
    """
    with transaction.atomic():
        return _write(access, bodies)


def create_asset(access: Access, body: AssetBody) -> None:
    """Create an asset that must not be there yet; what runs have only read so far is nobody's.

    Raises Refused.
    """
    with transaction.atomic():
        known = find_assets(access.tenant, [body.id]).get(body.id)
        [written] = _write(access, [body])
        if written.refusal:
            raise Refused(written.refusal)
        if known.claimed if known else written.status != "created":
            message = f"There is an asset “{body.id}” already."
            raise Refused(Refusal(Why.INVALID, message, "id"))


def _write(access: Access, bodies: Sequence[AssetBody]) -> list[Written]:
    namespaces = ensure_namespaces(access.tenant, declared_within_reach(access, bodies))
    known = find_assets(access.tenant, {body.id for body in bodies})
    results: dict[int, Written] = {}
    for n, body in enumerate(bodies):
        refusal = None if body.id in known else refusal_of(access, body, None, namespaces)
        if refusal:
            results[n] = Written(body.id, "failed", refusal)
    now = timezone.now()
    wanted = {body.id for n, body in enumerate(bodies) if n not in results}
    rows = {id_: asset.pk for id_, asset in known.items()}
    rows |= create_assets(access.tenant, dict.fromkeys(wanted - rows.keys(), now))
    locked = {asset.pk: asset for asset in lock_assets(sorted({rows[id_] for id_ in wanted}))}
    held = locks_against(access.user, locked)
    heard: dict[int, Stored] = {}
    for n, body in enumerate(bodies):
        if n in results:
            continue
        asset = locked[rows[body.id]]
        refusal = refusal_of(access, body, asset, namespaces, held.get(asset.pk))
        if refusal:
            results[n] = Written(body.id, "failed", refusal)
        else:
            heard[asset.pk] = asset
            results[n] = Written(body.id, hear_body(access.user, asset, body, micros(now), n))
    store_assets(access.tenant, [heard[pk] for pk in sorted(heard)], namespaces)
    return [results[n] for n in range(len(bodies))]


def patch_asset(access: Access, pk: int, asset_id: str, patch: Any, if_match: str) -> None:
    """Apply a merge patch to the asset of a row, which the caller has found visible.

    Raises Changed, InvalidPatch, Refused.
    """

    def read(asset: Stored) -> AssetBody:
        body, errors = read_patch(patch, asset_id, asset.values.type, asset.values.metadata)
        if body is None:
            raise InvalidPatch(errors)
        return body

    edit_asset(access, pk, read, if_match)


def edit_asset(
    access: Access, pk: int, read: Callable[[Stored], AssetBody], if_match: str
) -> None:
    """Apply to the asset of a row, which the caller has found visible, what `read` makes of it.

    Raises Changed, Refused, and what `read` raises.
    """
    with transaction.atomic():
        [asset] = lock_assets([pk])
        if asset.is_merged or not matches(if_match, etag_of_stored(asset)):
            raise Changed
        body = read(asset)
        namespaces = ensure_namespaces(access.tenant, declared_within_reach(access, [body]))
        held = locks_against(access.user, [pk]).get(pk)
        if refusal := refusal_of(access, body, asset, namespaces, held):
            raise Refused(refusal)
        hear_body(access.user, asset, body, micros(timezone.now()))
        store_assets(access.tenant, [asset], namespaces)


def hear_body(user: User, asset: Stored, body: AssetBody, at: int, position: int = 0) -> str:
    """Merge one body into a locked asset: created, updated or unchanged.

    A first word by hand settles the namespace, none included: else the next run that writes the
    asset would take it to its own.
    """
    fields = body.fields
    if not asset.is_claimed:
        fields.setdefault("namespace", asset.values.namespace)
    before = len(asset.history)
    place = stamp(after(asset.values.clock, at), f"user:{user.pk}", position)
    asset.hear(
        Touch(
            place,
            at,
            Part.WRITE,
            body.declared.type or None,
            fields=fields,
            source=source_of(user),
            counts=False,
            cleared=body.cleared,
            by_hand=True,
        )
    )
    if len(asset.history) == before:
        return "unchanged"
    return "created" if asset.history[-1][0] == "created" else "updated"


def source_of(user: User) -> dict[str, str]:
    """How the history names a person, a service account, or a command of the server's
    (AssetChange.source)."""
    if user.pk is None:
        return {"kind": "command", "label": "a command on the server"}
    return {"kind": "user", "id": str(user.pk), "label": user.label}


def refusal_of(
    access: Access,
    body: AssetBody,
    asset: Stored | None,
    namespaces: Mapping[str, int],
    held: AssetLock | None = None,
) -> Refusal | None:
    """Why this body may not be written; both where the asset is and where it goes count.

    `asset` None: there is none yet. A placeholder that was only read so far is nobody's. `held`:
    somebody else's lock.
    """
    stored = asset.values.namespace if asset else None
    target = stored if body.declared.namespace is UNSET else body.declared.namespace
    claimed = asset is not None and asset.is_claimed
    if claimed and not access.may(Resource.ASSET, Action.UPDATE, stored):
        return Refusal(Why.FORBIDDEN, f"You may not change asset “{body.id}” where it is.", "id")
    moves = not claimed or target != stored
    if moves and not access.may(Resource.ASSET, Action.CREATE, target):
        return Refusal(Why.FORBIDDEN, f"You may not create assets {_where(target)}.", "namespace")
    if moves and target and target != stored and target not in namespaces:
        message = f"Namespace “{target}” does not exist, and the tenant requires existing ones."
        return Refusal(Why.INVALID, message, "namespace")
    if held:
        return Refusal(Why.LOCKED, f"Asset “{body.id}” is locked by {held}.", lock=held)
    merged = (asset.values.metadata if asset else {}) | dict(body.declared.metadata)
    left = {key: value for key, value in merged.items() if value is not None}
    if problem := metadata_problem(left):
        message = f"With what is stored, it {problem}."
        return Refusal(Why.INVALID, message, "metadata")
    return None


def _where(namespace: str | None) -> str:
    if namespace:
        return f"in namespace “{namespace}”"
    return "without a namespace, which takes a grant on the whole tenant"


def declared_within_reach(access: Access, bodies: Iterable[AssetBody]) -> set[str]:
    return {
        namespace
        for body in bodies
        if isinstance(namespace := body.declared.namespace, str)
        and access.may(Resource.ASSET, Action.CREATE, namespace)
    }
