"""Pages of a list that stays in one order: a cursor names a row, not a number of rows.

Page 1 000 costs what page 1 costs, and rows that arrive meanwhile shift nothing. A cursor is
opaque text for URLs: a place in the order, and the way to go on from there.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet


class BadCursor(ValueError):
    """The text is no cursor of this list."""


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
    write: Callable[[Any], str] = datetime.isoformat
    read: Callable[[str], Any] = datetime.fromisoformat

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

    def _encode(self, row: Model, *, back: bool) -> str:
        place = [int(back), self.write(getattr(row, self.column)), row.pk]
        return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")

    def _decode(self, cursor: str) -> tuple[bool, Any, int]:
        try:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            back, value, pk = json.loads(text)
            if not isinstance(pk, int) or not 0 <= pk < 2**63 or "\0" in value:
                raise BadCursor("This is not a cursor of this list.")
            return bool(back), self.read(value), pk
        except (ValueError, TypeError, RecursionError) as error:
            raise BadCursor("This is not a cursor of this list.") from error


#: Lists of what has happened.
NEWEST_FIRST = Keyset("sorted_at")
OLDEST_FIRST = Keyset("sorted_at", descending=False)
LATEST_USE_FIRST = Keyset("at")
#: Lists of what there is, by name.
BY_ID = Keyset("public_id", descending=False, write=str, read=str)
BY_ID_BACKWARDS = Keyset("public_id", write=str, read=str)
