"""What a graph page shows, as its address says: every choice is a GET parameter.

`asset`, those of `lineage.graph_params`, and for pages alone: `seen` (edges seen in the last so
many days), `flows` and `groups` (0 hides them), `expand` (`downstream:asset id`, repeated; again
for more), `selected` (a node's uid), `columns` (1: cards list their columns, and lines go between
them), `edge` (the ends of a line, joined by `~`) and `list` (1: a table instead of the picture).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from django.http import QueryDict

from lineage.graph_params import BadParameters, read_horizon, spell_horizon
from lineage.queries.horizon import Direction, Horizon, Side
from lineage.queries.walk import GROWTH, Growth

#: A page starts smaller than an answer of the API: a person reads it.
USUAL = Horizon(Direction.BOTH, depth=2, limit=100)
#: What the layout places in a moment.
MOST = 500
MOST_EXPANSIONS = 30
WINDOWS = (7, 30, 90)


class Expansion(NamedTuple):
    """Somebody asked for more neighbours of the asset `asset_id`."""

    side: Side
    asset_id: str

    def __str__(self) -> str:
        return f"{self.side}:{self.asset_id}"


@dataclass(frozen=True, slots=True)
class Sight:
    """`problems`: what could not be read of the address, by parameter; it is left out."""

    asset: str
    horizon: Horizon = USUAL
    seen: int | None = None
    flows: bool = True
    groups: bool = True
    expand: tuple[Expansion, ...] = ()
    selected: str = ""
    columns: bool = False
    edge: str = ""
    as_list: bool = False
    problems: tuple[dict[str, str], ...] = ()

    @classmethod
    def of(cls, params: QueryDict, asset: str = "") -> "Sight":
        """`asset` where the path names it."""
        problems: list[dict[str, str]] = []
        try:
            horizon = read_horizon(params, USUAL)
        except BadParameters as error:
            horizon, problems = error.horizon, error.errors
        seen = params.get("seen", "")
        return cls(
            asset=asset or params.get("asset", ""),
            horizon=replace(horizon, limit=min(horizon.limit, MOST)),
            seen=int(seen) if seen in map(str, WINDOWS) else None,
            flows=params.get("flows") != "0",
            groups=params.get("groups") != "0",
            expand=tuple(read_expansions(params.getlist("expand"))),
            selected=params.get("selected", ""),
            columns=params.get("columns") == "1",
            edge=params.get("edge", ""),
            as_list=params.get("list") == "1",
            problems=tuple(problems),
        )

    def within(self, now: datetime) -> Horizon:
        """The horizon, with `seen` as a moment."""
        if self.seen is None:
            return self.horizon
        return replace(self.horizon, since=(self.horizon.as_of or now) - timedelta(days=self.seen))

    def growths(self, keys: dict[str, int]) -> list[Growth]:
        """The expansions of assets whose key is known; one given twice is twice as large."""
        times = Counter(one for one in self.expand if one.asset_id in keys)
        return [
            Growth(keys[one.asset_id], one.side, GROWTH * count) for one, count in times.items()
        ]

    def params(self, **changes: Any) -> list[tuple[str, str]]:
        """As query parameters, with `changes` to the fields or the horizon's fields."""
        here = self._changed(changes)
        spelled: list[tuple[str, Any]] = [("asset", here.asset)] if here.asset else []
        for name, value in spell_horizon(here.horizon, USUAL).items():
            values = value if isinstance(value, list) else [value]
            spelled += [(name, one) for one in values]
        spelled += [("seen", here.seen)] if here.seen else []
        spelled += [("flows", 0)] if not here.flows else []
        spelled += [("groups", 0)] if not here.groups else []
        spelled += [("expand", one) for one in here.expand]
        spelled += [("selected", here.selected)] if here.selected else []
        spelled += [("columns", 1)] if here.columns else []
        spelled += [("edge", here.edge)] if here.edge else []
        spelled += [("list", 1)] if here.as_list else []
        return [(name, str(value)) for name, value in spelled]

    def _changed(self, changes: dict[str, Any]) -> "Sight":
        mine = {k: v for k, v in changes.items() if k in self.__slots__}
        theirs = {k: v for k, v in changes.items() if k not in mine}
        here = replace(self, **mine)
        return replace(here, horizon=replace(here.horizon, **theirs)) if theirs else here

    def url(self, **changes: Any) -> str:
        return "?" + urlencode(self.params(**changes))

    def selecting(self) -> Callable[[str], str]:
        """uid → the address that selects it. A picture of 200 nodes wants as many, so only the
        uid, which needs no quoting, is put into an address that is spelled once."""
        before, _, after = self.url(selected="uid", edge="").partition("selected=uid")
        return lambda uid: f"{before}selected={uid}{after}"

    def telling(self) -> Callable[[str, str], str]:
        """The ends of a line → the address that tells of it, spelled like `selecting`."""
        before, _, after = self.url(edge="ends").partition("edge=ends")
        return lambda source, target: f"{before}edge={source}~{target}{after}"

    @property
    def ends(self) -> tuple[str, str] | None:
        """The uids that `edge` names."""
        source, _, target = self.edge.partition("~")
        return (source, target) if source and target else None

    def expanded(self, side: Side, asset_id: str) -> str:
        """The address with one more expansion."""
        return self.url(expand=(*self.expand, Expansion(side, asset_id))[-MOST_EXPANSIONS:])

    def hidden_inputs(self, *without: str) -> list[tuple[str, str]]:
        """For a form that changes the parameters `without`."""
        return [(name, value) for name, value in self.params() if name not in without]


def read_expansions(values: Iterable[str]) -> Iterable[Expansion]:
    """Of those that can be read, the first MOST_EXPANSIONS."""
    for value in list(values)[:MOST_EXPANSIONS]:
        side, _, asset_id = value.partition(":")
        if side in ("upstream", "downstream") and asset_id:
            yield Expansion(cast(Side, side), asset_id)
