"""What a caller hands in: nodes and edges as plain values, ready to be drawn."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["asset", "flow", "restricted"]
#: Kinds of edges along which nothing flows: nobody's ancestor, and without an arrow.
STRUCTURAL = frozenset({"part-of", "related"})


@dataclass(frozen=True, slots=True)
class GraphRow:
    """A line in the card of an asset: one of its columns. Fields as of a node.

    `note` stands at the right, as its type. `is_whole`: it stands for the asset as a whole.
    """

    uid: str
    name: str = ""
    note: str = ""
    href: str = ""
    label: str = ""
    selected: bool = False
    is_whole: bool = False
    hidden_upstream: int = 0
    hidden_downstream: int = 0


@dataclass(frozen=True, slots=True)
class GraphNode:
    """An asset, a flow, or something the reader may not see.

    `uid` is unique in the graph. `sub` is the second line (a namespace), `group` the namespace
    whose box surrounds the node. `icon` is a symbol of the sprite, `hue` a colour name of
    tokens.css, `state` a name in `marks.STATES`, `age` a short text ("24 min"). `label` is what
    assistive technology reads; without it one is made of name, sub, state and age.
    `hidden_upstream` and `hidden_downstream` count neighbours that the graph leaves out; with an
    `expand_…_href` they are drawn as a link `+n`. With `rows` the card of an asset lists them,
    and `more_rows` says in words what it leaves out.

    Of a restricted node nothing but its place is drawn, whatever the other fields hold.
    """

    uid: str
    kind: NodeKind
    name: str = ""
    sub: str = ""
    icon: str = ""
    hue: str = ""
    state: str = ""
    age: str = ""
    href: str = ""
    label: str = ""
    selected: bool = False
    external: bool = False
    hidden_upstream: int = 0
    hidden_downstream: int = 0
    expand_upstream_href: str = ""
    expand_downstream_href: str = ""
    group: str = ""
    rows: tuple[GraphRow, ...] = ()
    more_rows: str = ""


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """Data goes from `source` to `target` (uids), or between rows of their cards.

    `bundle` names the lineage statement that the edge belongs to: inputs and outputs of one
    bundle belong together, so a path through a flow stays inside its bundle (Kestra, K1.6).
    None belongs with everything. `old` edges were not seen lately and are dashed. Of a kind in
    STRUCTURAL it is a relation that carries no data: `part-of` (the part first) or `related`; the
    kind `manual` has a dash of its own. `title` is what the pointer is told. With `href` the line
    is a link, which `label` names; `selected`: it is what was chosen.
    """

    source: str
    target: str
    bundle: Hashable = None
    old: bool = False
    kind: str = ""
    title: str = ""
    source_row: str = ""
    target_row: str = ""
    href: str = ""
    label: str = ""
    selected: bool = False

    @property
    def is_structural(self) -> bool:
        return self.kind in STRUCTURAL

    @property
    def ends(self) -> tuple[str, str]:
        """Rows where it has them, else nodes: what a reader follows."""
        return self.source_row or self.source, self.target_row or self.target
