"""Pages of a list that stays in one order, forwards and back: see `catalog.cursors`.

Page 1 000 costs what page 1 costs, and rows that arrive meanwhile shift nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from catalog.cursors import BadCursor, decode_cursor, encode_cursor


@dataclass(frozen=True, slots=True)
class Slice[M: Model]:
    """Some rows in order; `before` and `after` are cursors, "" where the list ends."""

    rows: list[M]
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Keyset:
    """An order: by one column that is never null, then by the row's key in the same direction."""

    column: str
    descending: bool = True

    def page[M: Model](self, rows: QuerySet[M], size: int, cursor: str = "") -> Slice[M]:
        """At most `size` rows from `cursor` on, one statement. Raises BadCursor."""
        back = bool(cursor) and self._decode(cursor)[0]
        asked = self.following(rows, cursor) if cursor else self.ordered(rows)
        found = list(asked[: size + 1])
        more, found = len(found) > size, found[:size]
        if back:
            found.reverse()
        if not found:
            return Slice([])
        return Slice(
            found,
            before=self._encode(found[0], back=True) if (more if back else cursor) else "",
            after=self.after(found[-1]) if (back or more) else "",
        )

    def ordered[M: Model](self, rows: QuerySet[M], *, back: bool = False) -> QuerySet[M]:
        sign = "-" if self.descending is not back else ""
        return rows.order_by(f"{sign}{self.column}", f"{sign}pk")

    def following[M: Model](self, rows: QuerySet[M], cursor: str) -> QuerySet[M]:
        """What comes from `cursor` on, the nearest first. Raises BadCursor.

        Said so that an index over (column, key) finds it.
        """
        back, value, pk = self._decode(cursor)
        less = "lt" if self.descending is not back else "gt"
        beyond = Q(**{f"{self.column}__{less}e": value}) & (
            Q(**{f"{self.column}__{less}": value}) | Q(**{f"pk__{less}": pk})
        )
        return self.ordered(rows.filter(beyond), back=back)

    def after(self, row: Model) -> str:
        """The cursor of what follows `row`."""
        return self._encode(row, back=False)

    @property
    def _order(self) -> str:
        return f"{'-' if self.descending else ''}{self.column}"

    def _encode(self, row: Model, *, back: bool) -> str:
        return encode_cursor(self._order, [int(back), getattr(row, self.column), row.pk])

    def _decode(self, cursor: str) -> tuple[bool, Any, int]:
        values = decode_cursor(cursor, self._order)
        if len(values) != 3 or not isinstance(values[2], int):
            raise BadCursor("The cursor cannot be read.")
        if not isinstance(values[1], self._kind):
            raise BadCursor("The cursor cannot be read.")
        return bool(values[0]), values[1], values[2]

    @property
    def _kind(self) -> type:
        times = dict.fromkeys(("at", "sorted_at", "received_at"), datetime)
        return {**times, "id": int}.get(self.column, str)


#: Lists of what has happened.
NEWEST_FIRST = Keyset("sorted_at")
OLDEST_FIRST = Keyset("sorted_at", descending=False)
LATEST_USE_FIRST = Keyset("at")
EARLIEST_USE_FIRST = Keyset("at", descending=False)
LATEST_RECEIVED_FIRST = Keyset("received_at")
#: Lists of what was added, by the row.
ADDED_LAST_FIRST = Keyset("id")
ADDED_FIRST_FIRST = Keyset("id", descending=False)
#: Lists of what there is, by name.
BY_ID = Keyset("public_id", descending=False)
BY_ID_BACKWARDS = Keyset("public_id")
