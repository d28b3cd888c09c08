"""What may be asked of assets, in the API's filters and in the query box alike.

The box's terms become the same tree that the API's parameters become, so both mean the same.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Lower

from accounts.access import Access
from catalog.asset_types import spellings
from catalog.expiry import Expiry, expiry_q
from catalog.filter_queries import Meaning, column
from catalog.filters import (
    EQUALITY,
    MOMENTS,
    NULLNESS,
    TEXTUAL,
    Condition,
    FieldSpec,
    Filter,
    Group,
    Op,
    read_boolean,
    read_choice,
    read_time,
)
from catalog.freshness import Freshness, freshness_q
from catalog.models import Namespace
from catalog.query_language import Query, Term
from catalog.text_search import contains_q, text_q

_MEMBERS = (*EQUALITY, Op.CONTAINS, Op.NOT_CONTAINS, *NULLNESS)

FIELDS: Mapping[str, FieldSpec] = {
    "q": FieldSpec((Op.EQUALS, Op.NOT_EQUALS, Op.CONTAINS)),
    "id": FieldSpec(TEXTUAL),
    "type": FieldSpec(TEXTUAL),
    "namespace": FieldSpec((*TEXTUAL, *NULLNESS, Op.PREFIX)),
    "displayName": FieldSpec((*TEXTUAL, *NULLNESS)),
    "metadata": FieldSpec((*EQUALITY, *NULLNESS), keyed=True),
    "owner": FieldSpec(_MEMBERS),
    "status": FieldSpec(TEXTUAL),
    "ttl": FieldSpec((*MOMENTS, *NULLNESS), read_time),
    "expiry": FieldSpec(EQUALITY, read_choice(*Expiry)),
    "partOf": FieldSpec(EQUALITY),
    "tags": FieldSpec(_MEMBERS),
    "state": FieldSpec(EQUALITY, read_choice(*Freshness)),
    "created": FieldSpec(MOMENTS, read_time),
    "updated": FieldSpec(MOMENTS, read_time),
    "lastWritten": FieldSpec((*MOMENTS, *NULLNESS), read_time),
    "lastRead": FieldSpec((*MOMENTS, *NULLNESS), read_time),
    "deleted": FieldSpec((Op.EQUALS, Op.NOT_EQUALS), read_boolean),
    "locked": FieldSpec((Op.EQUALS, Op.NOT_EQUALS), read_boolean),
}


#: An operator that denies → what it denies, where a denial has to hold for rows without a value.
POSITIVE = {Op.NOT_EQUALS: Op.EQUALS, Op.NOT_IN: Op.IN, Op.NOT_CONTAINS: Op.CONTAINS}


def meanings(access: Access, now: datetime) -> Mapping[str, Meaning]:
    """Field → its condition on `Asset.objects.with_names()`."""
    return {
        "q": _words,
        "id": _id,
        "type": column("type"),
        "namespace": _namespace_in(access),
        "displayName": column("display_name"),
        "metadata": _metadata,
        "owner": _member("owners"),
        "status": column("status"),
        "ttl": column("expires_at"),
        "expiry": _expiry_at(now),
        "partOf": _part_of,
        "tags": _member("tags"),
        "state": _state_at(now),
        "created": column("created_at"),
        "updated": column("state__updated_at"),
        "lastWritten": column("state__last_written_at"),
        "lastRead": column("state__last_read_at"),
        "deleted": _deleted,
        "locked": _locked_at(now),
    }


def mentions(tree: Filter, field: str) -> bool:
    """Whether `field` is asked about anywhere in the tree."""
    if isinstance(tree, Condition):
        return tree.field == field
    return any(mentions(child, field) for child in tree.children)


def tree_of(query: Query) -> Group:
    """The query box's terms, apart from free text that is not turned round (it ranks, too)."""
    return Group("and", tuple(_of_term(t) for t in query.good if t.field != "text" or t.negated))


def _of_term(term: Term) -> Filter:
    op = Op.NOT_IN if term.negated else Op.IN
    match term.field:
        case "text":
            return Condition("q", Op.NOT_EQUALS, term.values[0])
        case "type":
            return Condition("type", op, tuple(s for v in term.values for s in spellings(v)))
        case "namespace":
            below = tuple(Condition("namespace", Op.PREFIX, value) for value in term.values)
            return Group("or", below, negated=term.negated)
        case "tag":
            return Condition("tags", op, term.values)
        case "is":
            return Condition("deleted", Op.NOT_EQUALS if term.negated else Op.EQUALS, True)
        case _:
            return Condition(term.field, op, term.values, term.key)


