"""Names that arrive with lineage: other names of known assets, and assets that turn out to be one.

The usual case, names that are one asset's already, costs one statement for all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.access import Access
from accounts.bulk import insert, run
from accounts.models import Tenant
from catalog.apart import apart_pairs, is_apart
from catalog.finding import KnownAsset, create_assets, find_assets, hold_names
from catalog.models import Asset, AssetMerge
from catalog.moments import moment
from lineage.openlineage.naming import canonical_first
from lineage.recording.resolving import may_write
from lineage.unifying.links import NameLink, Unlinked
from lineage.unifying.merges import join_assets

SYMLINK, RENAME = "symlink", "rename"
#: Assets that one request makes one; more of them wait until their names are told again.
MOST_MERGES = 200

#: The links of which the names lead to two assets, or to none, and which nobody keeps apart.
UNSETTLED = """
with link as (
    select n, kept, absorbed from unnest(%(kept)s::text[], %(absorbed)s::text[])
        with ordinality as link(kept, absorbed, n)
), name as (
    select name, coalesce(
        (select id from catalog_asset where tenant_id = %(tenant)s::bigint
         and public_id = name and merged_into_id is null),
        (select asset_id from catalog_assetalias alias
         where alias.tenant_id = %(tenant)s::bigint and alias.name = names.name)
    ) as asset
    from (select kept from link union select absorbed from link) as names(name)
)
select link.n::int
from link
join name kept on kept.name = link.kept
join name absorbed on absorbed.name = link.absorbed
left join catalog_asset one on one.id = kept.asset
left join catalog_asset other on other.id = absorbed.asset
where (kept.asset is null or absorbed.asset is null or kept.asset <> absorbed.asset)
and not exists (
    select from catalog_assetapart apart where apart.tenant_id = %(tenant)s::bigint
    and (apart.first, apart.second) in (
        (coalesce(one.public_id, link.kept), coalesce(other.public_id, link.absorbed)),
        (coalesce(other.public_id, link.absorbed), coalesce(one.public_id, link.kept))
    )
)
order by link.n
"""


def unify_names(
    access: Access, links: Iterable[NameLink], merged: dict[int, int] | None = None
) -> list[Unlinked]:
    """Let the names of each link lead to one asset; answers the links that could not be followed.

    Called in a transaction that has not asked for any asset yet (`catalog.finding.find_assets`).
    An unknown kept name gets a placeholder, an unknown absorbed one becomes an alias; of two
    assets the kept one absorbs the other. Writing both must be allowed. What a person has taken
    apart stays apart. `merged` gains the rows of assets that have become others: absorbed → kept.
    """
    wanted = unsettled(access.tenant, sorted(dict.fromkeys(links), key=_place))
    if not wanted:
        return []
    hold_names(access.tenant, to_change=True)
    wanted = unsettled(access.tenant, wanted)
    if not wanted:
        return []
    names = {name for link in wanted for name in (link.kept, link.absorbed)}
    known = find_assets(access.tenant, names)
    ids = {known[name].public_id if name in known else name for name in names}
    plan = Plan(access, known, apart_pairs(access.tenant, ids))
    for link in wanted:
        plan.follow(link)
    became = carry_out(access.tenant, plan)
    if merged is not None:
        merged |= became
    return plan.unlinked


def _place(link: NameLink) -> tuple[str, str, str]:
    return link.kept, link.absorbed, link.source


def unsettled(tenant: Tenant, links: Sequence[NameLink]) -> list[NameLink]:
    if not links:
        return []
    rows = run(
        UNSETTLED,
        {
            "tenant": tenant.pk,
            "kept": [link.kept for link in links],
            "absorbed": [link.absorbed for link in links],
        },
    )
    return [links[n - 1] for (n,) in rows]


@dataclass
class Plan:
    """What becomes of names: each leads to another, or stays. Known assets go by their own id."""

    access: Access
    known: dict[str, KnownAsset]
    apart: set[tuple[str, str]]
    leads_to: dict[str, tuple[str, NameLink]] = field(default_factory=dict)
    unlinked: list[Unlinked] = field(default_factory=list)
    absorbed: int = 0

    def __post_init__(self) -> None:
        self.assets = {asset.public_id: asset for asset in self.known.values()}

    def end_of(self, name: str) -> str:
        """The id that a name leads to, after all links so far."""
        id_ = self.known[name].public_id if name in self.known else name
        while id_ in self.leads_to:
            id_ = self.leads_to[id_][0]
        return id_

    def follow(self, link: NameLink) -> None:
        kept, absorbed = self.end_of(link.kept), self.end_of(link.absorbed)
        led_away = link.source == RENAME and absorbed != link.absorbed
        if link.source == SYMLINK or led_away:  # a former name of two has no say which one stays
            kept, absorbed = canonical_first(kept, absorbed)
        if kept == absorbed or is_apart(self.apart, kept, absorbed):
            return
        refused = self.refusal_of(link, kept, absorbed)
        if refused:
            self.unlinked.append(refused)
        else:
            self.leads_to[absorbed] = (kept, link)

    def refusal_of(self, link: NameLink, kept: str, absorbed: str) -> Unlinked | None:
        for id_, other in ((kept, absorbed), (absorbed, kept)):
            asset = self.assets.get(id_)
            if asset is None:
                continue
            apart = f"“{other}” is not made one with asset “{id_}”, which is "
            if asset.claimed and not may_write(self.access, asset.namespace):
                where = "in a namespace that this token may not write."
                return Unlinked(link, apart + where, forbidden=True)
            lock = asset.lock
            if lock and not (lock.execution_id and lock.execution_id == link.said_by.get("id")):
                return Unlinked(link, f"{apart}locked by {lock.owner}.")
        if absorbed in self.assets:
            self.absorbed += 1
            if self.absorbed > MOST_MERGES:
                later = f"“{absorbed}” is made one with “{kept}” when it is told again: too many."
                return Unlinked(link, later)
        return None

    def merges(self) -> list[tuple[str, str, NameLink]]:
        """(kept, absorbed, link) of assets; each kept one is the last that its name leads to."""
        return [
            (self.end_of(absorbed), absorbed, link)
            for absorbed, (_, link) in self.leads_to.items()
            if absorbed in self.assets
        ]

    def aliases(self) -> list[tuple[str, str, NameLink]]:
        """(kept, name, link) of names that are no assets."""
        return [
            (self.end_of(name), name, link)
            for name, (_, link) in self.leads_to.items()
            if name not in self.assets
        ]


def carry_out(tenant: Tenant, plan: Plan) -> dict[int, int]:
    """Placeholders, then aliases, then merges; only these are a few statements each.

    Answers the rows of absorbed assets → those of the kept ones.
    """
    merges, aliases = plan.merges(), plan.aliases()
    rows = {id_: asset.pk for id_, asset in plan.assets.items()}
    now = timezone.now()
    wanted = {
        kept: moment(link.at) if link.at is not None else now
        for kept, _, link in (*merges, *aliases)
        if kept not in rows
    }
    rows |= create_assets(tenant, wanted)
    insert(
        "catalog_assetalias",
        {
            "tenant_id": "bigint",
            "name": "text",
            "asset_id": "bigint",
            "source": "text",
            "created_at": "timestamptz",
        },
        [
            (tenant.pk, name, rows[kept], link.source, now)
            for kept, name, link in sorted(aliases, key=lambda alias: alias[1])
        ],
        "on conflict (tenant_id, name) do update set asset_id = excluded.asset_id",
    )
    for kept, absorbed, link in merges:
        merge = AssetMerge.objects.create(
            tenant=tenant,
            kept=Asset(pk=rows[kept], public_id=kept),
            absorbed=Asset(pk=rows[absorbed], public_id=absorbed),
            reason=link.source,
            source=dict(link.said_by),
        )
        join_assets(tenant, merge)
    return {rows[absorbed]: rows[kept] for kept, absorbed, _ in merges}
