"""Other names of assets, brought in by files: added, never taken away from another asset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.access import Access
from accounts.bulk import insert
from accounts.permissions import Action, Resource
from catalog.finding import KnownAsset, find_assets
from catalog.importing import CREATED, FAILED, UNCHANGED, RowResult
from catalog.locking import locks_against
from catalog.models import AssetLock
from catalog.reading.declared import AssetError

#: Name → (id, namespace) of what a file would make.
type Planned = Mapping[str, tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class AliasRow:
    """`name` is to lead to the asset that `asset` names."""

    number: int
    line: int
    asset: str
    name: str
    source: str

    def result(self, status: str, message: str = "") -> RowResult:
        errors = (AssetError("aliases", message),) if message else ()
        changes = {"asset": [None, self.asset]} if status == CREATED else {}
        return RowResult(self.number, self.line, "alias", self.name, status, errors, changes)


def import_aliases(access: Access, rows: Sequence[AliasRow]) -> list[RowResult]:
    """Add names in one transaction; a result each, and a constant number of statements."""
    with transaction.atomic():
        scene = _Scene.of(access, rows, {})
        results = [scene.judge(row) for row in rows]
        insert(
            "catalog_assetalias",
            {
                "tenant_id": "bigint",
                "name": "text",
                "asset_id": "bigint",
                "source": "text",
                "created_by_id": "bigint",
                "created_at": "timestamptz",
            },
            [
                (access.tenant.pk, name, pk, source, access.user.pk, timezone.now())
                for name, (pk, source) in sorted(scene.added.items())
            ],
            "on conflict do nothing",
        )
    return results


def preview_aliases(access: Access, rows: Sequence[AliasRow], planned: Planned) -> list[RowResult]:
    """What `import_aliases` would do once the assets of `planned` are there."""
    scene = _Scene.of(access, rows, planned)
    return [scene.judge(row) for row in rows]


@dataclass(slots=True)
class _Scene:
    access: Access
    known: Mapping[str, KnownAsset]
    planned: Planned
    held: Mapping[int, AssetLock]
    added: dict[str, tuple[int, str]]

    @classmethod
    def of(cls, access: Access, rows: Sequence[AliasRow], planned: Planned) -> "_Scene":
        known = find_assets(access.tenant, {n for row in rows for n in (row.asset, row.name)})
        targets = {known[row.asset].pk for row in rows if row.asset in known}
        return cls(access, known, planned, locks_against(access.user, targets), {})

    def judge(self, row: AliasRow) -> RowResult:
        target = self.known.get(row.asset)
        if target is None and row.asset not in self.planned:
            return row.result(FAILED, f"There is no asset “{row.asset}”.")
        namespace = target.namespace if target else self.planned[row.asset][1]
        if not self.access.may(Resource.ASSET, Action.UPDATE, namespace):
            return row.result(FAILED, f"You may not change asset “{row.asset}”.")
        pk = target.pk if target else 0
        if lock := self.held.get(pk):
            return row.result(FAILED, f"Asset “{row.asset}” is locked by {lock}.")
        bearer = self._bearer(row.name)
        id_ = target.public_id if target else row.asset
        if bearer not in (None, id_):
            return row.result(FAILED, f"“{row.name}” is a name of another asset already.")
        if bearer == id_:
            return row.result(UNCHANGED)
        self.added[row.name] = (pk, row.source)
        return row.result(CREATED)

    def _bearer(self, name: str) -> str | None:
        """The id of the asset that the name leads to."""
        if name in self.known:
            return self.known[name].public_id
        return self.planned[name][0] if name in self.planned else None