def _words(condition: Condition) -> Q:
    """Free text: all its words; turned round, not all of them."""
    words = condition.value.split()
    if condition.op is Op.NOT_EQUALS:
        return ~reduce(and_, map(contains_q, words), Q())
    return text_q(words)


def _id(condition: Condition) -> Q:
    """Exact about case; the lower-cased forms only lend their indexes."""
    exactly = column("public_id")(condition)
    match condition.op:
        case Op.STARTS_WITH:
            return exactly & Q(id_key__startswith=Lower(Value(condition.value)))
        case Op.CONTAINS | Op.ENDS_WITH:
            return exactly & Q(search_text__contains=Lower(Value(condition.value)))
        case _:
            return exactly


def _namespace_in(access: Access) -> Meaning:
    """By way of the namespaces' ids: they are few, assets are many."""

    def meaning(condition: Condition) -> Q:
        if condition.op in NULLNESS:
            return column("namespace")(condition)
        op = POSITIVE.get(condition.op, condition.op)
        names = Namespace.objects.unscoped("narrows a scoped query").filter(tenant=access.tenant)
        if op is Op.PREFIX:
            names = names.under(condition.value)
        else:
            names = names.filter(column("name")(replace(condition, op=op)))
        found = Q(namespace__in=names.values("pk"))
        return found if op is condition.op else ~found

    return meaning


def _metadata(condition: Condition) -> Q:
    """A top-level key, its name taken literally (K4.2). Without the key nothing equals anything.

    The value is text in an address, so `5` finds 5 and "5", `true` finds true and "true".
    """
    if condition.op is Op.IS_NULL:
        return ~Q(metadata__has_key=condition.key)
    if condition.op is Op.IS_NOT_NULL:
        return Q(metadata__has_key=condition.key)
    values = condition.value if condition.op in (Op.IN, Op.NOT_IN) else (condition.value,)
    found = Q(pk__in=[])
    for value in values:
        for reading in readings(value):
            found |= Q(metadata__contains={condition.key: reading})
    return ~found if condition.op in POSITIVE else found


def readings(text: str) -> list[Any]:
    """The JSON scalars that a person may mean by `text`; itself first."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    plain = isinstance(value, bool | int | float) and abs(value) < 1e300
    return [text, value] if plain else [text]


def _member(path: str) -> Meaning:
    """A list of texts: EQUALS and CONTAINS ask for a member, IN for any of several."""

    def meaning(condition: Condition) -> Q:
        if condition.op in NULLNESS:
            empty = Q(**{path: []})
            return empty if condition.op is Op.IS_NULL else ~empty
        several = condition.op in (Op.IN, Op.NOT_IN)
        lookup = f"{path}__overlap" if several else f"{path}__contains"
        values = list(condition.value) if several else [condition.value]
        # `~empty` is what lets the partial index answer.
        found = Q(**{lookup: values}) & ~Q(**{path: []})
        return ~found if condition.op in POSITIVE else found

    return meaning


def _state_at(now: datetime) -> Meaning:
    def meaning(condition: Condition) -> Q:
        several = condition.op in (Op.IN, Op.NOT_IN)
        asked = condition.value if several else (condition.value,)
        if condition.op in POSITIVE:
            asked = [state for state in Freshness if state not in asked]
        found = Q(pk__in=[])
        for state in asked:
            found |= freshness_q(Freshness(state), now)
        return found

    return meaning


def _locked_at(now: datetime) -> Meaning:
    def meaning(condition: Condition) -> Q:
        held = Q(lock__locked_until__gt=now)
        return held if condition.value is (condition.op is Op.EQUALS) else ~held

    return meaning


def _expiry_at(now: datetime) -> Meaning:
    def meaning(condition: Condition) -> Q:
        several = condition.op in (Op.IN, Op.NOT_IN)
        found = Q(pk__in=[])
        for bucket in condition.value if several else (condition.value,):
            found |= expiry_q(Expiry(bucket.upper()), now)
        return ~found if condition.op in POSITIVE else found

    return meaning


def _part_of(condition: Condition) -> Q:
    """The parts of an asset, by its id."""
    several = condition.op in (Op.IN, Op.NOT_IN)
    found = Q(pk__in=[])
    for whole in condition.value if several else (condition.value,):
        found |= Q(part_of__isnull=False) & Q(part_of__contains={"id": whole})
    return ~found if condition.op in POSITIVE else found


def _deleted(condition: Condition) -> Q:
    wanted = condition.value is (condition.op is Op.EQUALS)
    return Q(deleted_at__isnull=not wanted)
