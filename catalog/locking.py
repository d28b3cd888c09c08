"""Taking and giving back locks (K4.6): a lock guards the record of one asset against others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.access import Access
from accounts.bulk import run
from accounts.models import User
from catalog.declaring import LOCK_STATES
from catalog.models import AssetLock
from catalog.models.assets import OfAssetQuerySet

DEFAULT_TTL = timedelta(hours=1)
LONGEST_TTL = timedelta(days=30)
WHY = "the caller has found the assets that these locks are on"


@dataclass(frozen=True, slots=True)
class LockRequest:
    """Who wants a lock, for how long. Without `execution_id` the caller does, as a user."""

    ttl: timedelta = DEFAULT_TTL
    execution_id: str = ""
    flow_id: str = ""
    flow_namespace: str = ""
    task_run_id: str = ""


class Locked(Exception):
    """Somebody else holds the lock."""

    def __init__(self, lock: AssetLock) -> None:
        super().__init__(f"Asset “{lock.asset.public_id}” is locked by {lock}.")
        self.lock = lock


def lock_asset(access: Access, pk: int, wanted: LockRequest) -> AssetLock:
    """Take the lock of an asset (by row), or prolong it for who holds it. Raises Locked.

    The caller has found that they may. Waiting is done by trying again (K4.6).
    """
    now = timezone.now()
    kinds = AssetLock.OwnerType
    with transaction.atomic():
        run(LOCK_STATES, [[pk]])
        held = _held([pk]).first()
        if held and not _is_same(held, access.user, wanted.execution_id):
            raise Locked(held)
        lock, _ = AssetLock.objects.unscoped(WHY).update_or_create(
            asset_id=pk,
            defaults={
                "tenant": access.tenant,
                "owner_type": kinds.EXECUTION if wanted.execution_id else kinds.USER,
                "user": access.user,
                "label": wanted.execution_id or access.user.label,
                "execution_id": wanted.execution_id,
                "flow_id": wanted.flow_id,
                "flow_namespace": wanted.flow_namespace,
                "task_run_id": wanted.task_run_id,
                "acquired_at": held.acquired_at if held else now,
                "locked_until": now + wanted.ttl,
            },
        )
    return lock


def unlock_asset(pk: int, execution_id: str = "") -> bool:
    """Give the lock back; whether there was one. With an execution, only that execution's."""
    locks = AssetLock.objects.unscoped(WHY).filter(asset=pk)
    if execution_id:
        locks = locks.filter(owner_type=AssetLock.OwnerType.EXECUTION, execution_id=execution_id)
    return bool(locks.delete()[0])


def locks_against(user: User, pks: Iterable[int]) -> dict[int, AssetLock]:
    """Asset row → the lock that keeps `user` from writing it: one statement.

    A command of the server's is nobody's (`accounts.access.unlimited`), and holds none.
    """
    held = _held(pks)
    if user.pk:
        held = held.exclude(owner_type=AssetLock.OwnerType.USER, user=user)
    return {lock.asset_id: lock for lock in held}


def _held(pks: Iterable[int]) -> OfAssetQuerySet:
    locks = AssetLock.objects.unscoped(WHY).filter(asset__in=list(pks))
    return locks.filter(locked_until__gt=timezone.now()).select_related("asset")


def _is_same(lock: AssetLock, user: User, execution_id: str) -> bool:
    if lock.owner_type == AssetLock.OwnerType.EXECUTION:
        return lock.execution_id == execution_id
    return not execution_id and lock.user_id == user.pk
