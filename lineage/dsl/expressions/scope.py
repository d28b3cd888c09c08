"""What an expression runs in: its names, its callables, and a purse that bounds its work.

Nothing in the language loops freely, so the cost of an expression is its size plus the size of
the data it walks, copies or builds. Whatever walks data pays `spend` first, one unit for about
half a microsecond of work; an empty purse ends the evaluation. That is the whole defence against
templates that take too long: no signals, no threads, nothing to interrupt.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

WORK_UNITS = 40_000
MAX_TEXT = 65_536
MAX_DEPTH = 64
MAX_RENDER_DEPTH = 4


class ExpressionError(Exception):
    """Why a template has no value; the message is fit for the person who wrote it.

    `position` counts characters from 1, within the template (a line break is one).
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.place = ""

    def at(self, position: int) -> "ExpressionError":
        """Notes the place, unless a place further inside is known already."""
        if self.position is None:
            self.position = position
        return self

    def within(self, text: str) -> "ExpressionError":
        """Notes line and column, where the template has several lines."""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
        if self.position is not None and not self.place and "\n" in lines:
            before = lines[: self.position - 1]
            column = len(before) - before.rfind("\n")
            self.place = f"line {before.count('\n') + 1}, column {column}"
        return self

    def __str__(self) -> str:
        if self.position is None:
            return self.message
        return f"{self.message} (at {self.place or f'character {self.position}'})"


class Missing(ExpressionError):
    """A name or key that is not there; `??`, `default` and `is defined` make up for it."""


class TooMuchWork(ExpressionError):
    """The expression would take longer, or make more, than any honest one."""


def _no_assets(**filters: Any) -> Sequence[Mapping[str, Any]]:
    raise ExpressionError("assets() is not available here")


def _no_kv(key: str, namespace: str | None) -> Any:
    raise Missing(f"kv('{key}') has no value here")


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Functions:
    """What the caller lends to expressions.

    `assets(id=, type=, namespace=, metadata=)` answers assets as plain maps, under the caller's
    permissions; `kv(key, namespace)` a value, or raises Missing (`namespace` None: the flow's
    own); `clock()` the time that `now()` tells when the context brings none.
    """

    assets: Callable[..., Sequence[Mapping[str, Any]]] = _no_assets
    kv: Callable[[str, str | None], Any] = _no_kv
    clock: Callable[[], datetime] = _clock


NO_FUNCTIONS = Functions()


class Names(dict[str, Any]):
    """The names of one task run. `moment` is what `now()` tells; `purse` is shared by all the
    task runs of one execution, so that a thousand greedy templates are as bounded as one."""

    __slots__ = ("moment", "purse")

    def __init__(
        self,
        names: Mapping[str, Any],
        moment: datetime | None = None,
        purse: "Purse | None" = None,
    ) -> None:
        super().__init__(names)
        self.moment = moment
        self.purse = purse


class Purse:
    """Units of work that several evaluations share."""

    __slots__ = ("units",)

    def __init__(self, units: int) -> None:
        self.units = units


class Scope:
    """One evaluation of one template."""

    __slots__ = ("depth", "functions", "names", "units")

    def __init__(
        self,
        names: Mapping[str, Any],
        functions: Functions = NO_FUNCTIONS,
        units: int = WORK_UNITS,
    ) -> None:
        self.names = names
        self.functions = functions
        self.units = units
        self.depth = 0

    def spend(self, units: int) -> None:
        """Pays for work about to be done; raises TooMuchWork when nothing is left."""
        self.units -= units
        if self.units < 0:
            raise TooMuchWork("the expression takes too much work")

    def spend_text(self, length: int) -> None:
        """Pays for a text of that many characters that is about to be made or searched."""
        if length > MAX_TEXT:
            raise TooMuchWork(f"a text would be longer than {MAX_TEXT} characters")
        self.spend(1 + length // 32)

    @property
    def now(self) -> datetime:
        moment = getattr(self.names, "moment", None)
        return moment if moment is not None else self.functions.clock()
