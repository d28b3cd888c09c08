"""From a tree of filters to a condition on a table.

A search says what each of its fields means as a function of one `Condition`; `text_column` and
`column` are the two everyday meanings.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from catalog.filters import Condition, Filter, Op

type Meaning = Callable[[Condition], Q]

#: Operator → Django lookup, for those that are one lookup, possibly negated.
LOOKUPS: Mapping[Op, tuple[str, bool]] = {
    Op.EQUALS: ("exact", True),
    Op.NOT_EQUALS: ("exact", False),
    Op.GREATER_THAN: ("gt", True),
    Op.GREATER_THAN_OR_EQUAL_TO: ("gte", True),
    Op.LESS_THAN: ("lt", True),
    Op.LESS_THAN_OR_EQUAL_TO: ("lte", True),
    Op.IN: ("in", True),
    Op.NOT_IN: ("in", False),
    Op.STARTS_WITH: ("startswith", True),
    Op.ENDS_WITH: ("endswith", True),
    Op.CONTAINS: ("contains", True),
    Op.NOT_CONTAINS: ("contains", False),
    Op.REGEX: ("regex", True),
}


def condition_q(tree: Filter, meanings: Mapping[str, Meaning]) -> Q:
    """`tree` as one Q; every field in it has a meaning, as the parser saw to."""
    if isinstance(tree, Condition):
        return meanings[tree.field](tree)
    parts = [condition_q(child, meanings) for child in tree.children]
    joined = reduce(or_ if tree.logical == "or" else and_, parts, Q())
    return ~joined if tree.negated else joined


def column(path: str) -> Meaning:
    """A column (or a lookup path of single-valued relations) compared as it is.

    Negations hold for rows without a value, too: what has no namespace is not in `company`.
    """

    def meaning(condition: Condition) -> Q:
        if condition.op is Op.IS_NULL:
            return Q(**{f"{path}__isnull": True})
        if condition.op is Op.IS_NOT_NULL:
            return Q(**{f"{path}__isnull": False})
        lookup, holds = LOOKUPS[condition.op]
        found = Q(**{f"{path}__{lookup}": condition.value})
        return found if holds else ~found

    return meaning
