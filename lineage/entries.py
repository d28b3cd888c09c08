"""A node of a graph in words: for lists, the inspector, the table, and as the text of a card."""

from dataclasses import dataclass, field
from datetime import datetime

from accounts.words import age
from catalog.asset_types import EXTERNAL_SPELLINGS, AssetType, asset_type
from catalog.freshness import Judgement, freshness
from lineage.queries.graph import AssetFacts, AssetNode
from lineage.queries.horizon import HIDDEN_CAP, Side
from lineage.stops import Stop


@dataclass(frozen=True, slots=True)
class Entry:
    """All but `uid`, `kind`, `level` and `hidden` is empty of what is restricted."""

    uid: str
    kind: str
    level: int | None = None
    name: str = ""
    public_id: str = ""
    namespace: str = ""
    type: AssetType | None = None
    freshness: Judgement | None = None
    state: str = ""
    href: str = ""
    hidden: dict[Side, int] = field(default_factory=dict)
    deleted: bool = False
    external: bool = False

    @property
    def restricted(self) -> bool:
        return not self.name

    @property
    def mark(self) -> str:
        """The state that is drawn."""
        return str(self.freshness.state) if self.freshness else self.state.lower()

    @property
    def since(self) -> datetime | None:
        """The moment whose age stands beside the state."""
        return self.freshness.since if self.freshness else None

    def told(self, now: datetime) -> str:
        """`Table Orders, namespace company.data, fresh 24 min`."""
        place = f"namespace {self.namespace}" if self.namespace else "tenant-wide"
        aged = f"{self.mark} {age(self.since, now)}" if self.since else self.mark
        kind = self.type.label if self.type else self.kind.capitalize()
        state = "deleted" if self.deleted else aged
        return ", ".join(filter(None, (f"{kind} {self.name}", place, state)))


def asset_entry(node: AssetNode, href: str, now: datetime) -> Entry:
    asset = node.asset
    if asset is None:
        return Entry(node.uid, "asset", node.level, hidden=node.hidden)
    return Entry(
        uid=node.uid,
        kind="asset",
        level=node.level,
        name=asset.label,
        public_id=asset.public_id,
        namespace=asset.namespace or "",
        type=asset_type(asset.type),
        freshness=judged(asset, now),
        href=href,
        hidden=node.hidden,
        deleted=asset.deleted_at is not None,
        external=asset.type in EXTERNAL_SPELLINGS,
    )


def judged(asset: AssetFacts, now: datetime) -> Judgement:
    return freshness(asset.type, asset, now)


def flow_entry(stop: Stop, href: str) -> Entry:
    flow = stop.node.flow
    if flow is None:
        return Entry(stop.uid, "flow")
    return Entry(
        uid=stop.uid,
        kind="flow",
        name=stop.name,
        public_id=flow.public_id,
        namespace=flow.namespace,
        state=flow.state or "",
        href=href,
    )


def counted(number: int) -> str:
    """A number of hidden neighbours, which are counted up to a cap."""
    return f"{HIDDEN_CAP:,}+" if number >= HIDDEN_CAP else f"{number:,}"
