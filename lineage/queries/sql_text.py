"""Querysets as text for raw statements that start from what may be seen, and keys by the hundred.

Keys travel as one array: a parameter each costs Django more than the whole statement costs.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.bulk import bigints


def as_text(queryset: QuerySet[Any, Any]) -> str:
    """The SQL of `queryset` with its values quoted in place, percent signs doubled."""
    sql, params = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        text: str = cursor.mogrify(sql, params)
    return text.replace("%", "%%")


def any_of(keys: Iterable[int]) -> RawSQL:
    """For `filter(pk__in=any_of(keys))`."""
    return RawSQL("SELECT unnest(%s::bigint[])", [bigints(keys)])
