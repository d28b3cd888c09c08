"""What a page of column lineage shows, as its address says: `column`, `indirect` (0 leaves out
filters, joins and orders), and the direction, depth and limit of `lineage.graph_params`."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from lineage.graph_params import BadParameters, read_horizon, spell_horizon
from lineage.queries.horizon import Direction, Horizon

#: A page starts smaller than an answer of the API: a person reads it.
USUAL = Horizon(Direction.BOTH, depth=2, limit=100)
#: Columns that one picture can hold.
MOST = 300


@dataclass(frozen=True, slots=True)
class ColumnSight:
    """`problems`: what could not be read of the address, by parameter; it is left out."""

    column: str = ""
    horizon: Horizon = USUAL
    indirect: bool = True
    problems: tuple[dict[str, str], ...] = ()

    @classmethod
    def of(cls, params: QueryDict) -> "ColumnSight":
        problems: list[dict[str, str]] = []
        try:
            horizon = read_horizon(params, USUAL)
        except BadParameters as error:
            horizon, problems = error.horizon, error.errors
        return cls(
            column=params.get("column", ""),
            horizon=replace(horizon, limit=min(horizon.limit, MOST), types=()),
            indirect=params.get("indirect") != "0",
            problems=tuple(problems),
        )

    def params(self, **changes: Any) -> list[tuple[str, str]]:
        """As query parameters, with `changes` to the fields or the horizon's fields."""
        mine = {k: v for k, v in changes.items() if k in self.__slots__}
        theirs = {k: v for k, v in changes.items() if k not in mine}
        here = replace(self, **mine)
        horizon = replace(here.horizon, **theirs)
        spelled: list[tuple[str, Any]] = [("column", here.column)] if here.column else []
        spelled += [
            (name, value)
            for name, value in spell_horizon(horizon, USUAL).items()
            if not isinstance(value, list)
        ]
        spelled += [("indirect", 0)] if not here.indirect else []
        return [(name, str(value)) for name, value in spelled]

    def url(self, **changes: Any) -> str:
        return "?" + urlencode(self.params(**changes))

    def hidden_inputs(self, *without: str) -> list[tuple[str, str]]:
        """For a form that changes the parameters `without`."""
        return [(name, value) for name, value in self.params() if name not in without]
