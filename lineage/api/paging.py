"""Pages of a search: Kestra's `page`, `size` and `sort`, and a cursor that it lacks.

An answer is `{"results", "total"}`, and `nextCursor` while there is more. `total` stops at
COUNTED, where `totalIsCapped` says so; pages by number reach no further, cursors reach everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from accounts.problems import Problem
from catalog.cursors import BadCursor
from lineage.queries.keyset import Keyset

COUNTED = 100_000
MAX_SIZE = 500


@dataclass(frozen=True, slots=True)
class Paging:
    """`cursor` wins over `page`. `sort`: `field:asc` or `field:desc`, one of those offered."""

    page: int
    size: int
    cursor: str
    order: Keyset

    @classmethod
    def of(cls, request: Request, orders: Mapping[str, Keyset], *, size: int = 10) -> "Paging":
        """Raises Problem 400 naming the parameter."""
        params = request.query_params
        sort = params.getlist("sort") or [next(iter(orders))]
        if len(sort) > 1 or sort[0] not in orders:
            wrong("sort", f"Supported: one of {', '.join(orders)}.")
        return cls(
            page=whole(params.get("page", "1"), "page", 1, 10**9),
            size=whole(params.get("size", str(size)), "size", 1, MAX_SIZE),
            cursor=params.get("cursor", ""),
            order=orders[sort[0]],
        )

    def answer[M: Model](
        self,
        rows: QuerySet[M],
        shape: Callable[[list[M]], list[dict[str, Any]]],
        counted: int = COUNTED,
    ) -> dict[str, Any]:
        """One page of `rows`, shaped. Two statements, and those of `shape`.

        `counted`: where `total` stops, and pages by number end.
        """
        found = self._by_cursor(rows) if self.cursor else self._by_number(rows, counted)
        more, found = len(found) > self.size, found[: self.size]
        total = rows.order_by()[:counted].count()
        answer: dict[str, Any] = {"results": shape(found), "total": total}
        if total == counted:
            answer["totalIsCapped"] = True
        return answer | ({"nextCursor": self.order.after(found[-1])} if more else {})

    def _by_number[M: Model](self, rows: QuerySet[M], counted: int) -> list[M]:
        first = (self.page - 1) * self.size
        if first >= counted:
            wrong("page", f"Pages end at {counted} results: use the cursor to go on.")
        return list(self.order.ordered(rows)[first : first + self.size + 1])

    def _by_cursor[M: Model](self, rows: QuerySet[M]) -> list[M]:
        try:
            return list(self.order.following(rows, self.cursor)[: self.size + 1])
        except BadCursor as error:
            wrong("cursor", str(error))


def whole(text: str, name: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        wrong(name, f"Expected a whole number from {least} to {most}.")
    return int(text)


def wrong(name: str, message: str) -> NoReturn:
    raise Problem(400, message, errors=[{"field": name, "message": message}])
