"""Querysets that refuse to run until somebody says who is asking.

The doors are `visible_to(access)`, `allowed(access, action)` and `unscoped(why)`. A queryset
that reaches the database through none of them raises, so a forgotten scope is an error page in
development, never a leak. `exists()` stays open because Django's uniqueness checks call it.
"""

from functools import wraps
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.sql import Query

from accounts.access import Access
from accounts.permissions import Action


class Unscoped(RuntimeError):
    """A query reached the database without anybody asking."""


class ScopedQuery(Query):
    """The SQL behind a `ScopedQuerySet`: guards it where `Subquery` and `Exists` take it apart.

    `scope` is None only for a query that a queryset made; Django makes others on its way, inside
    one that is open already.
    """

    scope: str | None = "part of another query"

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Any:
        if self.scope is None:
            raise Unscoped(f"{self.get_meta().object_name} in a subquery: say who is asking")
        return super().resolve_expression(query, *args, **kwargs)


class ScopedQuerySet(models.QuerySet):
    """Subclasses state their one rule in `reach_q(access, action)`."""

    scope: str | None = None

    def __init__(self, model: Any = None, query: Query | None = None, *rest: Any, **named: Any):
        if query is None:
            query = ScopedQuery(model)
            query.scope = None
        super().__init__(model, query, *rest, **named)

    def reach_q(self, access: Access, action: Action) -> Q:
        raise NotImplementedError

    def visible_to(self, access: Access) -> Self:
        """Rows that may be looked at. Related rows must be fetched explicitly."""
        return self.allowed(access, Action.VIEW)

    def listed_to(self, access: Access) -> Self:
        """Rows that may appear in lists and searches, where one may also be opened."""
        return self.allowed(access, Action.VIEW).filter(self.reach_q(access, Action.LIST))

    def allowed(self, access: Access, action: Action) -> Self:
        opened = self._open(f"{action} by {access.user.pk}").filter(self.reach_q(access, action))
        return opened.fetch_mode(models.FETCH_RAISE)

    def unscoped(self, why: str) -> Self:
        """Everything, for a reason that can be searched for in the code."""
        return self._open(why)

    def _open(self, scope: str) -> Self:
        clone: Self = self._chain()  # type: ignore[attr-defined]
        clone.scope = scope
        clone.query.scope = scope  # type: ignore[attr-defined]
        return clone

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone.scope = self.scope
        return clone

    def _merge_sanity_check(self, other: models.QuerySet) -> None:
        if self.scope != getattr(other, "scope", None):
            raise Unscoped(f"{self.model.__name__}: these querysets have different scopes")
        super()._merge_sanity_check(other)  # type: ignore[misc]

    def _combinator_query(
        self, combinator: str, *others: models.QuerySet, all: bool = False
    ) -> Self:
        if any(getattr(part, "scope", None) is None for part in (self, *others)):
            raise Unscoped(f"{self.model.__name__}: a {combinator} where nobody asked")
        return super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc]


def _guard(name: str) -> None:
    method = getattr(models.QuerySet, name)

    @wraps(method)
    def run(self: ScopedQuerySet, *args: Any, **kwargs: Any) -> Any:
        if self.scope is None:
            raise Unscoped(f"{self.model.__name__}.objects.{name}: say who is asking")
        return method(self, *args, **kwargs)

    setattr(ScopedQuerySet, name, run)


for _name in ("_fetch_all", "iterator", "aiterator", "count", "aggregate", "raw", "explain"):
    _guard(_name)
for _name in ("update", "delete"):
    _guard(_name)
