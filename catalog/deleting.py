"""Deleting assets softly, and bringing them back: set-based, with a line of history for each."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from accounts.access import Access
from accounts.bulk import dump, run
from accounts.permissions import Action
from catalog.calling import keys_called
from catalog.declaring import LOCK_STATES
from catalog.locking import Locked, locks_against
from catalog.models import Asset, AssetChange
from catalog.writing import source_of


class Undeletable(Exception):
    """Nothing was deleted. `invalids`: asset id → why. `forbidden`: all of them may be seen."""

    def __init__(self, invalids: dict[str, str], *, forbidden: bool = False) -> None:
        super().__init__(f"{len(invalids)} of the assets cannot be deleted; none was.")
        self.invalids = invalids
        self.forbidden = forbidden


def find_deletable(access: Access, public_ids: Iterable[str]) -> list[int]:
    """The rows of live assets by their names, all of which may be deleted: four statements.

    Raises Undeletable.
    """
    wanted = list(dict.fromkeys(public_ids))
    keys = keys_called(access, wanted)
    live = Asset.objects.visible_to(access).live().filter(pk__in=keys.values())
    there = set(live.values_list("pk", flat=True))
    found = {id_: pk for id_, pk in keys.items() if pk in there}
    if missing := [id_ for id_ in wanted if id_ not in found]:
        raise Undeletable(dict.fromkeys(missing, "There is no such asset."))
    require_deletable(access, found)
    return sorted(set(found.values()))


def require_deletable(access: Access, found: dict[str, int]) -> None:
    """Raises Undeletable unless all of (id → row) may be deleted: one statement."""
    deletable = Asset.objects.allowed(access, Action.DELETE).filter(pk__in=found.values())
    mine = set(deletable.values_list("pk", flat=True))
    if others := [id_ for id_, pk in found.items() if pk not in mine]:
        raise Undeletable(dict.fromkeys(others, "You may not delete it."), forbidden=True)


MARK = """
with marked as (
    update catalog_asset set deleted_at = %s
    where id = any(%s::bigint[]) and (deleted_at is null) = %s and merged_into_id is null
    returning id
), noted as (
    insert into catalog_assetchange
        (tenant_id, asset_id, kind, at, recorded_at, changes, source)
    select %s, id, %s, %s, %s, '{}', %s::jsonb from marked order by id
)
select count(*) from marked
"""


def delete_assets(access: Access, pks: Sequence[int]) -> int:
    """Delete assets softly, by row; how many were not deleted yet. Three statements.

    The caller has found that they may be deleted. Raises Locked.
    """
    return _mark(access, pks, AssetChange.Kind.DELETED)


def restore_assets(access: Access, pks: Sequence[int]) -> int:
    """Undo deletions, by row; how many there were. Three statements.

    Raises Locked.
    """
    return _mark(access, pks, AssetChange.Kind.RESTORED)


def _mark(access: Access, pks: Sequence[int], kind: AssetChange.Kind) -> int:
    now, source = timezone.now(), dump(source_of(access.user))
    deletes = kind is AssetChange.Kind.DELETED
    with transaction.atomic():
        run(LOCK_STATES, [sorted(pks)])
        for lock in locks_against(access.user, pks).values():
            raise Locked(lock)
        ((count,),) = run(
            MARK,
            [
                now if deletes else None,
                list(pks),
                deletes,
                access.tenant.pk,
                kind.value,
                now,
                now,
                source,
            ],
        )
    return count
